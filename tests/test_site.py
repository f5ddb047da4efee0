"""The page without a server, served by Python's http.server below a path of its own, in a real browser."""

import re
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load

from lenet import Recognizer
from lenet.extras.check import check
from lenet.extras.files import SNAPSHOTS
from lenet.page.export import FOLDER, MOST_SNAPSHOTS, main, site_files, thin, write_site
from lenet.weights.model import bundled
from tests.browser import free_port, running
from tests.conftest import EXAMPLES, draw
from tests.explorer import DIGITS, Explorer

LIMIT = 3_000_000  # bytes


@pytest.fixture(scope="module")
def files(reader) -> dict[str, bytes]:
    return site_files(reader)


def test_the_command_writes_the_page(files, tmp_path, monkeypatch, capsys):
    """Exactly these files; an unknown model is an error in one line."""
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    written = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert written == files
    assert main(["--model", "missing"]) == 2
    assert capsys.readouterr().err == "python -m lenet.page.export: folder not found: missing\n"


@pytest.fixture(scope="module")
def address(reader, tmp_path_factory):
    """The page's address, /sub/lenet/ of a server that knows nothing but files."""
    root = tmp_path_factory.mktemp("root")
    write_site(root / "sub" / "lenet", reader)
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(root)]
    with running(command, port) as url:
        yield f"{url}/sub/lenet/"


@pytest.fixture
def visit(chromium, address):
    """Opens the page in a new context. Nothing may fail, and nothing may be requested from elsewhere."""
    contexts, problems = [], []

    def open_page(**options) -> Explorer:
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda response: problems.append(response.url) if response.status >= 400 else None)
        page.on("request", lambda request: problems.append(request.url) if not ours(request.url) else None)
        return Explorer(page, address, Recognizer.from_pretrained())

    def ours(url: str) -> bool:
        return url.startswith((address, "data:", "blob:"))

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def test_the_files_are_small_and_whole(files):
    """At most 3 MB; every file that the page or the service worker names is there."""
    assert sum(map(len, files.values())) <= LIMIT
    html, worker = files["index.html"].decode(), files["offline.js"].decode()
    for name in re.findall(r'(?:href|src)="(?!data:)([^"#]+)"', html):
        assert name in files or name.startswith("https://"), name
    kept = re.findall(r'"([^"]+)"', worker.split("FILES = ")[1].split(";")[0])
    assert set(kept) == {"./", *files} - {"offline.js"}
    assert "<!-- " not in html.split("</main>")[0].split("<main>")[0]


def test_the_text_does_not_speak_of_a_server(files):
    """Nor of what only a server can do."""
    html = files["index.html"].decode().split("<main>")[1].split("</main>")[0]
    assert "server" not in html
    assert "drop an image" not in html


def test_a_model_name_cannot_end_the_script(reader, monkeypatch):
    """What comes from a repository's name is data."""
    weights = type(reader.weights)(**{**vars(reader.weights), "origin": "</script><script>alert(1)"})
    html = site_files(Recognizer(weights))["index.html"].decode()
    assert "</script><script>alert" not in html


def test_snapshots_are_thinned(reader):
    """The first step and the last four are kept, and the file is one that the page accepts."""
    content = (bundled() / SNAPSHOTS).read_bytes()
    thinned = thin(content, 5)
    check(SNAPSHOTS, thinned, reader.weights)
    steps = [sorted({int(name.split(".")[0]) for name in load(file)}) for file in (content, thinned)]
    assert steps[1] == [0, *steps[0][-4:]]
    assert len(thinned) < len(content) / 2.5
    assert MOST_SNAPSHOTS > 5
    whole, all_steps = load(content), load(thin(content, 1_000))
    assert all(torch.equal(whole[name], all_steps[name]) for name in whole)


def test_the_same_page_has_the_same_files(reader, files):
    """So that publishing it again changes nothing."""
    assert site_files(reader) == files


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
def test_the_page_reads_digits(visit, width):
    """Answers and scores are PyTorch's."""
    explorer = visit(viewport={"width": width, "height": 900})
    for digit in (0, 4, 7):
        explorer.click("clear")
        explorer.draw(DIGITS[digit])
        assert explorer.digit() == str(digit)
        explorer.page.locator(".check", has_text="Computed in your browser.").wait_for()
        expected = explorer.features()["output"].numpy()
        assert expected.argmax() == digit
        assert np.abs(np.array(explorer.scores()) - expected).max() < 0.1  # shown with a digit after the point


@pytest.mark.slow
def test_the_explorer_works(visit):
    """Every mode, with the worker, the snapshots, the other networks and the misread digits."""
    explorer = visit()
    explorer.draw(DIGITS[3])
    page = explorer.page
    explorer.open("why")
    page.locator(".why .result, .why canvas").first.wait_for()
    explorer.open("learn")
    page.locator(".learning").wait_for()
    explorer.open("compare")
    page.locator(".compare", has_text="original").wait_for()
    explorer.open("mistakes")
    page.locator(".mistakes canvas").first.wait_for()
    explorer.open("inspect")
    assert explorer.digit() == "3"


@pytest.mark.slow
def test_the_page_works_offline_once_loaded(visit):
    """Even after a reload, and what was not asked for before."""
    explorer = visit()
    page = explorer.page
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    explorer.draw(DIGITS[5])
    assert explorer.digit() == "5"
    explorer.open("learn")
    page.locator(".learning").wait_for()


@pytest.mark.slow
def test_an_image_is_declined_in_a_sentence(visit, tmp_path):
    """There is no button for it, but an image can still be dropped or pasted. A drawing is read afterwards."""
    explorer = visit()
    assert not explorer.page.locator(".open").is_visible()
    draw(EXAMPLES[2]["strokes"]).save(tmp_path / "digit.png")
    explorer.page.locator(".file").set_input_files(tmp_path / "digit.png")
    explorer.page.locator(
        ".notice", has_text="This page has no server, which would be needed to read images."
    ).wait_for()
    assert explorer.digit() == "?"
    explorer.click("clear")
    explorer.draw(DIGITS[2])
    assert explorer.digit() == "2"


@pytest.mark.slow
def test_dark_mode_follows_the_system(visit):
    """Without Gradio, the page looks itself."""
    for scheme, dark in (("dark", True), ("light", False)):
        page = visit(color_scheme=scheme).page
        assert page.evaluate("document.body.classList.contains('dark')") is dark
