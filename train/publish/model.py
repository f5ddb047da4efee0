"""python -m train publish RUN --repo USER/NAME: the weights of a run to the Hub, with a card, in one commit."""

import argparse
import json
import re
import shutil
from functools import partial
from pathlib import Path

from lenet.hub_errors import HubError
from lenet.weights.model import CONFIG, METRICS, WEIGHTS, load_weights
from train.errors import CommandError
from train.plots import CONFUSION, CURVES, MISREAD, REJECTIONS, RELIABILITY, draw_confusion, draw_curves
from train.publish.card import DRY_TAG, NETWORK_TAG, model_card, percent
from train.publish.hub import Published, upload

CARD = "README.md"
PICTURES = (CURVES, CONFUSION, MISREAD, RELIABILITY, REJECTIONS)
STAGING = Path("build/publish")


class PublishError(CommandError):
    """What is staged or asked for cannot be published."""


def main(arguments: list[str]) -> None:
    """The command. Raises PublishError, HubError or OSError."""
    parser = argparse.ArgumentParser(
        prog="python -m train publish", description="Publish the weights of a run on the Hub, in one commit."
    )
    parser.add_argument("run", type=Path, help="run folder, or any folder with weights and metrics.json")
    parser.add_argument("--repo", type=repository, required=True, metavar="USER/NAME", help="where; made if missing")
    add_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="only show and stage what would go; asks nobody")
    options = parser.parse_args(arguments)
    if options.dry_run:
        folder = stage(options.run, options.repo, options.code)
        show(folder)
        print(f"nothing was published; look at it in {folder}")
        return
    publish(options.run, options.repo, options.private, options.revision_tag, options.code)


def add_options(parser: argparse.ArgumentParser) -> None:
    """How a run is published, for this command and for the training's --push-to-hub."""
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    parser.add_argument("--revision-tag", type=tag_name, metavar="TAG", help="name the commit, v1 for example")
    parser.add_argument("--code", type=address, metavar="URL", help="where the card says that the code is")


def publish(
    run: Path, repo_id: str, private: bool = False, tag: str | None = None, code: str | None = None
) -> Published:
    """Stage a run, show what goes, and upload it. Raises PublishError, HubError or OSError."""
    folder = stage(run, repo_id, code)
    show(folder)
    metrics = json.loads((folder / METRICS).read_text())
    message = f"LeNet-5, {metrics['recipe']['variant']}: MNIST test error {percent(metrics['test']['error'])}"
    check = partial(check_fits, repo_id=repo_id, variant=metrics["recipe"]["variant"], dry_run=metrics["dry_run"])
    # Pictures that this run has not got are another run's: they would lie beside this one's figures.
    done = upload(folder, repo_id, message, stale=PICTURES.__contains__, private=private, tag=tag, check=check)
    report(done, tag)
    return done


def check_fits(there, repo_id: str, variant: str, dry_run: bool) -> None:
    """Raise HubError where a repository holds what this must not replace; `there` is the Hub's ModelInfo of it."""
    tags = there.card_data.tags or [] if there.card_data else []
    networks = {tag.removeprefix(NETWORK_TAG) for tag in tags if tag.startswith(NETWORK_TAG)}
    if networks and variant not in networks:
        raise HubError(
            f"{repo_id} holds the network {', '.join(networks)}: {variant} goes to a repository of its own, "
            f"{repo_id}-{variant} for example"
        )
    if dry_run and networks and DRY_TAG not in tags:
        raise HubError(f"{repo_id} holds weights of a whole training: a dry run does not replace them")


def stage(run: Path, repo_id: str, code: str | None = None) -> Path:
    """Write what goes to the Hub into a folder of its own, anew; the folder. Raises PublishError or OSError."""
    try:
        metrics = load_weights(run).metrics  # strictly: what nobody could load is not published
        config = json.loads((run / CONFIG).read_text())
    except ValueError as error:
        raise PublishError(str(error)) from error
    if metrics is None:
        raise PublishError(f"{run} holds no {METRICS}, which training writes: the card is made from it")
    folder = STAGING / repo_id.replace("/", "--")
    if run.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{run} is where {repo_id} is staged: name the run itself")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in (CONFIG, WEIGHTS, METRICS, *PICTURES):
        if (run / name).is_file():
            shutil.copyfile(run / name, folder / name)
    try:
        # These two follow from the figures; the others need the data, and only `evaluate` can draw them.
        if not (folder / CURVES).exists():
            draw_curves(folder / CURVES, metrics["history"])
        if not (folder / CONFUSION).exists():
            draw_confusion(folder / CONFUSION, metrics["test"]["confusion"])
        there = [name for name in PICTURES if (folder / name).exists()]
        card = model_card(metrics, config, repo_id, there, code)
    except (ValueError, KeyError, TypeError) as error:
        shutil.rmtree(folder)
        reason = f"it lacks {error}" if isinstance(error, KeyError) else error
        raise PublishError(
            f"{run / METRICS} makes no card: {reason}; `python -m train evaluate {run}` measures what is missing"
        ) from error
    card.save(folder / CARD)
    if code is None:
        print("no --code: the card will not say where to get the code that reads with these weights")
    if MISREAD not in there:
        print(f"{run} holds no {MISREAD}: `python -m train evaluate {run}` draws what it misreads, for the card")
    return folder


def show(folder: Path) -> None:
    """Print what would go: names and sizes."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        print(f"{path.stat().st_size:10,}  {path.relative_to(folder).as_posix()}")
    print(f"{sum(path.stat().st_size for path in files):10,}  bytes in {len(files)} files", flush=True)


def report(done: Published, tag: str | None = None) -> None:
    """Print what came of an upload."""
    more = [f"{len(done.changed) - 3} more"] if len(done.changed) > 3 else []
    what = f"published: {', '.join([*done.changed[:3], *more])}" if done.changed else "nothing changed, no commit made"
    print(f"{what}; {done.url} is at {done.sha[:7]}{f', tagged {tag}' if tag else ''}", flush=True)


def repository(text: str) -> str:
    """An option's USER/NAME."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(text)
    except HFValidationError as error:
        raise argparse.ArgumentTypeError(f"{text} is no USER/NAME of the Hub") from error
    if text.count("/") != 1:
        raise argparse.ArgumentTypeError(f"{text} is no USER/NAME of the Hub: whose is it?")
    return text


def address(text: str) -> str:
    """An option's URL, as a link on the card may hold it."""
    if not re.fullmatch(r"https?://[^\s()<>\[\]|]+", text):
        raise argparse.ArgumentTypeError(f"{text} is no address: it begins with https://")
    return text


def tag_name(text: str) -> str:
    """An option's tag: what Git takes, and what is mistaken for no branch and no commit."""
    taken = text == "main" or re.fullmatch(r"[0-9a-f]{40}", text)
    if taken or not re.fullmatch(r"\w[\w.-]*", text, re.ASCII) or ".." in text or text.endswith((".", ".lock")):
        raise argparse.ArgumentTypeError(f"{text} is no name for a tag; v1 or 2026-01 would be")
    return text
