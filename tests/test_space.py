"""The Space: what is staged for it, that it starts by itself and reads with its owner's weights, and its upload."""

# ruff: noqa: F811  (a fixture that is imported and then asked for by its name)

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import metadata_load

from lenet.weights.model import bundled
from tests.browser import ROOT, Visitor, free_port, running
from tests.conftest import EXAMPLES
from tests.fake_hub.publishing import hub  # noqa: F401
from tests.fake_hub.repository import errors_in_card
from tests.fake_hub.server import Hub
from train.__main__ import main
from train.publish.space import NEEDED, pins, stage_space

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

MODEL_FILES = {name: (bundled() / name).read_bytes() for name in ("config.json", "model.safetensors", "metrics.json")}
NOT_THERE = ("torchvision", "matplotlib", "pytest", "playwright", "train", "tests")  # on the Space's machine


@pytest.fixture
def staged(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / stage_space("someone/lenet-5")


def test_exactly_what_the_page_needs_is_staged(staged):
    """The app, the package with all of its own files, requirements and a card; no cache, no training."""
    assert {path.name for path in staged.iterdir()} == {
        *("README.md", "LICENSE", "app.py", "lenet", "requirements.txt", "pre-requirements.txt")
    }
    tracked = subprocess.run(["git", "ls-files", "lenet"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    there = {path.relative_to(staged).as_posix() for path in (staged / "lenet").rglob("*") if path.is_file()}
    assert there >= set(tracked)
    assert not [name for name in there if "__pycache__" in name or name.endswith((".pyc", ".part", ".png"))]
    for name in ("app.py", "lenet/recognizer.py", "lenet/pretrained/textbook/model.safetensors"):
        assert (staged / name).read_bytes() == (ROOT / name).read_bytes()


def test_staging_again_leaves_nothing_of_before(staged):
    """A file that is no longer part of it goes."""
    (staged / "lenet" / "old.py").write_text("")
    stage_space()
    assert not (staged / "lenet" / "old.py").exists()
    assert "preload_from_hub" not in (staged / "README.md").read_text()


def test_the_front_matter_pins_what_the_space_is_built_of(staged):
    """By the Hub's rules, with Gradio and Python as in the requirements, and the model's files fetched at the build."""
    text = (staged / "README.md").read_text()
    assert errors_in_card(text, "space") == ([], [])
    data = metadata_load(staged / "README.md")
    assert data["sdk"] == "gradio"
    assert f"gradio=={data['sdk_version']}" in (ROOT / "requirements.txt").read_text()
    assert data["python_version"] == "3.11"
    assert (staged / data["app_file"]).is_file()
    assert data["models"] == ["someone/lenet-5"]
    assert data["preload_from_hub"] == ["someone/lenet-5 config.json,model.safetensors,metrics.json"]
    assert data["license"] == "mit"
    assert len(data["short_description"]) <= 60


def test_its_versions_are_those_of_the_project(staged):
    """Each requirement is a line of requirements.txt; nothing of the training is among them, nor another index."""
    ours = re.findall(r"^\S+==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    its = (staged / "requirements.txt").read_text().splitlines()
    assert set(its) <= set(ours)
    assert [line.split("==")[0] for line in its] == list(NEEDED)
    assert {"torchvision", "matplotlib", "tqdm"}.isdisjoint(NEEDED)
    # PyTorch's own index is asked for torch alone, and for the same torch.
    index, torch = (staged / "pre-requirements.txt").read_text().splitlines()
    assert index == "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert torch in its


def test_a_missing_pin_is_told():
    """A package that the app needs and that nobody pinned is named."""
    from train.publish.model import PublishError

    with pytest.raises(PublishError, match="does not pin gradio"):
        pins("\n".join(f"{name}==1.0" for name in NEEDED if name != "gradio"))


def test_the_staged_folder_reads_with_its_owners_weights(staged, chromium, tmp_path):
    """Elsewhere, without the training's packages, as on a Space: a drawn digit is read by AUTHOR/lenet-5 of the Hub."""
    home = shutil.copytree(staged, tmp_path / "elsewhere")
    port = free_port()
    with Hub() as hub:
        sha = hub.put("someone/lenet-5", MODEL_FILES)
        environment = {
            **hub.environment(tmp_path / "home"),
            "PYTHONPATH": str(without(tmp_path / "hook", NOT_THERE)),
            "LENET_PATIENCE": "60",  # on a busy machine, too, it is the fetched weights that are looked at here
            "SPACE_ID": "someone/draw",
            "SPACE_AUTHOR_NAME": "someone",
            "GRADIO_SERVER_PORT": str(port),
        }
        for name in NOT_THERE:
            tried = subprocess.run(
                [sys.executable, "-c", f"import {name}"], cwd=home, env=environment, capture_output=True
            )
            assert b"not on the Space" in tried.stderr
        with running([sys.executable, "app.py"], port, cwd=home, env=environment) as url:
            visitor = Visitor(chromium.new_page(), url)
            foot = visitor.page.locator("footer.weights").inner_text()
            assert f"someone/lenet-5@{sha[:7]}" in foot
            for digit in (3, 7):
                visitor.draw(EXAMPLES[digit]["strokes"])
                assert visitor.digit() == str(digit)
                visitor.click("clear")
            visitor.page.close()
        assert ("HEAD", f"/someone/lenet-5/resolve/{sha}/model.safetensors") in hub.requests


def without(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder for PYTHONPATH that makes packages as good as missing."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {names!r}:\n"
        "            raise ModuleNotFoundError(f'{name}: not on the Space', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    return folder


def test_the_space_goes_up_in_one_commit(hub, tmp_path, capsys):
    """Made as a Gradio Space; again without a commit; what is no longer staged goes."""
    hub.put("someone/lenet-5", MODEL_FILES)
    assert main(["publish-space", "--space", "someone/draw"]) == 0
    space = hub.repositories["space", "someone/draw"]
    assert (space.sdk, len(space.commits)) == ("gradio", 2)
    staged = {
        p.relative_to("build/space").as_posix(): p.read_bytes() for p in Path("build/space").rglob("*") if p.is_file()
    }
    assert {name: data for name, data in space.files.items() if name != ".gitattributes"} == staged
    assert (
        f"published: LICENSE, README.md, app.py, {len(staged) - 3} more; {hub.url}/spaces/someone/draw"
        in capsys.readouterr().out
    )

    hub.put("someone/draw", {"lenet/old.py": b""}, kind="space")
    assert main(["publish-space", "--space", "someone/draw"]) == 0
    assert "lenet/old.py" not in space.files
    assert len(space.commits) == 4
    assert main(["publish-space", "--space", "someone/draw"]) == 0
    assert "nothing has changed, no commit made" in capsys.readouterr().out
    assert len(space.commits) == 4


def test_a_space_without_its_weights_is_not_published(hub, refused):
    """The build would fail: the model comes first, and for all to read. Nothing is made."""
    said = refused("publish-space", "--space", "someone/draw")
    assert (
        "someone/lenet-5 is not on the Hub: publish it first with `python -m train publish RUN --repo someone/lenet-5`"
        in said
    )
    hub.put("someone/lenet-5", MODEL_FILES, private=True)
    assert "is private" in refused("publish-space", "--space", "someone/draw")
    assert ("space", "someone/draw") not in hub.repositories
    written = [request for request in hub.requests if request[0] != "GET"]
    assert written == []


def test_another_model_is_said_to_need_a_variable(hub, capsys):
    """The page looks for lenet-5 of its owner: for weights of another name the Space has to be told."""
    hub.put("another/old", MODEL_FILES)
    assert main(["publish-space", "--space", "someone/draw", "--model", "another/old"]) == 0
    assert "unless LENET_MODEL in the Space's settings is another/old" in capsys.readouterr().out
    assert b"- another/old config.json" in hub.repositories["space", "someone/draw"].files["README.md"]


def test_a_dry_run_stages_and_asks_nobody(hub, capsys):
    """Not even whether the model is there."""
    assert main(["publish-space", "--space", "someone/draw", "--dry-run"]) == 0
    assert "nothing was published; the files are in build/space" in capsys.readouterr().out
    assert Path("build/space/app.py").is_file()
    assert hub.requests == []


def test_make_space_stages_it(tmp_path):
    """`make space` is that command, with the model where one is named."""
    plan = ["make", "-n", "space", "MODEL=someone/lenet-5"]
    done = subprocess.run(
        plan, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}
    )
    assert "python -m train stage-space --model someone/lenet-5" in done.stdout
