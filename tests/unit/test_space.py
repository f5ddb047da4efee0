"""The Space: the files staged for it, how it starts with its owner's weights, and its upload."""

# ruff: noqa: F811  (a fixture that is imported, and requested by its name)

from pathlib import Path

import pytest
from huggingface_hub import SpaceCard, SpaceHardware, constants
from PIL import Image

from harness import ROOT
from harness.fake_hub.repository import errors_in_card
from lenet.weights.model import bundled
from tests.fixtures.publishing import hub, metadata_of  # noqa: F401
from train.__main__ import main
from train.publish.space import STAGING, stage_space

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

MODEL_FILES = {name: (bundled() / name).read_bytes() for name in ("config.json", "model.safetensors", "metrics.json")}
# What the Hub's reference of a Space's configuration lists, and its allowed values.
DOCUMENTED = {
    *("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "app_port"),
    *("app_build_command", "base_path", "fullWidth", "header", "short_description", "models", "datasets", "tags"),
    *("thumbnail", "pinned", "license", "hf_oauth", "hf_oauth_expiration_minutes", "hf_oauth_scopes"),
    *("hf_oauth_authorized_org", "disable_embedding", "startup_duration_timeout", "custom_headers"),
    *("preload_from_hub", "suggested_hardware", "suggested_storage"),
}
HEADERS = ("mini", "default")
ZERO_GPU_PYTHON, ZERO_GPU_TORCH = ("3.12", "3.10"), ("2.8.0", "2.9.1", "2.10.0", "2.11.0")


@pytest.fixture(scope="module")
def staged(tmp_path_factory) -> Path:
    """The files for a Space with a model. No test changes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("space"))
        return stage_space("someone/lenet-5").resolve()


def test_staging_again_removes_old_files(tmp_path, monkeypatch):
    """A file that is no longer part of the Space is deleted; without a model, none is preloaded."""
    monkeypatch.chdir(tmp_path)
    old = tmp_path / STAGING / "lenet" / "old.py"
    old.parent.mkdir(parents=True)
    old.write_text("")
    staged = stage_space()
    assert (staged / "lenet" / "recognizer.py").exists()
    assert not old.exists()
    assert "preload_from_hub" not in (staged / "README.md").read_text()


def test_the_front_matter_pins_versions_and_preloads_the_model(staged):
    """It names the versions of Gradio and Python, the hardware, and the model's files that the build downloads."""
    data = metadata_of(staged / "README.md")
    assert data["sdk"] == "gradio"
    assert f"gradio=={data['sdk_version']}" in (ROOT / "requirements.txt").read_text()
    assert data["python_version"] in ZERO_GPU_PYTHON
    assert (staged / data["app_file"]).is_file()
    assert data["models"] == ["someone/lenet-5"]
    assert data["preload_from_hub"] == ["someone/lenet-5 config.json,model.safetensors,metrics.json"]
    assert SpaceHardware(data["suggested_hardware"]) == SpaceHardware.ZERO_A10G


@pytest.mark.parametrize("options", [[], ["--static"]])
def test_the_front_matter_is_what_the_hub_documents(options, hub, monkeypatch, tmp_path):
    """Documented keys with allowed values, for both Spaces; the client reads the same from it; the picture is there."""
    hub.put("someone/lenet-5", MODEL_FILES)  # which the static Space contains; the client reads these at its import:
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    assert main(["publish-space", "--space", "someone/draw", "--model", "someone/lenet-5", "--dry-run", *options]) == 0
    folder = Path("build/static" if options else "build/space")
    text = (folder / "README.md").read_text()
    assert errors_in_card(text, "space") == ([], [])
    data = metadata_of(folder / "README.md")
    assert SpaceCard(text).data.to_dict() == data
    assert set(data) <= DOCUMENTED
    assert {"title", "emoji", "colorFrom", "colorTo", "sdk", "app_file", "license"} <= set(data)
    assert data["header"] in HEADERS
    assert len(data["short_description"]) <= 60
    assert (data["datasets"], data["models"]) == (["ylecun/mnist"], ["someone/lenet-5"])
    address = "https://huggingface.co/spaces/someone/draw/resolve/main/"
    assert data["thumbnail"].startswith(address)
    with Image.open(folder / data["thumbnail"].removeprefix(address)) as picture:
        assert picture.size == (1200, 630)
    assert "[someone/lenet-5](https://huggingface.co/someone/lenet-5)" in text
    assert "(https://huggingface.co/datasets/ylecun/mnist)" in text
    assert "(https://doi.org/10.1109/5.726791)" in text


def test_a_space_without_a_name_has_no_thumbnail(staged):
    """Its address is not known yet."""
    assert "thumbnail" not in metadata_of(staged / "README.md")


def test_every_package_is_pinned(staged):
    """With a version of PyTorch that ZeroGPU has; the lists are compared in test_pins.py."""
    lines = (staged / "requirements.txt").read_text().splitlines()
    pins = dict(line.split()[0].split("==") for line in lines if not line.startswith("#"))
    assert pins["torch"] in ZERO_GPU_TORCH
    assert {"gradio", "numpy", "pydantic", "starlette", "spaces"} <= set(pins)
    assert {"torchvision", "matplotlib", "pytest"}.isdisjoint(pins)


def test_the_space_is_published_in_one_commit(hub, capsys):
    """As a Gradio Space; files that are no longer staged are deleted; an unchanged Space makes no commit."""
    hub.put("someone/lenet-5", MODEL_FILES)
    assert main(["publish-space", "--space", "someone/draw"]) == 0
    space = hub.repositories["space", "someone/draw"]
    assert (space.sdk, space.hardware, len(space.commits)) == ("gradio", "zero-a10g", 2)
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


def test_a_space_is_not_published_before_its_model(hub, error_of):
    """Its build would fail if the model were missing or private; nothing is created."""
    message = error_of("publish-space", "--space", "someone/draw")
    advice = "publish it first with `python -m train publish RUN --repo someone/lenet-5`"
    assert f"someone/lenet-5 is not on the Hub: {advice}" in message
    hub.put("someone/lenet-5", MODEL_FILES, private=True)
    assert "is private" in error_of("publish-space", "--space", "someone/draw")
    assert ("space", "someone/draw") not in hub.repositories
    assert {method for method, _ in hub.requests} == {"GET"}


def test_another_model_requires_a_variable_of_the_space(hub, capsys):
    """By default the page uses lenet-5 of the Space's owner; the command prints how to select another repository."""
    hub.put("another/old", MODEL_FILES)
    assert main(["publish-space", "--space", "someone/draw", "--model", "another/old"]) == 0
    assert "to use another/old, set LENET_MODEL=another/old in the Space's settings" in capsys.readouterr().out
    assert b"- another/old config.json" in hub.repositories["space", "someone/draw"].files["README.md"]


def test_a_dry_run_stages_without_a_request(hub, capsys):
    """It does not even check whether the model exists."""
    assert main(["publish-space", "--space", "someone/draw", "--dry-run"]) == 0
    assert "nothing was published; the files are in build/space" in capsys.readouterr().out
    assert Path("build/space/app.py").is_file()
    assert hub.requests == []


def test_the_static_space_is_published_in_one_commit(hub, capsys):
    """Exactly the staged files; its front matter is valid and says static. The model need not be on the Hub."""
    assert main(["publish-space", "--static", "--space", "someone/draw"]) == 0
    space = hub.repositories["space", "someone/draw"]
    assert (space.sdk, space.hardware, len(space.commits)) == ("static", None, 2)
    staged = {path.relative_to("build/static").as_posix() for path in Path("build/static").rglob("*") if path.is_file()}
    assert {name for name in space.files if name != ".gitattributes"} == staged
    assert {"index.html", "LICENSE", "README.md", "preview.jpg", "network/model.safetensors"} <= staged
    assert errors_in_card(space.files["README.md"].decode(), "space") == ([], [])
    assert metadata_of("build/static/README.md")["app_file"] == "index.html"
    assert "https://huggingface.co/spaces/someone/draw" in Path("build/static/index.html").read_text()
    assert main(["publish-space", "--static", "--space", "someone/draw"]) == 0
    assert len(space.commits) == 2
    assert "nothing has changed, no commit made" in capsys.readouterr().out


def test_a_static_dry_run_needs_no_network(hub, capsys):
    assert main(["publish-space", "--static", "--space", "someone/draw", "--dry-run"]) == 0
    assert "nothing was published; the files are in build/static" in capsys.readouterr().out
    assert hub.requests == []
