"""The browser's modules that need no page, in Node, beside figures that PyTorch, NumPy and Pillow make here.

`pytest tests/modules` writes the figures, and runs Node once, on all files `*.test.js`.
"""

import itertools
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.numpy import load_file, save_file

from harness import ROOT, exercises, node
from harness.attacks import pixel_by_pixel, projected_gradient
from harness.drawings import EXAMPLES, NO_DIGITS, draw
from harness.gradients import exactly, gradients
from harness.page_digits import page_digits
from harness.parity import place, row, torch_layers
from harness.pictures import pictures
from lenet import NETWORKS, LeNet5, Recognizer
from lenet.extras.files import NEIGHBORS
from lenet.image.decode import gray_and_opacity
from lenet.image.preprocess import DIGIT_SIDE, SIDE, extract_ink, find_ink, find_ink_on_transparent
from lenet.networks.base import Network
from lenet.page.article.exercises import CHECKS
from lenet.page.article.figures import FIGURES, as_data
from lenet.page.article.numbers import confusion
from lenet.page.browser import description
from lenet.weights.model import bundled, load_weights
from tests.unit.test_networks import TABLES
from train.engine.muon import Muon, matrices

FILES = sorted(path.name for path in Path(__file__).parent.glob("*.test.js"))
# All of them in one process: another one for each file would compile the modules and read the figures again.
ALL = "".join(f'import "./tests/modules/{name}";' for name in FILES)
PAD = 280


def drawings() -> list[tuple[list, int]]:
    """Strokes and brush: digits and other drawings at random places and sizes, rows of digits, and a blank pad."""
    rng = np.random.default_rng(0)
    shapes = [example["strokes"] for example in EXAMPLES] + [strokes for strokes, _ in NO_DIGITS.values()]
    shapes += [
        [[(0, 0), (0, 100)], [(70, 0), (70, 100)]],  # 11
        [[(0, 0), (0, 100)]],  # symmetric: its center of mass is midway between two pixels
        [[(0, 0), (60, 100), (120, 0)], [(200, 0), (201, 1)]],  # with a stray speck
        [[(0, 50), (100, 50)]],
    ]
    found = [([], 20), ([[(140, 140), (140.5, 140)]], 40)]  # blank, and a dot
    for strokes in shapes:
        for brush, size in ((6, 60), (10, 100), (20, 180), (40, 220)):
            center = tuple(rng.uniform((size + brush) / 2, PAD - (size + brush) / 2, 2))
            found.append(([stroke["points"] for stroke in place(strokes, brush, size, center)], brush))
    for i in range(24):  # twice each brush with each gap and each number of digits
        digits = rng.integers(10, size=2 + i % 3)
        brush, gap = (4, 7, 10)[i % 3], (12, 5, 2, -3)[i % 4]
        strokes = [EXAMPLES[digit]["strokes"] for digit in digits]
        left, top = rng.uniform(2, 20), rng.uniform(5, 180)
        placed = row(strokes, brush, gap, left, top, 220 / (len(digits) + 1))
        found.append(([stroke["points"] for stroke in placed], brush))
    return found


@pytest.fixture(scope="module")
def readers() -> dict[str, Recognizer]:
    return {variant: Recognizer.from_pretrained(bundled(variant)) for variant in NETWORKS}


@pytest.fixture(scope="module")
def opacities() -> np.ndarray:
    """The drawings' opacity, shape (N, 280, 280), uint8, rendered by Pillow."""
    return np.stack([255 - np.asarray(draw(strokes, brush)) for strokes, brush in drawings()])


@pytest.fixture(scope="module")
def output(readers, opacities, tmp_path_factory) -> Path:
    """The folder of the figures, after Node has run the tests: its report is in `report.tap`."""
    folder = tmp_path_factory.mktemp("figures")
    weights = {variant: reader.weights for variant, reader in readers.items()}
    (folder / "descriptions.json").write_text(json.dumps({v: description(w) for v, w in weights.items()}))
    (folder / "examples.json").write_text(json.dumps(EXAMPLES))
    for variant in NETWORKS:
        (folder / f"{variant}.safetensors").write_bytes((bundled(variant) / "model.safetensors").read_bytes())
    readings = write_drawings(folder, readers["textbook"], opacities)
    for variant, reader in readers.items():
        write_layers(folder, variant, reader, readings)
        write_gradients(folder, variant, reader.weights.model, readings)
        write_steps(folder, variant, readings)
        write_attacks(folder, variant, reader.weights.model)
        write_responses(folder, variant, reader.weights.model)
        write_figures(folder, variant, reader.weights.model, readings[17])
        write_checks(folder, variant, readers, readings[17])
    (folder / "counts.json").write_text(json.dumps(TABLES))
    modes = {name: figure.mode for name, figure in FIGURES.items()}
    checks = {name: check.of_drawing for name, check in CHECKS.items()}
    registries = {"figures": modes, "checks": checks, "settings": as_data(), "asked": asked()}
    (folder / "article.json").write_text(json.dumps(registries))
    write_changes(folder, readers["textbook"], readings[17])
    write_scaled(folder)
    write_images(folder, readers["textbook"])
    write_tensors(folder)
    command = ["node", "--test-reporter=tap", "--input-type=module", "--eval", ALL]
    environment = {**node.environment(), "FIGURES": str(folder)}
    environment.pop("NODE_TEST_CONTEXT", None)
    with (folder / "report.tap").open("w") as report:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=report, stderr=subprocess.STDOUT, timeout=300)
    return folder


def asked() -> list[dict]:
    """Texts as an address has them, for each setting of each figure, and whether one is accepted."""
    texts = (
        "",
        "0",
        "2",
        "-4",
        "5.5",
        "91",
        "x",
        "true",
        "1e400",
        "own",
        "blur",
        "scale",
        "pixels",
        "c1",
        "c1.0",
        "f6.83",
    )
    texts += ("c3.2.4.4", "c3.2.4", "output.read", "output.readx", "matrix", "step", "0\n", " 1")

    def readings(text: str) -> list:
        numbers = [float(text)] if re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text) else []
        return [text, *numbers, *([text == "true"] if text in ("true", "false") else [])]

    return [
        {"figure": figure, "name": name, "text": text, "accepted": any(map(rule.accepts, readings(text)))}
        for figure, shown in FIGURES.items()
        for name, rule in shown.settings.items()
        for text in texts
    ]


def write_drawings(folder: Path, reader: Recognizer, opacities: np.ndarray) -> list:
    """What is made of each drawing: the input, the probabilities, and the answer."""
    readings = []
    for opacity in opacities:
        image = np.zeros((PAD, PAD, 4), np.uint8)
        image[..., 3] = opacity
        readings.append(reader.read(image))
    inputs = np.stack([reading.activations["input"][0] for reading in readings])
    probabilities = np.array([reading.probabilities for reading in readings], np.float32)
    save_file({"opacity": opacities, "input": inputs, "probabilities": probabilities}, folder / "drawings.safetensors")
    answers = [
        {
            "reason": reading.reason,
            "number": reading.number,
            "digits": reading.digits,
            "top": [digit for digit, _ in reading.top(3)],
        }
        for reading in readings
    ]
    (folder / "answers.json").write_text(json.dumps(answers))
    return readings


def write_layers(folder: Path, variant: str, reader: Recognizer, readings: list) -> None:
    """Every layer before and after its activation function, for the drawings' inputs and for noise; some units."""
    inputs = [reading.activations["input"][0] for reading in readings]
    noise = np.random.default_rng(1).random((20, SIDE, SIDE), np.float32)
    ink = torch.from_numpy(np.stack([*inputs, *noise]))[:, None]
    model = reader.weights.model
    outputs, before = torch_layers(model, ink)
    arrays = {f"outputs.{name}": values.numpy() for name, values in outputs.items()}
    arrays |= {f"before.{name}": values.numpy() for name, values in before.items()}
    arrays["probabilities"] = reader.weights.calibration.probabilities(outputs["output"].numpy()).astype(np.float32)
    save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, folder / f"{variant}.layers")
    rejected = [bool(reader.weights.calibration.rejects(scores)) for scores in outputs["output"].numpy()]
    (folder / f"{variant}.json").write_text(json.dumps({"rejected": rejected, "fields": receptive_fields(model)}))


def write_gradients(folder: Path, variant: str, model: Network, readings: list) -> None:
    """Autograd's gradients of the loss: for every parameter, summed over the inputs; for every unit, for some inputs.

    In double precision, so that the differences are those of the page. Labels are the digits, and -1 for none. Not for
    each unit of blank paper, where rounding decides which of four equal numbers is the largest.
    """
    ink = torch.from_numpy(np.stack([reading.activations["input"][0] for reading in readings])).double()[:, None]
    labels = torch.arange(len(ink)) % 11 - 1
    exact = exactly(model)
    features = exact.features(ink.requires_grad_())
    losses = exact.losses(features["output"], labels)
    arrays = {f"outputs.{name}": gradient[4::8] for name, gradient in gradients(losses.sum(), features).items()}
    arrays |= {
        f"parameters.{name}": g[None] for name, g in gradients(losses.sum(), dict(exact.named_parameters())).items()
    }
    (saliency,) = torch.autograd.grad((features["output"][12, 3] - features["output"][12, 5]), ink)
    arrays |= {"saliency": saliency[12:13], "labels": labels, "losses": losses.detach(), "input": ink.detach()}
    arrays = {name: values.flatten(1) if values.ndim > 1 else values[:, None] for name, values in arrays.items()}
    save_file({name: values.float().numpy() for name, values in arrays.items()}, folder / f"{variant}.gradients")


def write_attacks(folder: Path, variant: str, model: Network) -> None:
    """What makes some of the page's test digits the next digit: one step, ten steps, and few pixels, by autograd."""
    ink, labels = page_digits("test", 12)
    ink, digits = ink.double(), torch.from_numpy((labels + 1) % 10).long()
    exact = exactly(model)
    arrays = {"ink": ink, "fgsm": projected_gradient(exact, ink, digits, 0.1, 1, 0.1)}
    arrays["pgd"] = projected_gradient(exact, ink, digits, 0.1, 10)
    arrays["pixels"] = next(itertools.islice(pixel_by_pixel(exact, ink, digits), 19, None))
    arrays = {name: values.flatten(1) for name, values in arrays.items()} | {"digits": digits[:, None]}
    save_file({name: values.float().numpy() for name, values in arrays.items()}, folder / f"{variant}.attacks")


def write_responses(folder: Path, variant: str, model: Network) -> None:
    """The largest value of each map, and that of each unit of layers without maps, for training digits of the page."""
    _, before = torch_layers(model, page_digits("training", 100)[0])
    values = [before[name].flatten(2).amax(2) if before[name].ndim > 2 else before[name] for name in list(before)[1:]]
    save_file({"values": torch.cat(values, 1).numpy()}, folder / f"{variant}.responses")


def write_figures(folder: Path, variant: str, model: Network, reading) -> None:
    """What the article's figures compute of a drawing: by hand-made filters, shifted, as a part of C3, beside averages.

    And F6 of the nearest digits on its two principal axes, whose signs are arbitrary.
    """
    ink = torch.from_numpy(reading.activations["input"])[None]
    shifted = torch.zeros_like(ink)
    shifted[..., 2:] = ink[..., :-2]
    (drawn, before), (moved, _), (blank, _) = (torch_layers(model, x) for x in (ink, shifted, torch.zeros_like(ink)))
    change = {name: (moved[name] - drawn[name]).norm() / (drawn[name] - blank[name]).norm() for name in drawn}
    taps, slope = torch.tensor([1.0, 4, 6, 4, 1]), torch.arange(-2.0, 3)
    kernels = torch.stack([torch.outer(taps, taps), torch.outer(taps, slope), torch.outer(slope, taps)])
    kernels *= model.get_parameter("c1.weight")[2].norm() / kernels.flatten(1).norm(dim=1)[:, None, None]
    inside = slice(model.border, SIDE - model.border)
    filtered = F.conv2d(model.normalize(ink)[..., inside, inside], kernels[:, None])
    arrays = {"ink": ink[0], "filtered": filtered[0].flatten(1)}
    arrays["shifted"] = torch.stack([change[name] for name in ("c1", "s2", "c3", "s4")])[None]
    arrays["c3"] = before["c3"][0].flatten(1)
    neighbors = load_file(bundled(variant) / NEIGHBORS)
    vectors = neighbors["f6"].astype(np.float64)
    centered = vectors - vectors.mean(0)
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    arrays["points"] = torch.from_numpy(centered @ axes[:2].T)
    arrays["share"] = torch.tensor([[(sizes[:2] ** 2).sum() / (sizes**2).sum()]])
    images, labels = page_digits("test", 500)
    averages = torch.stack([images[torch.from_numpy(labels) == digit].mean(0) for digit in range(10)])
    arrays |= {"averages": averages.flatten(1), "distances": ((ink - averages) ** 2).flatten(1).sum(1)[None]}
    values = {name: values.detach().float().numpy() for name, values in arrays.items()}
    save_file(values, folder / f"{variant}.figures")
    (folder / f"{variant}.neighbors").write_bytes((bundled(variant) / NEIGHBORS).read_bytes())


def write_checks(folder: Path, variant: str, readers: dict[str, Recognizer], reading) -> None:
    """The drawing's answers of the article's exercises, and the confusion matrix that one of them is about."""
    ink = torch.from_numpy(reading.activations["input"])[None]
    expected = exercises.answers(readers, variant, ink)
    matrix = confusion(readers[variant].weights.metrics)
    (folder / f"{variant}.checks.json").write_text(json.dumps({"answers": expected, "confusion": matrix}))


def write_steps(folder: Path, variant: str, readings: list) -> None:
    """The weights after five steps of each optimizer from the bundled ones, on four drawings with labels."""
    ink = torch.from_numpy(np.stack([reading.activations["input"][0] for reading in readings[4:20:4]]))[:, None]
    arrays = {}
    for name, optimizer in {
        "SGD": lambda model: torch.optim.SGD(model.parameters(), 0.01),
        "momentum": lambda model: torch.optim.SGD(model.parameters(), 0.01, momentum=0.9),
        "Adam": lambda model: torch.optim.Adam(model.parameters(), 0.001),
        "Muon": lambda model: Muon(*matrices(model), lr=0.01, other_lr=0.01, momentum=0.95, weight_decay=0),
    }.items():
        model = load_weights(bundled(variant), "bundled").model
        steps = optimizer(model)
        for _ in range(5):
            steps.zero_grad()
            model.losses(model(ink), torch.tensor([3, 1, 4, 1])).mean().backward()
            steps.step()
        arrays |= {f"{name}.{key}": parameter.detach().flatten()[None] for key, parameter in model.named_parameters()}
    save_file({name: values.numpy() for name, values in arrays.items()}, folder / f"{variant}.steps")


def receptive_fields(model: Network) -> list[dict]:
    """For some units, the rows and columns of the input that change its value, found by autograd."""
    found = []
    # What pooling or ReLU hides for one input, another one shows.
    ink = torch.rand(20, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0), requires_grad=True)
    features = model.features(ink)
    for name in ("c1", "s2", "c3", "s4", "c5", "f6"):
        shape = features[name].shape[1:]
        last = [side - 1 for side in shape]
        for at in ([0] * len(shape), [side // 2 for side in shape], last):
            total = features[name][(slice(None), *at)].sum()
            (gradient,) = torch.autograd.grad(total, ink, retain_graph=True)
            touched = (gradient != 0).any(0)[0]
            rows, columns = torch.nonzero(touched.any(1)), torch.nonzero(touched.any(0))
            if len(rows):
                row, column = (at[1], at[2]) if len(at) == 3 else (0, 0)
                box = [int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1]
                found.append({"unit": {"layer": name, "map": at[0], "row": row, "column": column}, "box": box})
    return found


def write_changes(folder: Path, reader: Recognizer, reading) -> None:
    """The evidence for a drawing's answer against the next, and the scores of a row of digits."""
    model = reader.weights.model
    assert isinstance(model, LeNet5)
    ink = torch.from_numpy(reading.activations["input"])[None]
    (first, _), (second, _) = reading.top(2)
    total, count = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    inked = ink[0, 0].numpy() > 0.1
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    with torch.inference_mode():
        scores = model(ink)[0]
        for top in range(rows[0] - 1, rows[-1] + 1, 2):
            for left in range(columns[0] - 1, columns[-1] + 1, 2):
                square = (slice(max(0, top), top + 4), slice(max(0, left), left + 4))
                if ink[0, 0][square].sum() <= 0.5:
                    continue
                image = ink.clone()
                image[0, 0][square] = 0
                changed = model(image)[0]
                total[square] += float((scores[first] - scores[second]) - (changed[first] - changed[second]))
                count[square] += 1
        evidence = np.where(inked & (count > 0), total / np.maximum(count, 1), 0)
        drawn = np.random.default_rng(0).random((DIGIT_SIDE, 61)).astype(np.float32) ** 8
        columns = strip(model, drawn)
    arrays = {"evidence": evidence[None], "row": drawn[None]}
    arrays["columns"] = reader.weights.calibration.probabilities(columns)
    arrays["input"] = ink[0].numpy()
    save_file({name: values.astype(np.float32) for name, values in arrays.items()}, folder / "changes.safetensors")
    (folder / "changes.json").write_text(json.dumps({"first": first, "second": second}))


def strip(model: LeNet5, drawn: np.ndarray) -> np.ndarray:
    """The scores of each column of a row of digits, from convolutions over its whole width, C5 included."""
    count = -(-drawn.shape[1] // 4) + 1
    wide = torch.zeros(1, 1, SIDE, 4 * (count - 1) + SIDE)
    ink = torch.from_numpy(drawn / drawn.max())
    wide[0, 0, 6:26, 16 : 16 + drawn.shape[1]] = ink[:, : wide.shape[-1] - 16]
    x = torch.tanh(model.c1((wide - model.mean) / model.std))
    x = torch.tanh(model.c3(model.s2(x)))
    x = torch.tanh(model.c5(model.s4(x)))[0, :, 0]  # 120 units for each column
    return model.output(torch.tanh(model.f6(x.T))).numpy()


def write_scaled(folder: Path) -> None:
    """Noise, scaled by Pillow: smaller, larger, and to a line."""
    rng = np.random.default_rng(2)
    cases = {}
    for i, (height, width, to_height, to_width) in enumerate(
        [(280, 280, 32, 32), (57, 91, 12, 20), (20, 8, 40, 16), (100, 3, 20, 1), (33, 33, 33, 33)]
    ):
        image = rng.random((height, width), np.float32)
        scaled = Image.fromarray(image).resize((to_width, to_height), Image.Resampling.BILINEAR)
        cases |= {f"{i}.from": image, f"{i}.to": np.asarray(scaled)}
    save_file({name: np.ascontiguousarray(values) for name, values in cases.items()}, folder / "scaled.safetensors")


def write_images(folder: Path, reader: Recognizer) -> None:
    """Pictures of every kind, and what each step of the preprocessing makes of them; then the answers."""
    arrays, answers = {}, {}
    for name, image in pictures().items():
        gray, opacity = gray_and_opacity(image)
        ink = find_ink_on_transparent(gray, opacity) if opacity is not None else find_ink(gray)
        cropped = extract_ink(image)
        reading = reader.read_ink(cropped)
        steps = {"gray": gray, "ink": ink, "cropped": cropped, "input": reading.activations["input"][0]}
        arrays |= {f"{name}.{step}": values for step, values in steps.items() if values.size}
        arrays[f"{name}.pixels"] = np.asarray(image.convert("RGBA"))
        answers[name] = {
            "opaque": opacity is None,
            "reason": reading.reason,
            "number": reading.number,
            "top": [digit for digit, _ in reading.top(3)],
        }
    save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, folder / "images.safetensors")
    (folder / "images.json").write_text(json.dumps(answers))


def write_tensors(folder: Path) -> None:
    """The three kinds of numbers that the modules read, with the half-precision ones in single precision, too."""
    rng = np.random.default_rng(3)
    half = np.concatenate([rng.normal(size=200), [0, -0.0, 65504, -65504, 6e-8, 1e-5]]).astype(np.float16)
    arrays = {"half": half, "single": half.astype(np.float32), "bytes": np.arange(256, dtype=np.uint8).reshape(16, 16)}
    save_file(arrays, folder / "kinds.safetensors", metadata={"steps": "[1, 2]"})


def test_the_modules(output, readers, subtests):
    """Every case of every file `*.test.js` passes, and none is skipped; NumPy and Python read what they have saved.

    One test, because another process would make the figures again for a second one.
    """
    report = (output / "report.tap").read_text()
    counts = {name: int(number) for name, number in re.findall(r"^# (pass|fail|skipped|todo) (\d+)$", report, re.M)}
    assert counts.pop("pass") > len(FILES), report
    assert set(counts.values()) == {0}, report
    with np.load(output / "saved.npz") as saved:
        assert saved["about"].shape == ()
        assert str(saved["about"]) == '{"weights": "größer \U0001d54f"}'
        assert saved["matrix"].dtype == np.float32
        assert saved["matrix"].tolist() == [[1, 2.5, -3], [4, 5, 6]]
    for variant, bundled_reader in readers.items():
        with subtests.test("weights that the page has saved", variant=variant):
            check_saved_weights(output, variant, bundled_reader)


def check_saved_weights(folder: Path, variant: str, bundled_reader: Recognizer) -> None:
    """The file alone is enough, and its network computes what the page's did."""
    inputs = load_file(folder / f"{variant}.gradients")["input"][4:20:4].reshape(-1, 1, SIDE, SIDE)
    reader = Recognizer.from_pretrained(folder / f"{variant}-taught.safetensors")
    scores = reader.weights.model.compute(inputs)["output"]
    np.testing.assert_allclose(scores, json.loads((folder / f"{variant}-taught.json").read_text()), atol=2e-4)
    assert np.abs(scores - bundled_reader.weights.model.compute(inputs)["output"]).max() > 0.01
    assert reader.weights.calibration == bundled_reader.weights.calibration
