"""Downloading the pen digits from a loopback server: all forms of the archive, all faults."""

import hashlib
import os
import resource

import pytest
from torchvision.datasets import MNIST

from tests.archives import bomb, compress, zipped
from tests.file_server import Handler, Reply, file_server
from tests.fixtures.plots import without_plots
from tests.small_data import unipen, write_small_mnist, write_small_strokes
from train.__main__ import main
from train.data import download as downloading
from train.data import pen_digits
from train.data.checksums import CHECKSUMS
from train.data.digits import DataError
from train.data.download import download
from train.data.pen_digits import FILE, load_pen_digits

NAME = FILE.name
TEXT = unipen([(n % 10, 1 + n % 30, [[(n, k) for k in range(100, 300, 7)]]) for n in range(200)]).encode()
LZW = compress(TEXT)
ZIP = zipped({"pendigits.names": b"...", f"{NAME}.Z": LZW})


@pytest.fixture(autouse=True)
def small_original(monkeypatch):
    """TEXT instead of UCI's file, and a short timeout, though a busy machine has to answer within it."""
    monkeypatch.setitem(CHECKSUMS, NAME, (len(TEXT), hashlib.md5(TEXT).hexdigest()))
    monkeypatch.setattr(downloading, "TIMEOUT", 1)
    monkeypatch.setattr(downloading, "MAX_ARCHIVE", 200_000)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server(monkeypatch):
    """A server with two sources, /digits.zip and /NAME.Z; at first only the former exists."""
    with file_server() as server:
        server.replies["digits.zip"] = Reply(ZIP)
        monkeypatch.setattr(pen_digits, "URLS", (f"{server.url}digits.zip", f"{server.url}{NAME}.Z"))
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / FILE


def files(path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def failure(path) -> str:
    """The message of a download that fails: one line that ends with the alternative."""
    with pytest.raises(DataError) as caught:
        load_pen_digits(path.parents[1], range(1, 31))
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert "\n" not in message
    assert len(message) < 900
    assert message.endswith("or train with --no-strokes")
    return message


FORMS = {
    "UCI's zip": ZIP,
    "a zip with folders": zipped({"a/pendigits.tra": b"...", f"a/b/{NAME}.Z": LZW}),
    "a zip with the unpacked file": zipped({f"pendigits/{NAME}": TEXT}),
    "a zip that stores": zipped({f"{NAME}.Z": LZW}, method=0),
    "a .Z": LZW,
    "a .Z whose table is cleared": compress(TEXT, clear_every=1_001),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_archive_is_unpacked(server, path, form, capfd):
    """The file is the original and the only one in its folder; it is downloaded once, and nothing is printed."""
    server.replies["digits.zip"] = Reply(FORMS[form])
    for _ in range(2):
        assert len(load_pen_digits(path.parents[1], range(1, 31))) == 200
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert server.requests == ["digits.zip"]
    assert capfd.readouterr() == ("", "")


def test_the_second_source_is_used_if_the_first_fails(server, path):
    """Here, because the connection is closed in the middle of it."""
    server.replies |= {"digits.zip": Reply(ZIP, cut=1_000), f"{NAME}.Z": Reply(LZW)}
    download(pen_digits.URLS, path)
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert server.requests == ["digits.zip", f"{NAME}.Z"]


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def redirect(handler: Handler) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.end_headers()


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1_000):  # 100 MB
        handler.wfile.write(bytes(100_000))


def chunked(handler: Handler) -> None:
    """A chunked body without its last chunk."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + ZIP[:1_000])


BAD_RESPONSES = {
    "not found": (Reply(status=404), "HTTP status 404 Not Found"),
    "a redirect to itself": (redirect, "HTTP status 302"),
    "a redirect to nowhere": (Reply(status=302, headers={"Location": "http://[/"}), "Invalid IPv6 URL"),
    "closed": (Reply(ZIP, cut=1_000), "damaged zip archive"),
    "closed within a chunk": (chunked, "IncompleteRead"),
    "stalled": (Reply(ZIP, cut=1_000, stalls=True), "timed out"),
    "another protocol": (no_http, "SSH-2.0"),
    "a web page": (Reply(b"<!DOCTYPE html>\n<p>Sign in"), "it starts with b'<!DOCTYPE html>'"),
    "an empty file": (Reply(b""), "it starts with b''"),
    "a .Z of two bytes": (Reply(LZW[:2]), "damaged .Z file"),
    "a .Z with unknown flags": (Reply(b"\x1f\x9d\xf0" + LZW[3:]), "damaged .Z file"),
    "a damaged zip": (Reply(flipped(ZIP, len(ZIP) // 2)), "damaged zip archive"),
    "a damaged .Z": (Reply(LZW[:300] + b"\xff" * 8 + LZW[308:]), "damaged .Z file"),
    "a zip of other files": (Reply(zipped({"pendigits.tra": TEXT})), f"zip archive without {NAME} or {NAME}.Z"),
    "another file of that length": (Reply(compress(flipped(TEXT, 9))), f"the hash of its {NAME} is not that"),
    "a .Z cut": (Reply(LZW[:2_000]), f"the hash of its {NAME} is not that"),
    "a shorter file": (Reply(compress(TEXT[:-1])), f"the hash of its {NAME} is not that"),
    "a longer file": (Reply(compress(TEXT + b"\n")), "it unpacks to more than"),
    "a zip bomb": (Reply(zipped({f"{NAME}.Z": bytes(5_000_000)})), "it unpacks to more than"),
    "a .Z bomb": (Reply(bomb(20_000)), "it unpacks to more than"),
    "too large": (endless, "larger than 200,000 bytes"),
}


@pytest.mark.parametrize("fault", BAD_RESPONSES)
def test_a_bad_response_is_reported_and_leaves_no_file(server, path, fault, monkeypatch):
    """One line says what each source sent; no file and no folder remains, and the next call can succeed."""
    reply, message = BAD_RESPONSES[fault]
    server.replies["digits.zip"] = reply
    with monkeypatch.context() as patch:
        if fault == "stalled":
            patch.setattr(downloading, "TIMEOUT", 0.3)
        said = failure(path)
    assert said.startswith(f"{path} is missing and could not be downloaded (digits.zip: ")
    assert message in said
    assert f"; {NAME}.Z: HTTP status 404 Not Found); put {NAME} from https://archive.ics.uci.edu/dataset/81" in said
    assert f" into {path.parent}, or train with" in said
    assert [left.name for left in path.parents[1].glob("*")] == []
    assert set(server.requests) == {"digits.zip", f"{NAME}.Z"}
    server.replies["digits.zip"] = Reply(ZIP)
    assert len(load_pen_digits(path.parents[1], range(1, 31))) == 200


def test_no_network(path, monkeypatch):
    """One line, without delay, and no folder is created."""
    monkeypatch.setattr(pen_digits, "URLS", ("http://127.0.0.1:9/digits.zip", "http://127.0.0.1:9/digits.Z"))
    assert "(digits.zip: Connection refused; digits.Z: Connection refused)" in failure(path)
    assert not path.parents[1].exists()


def test_a_full_disk(server, path):
    """No part of the file remains."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, before[1]))  # no file may grow beyond it
    try:
        said = failure(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be written (File too large); select another folder with --data-dir" in said
    assert files(path) == []


def test_a_folder_that_cannot_be_written(server, path, monkeypatch):
    """Because a file has its name, or because of its permissions."""
    path.parents[1].mkdir()
    path.parent.touch()
    assert "cannot be written (File exists)" in failure(path)
    path.parent.unlink()

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", forbidden)  # because the tests may run as root, for whom no folder is read-only
    assert "cannot be written (Permission denied)" in failure(path)


@without_plots()
def test_training_downloads_its_data(server, tmp_path, monkeypatch, capsys):
    """With an empty data folder, the command downloads both data sets, once."""
    write_small_mnist(tmp_path / "served", compress=True)
    write_small_strokes(tmp_path / "served")
    strokes = (tmp_path / "served" / FILE).read_bytes()
    mnist = {file.name: file.read_bytes() for file in sorted((tmp_path / "served" / "MNIST" / "raw").iterdir())}
    server.replies |= {name: Reply(content) for name, content in mnist.items()}
    server.replies["digits.zip"] = Reply(zipped({f"{NAME}.Z": compress(strokes)}))
    hashes = {name: hashlib.md5(content).hexdigest() for name, content in mnist.items()}
    monkeypatch.setattr(MNIST, "mirrors", [server.url])
    monkeypatch.setattr(MNIST, "resources", list(hashes.items()))
    monkeypatch.setitem(CHECKSUMS, NAME, (len(strokes), hashlib.md5(strokes).hexdigest()))
    data = tmp_path / "empty"
    recipe = ("--dry-run", "--validation-size", 50, "--copies", 1, "--outliers", 10, "--styles", 10)
    for run in ("one", "two"):
        assert main([*map(str, ("--data-dir", data, "--output", tmp_path / run, *recipe))]) == 0
        assert "250 MNIST images, 67 renderings of pen digits" in capsys.readouterr().out
    assert {file.name for file in data.iterdir()} == {"MNIST", "pendigits", "rendered"}
    assert files(data / FILE) == [NAME]
    assert sorted(set(server.requests)) == ["digits.zip", *sorted(mnist)]
    assert len(server.requests) == 9  # torchvision requests each of its four files twice
