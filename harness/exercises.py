"""What the answers of the article's exercises are, by PyTorch: what the page's `article/checks.js` has to find."""

import copy
import itertools

import numpy as np
import torch

from harness.attacks import pixel_by_pixel
from harness.gradients import exactly
from harness.page_digits import page_digits
from lenet import Recognizer
from lenet.networks.base import Network
from lenet.networks.original import TABLE, LeNet5Original
from lenet.page.article.numbers import confusion

OLD = 500  # test digits of the page
MOST_PIXELS = 40

Answer = str | int | float | list[int]


def answers(readers: dict[str, Recognizer], variant: str, ink: torch.Tensor) -> list[tuple[str, dict, Answer]]:
    """Check, settings and answer for a drawing's input, shape (1, 1, 32, 32), and one of the networks.

    Those that change the strokes of the drawing, and those that train, are not among them.
    """
    reader = readers[variant]
    model = reader.weights.model
    blank, moved = torch.zeros_like(ink), torch.nn.functional.pad(ink, (1, -1))
    with torch.no_grad():
        drawn, empty, shifted = (model.features(x) for x in (ink, blank, moved))
    changed = {name: (drawn[name] - empty[name])[0].flatten(1).norm(dim=1) for name in ("c1", "s2", "c3", "s4")}
    moves = {name: float((shifted[name] - drawn[name]).norm() / changed[name].norm()) for name in ("c1", "s2")}
    second = drawn["output"][0].argsort(descending=True).tolist()[1]
    sparse = isinstance(model, LeNet5Original)
    kernels = sum(map(len, TABLE)) if sparse else 16 * 6
    rows = np.array(confusion(reader.weights.metrics))
    others = np.where(np.arange(10) == 9, -1, rows[9])
    found: list[tuple[str, dict, Answer]] = [
        ("ink", {}, int((ink >= 0.005).sum())),
        ("most-active", {"layer": "c1"}, int(changed["c1"].argmax())),
        ("most-active", {"layer": "s4"}, int(changed["s4"].argmax())),
        ("parameters-with", {"layer": "c1", "kernel": 7}, count(torch.nn.Conv2d(1, 6, 7))),
        ("parameters-with", {"layer": "c3", "kernel": 3}, kernels * 9 + 16),
        ("side-with", {"layer": "c1", "kernel": 7}, 32 - 2 * model.border - 6),
        ("changes-more", {"shift": 1}, max(moves, key=lambda name: moves[name])),
        ("block", {"map": 2}, float(drawn["s2"][0, 2][tuple(side // 2 for side in drawn["s2"].shape[2:])])),
        ("maps-seen", {"map": 12}, len(TABLE[12]) if sparse else 6),
        ("answer-without", {"layer": "c3", "map": 3}, same(reader, model(ink), without(model, ink, 3))),
        ("sees", {"layer": "s4"}, seen(model, "s4")),
        ("erased-outside", {"layer": "c3", "map": 0}, "same"),
        ("nearest-bitmap", {"place": 2}, second),
        ("zeros", {"layer": "c1"}, 100 * float((drawn["c1"] == 0).float().mean())),
        ("scores-plus", {"amount": 5}, "same"),
        ("answers", {}, "digit" if answer(reader, model(ink)) else "rejected"),
        ("kept-after", {"times": 100}, kept(model, ink, second, 0.003 if sparse else 0.03)),
        ("confused-with", {"digit": 9}, np.flatnonzero(others == others.max()).tolist()),
        ("columns", {"width": 100}, columns(model, 100)),
        *(("networks-agree", {"shift": shift}, agree(readers, ink, shift)) for shift in (0, 4)),
    ]
    if (fewest := pixels(reader, ink)) is not None:
        found.append(("pixels-to-fool", {}, fewest))
    if amplitude := getattr(model.activation, "amplitude", None):
        found.append(("flat", {"layer": "c1"}, 100 * float((drawn["c1"].abs() > 0.9 * amplitude).float().mean())))
    return found


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def answer(reader: Recognizer, scores: torch.Tensor) -> str:
    """ "" if it is rejected."""
    row = scores[0].detach().numpy()
    return "" if reader.weights.calibration.rejects(row) else str(row.argmax())


def same(reader: Recognizer, *scores: torch.Tensor) -> str:
    return "same" if len({answer(reader, one) for one in scores}) == 1 else "other"


def agree(readers: dict[str, Recognizer], ink: torch.Tensor, shift: int) -> str:
    moved = torch.nn.functional.pad(ink, (shift, -shift))
    return "same" if len({answer(one, one.weights.model(moved)) for one in readers.values()}) == 1 else "other"


def without(model: Network, ink: torch.Tensor, number: int) -> torch.Tensor:
    """The scores with a map of C3 switched off: each activation function is 0 at 0."""

    def switch_off(_module, _inputs, output: torch.Tensor) -> torch.Tensor:
        maps = torch.ones(output.shape[1], 1, 1)
        maps[number] = 0
        return output * maps

    hook = model.get_submodule("c3").register_forward_hook(switch_off)
    scores = model(ink)
    hook.remove()
    return scores


def seen(model: Network, layer: str) -> int:
    """How wide the square of the input is that a unit in the middle of a map depends on, by autograd."""
    ink = torch.rand(20, 1, 32, 32, generator=torch.Generator().manual_seed(0), requires_grad=True)
    values = model.features(ink)[layer]
    unit = values[:, 0, values.shape[2] // 2, values.shape[3] // 2]
    (gradient,) = torch.autograd.grad(unit.sum(), ink)
    columns = torch.nonzero((gradient != 0).any(0)[0].any(0))
    return int(columns.max() - columns.min()) + 1


def kept(model: Network, ink: torch.Tensor, label: int, rate: float) -> float:
    """How many percent of the page's old digits are read after one step towards a label."""
    taught = copy.deepcopy(model).requires_grad_()
    taught.losses(taught(ink), torch.tensor([label])).sum().backward()
    with torch.no_grad():
        for parameter in taught.parameters():
            assert parameter.grad is not None
            parameter -= rate * parameter.grad
        images, labels = page_digits("test", OLD)
        return 100 * float((taught(images).argmax(1).numpy() == labels).mean())


def pixels(reader: Recognizer, ink: torch.Tensor) -> int | None:
    """How many make another digit of it, of that which takes fewest; None if that is more than the page tries."""
    exact = exactly(reader.weights.model)
    read = int(exact(ink.double()).argmax())
    others = [digit for digit in range(10) if digit != read]
    towards = pixel_by_pixel(exact, ink.double().expand(len(others), -1, -1, -1), torch.tensor(others))
    for count, images in enumerate(itertools.islice(towards, MOST_PIXELS), 1):
        if any(answer(reader, row[None]) == str(digit) for row, digit in zip(exact(images), others, strict=True)):
            return count
    return None


def columns(model: Network, width: int) -> int:
    """How many columns of scores the layers give for an input of another width."""
    x = torch.zeros(1, 1, 32 - 2 * model.border, width - 2 * model.border)
    for name in ("c1", "s2", "c3", "s4", "c5"):
        x = model.get_submodule(name)(x)
    return x.shape[-1]
