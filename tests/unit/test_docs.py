"""README and docs tell the truth: flags, commands, files, figures and code as written."""

import json
import pydoc
import re
import shlex
import shutil

import pytest
import torch
import yaml
from PIL import Image

import docs.pages
import lenet
import lenet.__main__
import lenet.page.__main__
from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.fake_hub.faults import FAULTS
from lenet import NETWORKS
from lenet.weights.model import bundled, load_weights
from tests.matches import matched
from train.__main__ import COMMANDS, main

PATHS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
PAGES = {path.name: path.read_text() for path in PATHS}
ALL = "\n".join(PAGES.values())
README, MAKEFILE = PAGES["README.md"], (ROOT / "Makefile").read_text()
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")}


def flags_of(command, arguments: list[str], capsys) -> set[str]:
    with pytest.raises(SystemExit):
        command([*arguments, "--help"])
    return set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}


def train_flags(name: str, capsys) -> set[str]:
    """The flags of `python -m train NAME`."""
    return flags_of(main, [name], capsys)


def steps(workflow: str) -> list[dict]:
    return [step for job in WORKFLOWS[workflow]["jobs"].values() for step in job.get("steps", [])]


def test_every_command_of_the_training_is_documented():
    """The tables of their options are made from the parsers, and checked by `make lint`."""
    assert [name for name in COMMANDS if not re.search(rf"python -m train {name}(?![\w-])", ALL)] == []


@pytest.mark.parametrize("name", [*PAGES, *sorted(WORKFLOWS)])
def test_every_documented_command_exists(name, capsys):
    """Each `python -m train ...` uses a command and flags that exist, and each make target is one."""
    text = PAGES[name] if name in PAGES else "\n".join(step.get("run", "") for step in steps(name))
    for call in re.findall(r"python -m train\b([^#`:\n]*)", text):
        first, *rest = call.split() or [""]
        command, rest = (first, rest) if first in COMMANDS else ("run", [first, *rest])
        assert first in COMMANDS or rest == [""] or rest[0].startswith("-"), f"train has no command {rest[0]}"
        used = {flag for word in rest if (flag := re.sub(r"^\$\{\w+:\+", "", word)).startswith("--")}
        assert used - {"--help"} <= train_flags(command, capsys), call
    for target in re.findall(r"(?:^|`)make (\S+?)(?:`|\s|$)", text, re.MULTILINE):
        assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target


def headings(markdown: str) -> set[str]:
    """The anchors of a page's headings: the same on GitHub and on the site, and none of them twice."""
    titles = re.findall(r"^#+ (.+)", docs.pages.FENCED.sub("", markdown), re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    assert not any("--" in anchor for anchor in anchors)
    return set(anchors)


def links(markdown: str) -> list[tuple[str, str]]:
    """File and anchor of each link and picture but those to other sites."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", markdown)
    return [(file, anchor) for file, anchor in found if not file.startswith("http")]


def test_every_link_leads_to_a_file_and_a_heading():
    """Relative links and pictures of each page, as on GitHub."""
    for path in (*PATHS, ROOT / "CHANGELOG.md"):
        for file, anchor in links(path.read_text()):
            target = path.parent / file if file else path
            assert target.exists(), f"{path.name}: {file}"
            assert not anchor or anchor in headings(target.read_text()), f"{path.name}: {file}#{anchor}"


def test_every_link_of_the_site_leads_to_a_page_or_to_the_repository(tmp_path):
    """The pages of the site, which are those of the repository with other links."""
    repository = "https://github.com/somebody/digits"
    docs.pages.write(tmp_path / "pages", repository)
    pages = {path.name: path.read_text() for path in tmp_path.glob("pages/*.md")}
    assert {"index.md", "changelog.md", "contributing.md", "python.md"} <= set(pages)
    for name, page in pages.items():
        for file, anchor in links(page):
            assert (tmp_path / "pages" / (file or name)).exists(), f"{name}: {file}"
            assert not anchor or anchor in headings(pages[file or name]), f"{name}: {file}#{anchor}"
        for path in re.findall(rf"\]\({repository}/blob/main/([^)#]+)", page):
            assert (ROOT / path).exists(), f"{name}: {path}"
    assert f"[MIT]({repository}/blob/main/LICENSE)" in pages["index.md"]
    assert "[Metrics](metrics.md) defines every term" in pages["index.md"]
    assert "](docs/" not in "".join(pages.values())


def test_the_site_loads_no_program_to_draw():
    """The drawing of the rooms is a list of its arrows there, all of them."""
    written = (ROOT / "docs/architecture.md").read_text()
    page = docs.pages.page(ROOT / "docs/architecture.md")
    assert "mermaid" in written
    assert "mermaid" not in page
    assert "mermaid" not in (ROOT / "mkdocs.yml").read_text()
    for start, end in re.findall(r"^ +(\S+) --> (\S+)$", written, re.MULTILINE):
        assert re.search(rf"^{re.escape(start)} +→ .*{re.escape(end)}(,|$)", page, re.MULTILINE), (start, end)


def test_code_on_the_site_is_as_written():
    """Also where it looks like a link."""
    for name in ("README.md", "docs/python.md"):
        fenced = docs.pages.FENCED.findall((ROOT / name).read_text())
        assert fenced
        assert [block for block in fenced if block not in docs.pages.page(ROOT / name)] == []


def test_the_site_shows_every_page():
    """Each is in its navigation, once."""

    def pages_of(entry) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [page for part in (entry.values() if isinstance(entry, dict) else entry) for page in pages_of(part)]

    # As text, because of the tags: the base loader makes nothing of them.
    navigation = yaml.load((ROOT / "mkdocs.yml").read_text(), yaml.BaseLoader)["nav"]
    assert sorted(pages_of(navigation)) == sorted(name for name in docs.pages.site_files() if name.endswith(".md"))


def test_lists_follow_an_empty_line():
    """On the site, unlike on GitHub, they would belong to the paragraph; and nested lists need four spaces."""
    for path in (*PATHS, ROOT / "CHANGELOG.md"):
        text = docs.pages.FENCED.sub("", path.read_text())
        assert re.findall(r"^(?![-\s]|\d+\. ).+\n(?=- |\d+\. )", text, re.MULTILINE) == [], path.name
        assert re.findall(r"^ {1,3}(?:- |\d+\. ).*", text, re.MULTILINE) == [], path.name


def test_the_reference_has_every_public_name():
    """docs/api.md lists what `from lenet import ...` provides; other entries exist, too."""
    entries = re.findall(r"^::: ([\w.]+)$", PAGES["api.md"], re.MULTILINE)
    assert {f"lenet.{name}" for name in lenet.__all__ if not name.startswith("__")} <= set(entries)
    assert [entry for entry in entries if pydoc.locate(entry) is None] == []


def test_every_room_is_described():
    """The tree in the README names the folders, those of the tests too; docs/architecture.md each room of `lenet`."""
    tree = matched(r"```\n(app\.py .*?)```", README, re.DOTALL)
    assert all((ROOT / name).exists() for line in tree.splitlines() for name in re.findall(r"(\S+/|^\S+)", line[:22]))
    kinds = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    for text, name in ((tree, "{}/"), (PAGES["CONTRIBUTING.md"], "`tests/{}`")):
        assert [kind for kind in kinds if name.format(kind) not in text] == []
    table = PAGES["architecture.md"].partition("| room of `lenet` |")[2].partition("\n\n")[0]
    modules = {path.stem for path in (ROOT / "lenet").glob("[!_]*.py")}
    rooms = modules | {path.parent.name for path in (ROOT / "lenet").glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))) == rooms


@pytest.mark.parametrize("name", ["README.md", "python.md"])
def test_every_python_snippet_runs_as_written(name, tmp_path, monkeypatch, request):
    """In a folder with the images that it reads, and a running page where it calls one."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    number = Image.new("L", (560, 280), 255)
    for i, digit in enumerate((3, 7)):
        number.paste(draw(EXAMPLES[digit]["strokes"]), (280 * i, 0))
    number.save(tmp_path / "number.png")
    (tmp_path / "scans").mkdir()
    number.save(tmp_path / "scans/37.png")
    shutil.copy(bundled() / "model.safetensors", tmp_path)
    monkeypatch.chdir(tmp_path)
    model = load_weights(bundled()).model
    snippets = re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL)
    assert snippets
    for snippet in snippets:
        if "http://127.0.0.1:7860" in snippet:
            snippet = snippet.replace("http://127.0.0.1:7860", request.getfixturevalue("app_url"))
        names: dict = {}
        exec(snippet, names)
        assert "reading" not in names or names["reading"].digit == 7
        assert "row" not in names or names["row"].number == "37"
        if "logits" in names:
            torch.testing.assert_close(names["logits"], model(names["ink"]), atol=1e-5, rtol=0)


def test_every_shell_call_of_the_reader_runs_as_written(tmp_path, monkeypatch, capsys):
    """`python -m lenet ...` in README and docs, with its images there."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    draw(EXAMPLES[2]["strokes"]).save(tmp_path / "photo.jpg")
    (tmp_path / "scans").mkdir()
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "scans/7.png")
    monkeypatch.chdir(tmp_path)
    calls = [
        call for call in re.findall(r"python -m lenet (.*?)(?:`|$| > )", ALL, re.MULTILINE) if "SOURCE" not in call
    ]
    assert len(calls) >= 3
    for call in calls:
        assert lenet.__main__.main(shlex.split(call)) == 0, call
        assert "7" in capsys.readouterr().out


def test_the_figures_are_measured():
    """Those of the README and of docs/networks.md are in the bundled metrics."""
    metrics = {v: json.loads((ROOT / f"lenet/pretrained/{v}/metrics.json").read_text()) for v in NETWORKS}
    for variant, m in metrics.items():
        page = README if variant == "textbook" else PAGES["networks.md"]
        assert f"{100 * m['test']['error']:.2f} %" in page
        assert f"{100 * m['sketches']['answered_correctly']:.1f} %" in page
        assert f"{100 * m['nondigits']['plain']['outlier_rejection_rate']:.0f} %" in page
    m = metrics["textbook"]
    for figure in (
        f"{100 * m['drawn']['by_kind']['drawn, unflagged']['answered_correctly']:.1f} %",
        f"{100 * m['drawn']['by_kind']['photo, unflagged']['answered_correctly']:.1f} %",
        f"{100 * m['nondigits']['confusable with a digit']['outlier_rejection_rate']:.0f} %",
        f"{100 * m['test']['false_rejection_rate']:.2f} %",
    ):
        assert figure in README


def test_the_table_of_hub_faults_is_complete():
    """docs/hub-faults.md has a row for each fault, none of which delays the page by five seconds."""
    rows = re.findall(r"^\| ([^|]+) \| [\d.]+ \| ([+-][\d.]+) \|", PAGES["hub-faults.md"], re.MULTILINE)
    assert [name for name, _ in rows] == list(FAULTS)
    assert max(float(delay) for _, delay in rows) < 5


def test_the_readme_is_short():
    """At most 160 lines; its moving picture is at most 2 MB."""
    assert len(README.splitlines()) <= 160
    assert (ROOT / "docs/page.webp").stat().st_size <= 2_000_000


def test_no_line_of_prose_is_longer_than_120_columns():
    """In any page; rows of tables may be."""
    for path in (*PATHS, ROOT / "CHANGELOG.md"):
        long = [line for line in path.read_text().splitlines() if len(line) > 120 and not line.startswith("|")]
        assert long == [], path.name


def test_no_file_has_the_marks_of_a_merge():
    """Which style sheets would take, too: what follows them is then ignored."""
    marks = re.compile(rb"^(<<<<<<<|>>>>>>>|\|\|\|\|\|\|\|) ", re.MULTILINE)
    texts = {".css", ".html", ".jinja", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}
    folders = ("benchmarks", "deploy", "docs", "examples", "harness", "lenet", "tests", "train")
    files = [*ROOT.iterdir(), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    assert [path for path in files if path.suffix in texts and marks.search(path.read_bytes())] == []


def test_every_file_to_open_exists():
    """The table in docs/architecture.md of what to open names files and folders of the package or of the page."""
    table = PAGES["architecture.md"].partition("| to change or add | open |")[2].partition("\n\n")[0]
    cells = "".join(line.split("|")[2] for line in table.splitlines()[2:])
    names = set(re.findall(r"`([\w./]+(?:/|\.(?:py|js|ts|css|html)))`", cells))
    assert {"page.html", "explore/"} <= names
    bases = (ROOT, ROOT / "lenet/page", ROOT / "lenet/page/static")
    assert [name for name in sorted(names) if not any((base / name).exists() for base in bases)] == []


def test_only_the_steps_that_publish_see_the_token():
    """The token with write permission is not in the environment of the steps that install packages."""
    publishing = [step for step in steps("publish") if "python -m train publish" in step.get("run", "")]
    assert len(publishing) == 2
    assert [step for step in steps("publish") if "HF_TOKEN" in str(step)] == publishing
    assert "secrets" not in str(WORKFLOWS["publish"]["env"])
    assert "secrets" not in str(WORKFLOWS["test"])
