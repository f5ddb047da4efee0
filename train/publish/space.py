"""The Space: a folder with exactly what the page needs on the Hub's machines, and its upload in one commit.

`python -m train stage-space` (`make space`) writes the folder, `python -m train publish-space --space USER/NAME`
sends it.
"""

import argparse
import re
import shutil
from pathlib import Path

from lenet.weights.source import SPACE_MODEL
from train.publish.hub import Published, check_may_write, look_up, upload
from train.publish.hub_error import HubError
from train.publish.model import CARD, PICTURES, PublishError, report, repository, show

ROOT = Path(__file__).resolve().parents[2]
STAGING = Path("build/space")
NEEDED = ("gradio", "torch", "numpy", "pillow", "safetensors", "huggingface-hub")  # of requirements.txt, by the app
FETCHED = "config.json,model.safetensors,metrics.json"
# A file of its own, because pip would ask this index for each of the other packages, too. The Space installs it before
# requirements.txt, whose torch it then has; where only PyPI can be reached, requirements.txt alone does.
CPU = "--extra-index-url https://download.pytorch.org/whl/cpu"
TEXT = """
# LeNet-5: draw a digit and look inside

Draw a digit with mouse, pen or finger. While the pen moves, LeNet-5, the network of 1998, says what it reads and shows
every one of its layers.{model} The page reads with the model `lenet-5` of the Space's owner, else with weights of its
own; in a copy of this Space the variable `LENET_MODEL` in the settings names another, `USER/NAME`.
"""


def stage_main(arguments: list[str]) -> None:
    """The command `stage-space`. Raises PublishError or OSError."""
    parser = argparse.ArgumentParser(
        prog="python -m train stage-space", description=f"Write what the Space needs to {STAGING}."
    )
    _add_model(parser, "none: the page still reads lenet-5 of the Space's owner")
    model = parser.parse_args(arguments).model
    folder = stage_space(model)
    show(folder)
    print(f"the Space is staged in {folder}")
    if model and not model.endswith(f"/{SPACE_MODEL}"):
        print(f"the page will read {SPACE_MODEL} of its owner unless LENET_MODEL in the Space's settings says {model}")


def publish_main(arguments: list[str]) -> None:
    """The command `publish-space`. Raises PublishError, HubError or OSError."""
    parser = argparse.ArgumentParser(
        prog="python -m train publish-space", description="Publish the page as a Space on the Hub, in one commit."
    )
    parser.add_argument("--space", type=repository, required=True, metavar="USER/NAME", help="where; made if missing")
    _add_model(parser, "lenet-5 of the Space's owner")
    parser.add_argument("--private", action="store_true", help="make a new Space private")
    parser.add_argument("--dry-run", action="store_true", help="only show and stage what would go; asks nobody")
    options = parser.parse_args(arguments)
    default = default_model(options.space)
    model = options.model or default
    if options.dry_run:
        folder = stage_space(model)
        show(folder)
        print(f"nothing was published; look at it in {folder}")
    else:
        publish_space(options.space, model, options.private)
    if model != default:
        print(f"the page reads {default} unless the Space's settings have a variable LENET_MODEL: set it to {model}")


def default_model(space: str) -> str:
    """The repository that a Space reads by itself: `lenet-5` of the same owner."""
    return f"{space.split('/')[0]}/{SPACE_MODEL}"


def publish_space(space: str, model: str, private: bool = False) -> Published:
    """Stage the Space, show what goes, and upload it. Raises PublishError, HubError or OSError."""
    check_may_write(space)
    folder = stage_space(model)
    show(folder)
    weights = look_up(model)
    if weights is None or weights.private:
        # The Space is built with the model's files in it: where they cannot be had, it would not be built at all.
        state = "is private, which a Space's build cannot read" if weights else "is not on the Hub"
        raise HubError(f"{model} {state}: `python -m train publish RUN --repo {model}` puts it there for all to read")
    staged = ".gitattributes".__ne__  # the Hub's own
    done = upload(folder, space, "The page", stale=staged, kind="space", private=private)
    report(done)
    return done


def stage_space(model: str | None = None) -> Path:
    """Write the Space's folder anew; the folder. `model` is what it fetches when it is built, and links to.

    Raises PublishError or OSError.
    """
    requirements = pins((ROOT / "requirements.txt").read_text())
    if STAGING.exists():
        shutil.rmtree(STAGING)
    STAGING.mkdir(parents=True)
    for name in ("app.py", "LICENSE"):
        shutil.copyfile(ROOT / name, STAGING / name)
    surplus = shutil.ignore_patterns("__pycache__", ".*", "*.part", *PICTURES)
    shutil.copytree(ROOT / "lenet", STAGING / "lenet", ignore=surplus)
    (STAGING / "requirements.txt").write_text("".join(f"{name}=={pin}\n" for name, pin in requirements.items()))
    (STAGING / "pre-requirements.txt").write_text(f"{CPU}\ntorch=={requirements['torch']}\n")
    (STAGING / CARD).write_text(space_card(requirements["gradio"], model))
    return STAGING


def pins(requirements: str) -> dict[str, str]:
    """The versions of the packages that the app needs, out of the text of requirements.txt. Raises PublishError."""
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", requirements, re.MULTILINE))
    if missing := [name for name in NEEDED if name not in pinned]:
        raise PublishError(f"requirements.txt pins no {', '.join(missing)}, which the Space needs")
    return {name: pinned[name] for name in NEEDED}


def space_card(gradio: str, model: str | None) -> str:
    """The Space's README.md with the front matter that the Hub builds it by."""
    from huggingface_hub import SpaceCardData

    fetched = {"models": [model], "preload_from_hub": [f"{model} {FETCHED}"]} if model else {}
    data = SpaceCardData(
        title="LeNet-5: draw a digit",
        emoji="🔢",
        colorFrom="blue",
        colorTo="red",
        sdk="gradio",
        sdk_version=gradio,
        python_version="3.11",
        app_file="app.py",
        license="mit",
        tags=["lenet-5", "mnist", "handwritten-digits", "education"],
        short_description="Draw a digit and look inside LeNet-5 as it reads",
        **fetched,
    )
    link = f" The weights: [{model}](https://huggingface.co/{model})." if model else ""
    return f"---\n{data.to_yaml()}\n---\n{TEXT.format(model=link)}"


def _add_model(parser: argparse.ArgumentParser, default: str) -> None:
    text = f"weights whose files the Space is built with and links to (default: {default})"
    parser.add_argument("--model", type=repository, metavar="USER/NAME", help=text)
