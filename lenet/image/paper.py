"""What is paper in a picture: its color, where there is an alpha channel, and where there is a border around it."""

import numpy as np

SOLID = 0.9  # what is at least so opaque, as a share of the most opaque part, belongs to the picture and not its shadow
MOSTLY = 0.4  # opaque share of its bounding box below which a picture consists of strokes on nothing
SAME = 0.06  # colors that differ less, in each channel, are the same
BORDER = 0.15  # a border is at most this share of the side
UNIFORM = 0.95  # so much of a row or column of a border has one color
INNER = 0.6  # and so much of what follows has another one


def paper_color(values: np.ndarray) -> np.ndarray:
    """The color of the paper of each image, shape (N, H, W, C) to (N, C): the median of that corner which is closest to
    the median of the border.

    Corners are used because most of the border may be ink if the image is cropped closely around a thick digit. Where
    they have another color than the border and most of the picture, lines cross in them: that of the border counts.
    """
    count, channels = len(values), values.shape[3]
    h, w = (max(1, side // 20) for side in values.shape[1:3])
    patches = values[:, :h, :w], values[:, :h, -w:], values[:, -h:, :w], values[:, -h:, -w:]
    corners = np.stack([_median(part.reshape(count, -1, channels)) for part in patches], 1)
    border = _median(np.concatenate([values[:, 0], values[:, -1], values[:, :, 0], values[:, :, -1]], 1))
    closest = np.abs(corners - border[:, None]).sum(2).argmin(1)
    paper = corners[np.arange(count), closest]
    for i in np.flatnonzero(np.abs(paper - border).max(1) >= SAME):
        if _like(values[i], border[i]).mean() >= INNER:
            paper[i] = border[i]
    return paper


def on_paper(values: np.ndarray, opacity: np.ndarray) -> np.ndarray | None:
    """A picture with transparent parts, (H, W, C), as an opaque one; None if it is strokes on nothing.

    The paper is what most of the opaque part has as its color. What is less opaque than that, such as corners, edges
    and shadows, becomes paper. Strokes have one color, or leave most of their bounding box transparent. Cropped to what
    is at least half as opaque as the rest.
    """
    visible = opacity > opacity.max() / 2
    rows, columns = (np.flatnonzero(visible.any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    solid = opacity >= SOLID * opacity.max()
    colors = values[solid]
    paper = np.median(colors, 0)
    if visible[box].mean() < MOSTLY or np.quantile(np.abs(colors - paper).max(1), 0.99) < SAME:
        return None
    return np.where(solid[..., None], values, paper)[box]


def without_border(values: np.ndarray) -> np.ndarray:
    """The image, (H, W, C), without the borders of one color along its sides, such as a frame's.

    What is inside has another color, which is that of more pixels: a margin of paper is not a border.
    """
    height, width = values.shape[:2]
    top, bottom, left, right = borders(values[None])[0].tolist()
    return values[top : height - bottom, left : width - right]


def borders(values: np.ndarray) -> np.ndarray:
    """How many rows and columns of each image are a border: at the top, the bottom, the left and the right.

    Shape (N, H, W, C) to (N, 4).
    """
    turned = values.swapaxes(1, 2)
    return np.stack([_border(side) for side in (values, values[:, ::-1], turned, turned[:, ::-1])], 1)


def has_border(gray: np.ndarray) -> np.ndarray:
    """Whether there is a border in each gray image, shape (N, H, W) to (N,)."""
    # Usually not: if all that may be one has the very same brightness as the corner, it is a margin.
    height, width = (int(BORDER * side) + 1 for side in gray.shape[1:])
    margin = np.ones(gray.shape[1:], bool)
    margin[height:-height, width:-width] = False
    found = ((gray != gray[:, :1, :1]) & margin).reshape(len(gray), -1).any(1)
    found[found] = borders(gray[found][..., None]).any(1)
    return found


def _border(values: np.ndarray) -> np.ndarray:
    """How many rows from the top of each image are a border."""
    height = values.shape[1]
    most = int(BORDER * height)
    color = _median(values[:, 0])
    uniform = _like(values[:, : most + 1], color[:, None, None])
    uniform = np.count_nonzero(uniform, 2) / uniform.shape[2] >= UNIFORM
    thick = np.where(uniform.all(1), most + 1, uniform.argmin(1))
    soft = 1 + height // 200  # the row in which the border ends may have a color in between
    border = np.where((thick > 0) & (thick <= most) & (thick + soft < height), thick + soft, 0)
    numbers = np.flatnonzero(border)
    inside = values[numbers, border[numbers]]
    inner = _median(inside)
    other = np.abs(inner - color[numbers]).max(1) >= 2 * SAME
    other &= _like(inside, inner[:, None]).mean(1) >= INNER
    border[numbers[~other]] = 0
    for i, colors in zip(numbers[other], inner[other], strict=True):
        if _like(values[i], colors).sum() <= _like(values[i], color[i]).sum():
            border[i] = 0
    return border


def _like(values: np.ndarray, color: np.ndarray) -> np.ndarray:
    """Where each channel is about the color's. NumPy takes several times as long for a reduction of one or three."""
    channels = range(values.shape[-1])
    return np.logical_and.reduce([np.abs(values[..., i] - color[..., i]) < SAME for i in channels])


def _median(colors: np.ndarray) -> np.ndarray:
    """The median of colors, shape (N, M, C) to (N, C). Of so few, `np.median` takes four times as long."""
    count = colors.shape[1]
    below, above = (count - 1) // 2, count // 2
    ordered = np.partition(colors, (below, above), 1)
    return (ordered[:, below] + ordered[:, above]) / 2
