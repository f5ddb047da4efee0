"""The Space: a folder with exactly what the page needs on the Hub's machines, and its upload in one commit.

`python -m train stage-space` (`make space`) writes the folder; `python -m train publish-space --space USER/NAME`
uploads it.
"""

import argparse
import re
import shutil
from functools import partial
from pathlib import Path

from lenet.hub.errors import HubError
from lenet.hub.upload import ZERO_GPU, Upload, check_may_write, look_up, upload
from lenet.weights.source import SPACE_MODEL
from train.publish.guard import check_space
from train.publish.model import CARD, PLOTS, PublishError, report, repository, show
from train.publish.space_card import PREVIEW, space_card
from train.publish.static_space import stage_static

ROOT = Path(__file__).resolve().parents[2]
STAGING = Path("build/space")
PYTHON = "3.12"  # ZeroGPU has this one and 3.10, which is too old
# Made by `make lock`. There is no pre-requirements.txt that installs the CPU-only build of PyTorch first, although it
# is 5 GB smaller: that build would satisfy these requirements, and `spaces` cannot be imported on ZeroGPU without the
# CUDA build.
REQUIREMENTS = ROOT / "requirements-space.txt"
FETCHED = "config.json,model.safetensors,metrics.json"
TEXT = """
# LeNet-5: draw a digit and look inside

Draw a digit with a mouse, pen or finger. As you draw, LeNet-5 predicts the digit, and the page shows the output of
every layer.{model} It loads the model `lenet-5` from the account of the Space's owner if that exists, otherwise the
bundled weights. If you duplicate this Space, set the variable `LENET_MODEL` to use another model, `USER/NAME`.
"""


def stage_parser() -> argparse.ArgumentParser:
    """The options of `stage-space`; docs/publishing.md has a table of them."""
    parser = argparse.ArgumentParser(
        prog="python -m train stage-space", description=f"Write the files of the Space to {STAGING}."
    )
    _add_model(parser, "none; the page still uses lenet-5 of the Space's owner")
    _add_static(parser)
    return parser


def publish_parser() -> argparse.ArgumentParser:
    """The options of `publish-space`; docs/publishing.md has a table of them."""
    parser = argparse.ArgumentParser(
        prog="python -m train publish-space", description="Publish the page as a Space on the Hub, in one commit."
    )
    parser.add_argument(
        "--space", type=repository, required=True, metavar="USER/NAME", help="Space; created if it does not exist"
    )
    _add_model(parser, "lenet-5 of the Space's owner")
    parser.add_argument("--private", action="store_true", help="make a new Space private")
    parser.add_argument("--dry-run", action="store_true", help="stage and list the files, without using the network")
    parser.add_argument(
        "--force", action="store_true", help="overwrite a Space that holds something else, and say what it is"
    )
    _add_static(parser)
    return parser


def stage_main(arguments: list[str]) -> None:
    """The command `stage-space`. Raises PublishError or OSError."""
    options = stage_parser().parse_args(arguments)
    model = options.model
    if options.static:
        folder = stage_static(model)
        show(folder)
        print(f"the page without a server is in {folder}; any web server can serve it")
        return
    folder = stage_space(model)
    show(folder)
    print(f"the Space is staged in {folder}")
    if model and not model.endswith(f"/{SPACE_MODEL}"):
        print(
            f"the page uses its owner's {SPACE_MODEL}; to use {model}, set LENET_MODEL={model} in the Space's settings"
        )


def publish_main(arguments: list[str]) -> None:
    """The command `publish-space`. Raises PublishError, HubError or OSError."""
    options = publish_parser().parse_args(arguments)
    publish_space(options.space, options.model, options.static, options.private, options.dry_run, options.force)
    model, default = options.model, default_model(options.space)
    if model not in (None, default) and not options.static:
        print(f"the page will use {default}; to use {model}, set LENET_MODEL={model} in the Space's settings")


def default_model(space: str) -> str:
    """The repository that a Space uses by default: `lenet-5` of the same owner."""
    return f"{space.split('/')[0]}/{SPACE_MODEL}"


def publish_space(
    space: str,
    model: str | None = None,
    static: bool = False,
    private: bool = False,
    dry_run: bool = False,
    force: bool = False,
) -> None:
    """Stage the Space, list the files, and upload them. Raises PublishError, HubError or OSError."""
    if not dry_run:
        check_may_write(space)
    folder = stage_static(model, space) if static else stage_space(model or default_model(space), space)
    show(folder)
    if dry_run:
        print(f"dry run: nothing was published; the files are in {folder}")
        return
    if not static:
        _check_public(model or default_model(space))
    stale = ".gitattributes".__ne__  # the Hub's own
    sdk = "static" if static else "gradio"
    check = partial(check_space, space=space, force=force)
    report(upload(Upload(folder, space, "The page", "space", sdk, private, stale=stale, check=check)))


def _check_public(model: str) -> None:
    """The model's files are part of the Space's build, which fails if they cannot be downloaded. Raises HubError."""
    weights = look_up(model)
    if weights is None or weights.private:
        state = "is private, so a Space's build cannot read it" if weights else "is not on the Hub"
        raise HubError(f"{model} {state}: publish it first with `python -m train publish RUN --repo {model}`")


def stage_space(model: str | None = None, space: str | None = None) -> Path:
    """Write the Space's files to a new folder and return it.

    `model` is what its build downloads, and links to; `space` is its own name, for the address of its thumbnail. Raises
    PublishError or OSError.
    """
    if STAGING.exists():
        shutil.rmtree(STAGING)
    STAGING.mkdir(parents=True)
    for name in ("app.py", "LICENSE"):
        shutil.copyfile(ROOT / name, STAGING / name)
    unneeded = shutil.ignore_patterns("__pycache__", ".*", "*.part", "*.onnx", "*.pt2", *PLOTS)
    shutil.copytree(ROOT / "lenet", STAGING / "lenet", ignore=unneeded)
    shutil.copyfile(REQUIREMENTS, STAGING / "requirements.txt")
    gradio = re.search(r"^gradio==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if gradio is None:
        raise PublishError(f"{REQUIREMENTS.name} does not pin gradio, which the Space needs")
    (STAGING / CARD).write_text(gradio_card(gradio[1], model, space))
    return STAGING


def gradio_card(gradio: str, model: str | None, space: str | None = None) -> str:
    """The Space's README.md, with the front matter that configures its build on the Hub."""
    fetched = {"preload_from_hub": [f"{model} {FETCHED}"]} if model else {}
    build = {"sdk": "gradio", "sdk_version": gradio, "python_version": PYTHON, "app_file": "app.py"}
    # The suggestion is for those who duplicate the Space.
    return space_card(TEXT, model, space, PREVIEW, **build, suggested_hardware=ZERO_GPU, **fetched)


def _add_static(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--static", action="store_true", help="the page without a server: files only, nothing runs on the Hub"
    )


def _add_model(parser: argparse.ArgumentParser, default: str) -> None:
    text = f"weights that the Space's build downloads and its page links to (default: {default})"
    parser.add_argument("--model", type=repository, metavar="USER/NAME", help=text)
