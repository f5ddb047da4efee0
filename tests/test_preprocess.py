"""Ink against placements worked out by hand, for every kind of picture a person may bring."""

import io

import numpy as np
import pytest
from PIL import Image

from lenet import preprocess
from tests.conftest import EXAMPLES, draw


def centre_of_mass(ink: np.ndarray) -> tuple[float, float]:
    mass = ink.sum()
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    return float((rows * ink).sum() / mass), float((columns * ink).sum() / mass)


def box(ink: np.ndarray) -> tuple[int, int]:
    """Height and width of what has ink."""
    return tuple(int(np.ptp(np.flatnonzero((ink > 0).any(axis)))) + 1 for axis in (1, 0))


def three(side: int = 280) -> np.ndarray:
    """A drawn 3, black on white, uint8."""
    return np.asarray(draw(EXAMPLES[3]["strokes"], side=side))


def test_an_l_of_two_bars_stands_where_its_mass_says():
    """A figure whose scale and centre of mass a person can work out lands on the pixels so found."""
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
    # Antialiasing softens the edges by less than a pixel, and only there.
    np.testing.assert_allclose(ink[5:19, 14:16], 1, atol=0.15)
    assert np.abs(ink - expected).mean() < 0.02
    assert ink.sum() == pytest.approx(112, rel=0.05)


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_twenty_pixels_long_and_its_mass_in_the_centre(digit):
    """As MNIST: longer side 20, centre of mass within half a pixel of pixel (16, 16), full ink reaches 1."""
    ink = preprocess(draw(EXAMPLES[digit]["strokes"]))
    assert ink.shape == (32, 32)
    assert ink.dtype == np.float32
    assert ink.min() == 0
    assert ink.max() == 1
    assert max(box(ink)) == 20
    assert centre_of_mass(ink) == pytest.approx((16, 16), abs=0.5001)


def test_aspect_is_kept():
    """A bar four times as high as wide stays one."""
    page = np.zeros((120, 90), np.uint8)
    page[20:100, 30:50] = 255
    assert box(preprocess(page)) == (20, 5)


def test_edges_are_antialiased():
    """A drawn curve has grey levels, as MNIST's digits have."""
    ink = preprocess(three())
    assert ((ink > 0.1) & (ink < 0.9)).sum() > 30


def rgba(colour: tuple, paper: tuple) -> np.ndarray:
    """The 3 in a colour on a paper, with opacities, mixed as a browser's canvas would."""
    share = (255 - three().astype(float))[..., None] / 255
    return (np.array(colour) * share + np.array(paper) * (1 - share)).astype(np.uint8)


def glass(colour: tuple) -> np.ndarray:
    """The 3 in a colour on transparent ground."""
    picture = np.empty((280, 280, 4), np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = 255 - three()
    return picture


KINDS = {
    "light on dark": 255 - three(),
    "RGB": np.repeat(three()[..., None], 3, 2),
    "RGB, blue on yellow": rgba((20, 30, 160), (250, 240, 120)),
    "RGB, yellow on blue": rgba((250, 240, 120), (20, 30, 160)),
    "RGBA, opaque": rgba((0, 0, 0, 255), (255, 255, 255, 255)),
    "black on transparent": glass((0, 0, 0)),
    "white on transparent": glass((255, 255, 255)),
    "grey on transparent": glass((128, 128, 128)),
    "faint": rgba((200, 200, 200), (255, 255, 255)),
    "grey on grey": rgba((90, 90, 90), (140, 140, 140)),
    "PIL L": Image.fromarray(three()),
    "PIL LA": Image.fromarray(glass((0, 0, 0))).convert("LA"),
    "PIL P": Image.fromarray(three()).convert("P"),
    "PIL CMYK": Image.fromarray(three()).convert("CMYK"),
    "PIL HSV": Image.fromarray(three()).convert("RGB").convert("HSV"),
    "PIL I;16": Image.fromarray(three().astype(np.uint16) * 257),
    "PIL F": Image.fromarray(three().astype(np.float32) / 255),
    "twice the size": Image.fromarray(three()).resize((560, 560), Image.Resampling.NEAREST),
    "in a corner": np.pad(three(), ((0, 300), (0, 500)), constant_values=255),
    "not contiguous": np.asfortranarray(three()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_gives_the_same_ink(kind):
    """Colours, polarity, transparency, mode and place do not matter to the digit."""
    np.testing.assert_allclose(preprocess(KINDS[kind]), preprocess(three()), atol=0.3)
    assert np.abs(preprocess(KINDS[kind]) - preprocess(three())).mean() < 0.01


def two_valued() -> np.ndarray:
    """The 3 without its grey edges, which alone may move its mass across a pixel's middle."""
    return np.where(three() < 128, 0, 255).astype(np.uint8)


def test_a_picture_of_one_bit():
    """Mode 1 is read as black and white."""
    np.testing.assert_array_equal(preprocess(Image.fromarray(two_valued()).convert("1")), preprocess(two_valued()))


def test_a_gif_with_a_transparent_colour():
    """Transparency that a palette notes is heeded."""
    image = Image.fromarray(np.where(two_valued() == 0, 1, 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 10, 10, 10])  # the ground is black, too, but transparent
    file = io.BytesIO()
    image.save(file, "GIF", transparency=0)
    np.testing.assert_allclose(preprocess(Image.open(file)), preprocess(two_valued()), atol=0.01)


def test_orientation_tag_is_heeded():
    """A photo that a phone saved lying on its side is read upright."""
    lying = Image.fromarray(np.rot90(three()).copy())
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate by 90 degrees clockwise to show"
    file = io.BytesIO()
    lying.save(file, "PNG", exif=exif)
    np.testing.assert_allclose(preprocess(Image.open(file)), preprocess(three()), atol=1e-6)


def test_a_photo_with_uneven_light_and_grain():
    """Shade across the page and the paper's grain are no ink."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:280, :280] / 280
    light = 0.75 - 0.3 * x - 0.15 * y**2
    photo = light * (1 - 0.6 * (255 - three()) / 255) + rng.normal(0, 0.012, (280, 280))
    ink = preprocess((photo.clip(0, 1) * 255).astype(np.uint8))
    assert np.abs(ink - preprocess(three())).mean() < 0.03


def test_grain_alone_is_blank():
    """An empty sheet, photographed, holds no ink."""
    rng = np.random.default_rng(0)
    photo = 0.8 - 0.3 * np.linspace(0, 1, 280) + rng.normal(0, 0.012, (280, 280))
    assert not preprocess((photo * 255).astype(np.uint8)).any()


@pytest.mark.parametrize("width", [1, 2, 4, 40])
def test_thin_and_thick_lines_are_kept(width):
    """A line of one pixel on 280 is not lost in scaling, and a thick one is not hollowed out."""
    ink = preprocess(draw(EXAMPLES[0]["strokes"], width=width))
    assert ink.max() == 1
    assert max(box(ink)) == 20
    assert ink[16, 16] < 0.2  # the inside of the 0


def test_a_large_picture_gives_the_same_ink_as_a_small_one():
    """4,000 pixels a side are averaged down, not sampled."""
    large = np.kron(three(), np.ones((14, 14), np.uint8))
    np.testing.assert_allclose(preprocess(large), preprocess(three()), atol=0.1)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((280, 280), np.uint8),
        np.full((280, 280), 255, np.uint8),
        np.full((28, 28, 3), 128, np.uint8),
        np.zeros((50, 60, 4), np.uint8),
        np.full((1, 1), 7, np.uint8),
        Image.new("RGBA", (10, 10), (255, 255, 255, 0)),
        Image.new("F", (10, 10)),
    ],
    ids=["black", "white", "grey", "transparent", "one pixel", "white glass", "float"],
)
def test_blank_pictures_have_no_ink(picture):
    """Of whatever colour, an even sheet is blank."""
    ink = preprocess(picture)
    assert ink.shape == (32, 32)
    assert not ink.any()


@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (2, 2), (5, 3), (1, 2), (3, 1), (1, 4)])
@pytest.mark.parametrize("seed", range(4))
def test_odd_sizes_do_not_break(shape, seed):
    """Slivers and crumbs of pictures, of whatever values, give ink in the frame."""
    ink = preprocess(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))
    assert ink.shape == (32, 32)
    assert np.isfinite(ink).all()


@pytest.mark.parametrize("width", [20, 40])
@pytest.mark.parametrize("digit", range(10))
def test_a_picture_cut_close_around_a_thick_digit(digit, width):
    """Where ink covers more than half, the paper is still the paper: the ink is that of the whole page."""
    page = draw(EXAMPLES[digit]["strokes"], width)
    ink = np.asarray(page) < 128
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    cut = page.crop((columns[0] - 1, rows[0] - 1, columns[-1] + 2, rows[-1] + 2))
    np.testing.assert_allclose(preprocess(cut), preprocess(page), atol=0.3)


def test_a_pad_that_is_mostly_ink():
    """Sweeps over three fifths of a transparent pad are ink, not paper."""
    pad = np.zeros((280, 280, 4), np.uint8)
    pad[20:-20, 40:-40, 3] = 255
    assert preprocess(pad).sum() > 100


def test_a_page_half_black_and_half_white():
    """One half is taken for paper, without a word of warning from numpy."""
    page = np.zeros((100, 100), np.uint8)
    page[:, 50:] = 255
    assert preprocess(page).any()


def test_a_colour_space_that_cannot_be_read_is_refused():
    """The mode is named."""
    with pytest.raises(ValueError, match="mode LAB, cannot be read"):
        preprocess(Image.new("LAB", (9, 9)))


def test_a_far_blot_does_not_push_the_ink_out_of_the_frame():
    """Where the mass lies at one end, a long tail stays inside the frame whole."""
    page = np.zeros((300, 300), np.uint8)
    page[10:290, 100:103] = 255
    page[250:290, 60:140] = 255
    ink = preprocess(page)
    assert box(ink)[0] == 20


def test_the_picture_is_not_changed():
    """Reading leaves the caller's array alone."""
    picture = three().copy()
    preprocess(picture)
    np.testing.assert_array_equal(picture, three())


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (None, "NoneType is no type of picture"),
        ("seven.png", "str is no type of picture"),
        ([[0, 255], [255, 0]], "list is no type of picture"),
        (np.zeros((28, 28), np.float32), "holds float32"),
        (np.full((28, 28), np.nan), "with NaN among it"),
        (np.zeros((28, 28), np.int64), "holds int64"),
        (np.zeros((28, 28), bool), "holds bool"),
        (np.zeros(784, np.uint8), r"shape \(784,\)"),
        (np.zeros((28, 28, 2), np.uint8), r"shape \(28, 28, 2\)"),
        (np.zeros((1, 1, 28, 28), np.uint8), r"shape \(1, 1, 28, 28\)"),
        (np.zeros((0, 28), np.uint8), "empty: 28 x 0"),
        (np.zeros((28, 0, 3), np.uint8), "empty: 0 x 28"),
        (Image.new("L", (0, 5)), "empty: 0 x 5"),
        (Image.fromarray(np.full((9, 9), np.nan, np.float32)), "NaN or infinity"),
        (np.broadcast_to(np.uint8(0), (5001, 10_000)), "too large: 10000 x 5001 = 50.0 million"),
        (Image.new("1", (10_000, 5001)), "too large"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_is_accepted(picture, message):
    """The error says what was wrong and what would have been right."""
    with pytest.raises(ValueError, match=message) as caught:
        preprocess(picture)
    assert "accepted is a PIL image, or a numpy array of uint8" in str(caught.value)
