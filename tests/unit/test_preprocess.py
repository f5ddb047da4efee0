"""Preprocessing: compared with a placement worked out by hand, and the same for every kind of image of a digit."""

import io
import re
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from harness.drawings import EXAMPLES, draw
from harness.pictures import stripes
from lenet import preprocess
from lenet.image import preprocess as steps
from lenet.image.many import prepare_many
from lenet.image.preprocess import extract_ink, scale_and_center
from lenet.image.resize import resize


def center_of_mass(ink: np.ndarray) -> tuple[float, float]:
    mass = ink.sum()
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    return float((rows * ink).sum() / mass), float((columns * ink).sum() / mass)


def box(ink: np.ndarray) -> tuple[int, int]:
    """Height and width of the bounding box of the ink."""
    height, width = (int(np.ptp(np.flatnonzero((ink > 0).any(axis)))) + 1 for axis in (1, 0))
    return height, width


def three(side: int = 280) -> np.ndarray:
    """A drawn 3, black on white, uint8, shape (side, side)."""
    return np.asarray(draw(EXAMPLES[3]["strokes"], side=side))


def test_an_l_of_two_bars_is_placed_by_its_center_of_mass():
    """A figure whose scale and center of mass can be computed by hand is placed on the pixels so found."""
    page = np.full((200, 200), 255, np.uint8)
    page[40:140, 30:50] = 0  # 100 high, 20 wide
    page[120:140, 50:90] = 0  # 20 high, 40 wide: the box is 100 x 60, so everything shrinks to a fifth
    ink = preprocess(page)
    # A fifth: a bar of 20 x 4 and one of 4 x 8, in a box of 20 x 12. Their masses are 80 and 32; in the box's pixels
    # they lie at rows 9.5 and 17.5, columns 1.5 and 7.5. Together: row (80 * 9.5 + 32 * 17.5) / 112 = 11.79 and column
    # (80 * 1.5 + 32 * 7.5) / 112 = 3.21. To bring that to pixel 16: top 16 - 11.79 = 4.2, so 4; left 12.8, so 13.
    assert box(ink) == (20, 12)
    expected = np.zeros((32, 32))
    expected[4:24, 13:17] = 1
    expected[20:24, 17:25] = 1
    # Antialiasing softens only the edges, by less than a pixel.
    np.testing.assert_allclose(ink[5:19, 14:16], 1, atol=0.15)
    assert np.abs(ink - expected).mean() < 0.02
    assert ink.sum() == pytest.approx(112, rel=0.05)


def test_digits_are_twenty_pixels_long_with_centered_mass():
    """As in MNIST: longer side 20, center of mass within half a pixel of pixel (16, 16), maximum 1."""
    for digit in range(10):
        ink = preprocess(draw(EXAMPLES[digit]["strokes"]))
        assert (ink.shape, ink.dtype, ink.min(), ink.max()) == ((32, 32), np.float32, 0, 1), digit
        assert max(box(ink)) == 20, digit
        assert center_of_mass(ink) == pytest.approx((16, 16), abs=0.5001), digit


def test_aspect_ratio_is_preserved():
    """A bar four times as high as wide stays so."""
    page = np.zeros((120, 90), np.uint8)
    page[20:100, 30:50] = 255
    assert box(preprocess(page)) == (20, 5)


def test_edges_are_antialiased():
    """A drawn curve has gray levels, as MNIST's digits have."""
    ink = preprocess(three())
    assert ((ink > 0.1) & (ink < 0.9)).sum() > 30


def rgba(color: tuple, paper: tuple) -> np.ndarray:
    """The 3 in a color on paper of a color, blended as by a browser's canvas."""
    share = (255 - three().astype(float))[..., None] / 255
    return (np.array(color) * share + np.array(paper) * (1 - share)).astype(np.uint8)


def transparent(color: tuple) -> np.ndarray:
    """The 3 in a color on a transparent background."""
    image = np.empty((280, 280, 4), np.uint8)
    image[..., :3] = color
    image[..., 3] = 255 - three()
    return image


KINDS = {
    "light on dark": 255 - three(),
    "RGB": np.repeat(three()[..., None], 3, 2),
    "RGB, blue on yellow": rgba((20, 30, 160), (250, 240, 120)),
    "RGB, yellow on blue": rgba((250, 240, 120), (20, 30, 160)),
    "RGBA, opaque": rgba((0, 0, 0, 255), (255, 255, 255, 255)),
    "black on transparent": transparent((0, 0, 0)),
    "white on transparent": transparent((255, 255, 255)),
    "gray on transparent": transparent((128, 128, 128)),
    "faint": rgba((200, 200, 200), (255, 255, 255)),
    "gray on gray": rgba((90, 90, 90), (140, 140, 140)),
    "PIL L": Image.fromarray(three()),
    "PIL LA": Image.fromarray(transparent((0, 0, 0))).convert("LA"),
    "PIL P": Image.fromarray(three()).convert("P"),
    "PIL CMYK": Image.fromarray(three()).convert("CMYK"),
    "PIL HSV": Image.fromarray(three()).convert("RGB").convert("HSV"),
    "PIL I;16": Image.fromarray(three().astype(np.uint16) * 257),
    "PIL F": Image.fromarray(three().astype(np.float32) / 255),
    "twice the size": Image.fromarray(three()).resize((560, 560), Image.Resampling.NEAREST),
    "in a corner": np.pad(three(), ((0, 300), (0, 500)), constant_values=255),
    "not contiguous": np.asfortranarray(three()),
}


def test_every_kind_of_image_gives_the_same_ink():
    """Colors, polarity, transparency, mode and position do not affect the digit."""
    expected = preprocess(three())
    for kind, image in KINDS.items():
        ink = preprocess(image)
        np.testing.assert_allclose(ink, expected, atol=0.3, err_msg=kind)
        assert np.abs(ink - expected).mean() < 0.01, kind


def two_valued() -> np.ndarray:
    """The 3 without its gray edges, which alone may move the center of mass past the middle of a pixel."""
    return np.where(three() < 128, 0, 255).astype(np.uint8)


def test_an_image_of_one_bit():
    """Mode 1 is read as black and white."""
    np.testing.assert_array_equal(preprocess(Image.fromarray(two_valued()).convert("1")), preprocess(two_valued()))


def test_a_gif_with_a_transparent_color():
    """Transparency in a palette is honoured."""
    image = Image.fromarray(np.where(two_valued() == 0, 1, 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 10, 10, 10])  # the background is black, too, but transparent
    file = io.BytesIO()
    image.save(file, "GIF", transparency=0)
    np.testing.assert_allclose(preprocess(Image.open(file)), preprocess(two_valued()), atol=0.01)


def test_the_exif_orientation_is_applied():
    """A photo that a phone stored rotated is read upright."""
    rotated = Image.fromarray(np.rot90(three()).copy())
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate by 90 degrees clockwise to show"
    file = io.BytesIO()
    rotated.save(file, "PNG", exif=exif)
    np.testing.assert_allclose(preprocess(Image.open(file)), preprocess(three()), atol=1e-6)


def test_a_photo_with_uneven_light_and_grain():
    """Shading across the page and the paper's grain are not ink."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:280, :280] / 280
    light = 0.75 - 0.3 * x - 0.15 * y**2
    photo = light * (1 - 0.6 * (255 - three()) / 255) + rng.normal(0, 0.012, (280, 280))
    ink = preprocess((photo.clip(0, 1) * 255).astype(np.uint8))
    assert np.abs(ink - preprocess(three())).mean() < 0.03


def test_grain_alone_is_blank():
    """A photo of an empty sheet has no ink."""
    rng = np.random.default_rng(0)
    photo = 0.8 - 0.3 * np.linspace(0, 1, 280) + rng.normal(0, 0.012, (280, 280))
    assert not preprocess((photo * 255).astype(np.uint8)).any()


def test_a_surface_without_grain_is_no_drawing():
    """Of the light, as the paper between stripes seems to have."""
    for side in (28, 48, 96):
        assert preprocess(stripes(side)).any(), side


def test_thin_and_thick_lines_are_kept():
    """A line of one pixel in 280 does not vanish when scaled, and a thick one is not hollowed out."""
    for width in (1, 2, 40):
        ink = preprocess(draw(EXAMPLES[0]["strokes"], width=width))
        assert ink.max() == 1, width
        assert max(box(ink)) == 20, width
        assert ink[16, 16] < 0.2, width  # the inside of the 0


def test_a_large_image_gives_the_same_ink_as_a_small_one():
    """Nearly 4,000 pixels per side are averaged, not sampled."""
    large = np.kron(three(), np.ones((14, 14), np.uint8))
    np.testing.assert_allclose(preprocess(large), preprocess(three()), atol=0.1)


def test_uniform_images_are_blank():
    """An image of one color has no ink, whatever the color, mode and size."""
    blanks = {
        "black": np.zeros((280, 280), np.uint8),
        "white": np.full((280, 280), 255, np.uint8),
        "gray, RGB": np.full((28, 28, 3), 128, np.uint8),
        "transparent black": np.zeros((50, 60, 4), np.uint8),
        "transparent white": Image.new("RGBA", (10, 10), (255, 255, 255, 0)),
        "one pixel": np.full((1, 1), 7, np.uint8),
        "float": Image.new("F", (10, 10)),
    }
    for kind, image in blanks.items():
        ink = preprocess(image)
        assert ink.shape == (32, 32), kind
        assert not ink.any(), kind


def test_tiny_images_are_preprocessed():
    """Images of one or a few pixels, of any values, give finite ink in the frame."""
    rng = np.random.default_rng(0)
    for shape in ((1, 300), (300, 1), (2, 2), (5, 3), (1, 2), (3, 1), (1, 4)):
        for _ in range(4):
            ink = preprocess(rng.integers(0, 256, shape, np.uint8))
            assert ink.shape == (32, 32), shape
            assert np.isfinite(ink).all(), shape


def test_an_image_cropped_closely_around_a_thick_digit():
    """Where ink covers more than half of the image, the paper is still recognized as paper."""
    for digit in range(10):
        page = draw(EXAMPLES[digit]["strokes"], 40)
        ink = np.asarray(page) < 128
        rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
        cropped = page.crop((columns[0] - 1, rows[0] - 1, columns[-1] + 2, rows[-1] + 2))
        np.testing.assert_allclose(preprocess(cropped), preprocess(page), atol=0.3, err_msg=str(digit))


def test_a_pad_that_is_mostly_ink():
    """Three fifths of a transparent pad drawn over are ink, not paper."""
    pad = np.zeros((280, 280, 4), np.uint8)
    pad[20:-20, 40:-40, 3] = 255
    assert preprocess(pad).sum() > 100


def test_a_page_half_black_and_half_white():
    """One half is taken for the paper, without a warning from numpy."""
    page = np.zeros((100, 100), np.uint8)
    page[:, 50:] = 255
    assert preprocess(page).any()


def test_a_mass_far_from_the_middle_does_not_push_the_ink_out_of_the_frame():
    """A long line with a blot at one end stays inside the frame."""
    page = np.zeros((300, 300), np.uint8)
    page[10:290, 100:103] = 255
    page[250:290, 60:140] = 255
    ink = preprocess(page)
    assert box(ink)[0] == 20


def test_the_image_is_not_changed():
    """Preprocessing does not modify the caller's array."""
    image = three().copy()
    preprocess(image)
    np.testing.assert_array_equal(image, three())


def test_an_array_may_have_any_usual_form():
    """Of NumPy or PyTorch: bool, or floats in [0, 1], with one channel first or last, or with gradients."""
    pixels = three().copy()
    floats = torch.from_numpy(pixels / 255)
    expected = preprocess(pixels)
    for image in (
        floats.numpy(),
        floats.float().numpy(),
        floats.requires_grad_(),
        torch.from_numpy(pixels),
        torch.from_numpy(pixels)[None],
        pixels[..., None],
        pixels[None],
        np.repeat(pixels[..., None], 3, 2) / 255,
    ):
        np.testing.assert_array_equal(preprocess(image), expected)
    black = pixels < 128
    expected = preprocess(black.astype(np.uint8) * 255)
    for image in (black, torch.from_numpy(black), torch.from_numpy(black).bfloat16(), torch.from_numpy(black).half()):
        np.testing.assert_array_equal(preprocess(image), expected)


def test_a_file_may_be_open_or_read():
    """Its bytes, a path, or a file that is open in binary mode."""
    file = io.BytesIO()
    Image.fromarray(three()).save(file, "PNG")
    content = file.getvalue()
    for image in (content, bytearray(content), memoryview(content), io.BytesIO(content)):
        np.testing.assert_array_equal(preprocess(image), preprocess(three()))


def small_images() -> list[np.ndarray]:
    """Gray images of two sizes: plain, inverted, with a frame, a border, grain, two digits, specks, blank, noise."""
    chance = np.random.default_rng(0)
    images = []
    for side, digits in ((28, range(10)), (100, (3, 7))):
        for digit in digits:
            plain = draw(EXAMPLES[digit]["strokes"], 24).convert("L").resize((side, side), Image.Resampling.BILINEAR)
            pixels = np.asarray(plain)
            framed, bordered = pixels.copy(), pixels.copy()
            framed[3:5, 3:-3] = framed[-5:-3, 3:-3] = framed[3:-3, 3:5] = framed[3:-3, -5:-3] = 30
            bordered[: side // 12] = bordered[-side // 12 :] = 90
            grainy = np.clip(pixels * np.linspace(0.6, 1, side) + chance.normal(0, 3, pixels.shape), 0, 255)
            two = np.concatenate([pixels[:, ::2], pixels[:, 1::2]], 1)
            specks = np.where(chance.random(pixels.shape) < 0.02, 0, pixels)
            images += [pixels, 255 - pixels, framed, bordered, grainy.astype(np.uint8), two, specks.astype(np.uint8)]
        images += [np.full((side, side), 90, np.uint8), chance.integers(0, 256, (side, side), np.uint8)]
    return images


def test_many_images_are_prepared_as_one_is():
    """To the last bit, whatever each of them needs, and those that cannot be read in their places."""
    images = [*small_images(), np.zeros((28, 28), np.int64), Image.fromarray(three())]
    found, inputs = prepare_many(iter(images))
    rest = iter(inputs)
    for image, drawing in zip(images, found, strict=True):
        if isinstance(drawing, Exception):
            assert str(drawing) == error(image)
        else:
            expected = extract_ink(image)
            np.testing.assert_array_equal(drawing, expected.reshape(drawing.shape))
            np.testing.assert_array_equal(next(rest), scale_and_center(expected))
    assert next(rest, None) is None


def test_digits_are_prepared_together(monkeypatch):
    """Those that fill their image, too, as a frame would: one by one takes ten times as long. A 0 may be a frame."""
    monkeypatch.setattr(steps, "extract_ink", None)
    monkeypatch.setattr(steps, "remove_frames", None)
    strokes = [example["strokes"] for example in EXAMPLES[1:]]
    pixels = [np.asarray(draw(each, 24).convert("L"))[20:260, 20:260] for each in strokes]
    scaled = [Image.fromarray(each).resize((28, 28), Image.Resampling.BILINEAR) for each in pixels]
    assert len(prepare_many(iter(scaled))[1]) == 9


def test_scaling_is_pillows():
    """Up, down and to a line, several images at once; to within the last bit of single precision."""
    rng = np.random.default_rng(0)
    for height, width, new_height, new_width in ((28, 28, 20, 20), (19, 5, 20, 5), (7, 3, 20, 9), (300, 211, 20, 14)):
        images = rng.random((3, height, width), np.float32)
        for image, scaled in zip(images, resize(images, new_height, new_width), strict=True):
            expected = Image.fromarray(image).resize((new_width, new_height), Image.Resampling.BILINEAR)
            np.testing.assert_allclose(scaled, np.asarray(expected), rtol=2e-7)


UNSUPPORTED = [
    (None, "unsupported image type: NoneType"),
    ([[0, 255], [255, 0]], "unsupported image type: list"),
    (np.zeros((28, 28), np.int64), "unsupported array dtype: int64"),
    (np.full((28, 28), np.nan), "the array contains NaN or infinity"),
    (np.full((28, 28), 255.0), "unsupported values, from 255 to 255"),
    (torch.linspace(-0.5, 1, 784).reshape(28, 28), "unsupported values, from -0.5 to 1"),
    (torch.eye(28).to_sparse(), "unsupported tensor: torch.sparse_coo, torch.float32"),
    (io.StringIO("digit"), "the file is open as text"),
    (np.zeros(784, np.uint8), r"unsupported array shape: \(784,\)"),
    (np.zeros((28, 28, 2), np.uint8), r"unsupported array shape: \(28, 28, 2\)"),
    (np.zeros((1, 1, 28, 28), np.uint8), r"unsupported array shape: \(1, 1, 28, 28\)"),
    (Image.new("LAB", (9, 9)), "unsupported image mode: LAB"),
    (Image.fromarray(np.full((9, 9), np.nan, np.float32)), "the image contains NaN or infinity"),
]
LIMITS = "the limits are 50 million pixels and 20,000 per side"
UNSUPPORTED_SIZES = [
    (np.zeros((0, 28), np.uint8), "empty image: 28 x 0 pixels"),
    (Image.new("L", (0, 5)), "empty image: 0 x 5 pixels"),
    (np.broadcast_to(np.uint8(0), (5001, 10_000)), f"image too large: 10000 x 5001 pixels; {LIMITS}"),
    (Image.new("1", (10_000, 5001)), f"image too large: 10000 x 5001 pixels; {LIMITS}"),
    (Image.new("1", (20_001, 1)), f"image too large: 20001 x 1 pixels; {LIMITS}"),
]


def with_transparency(mode: str, transparency: Any) -> Image.Image:
    image = Image.new(mode, (9, 9))
    image.info["transparency"] = transparency
    return image


def error(image: Any) -> str:
    try:
        preprocess(image)
    except ValueError as raised:
        return str(raised)
    return "no ValueError"


def test_the_range_of_an_image_may_be_that_of_its_numbers():
    """In 32 bits, the difference of the largest and the smallest is infinite."""
    paper = three() > 127
    values = np.where(paper, np.float32(3e38), np.float32(-3e38))
    np.testing.assert_array_equal(preprocess(Image.fromarray(values)), preprocess(paper.astype(np.uint8) * 255))


def test_unsupported_images_are_rejected_with_what_is_expected():
    """The message says what was wrong and what is expected instead."""
    accepted = "expected a path, a PIL image, an open binary file, its bytes, or a numpy array or torch tensor of uint8"
    for image, message in UNSUPPORTED:
        assert re.match(f"{message}[^;]*; {accepted}", error(image)), message
    for mode, transparency in (("P", 999), ("P", "1"), ("P", bytes(300)), ("RGB", (1, 2))):
        message = error(with_transparency(mode, transparency))
        assert re.match(rf"unsupported image transparency [^;]*; {accepted}", message), message
    for image, message in UNSUPPORTED_SIZES:
        assert error(image) == message
