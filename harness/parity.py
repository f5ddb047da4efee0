"""The browser's network beside PyTorch's: what the parity test and `benchmarks/parity.py` share."""

import base64
from dataclasses import dataclass

import numpy as np
import torch
from playwright.sync_api import Page

from lenet import Recognizer
from lenet.page.browser import description
from lenet.weights.model import safetensors

SIDE = 280  # of the pad
BATCH = 50  # images per call of the browser

# Loads the browser's modules, and defines what the tests call. Arrays are sent as base64: lists of numbers would take
# ten times as long.
SETUP = """
async ([description, weights]) => {
  const { Reader } = await import("./network/reader.js");
  const { drawStroke } = await import("./pad/strokes.js");
  const reader = Reader.of(description, Uint8Array.from(atob(weights), (c) => c.charCodeAt(0)).buffer);
  window.reader = reader;
  const { network } = reader;
  const plain = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]]));
  window.forward = (ink) => {
    const { outputs, before } = network.forward(Float32Array.from(ink));
    return { outputs: plain(outputs), before: plain(before) };
  };
  window.text = (values) => btoa(Array.from(new Uint8Array(values.buffer), (c) => String.fromCharCode(c)).join(""));
  const context = new OffscreenCanvas(280, 280).getContext("2d", { willReadFrequently: true });
  window.read = (strokes) => {
    context.clearRect(0, 0, 280, 280);
    for (const stroke of strokes) drawStroke(context, stroke);
    const { data } = context.getImageData(0, 0, 280, 280);
    const opacity = new Uint8Array(280 * 280);
    for (let i = 0; i < opacity.length; i++) opacity[i] = data[4 * i + 3];
    const { outputs, probabilities, reason, digits, number } = reader.read(opacity, 280, 280);
    return {
      opacity: text(opacity),
      ink: text(outputs.input.slice()),
      probabilities,
      reason,
      digits,
      number,
    };
  };
}
"""


@dataclass
class Differences:
    """The largest absolute differences between browser and PyTorch, and the images with another answer."""

    layers: dict[str, float]
    ink: float = 0.0
    probabilities: float = 0.0
    answers: int = 0
    numbers: int = 0  # drawings that the browser read as several digits


def open_network(page: Page, url: str, reader: Recognizer) -> None:
    """Load a page with the reader's network in it."""
    page.goto(f"{url}/page.html")
    weights = base64.b64encode(safetensors(reader.weights.model)).decode()
    page.evaluate(SETUP, [description(reader.weights), weights])


def compare_layers(page: Page, reader: Recognizer, inputs: np.ndarray) -> Differences:
    """Every layer, before and after its activation function, for inputs of shape (N, 32, 32) in [0, 1]."""
    found = Differences({})
    for start in range(0, len(inputs), BATCH):
        batch = inputs[start : start + BATCH]
        outputs, before = torch_layers(reader.weights.model, torch.from_numpy(batch)[:, None])
        answers = page.evaluate("(inputs) => inputs.map(window.forward)", [ink.ravel().tolist() for ink in batch])
        for i, answer in enumerate(answers):
            for kind, expected in (("outputs", outputs), ("before", before)):
                for name, values in expected.items():
                    difference = np.abs(np.array(answer[kind][name]) - values[i].numpy().ravel()).max()
                    key = f"{name} {kind}"
                    found.layers[key] = max(found.layers.get(key, 0.0), float(difference))
            found.answers += int(np.argmax(answer["outputs"]["output"]) != int(outputs["output"][i].argmax()))
    return found


def torch_layers(model, ink: torch.Tensor) -> tuple[dict, dict]:
    """The outputs of every layer, and the same before the activation function, from hooks on the modules."""
    before = {"input": model.normalize(ink)}

    def keep(name: str):
        return lambda module, arguments, output: before.__setitem__(name, output)

    hooks = [module.register_forward_hook(keep(name)) for name, module in model.named_children()]
    with torch.inference_mode():
        outputs = model.features(ink)
    for hook in hooks:
        hook.remove()
    before["output"] = outputs["output"]  # scores, where an RBF layer gives distances
    return outputs, before


def compare_drawings(page: Page, reader: Recognizer, drawings: list) -> Differences:
    """Drawings on the pad, lists of strokes: preprocessed image, probabilities, top 3, reason and number."""
    found = Differences({})
    for start in range(0, len(drawings), BATCH):
        for answer in page.evaluate("(drawings) => drawings.map(window.read)", drawings[start : start + BATCH]):
            image = np.zeros((SIDE, SIDE, 4), np.uint8)
            image[..., 3] = np.frombuffer(base64.b64decode(answer["opacity"]), np.uint8).reshape(SIDE, SIDE)
            reading = reader.read(image)
            shown = np.frombuffer(base64.b64decode(answer["ink"]), np.float32)
            ink = np.abs(reading.activations["input"].ravel() - shown).max()
            p = np.abs(np.subtract(reading.probabilities, answer["probabilities"])).max()
            found.ink, found.probabilities = max(found.ink, float(ink)), max(found.probabilities, float(p))
            top = np.argsort(answer["probabilities"])[::-1][:3].tolist()
            same = reading.reason == answer["reason"] and [digit for digit, _ in reading.top(3)] == top
            found.answers += not (same and reading.number == answer["number"])
            found.numbers += answer["number"] is not None
            for (_, expected), (_, given) in zip(reading.digits or [], answer["digits"] or [], strict=False):
                found.probabilities = max(found.probabilities, abs(expected - given))
    return found


def row(digits: list[list], brush: float, gap: float, left: float, top: float, size: float) -> list:
    """Digits, lists of strokes in any unit, side by side on the pad: `size` pixels tall, `gap` pixels apart."""
    placed = []
    for strokes in digits:
        low, high = (f(np.concatenate([np.array(s, float) for s in strokes]), 0) for f in (np.min, np.max))
        scale = size / max(1e-6, float(high[1] - low[1]))
        moved = [((np.array(stroke, float) - low) * scale + (left + brush / 2, top + brush / 2)) for stroke in strokes]
        placed += [{"width": brush, "points": points.tolist()} for points in moved]
        left += (high[0] - low[0]) * scale + brush + gap
    return placed


def place(strokes: list, brush: float, size: float, center: tuple[float, float]) -> list:
    """Strokes in any unit as strokes of the pad: the longer side `size` pixels, around `center`."""
    points = np.concatenate([np.array(stroke, float) for stroke in strokes])
    low, high = points.min(0), points.max(0)
    scale = size / max(1e-6, float((high - low).max()))
    moved = [((np.array(stroke, float) - (low + high) / 2) * scale + center).tolist() for stroke in strokes]
    return [{"width": brush, "points": points} for points in moved]
