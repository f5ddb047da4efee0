"""What is drawn on the canvas is read as by PyTorch: the pad's strokes as the browser renders them.

The modules without a canvas are tested in `tests/modules`; the whole comparison is `python -m benchmarks.parity`.
"""

import base64
import itertools

import numpy as np
import pytest
import torch

from harness import parity
from harness.drawings import DIGITS, EXAMPLES, NO_DIGITS
from harness.servers import files_of
from lenet.page.assets import STATIC
from lenet.rejection import rejection_reason


@pytest.fixture(scope="module")
def page(chromium, reader):
    with files_of(STATIC) as url:
        page = chromium.new_page()
        parity.open_network(page, url, reader)
        yield page
        page.close()


def test_drawings_are_preprocessed_and_read_alike(page, reader):
    """Digits and other drawings, in turn with three brushes, small and large, and what is rejected for its ink alone.

    With each brush, drawn by Pillow: see tests/modules/reader.test.js.
    """
    rng = np.random.default_rng(0)
    shapes = [example["strokes"] for example in EXAMPLES] + [strokes for strokes, _ in NO_DIGITS.values()]
    shapes += [
        [[(0, 0), (0.1, 0)]],  # a dot
        [[(0, 0), (0, 100)], [(70, 0), (70, 100)]],  # 11
        [[(0, 0), (0, 100)]],  # symmetric: its center of mass is midway between two pixels
        [[(0, 0), (60, 100), (120, 0)], [(200, 0), (201, 1)]],  # with a stray speck
        [[(0, 50), (100, 50)]],
    ]
    drawings = [[]]  # a blank pad
    for strokes, (brush, size) in zip(shapes, itertools.cycle(((6, 60), (20, 180), (40, 220))), strict=False):
        center = tuple(rng.uniform((size + brush) / 2, 280 - (size + brush) / 2, 2))
        drawings.append(parity.place(strokes, brush, size, center))
    found = parity.compare_drawings(page, reader, drawings)
    assert found.ink < 1 / 255
    assert found.probabilities < 1e-4
    assert found.answers == 0


# The changed drawing at every sixth position of each slider, and where it starts: what is changed, whether it is the
# start or the end, the input and the answer. At these two it is preprocessed.
CHANGED = """async (strokes) => {
  const { POSITIONS, positionOf, readChanged, TRANSFORMS, valueAt } = await import("./explore/transforms.js");
  const found = [];
  for (const name of Object.keys(TRANSFORMS)) {
    const start = positionOf(name, TRANSFORMS[name].start);
    for (let position = 0; position < POSITIONS; position++) {
      if (position % 6 && position !== start) continue;
      const preprocessed = position % 4 === 0 || position === start;
      const reading = readChanged(window.reader, { strokes }, name, valueAt(name, position), preprocessed);
      const { outputs, probabilities, digit, reason } = reading;
      const place = { [POSITIONS - 1]: "end", [start]: "start" }[position] ?? "";
      found.push([name, place, text(outputs.input.slice()), [...probabilities], digit, reason]);
    }
  }
  return found;
}"""


def decoded(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.float32)


def test_changed_drawings_are_read_alike(page, reader):
    """With and without preprocessing, by each change of Break; the changed input is what PyTorch reads, too.

    At the end of a slider the input is another one, unless the preprocessing takes the change back.
    """
    strokes = parity.place(DIGITS[4], 20, 140, (140, 140))
    names, places, inputs, probabilities, digits, reasons = zip(*page.evaluate(CHANGED, strokes), strict=True)
    assert len(set(names)) == 8
    inputs = np.stack([decoded(ink) for ink in inputs]).reshape(-1, 1, 32, 32)
    with torch.inference_mode():
        scores = reader.weights.model(torch.from_numpy(inputs)).numpy()
    expected = reader.weights.calibration.probabilities(scores)
    assert np.abs(expected - probabilities).max() < 1e-4
    for ink, own, likely, digit, reason in zip(inputs, scores, expected, digits, reasons, strict=True):
        rejected = rejection_reason(ink[0]) or ("not a digit" if reader.weights.calibration.rejects(own) else None)
        assert (reason, digit) == (rejected, None if rejected else likely.argmax())
    assert {"not a digit", None} <= set(reasons)
    plain = decoded(page.evaluate("(strokes) => window.read(strokes).ink", strokes))
    change = np.abs(inputs.reshape(len(inputs), -1) - plain)
    at = {key: difference for key, difference in zip(zip(names, places, strict=True), change, strict=True) if key[1]}
    assert len(at) == 16
    for (name, place), difference in at.items():
        if place == "start":
            assert difference.max() < 1e-6, name
        else:
            mean = difference.mean()
            assert mean < 0.01 if name in ("scale", "shift") else mean > 0.02, name
