"""MNIST: read from hand-made IDX bytes, downloaded from a loopback server, missing and damaged."""

import errno
import functools
import hashlib
import http.server
import threading

import numpy as np
import pytest
import torch
from torchvision.datasets import MNIST

from tests.small_data import idx, write_small_mnist
from train.data.checksums import CHECKSUMS, check
from train.data.digits import DataError, Digits, as_float
from train.data.mnist import load_mnist, split


@pytest.fixture
def nowhere(monkeypatch):
    """No mirror can be reached."""
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])


def test_hand_made_idx_bytes(tmp_path):
    """Pixels and labels are read from the right positions, and the image is padded by two pixels."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    pixels = bytearray(2 * 28 * 28)
    pixels[0] = 70  # first image, first row, first column
    pixels[28 * 28 + 3 * 28 + 5] = 255  # second image, row 3, column 5
    header = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28])
    (raw / "t10k-images-idx3-ubyte").write_bytes(header + pixels)
    (raw / "t10k-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 4, 9]))
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        (raw / name).touch()  # torchvision looks for all four before it reads any
    digits = load_mnist(tmp_path, train=False)
    assert digits.images.shape == (2, 1, 32, 32)
    assert digits.images.dtype == torch.uint8
    assert digits.labels.tolist() == [4, 9]
    assert digits.images[0, 0, 2, 2] == 70
    assert digits.images[1, 0, 5, 7] == 255
    assert int(digits.images.sum()) == 325
    assert as_float(digits.images).max() == 1


def test_missing_files_are_downloaded(tmp_path, monkeypatch):
    """With torchvision's downloader, from a loopback server, verified against the hashes."""
    write_small_mnist(tmp_path / "server", compress=True)
    served = tmp_path / "server" / "MNIST" / "raw"
    hashes = [(path.name, hashlib.md5(path.read_bytes()).hexdigest()) for path in sorted(served.iterdir())]
    handler = functools.partial(QuietHandler, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        monkeypatch.setattr(MNIST, "resources", hashes)
        digits = load_mnist(tmp_path / "data", train=True)
        server.shutdown()
    assert len(digits) == 300
    assert len(load_mnist(tmp_path / "data", train=False)) == 100


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


def test_no_data_and_no_network(tmp_path, nowhere):
    """One line says where to put the files."""
    with pytest.raises(DataError) as caught:
        load_mnist(tmp_path / "data", train=True)
    assert str(caught.value) == (
        f"MNIST is missing from {tmp_path / 'data'} and could not be downloaded "
        f"([Errno {errno.ECONNREFUSED}] Connection refused); "
        f"put its four files into {tmp_path / 'data' / 'MNIST' / 'raw'}, or select another folder with --data-dir"
    )
    assert not (tmp_path / "data").exists()


def of_doubles(array: np.ndarray) -> bytes:
    """An array in the IDX format, as doubles instead of bytes."""
    head = idx(array)[: 4 + 4 * array.ndim]
    return head[:2] + b"\x0e" + head[3:] + array.astype(">f8").tobytes()


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "another format", "doubles", "no type", "sizes"])
def test_damaged_files(tmp_path, nowhere, error_of, name, damage):
    """A truncated or replaced file is reported, not read partially, nor called missing."""
    write_small_mnist(tmp_path)
    path = tmp_path / "MNIST" / "raw" / name
    whole = path.read_bytes()
    array = np.zeros((300, 28, 28) if "images" in name else 300, np.uint8)
    path.write_bytes(
        {
            "truncated": whole[:-1],
            "empty": b"",
            "another format": b"PK" + whole[2:],
            "doubles": of_doubles(array),
            "no type": whole[:2] + b"\x0a" + whole[3:],
            "sizes": whole[:4] + b"\xff" * (4 * array.ndim) + whole[4 + 4 * array.ndim :],
        }[damage]
    )
    said = error_of("--data-dir", tmp_path, "--output", tmp_path / "run", "--dry-run", "--device", "cpu")
    assert said.count("\n") == 1
    assert f"the MNIST files in {path.parent} are damaged; delete them to download them again" in said


def test_labels_are_digits(tmp_path, nowhere):
    """A label that the network has no score for is no digit."""
    write_small_mnist(tmp_path)
    path = tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x4d")
    with pytest.raises(DataError, match=r"raw are damaged: the label 77 is not a digit$"):
        load_mnist(tmp_path, train=False)


def test_images_have_ink(tmp_path, nowhere):
    """More than the threshold below which ink does not count."""
    write_small_mnist(tmp_path)
    path = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    whole = path.read_bytes()
    path.write_bytes(whole[: -28 * 28] + b"\x27" * 28 * 28)  # 39 of 255
    assert len(load_mnist(tmp_path, train=False)) == 100
    path.write_bytes(whole[: -28 * 28] + b"\x26" * 28 * 28)
    with pytest.raises(DataError, match=r"raw are damaged: image 99 is blank or too faint to be a digit$"):
        load_mnist(tmp_path, train=False)


def test_a_changed_original_is_detected(tmp_path):
    """A file with the length of the original and valid, but different, content is detected by its hash."""
    write_small_mnist(tmp_path)
    raw = tmp_path / "MNIST" / "raw"
    (raw / "t10k-labels-idx1-ubyte").write_bytes(idx(np.zeros(10_000, np.uint8)))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte is damaged, its hash"):
        load_mnist(tmp_path, train=False)
    assert len(load_mnist(tmp_path, train=True)) == 300


@pytest.mark.parametrize("name", CHECKSUMS)
def test_only_files_of_a_known_length_are_checked(tmp_path, name):
    """A file of another length is another data set, which may be valid; one of the same length must be the original."""
    length, _checksum = CHECKSUMS[name]
    path = tmp_path / name
    for size in (length - 1, length + 1):
        with open(path, "wb") as file:
            file.truncate(size)
        check(path)
    with open(path, "wb") as file:
        file.truncate(length)
    with pytest.raises(DataError, match=f"{name} is damaged"):
        check(path)


def test_files_that_do_not_match(tmp_path):
    """The numbers of labels and images must be equal."""
    write_small_mnist(tmp_path)
    labels = tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(idx(np.zeros(299, np.uint8)))
    with pytest.raises(DataError, match="do not match"):
        load_mnist(tmp_path, train=True)


def test_the_split_contains_every_image_once():
    """No image is in both parts or in none, and the split depends on the seed."""
    digits = Digits(torch.arange(100, dtype=torch.uint8).view(100, 1, 1, 1), torch.arange(100))
    training, validation = split(digits, 30, seed=5)
    assert (len(training), len(validation)) == (70, 30)
    assert sorted(training.labels.tolist() + validation.labels.tolist()) == list(range(100))
    assert torch.equal(split(digits, 30, seed=5)[1].labels, validation.labels)
    assert not torch.equal(split(digits, 30, seed=6)[1].labels, validation.labels)


def test_mean_and_std():
    """As computed by hand: half of the pixels are 0, half are 255."""
    images = torch.tensor([0, 255], dtype=torch.uint8).repeat(512).view(1, 1, 32, 32)
    mean, std = Digits(images, torch.zeros(1)).mean_and_std()
    assert mean == 0.5
    assert std == pytest.approx(0.5, abs=1e-3)
