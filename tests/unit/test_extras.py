"""Files for the page are checked as strictly as weights: bad ones are rejected in one line that names the file."""

import base64
import json
import shutil
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from lenet.extras.check import check, read_metadata
from lenet.extras.files import EXTRAS, MISREAD_DIGITS, NEIGHBORS, SNAPSHOTS
from lenet.extras.load import NoSuchFileError, load_extra
from lenet.networks import NETWORKS
from lenet.weights.model import Weights, bundled, load_weights, save_model
from train.engine.snapshots import half, write_snapshots

CONTENT = {name: (bundled() / name).read_bytes() for name in EXTRAS}


def tensors(name, **changes):
    """The bundled file with other tensors; None removes one."""
    changed = {**load(CONTENT[name]), **changes}
    return save({key: value for key, value in changed.items() if value is not None}, read_metadata(CONTENT[name]))


def metadata(name, **changes):
    changed = {**read_metadata(CONTENT[name]), **changes}
    return save(load(CONTENT[name]), {key: value for key, value in changed.items() if value is not None})


def misread(change=None, **changes):
    """The bundled misread.json with other keys, or with its first digit changed."""
    content = {**json.loads(CONTENT[MISREAD_DIGITS]), **changes}
    if change:
        content["digits"][0] |= change
    return json.dumps(content).encode()


ALL = load(CONTENT[NEIGHBORS])
STEPS = json.loads(read_metadata(CONTENT[SNAPSHOTS])["steps"])
NAN = torch.full((6,), torch.nan, dtype=torch.float16)
FIRST = json.loads(CONTENT[MISREAD_DIGITS])["digits"][0]
RIGHT = [float(digit == FIRST["label"]) for digit in range(10)]
BAD = {
    "snapshots empty": (SNAPSHOTS, b""),
    "snapshots cut": (SNAPSHOTS, CONTENT[SNAPSHOTS][:-1]),
    "snapshots a pickle": (SNAPSHOTS, b"\x80\x04K\x01."),
    "snapshots with a huge header": (SNAPSHOTS, struct.pack("<Q", 1 << 60) + b"{}"),
    "snapshots of another network": (SNAPSHOTS, "tutorial"),
    "snapshots without metadata": (SNAPSHOTS, save(load(CONTENT[SNAPSHOTS]))),
    "a tensor missing": (SNAPSHOTS, tensors(SNAPSHOTS, **{"0.c1.bias": None})),
    "an unknown tensor": (SNAPSHOTS, tensors(SNAPSHOTS, extra=NAN)),
    "a tensor of float32": (SNAPSHOTS, tensors(SNAPSHOTS, **{"0.c1.bias": torch.zeros(6)})),
    "a tensor of another shape": (SNAPSHOTS, tensors(SNAPSHOTS, **{"0.c1.bias": NAN[:5]})),
    "a tensor with NaN": (SNAPSHOTS, tensors(SNAPSHOTS, **{"0.c1.bias": NAN})),
    "steps not JSON": (SNAPSHOTS, metadata(SNAPSHOTS, steps="[0, 1")),
    "steps of words": (SNAPSHOTS, metadata(SNAPSHOTS, steps='["0"]')),
    "steps nested": (SNAPSHOTS, metadata(SNAPSHOTS, steps="[" * 9_999)),
    "no steps": (SNAPSHOTS, metadata(SNAPSHOTS, steps="[]", validation_errors="[]")),
    "steps infinite": (SNAPSHOTS, metadata(SNAPSHOTS, steps="[0, 1e999]")),
    "a step of 5,000 digits": (SNAPSHOTS, metadata(SNAPSHOTS, steps=f"[0, {'9' * 5_000}]")),
    "steps out of order": (SNAPSHOTS, metadata(SNAPSHOTS, steps=json.dumps(STEPS[::-1]))),
    "an error too few": (SNAPSHOTS, metadata(SNAPSHOTS, validation_errors=json.dumps([0.5] * (len(STEPS) - 1)))),
    "an error of NaN": (SNAPSHOTS, metadata(SNAPSHOTS, validation_errors=json.dumps([float("nan")] * len(STEPS)))),
    "unknown metadata": (SNAPSHOTS, metadata(SNAPSHOTS, code="evil")),
    "neighbors cut": (NEIGHBORS, CONTENT[NEIGHBORS][:1000]),
    "neighbors without f6": (NEIGHBORS, tensors(NEIGHBORS, f6=None)),
    "f6 of float32": (NEIGHBORS, tensors(NEIGHBORS, f6=ALL["f6"].float()[:100])),
    "f6 of infinity": (NEIGHBORS, tensors(NEIGHBORS, f6=ALL["f6"] / 0)),
    "f6 of another network": (NEIGHBORS, tensors(NEIGHBORS, f6=ALL["f6"].flip(0))),
    "an image too few": (NEIGHBORS, tensors(NEIGHBORS, images=ALL["images"][1:])),
    "images of 32x32": (NEIGHBORS, tensors(NEIGHBORS, images=torch.zeros(9, 32, 32, dtype=torch.uint8))),
    "a label of 10": (NEIGHBORS, tensors(NEIGHBORS, labels=ALL["labels"] + 1)),
    "labels of float": (NEIGHBORS, tensors(NEIGHBORS, labels=ALL["labels"].half())),
    "one label": (NEIGHBORS, tensors(NEIGHBORS, labels=torch.tensor(1, dtype=torch.uint8))),
    "no neighbors": (NEIGHBORS, tensors(NEIGHBORS, **{key: value[:0] for key, value in ALL.items()})),
    "no attribution": (NEIGHBORS, metadata(NEIGHBORS, attribution=None)),
    "an attribution of two lines": (NEIGHBORS, metadata(NEIGHBORS, attribution="a\nb")),
    "misread empty": (MISREAD_DIGITS, b""),
    "misread cut": (MISREAD_DIGITS, CONTENT[MISREAD_DIGITS][:5000]),
    "misread binary": (MISREAD_DIGITS, b"\xff\xfe\x00"),
    "misread a list": (MISREAD_DIGITS, b"[]"),
    "misread nested": (MISREAD_DIGITS, b"[" * 9_999),
    "misread with NaN": (MISREAD_DIGITS, misread(images=float("nan"))),
    "an unknown key": (MISREAD_DIGITS, misread(more=1)),
    "attribution a number": (MISREAD_DIGITS, misread(attribution=1)),
    "digits an object": (MISREAD_DIGITS, misread(digits={})),
    "digits of words": (MISREAD_DIGITS, misread(digits=["one"])),
    "fewer errors than digits": (MISREAD_DIGITS, misread(errors=3)),
    "errors true": (MISREAD_DIGITS, misread(errors=True, digits=[])),
    "an index too large": (MISREAD_DIGITS, misread({"index": 10_000})),
    "an index twice": (MISREAD_DIGITS, misread(digits=[FIRST, FIRST])),
    "a label of ten": (MISREAD_DIGITS, misread({"label": 10})),
    "an unknown key of a digit": (MISREAD_DIGITS, misread({"script": "evil"})),
    "an image too short": (MISREAD_DIGITS, misread({"image": base64.b64encode(bytes(783)).decode()})),
    "an image of other characters": (MISREAD_DIGITS, misread({"image": "<" * 1048})),
    "an image of null": (MISREAD_DIGITS, misread({"image": None})),
    "another image": (MISREAD_DIGITS, misread({"image": base64.b64encode(bytes(784)).decode()})),
    "nine probabilities": (MISREAD_DIGITS, misread({"probabilities": [0.1] * 9})),
    "a probability of 2": (MISREAD_DIGITS, misread({"probabilities": [2.0] + [0.0] * 9})),
    "a probability of words": (MISREAD_DIGITS, misread({"probabilities": ["1"] + [0.0] * 9})),
    "not misread": (MISREAD_DIGITS, misread({"probabilities": RIGHT})),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_rejected_in_one_line(reader, case):
    """A ValueError that begins with the file's name."""
    name, content = BAD[case]
    weights = reader.weights
    if content == "tutorial":
        weights, content = load_weights(bundled("tutorial")), CONTENT[name]
    with pytest.raises(ValueError, match=rf"^{name} is damaged or of another network: [^\n]+$"):
        check(name, content, weights)


@pytest.mark.parametrize("name", EXTRAS)
def test_an_oversized_file_is_not_read(reader, tmp_path, name):
    """Neither from a folder nor from elsewhere, whatever is in it."""
    folder = shutil.copytree(bundled(), tmp_path / "run")
    with open(folder / name, "ab") as file:
        file.truncate(1_000_000_000)  # sparse: takes no space on the disk
    with pytest.raises(ValueError, match=rf"^{name} is too large: larger than {EXTRAS[name]:,} bytes$"):
        load_extra(load_weights(folder), name)
    with pytest.raises(ValueError, match=rf"^{name} is damaged or of another network: larger than"):
        check(name, bytes(EXTRAS[name] + 1), reader.weights)


@pytest.mark.parametrize("name", EXTRAS)
def test_the_bundled_files_are_accepted(reader, name):
    """They are read as they are, and well below their limits."""
    assert load_extra(reader.weights, name) == CONTENT[name]
    assert len(CONTENT[name]) < EXTRAS[name]


@pytest.mark.parametrize("name", EXTRAS)
def test_weights_without_the_file_say_so(reader, tmp_path, name):
    """Weights in a folder without it, and weights from no folder."""
    save_model(reader.weights.model, tmp_path)
    for weights in (load_weights(tmp_path), Weights(reader.weights.model)):
        with pytest.raises(NoSuchFileError, match=rf"^These weights have no {name}\.$"):
            load_extra(weights, name)


@pytest.mark.parametrize("variant", NETWORKS)
def test_snapshots_of_every_network_are_accepted(tmp_path, variant):
    """What training writes is what the page reads; the errors are those that were measured."""
    weights = load_weights(bundled(variant))
    snapshots = {0: half(NETWORKS[variant]()), 7: half(weights.model)}
    errors = iter((0.9, 0.1))
    write_snapshots(tmp_path, weights.model, snapshots, lambda _model: next(errors))
    content = (tmp_path / SNAPSHOTS).read_bytes()
    check(SNAPSHOTS, content, weights)
    assert read_metadata(content) == {"steps": "[0, 7]", "validation_errors": "[0.9, 0.1]"}
    assert np.isfinite(load(content)["7.f6.weight"].numpy()).all()
