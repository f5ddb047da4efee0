"""The page without a server, served by Python's http.server below a path of its own, in a real browser."""

import gzip
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from lenet import Recognizer
from lenet.extras.check import check
from lenet.extras.files import SNAPSHOTS
from lenet.page.export import FOLDER, MOST_SNAPSHOTS, main, site_files, thin
from lenet.page.export import LATER as WHEN_NEEDED
from lenet.weights.model import bundled

LIMIT, LATER = 3_000_000, 2_500_000  # bytes: at the first visit, and when somebody trains
ARTICLE = 60_000  # when it is opened, compressed


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


def test_the_files_are_small_and_whole(files):
    """At most 3 MB besides what is loaded to train; every file that the page or the service worker names is there."""
    later = {name for name in files if name.rsplit("/", 1)[-1] in WHEN_NEEDED}
    assert sum(len(files[name]) for name in later) <= LATER
    assert sum(len(content) for name, content in files.items() if name not in later) <= LIMIT
    html, worker = files["index.html"].decode(), files["offline.js"].decode()
    for name in re.findall(r'(?:href|src)="(?!data:)([^"#]+)"', html):
        assert name in files or name.startswith("https://"), name
    kept, asked = (
        set(re.findall(r'"([^"]+)"', worker.split(f"{name} = ")[1].split(";")[0])) for name in ("FILES", "LATER")
    )
    assert kept == {"./", *files} - {"offline.js", *later}
    assert asked == later
    assert "<!-- " not in html.split("</main>")[0].split("<main>")[0]


def test_the_article_is_small_and_loaded_when_it_is_opened(files):
    """Each network that the page can show has its own; what is loaded to open it has at most 60 kB, compressed."""
    articles = {name for name in files if name.endswith("/article.json")}
    assert articles == {"network/article.json", "networks/tutorial/article.json", "networks/original/article.json"}
    loaded = ("static/article.js", "static/article.css", "network/article.json")
    assert sum(len(gzip.compress(files[name])) for name in loaded) <= ARTICLE
    assert all(Path(name).name in WHEN_NEEDED for name in loaded)


def test_the_text_does_not_speak_of_a_server(files):
    """But of images, which need none."""
    html = files["index.html"].decode().split("<main>")[1].split("</main>")[0]
    assert "server" not in html
    assert "drop an image" in html


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
