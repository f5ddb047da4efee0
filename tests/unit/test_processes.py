"""The reader in somebody's process: whatever PyTorch's defaults, and for other processes."""

import pickle

import pytest
import torch
from PIL import Image

from harness.drawings import EXAMPLES, draw
from lenet import NETWORKS, Recognizer
from lenet.weights.model import bundled

SEVEN = draw(EXAMPLES[7]["strokes"])


def row() -> Image.Image:
    """A 3 beside a 7."""
    image = Image.new("L", (480, 280), 255)
    for i, digit in enumerate((3, 7)):
        image.paste(draw(EXAMPLES[digit]["strokes"], side=240), (240 * i, 20))
    return image


@pytest.fixture
def defaults():
    """Leaves PyTorch's defaults as they were."""
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)


@pytest.mark.usefixtures("defaults")
@pytest.mark.parametrize("variant", NETWORKS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_any_default_dtype(variant, dtype):
    """The reading is the same, to the last bit."""
    expected = Recognizer.from_pretrained(bundled(variant)).read(SEVEN)
    torch.set_default_dtype(dtype)
    assert Recognizer.from_pretrained(bundled(variant)).read(SEVEN) == expected


@pytest.mark.usefixtures("defaults")
@pytest.mark.parametrize("variant", NETWORKS)
def test_any_default_device(variant):
    """Even one that has no numbers."""
    expected = Recognizer.from_pretrained(bundled(variant)).read(SEVEN)
    torch.set_default_device("meta")
    assert Recognizer.from_pretrained(bundled(variant)).read(SEVEN) == expected


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_has_no_effect(reader, dtype):
    """Neither on a digit nor on a row."""
    expected = [reader.read(image) for image in (SEVEN, row())]
    with torch.autocast("cpu", dtype=dtype):
        assert [reader.read(image) for image in (SEVEN, row())] == expected


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_a_network_of_another_dtype(dtype):
    """It computes in its own, and the outputs of the layers are float32 as ever."""
    reader = Recognizer.from_pretrained()
    reader.weights.model.to(dtype)
    reading = reader.read(SEVEN)
    assert (reading.digit, reader.read(row()).number) == (7, "37")
    assert {values.dtype.name for values in reading.activations.values()} == {"float32"}


def test_readings_can_be_compared_hashed_and_pickled(reader):
    """Those of the same image are equal; pickling keeps the activations."""
    one, again, other = reader.read(SEVEN), reader.read(SEVEN), reader.read(row())
    assert one == again
    assert one != other
    assert {one, again, other} == {one, other}
    copy = pickle.loads(pickle.dumps(one))
    assert copy == one
    assert (copy.activations["c3"] == one.activations["c3"]).all()


def test_a_reader_can_be_pickled(reader):
    """For processes that are not forked."""
    assert pickle.loads(pickle.dumps(reader)).read(SEVEN) == reader.read(SEVEN)
