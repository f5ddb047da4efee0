"""Whether a repository on the Hub may be overwritten: only if it is certain that nobody's work would be lost.

What counts is what the repository's files say. The tags of a card do not: an owner may remove them, and a mirror may
not send them.
"""

from pathlib import PurePosixPath

from lenet.files import one_line, parse_object, read_limited
from lenet.hub.errors import HubError
from lenet.hub.files import check_size, download
from lenet.hub.upload import endpoint
from lenet.weights.files import CONFIG, LIMITS, METRICS
from lenet.weights.model import ARCHITECTURE

# Of the frameworks whose weights people publish.
WEIGHTS = {
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".onnx",
    ".h5",
    ".keras",
    ".msgpack",
    ".gguf",
    ".tflite",
    ".pkl",
}


def check_repository(info, repo_id: str, variant: str, dry_run: bool, force: bool | None = False) -> None:
    """Raise HubError if the repository of `info`, the Hub's ModelInfo, holds what this run must not overwrite.

    Weights are overwritten only where config.json says that they are of the same network, and by a dry run only where
    metrics.json says that they are from a dry run, too. With `force` they are always, and a line says what was there;
    it is None for callers without such an option.
    """
    files = {sibling.rfilename: sibling for sibling in info.siblings or []}
    weights = sorted(name for name in files if PurePosixPath(name).suffix in WEIGHTS)
    if not weights and CONFIG not in files:
        return
    config = _content(repo_id, info.sha, files, CONFIG)
    network = config.get("variant") if config.get("architecture") == ARCHITECTURE else None
    if network is None:
        what = f"something that is not a LeNet-5 of this project ({', '.join(weights[:3]) or CONFIG})"
    elif network != variant:
        what = f"the network {network}"
    elif dry_run and _content(repo_id, info.sha, files, METRICS).get("dry_run") is not True:
        what = "the weights of a full run, which a dry run must not overwrite"
    else:
        return
    refuse(info, repo_id, what, f"{repo_id}-{variant}", force)


def refuse(info, repo_id: str, what: str, other: str, force: bool | None) -> None:
    """Raise HubError, with what the repository holds and another name, or print that if it is to be overwritten."""
    what = one_line(what)  # the names of files are a stranger's
    if not force:
        option = "" if force is None else ", or use --force"
        raise HubError(f"{repo_id} holds {what}: publish to another repository, such as {other}{option}")
    print(f"--force: overwriting {repo_id}, which holds {what}; its commit {info.sha} keeps that", flush=True)


def _content(repo_id: str, commit: str, files: dict, name: str) -> dict:
    """The JSON object in a file of the repository; empty if there is no such file, or if it holds something else."""
    if name not in files:
        return {}
    check_size(files[name], LIMITS[name])
    try:
        return parse_object(read_limited(download(repo_id, files[name], commit, endpoint()), LIMITS[name]))
    except (ValueError, RecursionError):
        return {}
