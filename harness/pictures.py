"""Everyday pictures of digits: with an alpha channel, with frames, in color, photographed, and in a row."""

import io
import struct

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from harness.drawings import EXAMPLES, NO_DIGITS, draw, encoded
from lenet.image.file import load_image

MASK = ImageOps.invert(draw(EXAMPLES[4]["strokes"]))  # a 4; bright where the ink is
SIDE = MASK.width
Color = tuple[int, int, int]


def colored(ink: Color = (20, 20, 60), paper: Color = (250, 250, 240), mask: Image.Image = MASK) -> Image.Image:
    image = Image.new("RGB", mask.size, paper)
    image.paste(ink, (0, 0), mask)
    return image


def cut(kind: str) -> Image.Image:
    """Opaque within a circle or a rectangle with round corners, and black and transparent around it."""
    alpha = Image.new("L", MASK.size, 0)
    pen = ImageDraw.Draw(alpha)
    if kind == "circle":
        pen.ellipse((0, 0, SIDE - 1, SIDE - 1), 255)
    else:
        pen.rounded_rectangle((0, 0, SIDE - 1, SIDE - 1), 40, 255)
    image = Image.new("RGBA", MASK.size, (0, 0, 0, 0))
    image.paste(colored(), (0, 0), alpha)
    return image


def with_alpha(value: int) -> Image.Image:
    image = colored()
    image.putalpha(value)
    return image


def pixel() -> Image.Image:
    image = with_alpha(255)
    image.putpixel((3, 5), (0, 0, 0, 0))
    return image


def window() -> Image.Image:
    """With a shadow below and around it."""
    image = Image.new("RGBA", (SIDE + 60, SIDE + 60), (0, 0, 0, 0))
    for i in range(30):
        ImageDraw.Draw(image).rectangle((i, i, SIDE + 59 - i, SIDE + 59 - i), outline=(0, 0, 0, 3 * i))
    image.paste(colored(), (30, 30))
    return image


def palette() -> Image.Image:
    """Transparent corners in a file with a palette, which GIF allows."""
    return load_image(io.BytesIO(encoded(cut("corners"), "GIF")))


TRANSPARENT = {
    "alpha 254": lambda: with_alpha(254),
    "alpha unused": lambda: with_alpha(0),
    "a transparent pixel": pixel,
    "rounded corners": lambda: cut("corners"),
    "sticker": lambda: cut("circle"),
    "window with a shadow": window,
    "rotated": lambda: with_alpha(255).rotate(5, Image.Resampling.BICUBIC, expand=True),
    "palette": palette,
}


FRAMES = {
    "at the border, thin": lambda pen, ink: pen.rectangle((0, 0, SIDE - 1, SIDE - 1), outline=ink, width=2),
    "at the border, thick": lambda pen, ink: pen.rectangle((0, 0, SIDE - 1, SIDE - 1), outline=ink, width=8),
    "inset": lambda pen, ink: pen.rectangle((12, 12, SIDE - 13, SIDE - 13), outline=ink, width=3),
    "rounded": lambda pen, ink: pen.rounded_rectangle((4, 4, SIDE - 5, SIDE - 5), 25, outline=ink, width=3),
    "cell of a grid": lambda pen, ink: [
        pen.rectangle(box, fill=ink)
        for box in ((0, 8, SIDE, 14), (0, SIDE - 9, SIDE, SIDE - 8), (5, 0, 6, SIDE), (SIDE - 6, 0, SIDE, SIDE))
    ],
    "crossing lines": lambda pen, ink: [
        pen.rectangle(box, fill=ink) for at in (3, SIDE - 8) for box in ((0, at, SIDE, at + 5), (at, 0, at + 5, SIDE))
    ],
    "two sides": lambda pen, ink: pen.line([(3, 0), (3, SIDE - 4), (SIDE, SIDE - 4)], fill=ink, width=3),
    "one side": lambda pen, ink: pen.line([(0, 4), (SIDE, 4)], fill=ink, width=4),
}


def framed(kind: str, ink: Color = (20, 20, 60), paper: Color = (250, 250, 240)) -> Image.Image:
    image = colored(ink, paper)
    FRAMES[kind](ImageDraw.Draw(image), ink)
    return image


def strokes_on_nothing(ink: Color = (200, 30, 30), second: Color | None = None) -> Image.Image:
    """As a drawing program without a background saves them: of one color, or with a second one in the upper half."""
    image = Image.new("RGBA", MASK.size, (0, 0, 0, 0))
    image.paste(ink, (0, 0), MASK)
    if second:
        image.paste((*second, 255), (0, 0, SIDE, SIDE // 2), MASK.crop((0, 0, SIDE, SIDE // 2)))
    image.putalpha(MASK)
    return image


def row_mask(digits: str, side: int = 200) -> Image.Image:
    """Digits side by side; bright where the ink is."""
    inks = [255 - np.asarray(draw(EXAMPLES[int(digit)]["strokes"], side=side)) for digit in digits]
    gap = np.zeros((side, side // 8), np.uint8)
    row = [gap]
    for ink in inks:
        row += [ink[:, ink.any(0)], gap]
    return Image.fromarray(np.pad(np.concatenate(row, 1), ((side // 4, side // 4), (0, 0))))


def photo(
    mask: Image.Image, ink: Color = (35, 35, 60), paper: Color = (205, 200, 186), ruled: bool = False
) -> Image.Image:
    """Paper with grain and lines, darker towards a side, with the edge of a shadow on it, and not quite in focus."""
    rng = np.random.default_rng(mask.width)
    page = Image.new("RGB", (mask.width * 3 // 2, mask.height * 3 // 2), paper)
    if ruled:
        for y in range(15, page.height, 40):
            ImageDraw.Draw(page).line((0, y, page.width, y + 9), (140, 160, 190), 2)
    page.paste(ink, (mask.width // 4, mask.height // 4), mask)
    page = page.filter(ImageFilter.GaussianBlur(1.5))
    x, y = (np.linspace(-1, 1, side) for side in page.size)
    along = x[None] + 0.4 * y[:, None]
    light = (1 - 0.12 * along) * (1 - 0.35 / (1 + np.exp(-(along - 0.4) / 0.05)))
    pixels = np.asarray(page) * light[..., None] + rng.normal(0, 3, (page.height, page.width, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def large(image: Image.Image, side: int = 1_060) -> Image.Image:
    """More than the 1,024 pixels a side to which images are reduced."""
    return image.resize((side, side * image.height // image.width), Image.Resampling.BICUBIC)


def large_canvas() -> Image.Image:
    """Most of it is transparent, and does not count."""
    image = Image.new("RGBA", (1_060, 900), (0, 0, 0, 0))
    image.paste(strokes_on_nothing(), (600, 400))
    return image


def stripes(side: int) -> np.ndarray:
    """Their corners are as bright on average as a plain field between them, which is the only paper that is found."""
    pixels = np.tile(np.array([255, 0], np.uint8), (side, side // 2))
    pixels[20:28, 10:22] = 170
    return pixels


def pictures() -> dict[str, Image.Image]:
    """Of every kind that is read in a way of its own."""
    dot = Image.new("L", (60, 60), 255)
    ImageDraw.Draw(dot).rectangle((25, 25, 34, 34), fill=0)
    return {
        "drawing": draw(EXAMPLES[2]["strokes"]),
        "light on dark": ImageOps.invert(draw(EXAMPLES[7]["strokes"])),
        "small": draw(EXAMPLES[3]["strokes"]).resize((28, 28), Image.Resampling.BOX),
        "blank": Image.new("L", (50, 40), 230),
        "nothing": Image.new("RGBA", (50, 40), (0, 0, 0, 0)),
        "dot": dot,
        "stripes": Image.fromarray(stripes(96)),
        "letter": draw(NO_DIGITS["A"][0]),
        "two colors on nothing": strokes_on_nothing((200, 30, 30), (30, 30, 60)),
        "light on nothing": strokes_on_nothing((255, 255, 255)),
        "one line of pixels": Image.new("L", (40, 1), 255),
        **{kind: make() for kind, make in TRANSPARENT.items()},
        **{f"frame {kind}": framed(kind) for kind in FRAMES},
        "frame, light on dark": framed("inset", (240, 240, 240), (30, 30, 35)),
        "red on green": colored((220, 30, 30), (20, 130, 30)),
        "red on blue": colored((190, 30, 30), (40, 60, 200)),
        "row": ImageOps.invert(row_mask("402")),
        "wide row": ImageOps.invert(row_mask("2957813")),
        "large": large(colored()),
        "large and transparent": large(cut("corners")),
        "on a large canvas": large_canvas(),
        "photo": photo(MASK),
        "photo of ruled paper": photo(MASK, ruled=True),
        "chalk": photo(MASK, (230, 230, 225), (50, 70, 60)),
        "small photo": photo(MASK).resize((56, 56)),
        "large photo": large(photo(MASK)),
        "photo of a row": photo(row_mask("47")),
    }


def bmp_with_unused_alpha(image: Image.Image) -> bytes:
    """A BMP whose header announces an alpha byte for each pixel; all of them are 0."""
    upside_down = image.convert("RGB").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    upside_down.putalpha(0)
    pixels = upside_down.tobytes("raw", "BGRA")
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, *image.size, 1, 32, 3, len(pixels), 2835, 2835, 0, 0) + masks + bytes(52)
    return struct.pack("<2sIII", b"BM", 14 + len(header) + len(pixels), 0, 14 + len(header)) + header + pixels
