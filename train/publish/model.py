"""python -m train publish RUN --repo USER/NAME: upload the weights of a run, with a model card, in one commit."""

import argparse
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lenet.extras.files import EXTRAS, SNAPSHOTS
from lenet.extras.load import NoSuchFileError, load_extra
from lenet.hub.upload import Published, Upload, upload
from lenet.weights.files import CONFIG, METRICS, WEIGHTS
from lenet.weights.guard import check_repository
from lenet.weights.model import Weights, load_weights
from train.errors import CommandError
from train.export.check import ExportError, converted
from train.export.formats import MissingPackageError
from train.plots import CONFUSION, CURVES, MISREAD, REJECTIONS, RELIABILITY, draw_confusion, draw_curves
from train.publish.card import model_card, percent
from train.publish.preview import PREVIEW, draw_preview

CARD = "README.md"
PLOTS = (CURVES, CONFUSION, MISREAD, RELIABILITY, REJECTIONS)
ONNX = "model.onnx"
STAGING = Path("build/publish")


class PublishError(CommandError):
    """The run, or an option, cannot be published."""


@dataclass(frozen=True)
class Publication:
    """What is published, and where.

    tag: a name for the commit.
    code: the address of this project, for the model card.
    space: USER/NAME of the Space that the model card links.
    onnx: whether to add the network as an ONNX model, if the packages that make it are installed.
    force: whether to overwrite a repository that holds something else.
    """

    run: Path
    repo_id: str
    private: bool = False
    tag: str | None = None
    code: str | None = None
    space: str | None = None
    onnx: bool = True
    force: bool = False


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments, whose names are those of `Publication`."""
    parser = argparse.ArgumentParser(
        prog="python -m train publish",
        description="Publish the weights of a run on the Hugging Face Hub, in one commit.",
    )
    parser.add_argument("run", type=Path, help="run folder, or any folder with weights and metrics.json")
    parser.add_argument(
        "--repo",
        dest="repo_id",
        type=repository,
        required=True,
        metavar="USER/NAME",
        help="repository; created if it does not exist",
    )
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    parser.add_argument("--revision-tag", dest="tag", type=tag_name, help="tag of the commit, such as v1")
    parser.add_argument("--code", type=address, metavar="URL", help="address of this project, for the model card")
    text = "Space on which to draw with these weights, for a link on the model card"
    parser.add_argument("--space", type=repository, metavar="USER/NAME", help=text)
    parser.add_argument("--no-onnx", dest="onnx", action="store_false", help=f"leave out {ONNX}")
    parser.add_argument("--dry-run", action="store_true", help="stage and list the files, without using the network")
    parser.add_argument(
        "--force", action="store_true", help="overwrite a repository that holds something else, and say what it is"
    )
    return parser


def main(arguments: list[str]) -> None:
    """The command. Raises PublishError, HubError or OSError."""
    options = vars(build_parser().parse_args(arguments))
    dry_run = options.pop("dry_run")
    what = Publication(**options)
    if not dry_run:
        publish(what)
        return
    folder = stage(what)
    show(folder)
    print(f"dry run: nothing was published; the files are in {folder}")


def publish(what: Publication) -> Published:
    """Stage a run, list the files, and upload them. Raises PublishError, HubError or OSError."""
    folder = stage(what)
    show(folder)
    metrics = json.loads((folder / METRICS).read_text())
    variant, dry_run = metrics["recipe"]["variant"], metrics["dry_run"]
    done = upload(
        Upload(
            folder,
            what.repo_id,
            f"LeNet-5, {variant}: MNIST test error {percent(metrics['test']['error'])}",
            private=what.private,
            tag=what.tag,
            # A file that this run does not have belongs to an earlier one: it would contradict this one's metrics.
            stale=(*PLOTS, *EXTRAS, ONNX).__contains__,
            check=lambda info: check_repository(info, what.repo_id, variant, dry_run, what.force),
        )
    )
    report(done, what.tag)
    return done


def stage(what: Publication) -> Path:
    """Write the files to publish to a new folder and return it. Raises PublishError or OSError."""
    run, repo_id = what.run, what.repo_id
    try:
        weights = load_weights(run)  # strict, so that only loadable weights are published
        metrics = weights.metrics
        config = json.loads((run / CONFIG).read_text())
    except ValueError as error:
        raise PublishError(str(error)) from error
    if metrics is None:
        raise PublishError(f"{run} has no {METRICS}, which training writes and the model card needs")
    folder = STAGING / repo_id.replace("/", "--")
    if run.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{run} is the staging folder of {repo_id}: name the run itself")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in (CONFIG, WEIGHTS, METRICS, *PLOTS):
        if (run / name).is_file():
            shutil.copyfile(run / name, folder / name)
    extras = [name for name in EXTRAS if _copy_extra(weights, name, folder)]
    with_onnx = what.onnx and _add_onnx(weights, folder)
    try:
        # These two can be drawn from metrics.json; the others need the data, so `evaluate` draws them.
        if not (folder / CURVES).exists():
            draw_curves(folder / CURVES, metrics["history"])
        if not (folder / CONFUSION).exists():
            draw_confusion(folder / CONFUSION, metrics["test"]["confusion"])
        plots = [name for name in PLOTS if (folder / name).exists()]
        card = model_card(metrics, config, repo_id, plots, what.code, extras, what.space, with_onnx)
    except (ValueError, KeyError, TypeError) as error:
        shutil.rmtree(folder)
        reason = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise PublishError(
            f"cannot make a model card from {run / METRICS}: {reason}; "
            f"run `python -m train evaluate {run} --write` first"
        ) from error
    draw_preview(folder / PREVIEW, weights)
    card.save(folder / CARD)
    if what.code is None:
        print("without --code, the model card does not say where to get the code that loads these weights")
    if MISREAD not in plots:
        print(f"{run} has no {MISREAD}: `python -m train evaluate {run} --write` draws it for the model card")
    return folder


def _copy_extra(weights: Weights, name: str, folder: Path) -> bool:
    """Copy a file for the page if the run has it; whether it does. Raises PublishError if the page would reject it."""
    try:
        (folder / name).write_bytes(load_extra(weights, name))
    except NoSuchFileError:
        return False
    except ValueError as error:
        shutil.rmtree(folder)
        again = (
            "" if name == SNAPSHOTS else f", or make it again with `python -m train evaluate {weights.folder} --write`"
        )
        raise PublishError(f"{weights.folder}: {error}; delete it{again}") from error
    return True


def _add_onnx(weights: Weights, folder: Path) -> bool:
    """Add the network as an ONNX model, if the packages that make it are installed; whether they are.

    Raises PublishError if it computes something else than in PyTorch.
    """
    try:
        done = converted(weights, "onnx")
    except MissingPackageError as error:
        print(f"without {ONNX}: {error}")
        return False
    except ExportError as error:
        shutil.rmtree(folder)
        raise PublishError(f"{error}; --no-onnx publishes without {ONNX}") from error
    (folder / ONNX).write_bytes(done.content)
    print(f"{ONNX}: {done}")
    return True


def show(folder: Path) -> None:
    """Print the names and sizes of the files in a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        print(f"{path.stat().st_size:10,}  {path.relative_to(folder).as_posix()}")
    print(f"{sum(path.stat().st_size for path in files):10,}  bytes in {len(files)} files", flush=True)


def report(done: Published, tag: str | None = None) -> None:
    """Print the result of an upload."""
    more = [f"{len(done.changed) - 3} more"] if len(done.changed) > 3 else []
    what = (
        f"published: {', '.join([*done.changed[:3], *more])}" if done.changed else "nothing has changed, no commit made"
    )
    print(f"{what}; {done.url} is at {done.sha[:7]}{f', tagged {tag}' if tag else ''}", flush=True)


def repository(text: str) -> str:
    """Parse the USER/NAME of an option."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(text)
    except HFValidationError as error:
        raise argparse.ArgumentTypeError(f"invalid repository {text}: expected USER/NAME") from error
    if text.count("/") != 1:
        raise argparse.ArgumentTypeError(f"invalid repository {text}: expected USER/NAME")
    return text


def address(text: str) -> str:
    """Parse the URL of an option, such that a link in Markdown can hold it."""
    if not re.fullmatch(r"https?://[^\s()<>\[\]|]+", text):
        raise argparse.ArgumentTypeError(f"invalid URL {text}: expected https://...")
    return text


def tag_name(text: str) -> str:
    """Parse the tag of an option: one that Git accepts, and that cannot be mistaken for a branch or a commit hash."""
    taken = text == "main" or re.fullmatch(r"[0-9a-f]{40}", text)
    if taken or not re.fullmatch(r"\w[\w.-]*", text, re.ASCII) or ".." in text or text.endswith((".", ".lock")):
        raise argparse.ArgumentTypeError(f"invalid tag {text}: expected a name such as v1 or 2026-01")
    return text
