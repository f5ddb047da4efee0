"""All the ways in which a Hub, or a repository on it, can be of no use; each by name, for `tests/fake_hub/server.py`.

Some are what a repository holds (`files`), some what the server does instead of answering (`act`).
"""

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass

import torch
from safetensors.torch import load, save

from lenet.weights.files import CONFIG, METRICS, WEIGHTS
from lenet.weights.model import bundled
from tests.fake_hub.protocol import Request
from tests.fake_hub.server import Hub

REPOSITORY = "someone/lenet-5"
GOOD = {name: (bundled() / name).read_bytes() for name in (CONFIG, METRICS, WEIGHTS)}
OTHER = (bundled("tutorial") / WEIGHTS).read_bytes()
Files = dict[str, bytes]


class Bomb:
    """Unpickled, it makes a folder `ran` in HF_HOME: the trace of code that must never run."""

    def __reduce__(self):
        return eval, ("__import__('os').mkdir(__import__('os').environ['HF_HOME'] + '/ran')",)


BOMB = pickle.dumps(Bomb())


@dataclass(frozen=True)
class Fault:
    """says: words of the line in which the reader tells of it."""

    says: str
    files: Files | None = None
    act: Callable[[Request, str], bool] | None = None
    listening: bool = True


def arrange(hub: Hub, name: str) -> None:
    """A repository on this Hub, and the fault in it or in the way to it."""
    fault = FAULTS[name]
    hub.put(REPOSITORY, GOOD if fault.files is None else fault.files)
    hub.fault = fault.act
    if not fault.listening:
        hub.stop_listening()


def with_config(**changes) -> Files:
    return {**GOOD, CONFIG: json.dumps({**json.loads(GOOD[CONFIG]), **changes}).encode()}


def with_nan() -> Files:
    tensors = load(GOOD[WEIGHTS])
    tensors["c3.weight"][0] = torch.nan
    return {**GOOD, WEIGHTS: save(tensors)}


def without(name: str) -> Files:
    return {kept: content for kept, content in GOOD.items() if kept != name}


def black_hole(request: Request, name: str) -> bool:
    """Takes the question, and never answers."""
    request.hub.closing.wait()
    request.close_connection = True
    return True


def drip(request: Request, name: str) -> bool:
    """A file a byte at a time, so that no timeout between two bytes ever ends it."""
    if name != "file" or request.command == "HEAD":
        return False
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not request.hub.closing.wait(0.2):
        request.wfile.write(b" ")
    request.close_connection = True
    return True


def answers(status: int, on: tuple[str, ...] = ("info", "tree", "file"), **headers: str) -> Callable:
    def act(request: Request, name: str) -> bool:
        if name in on:
            request.send_json({"error": "no"}, status, **headers)
        return name in on

    return act


def listing_without_end(request: Request, name: str) -> bool:
    """JSON that never comes to its end."""
    if name == "info":
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 40))
        request.end_headers()
        request.wfile.write(b'{"id": "')
        while not request.hub.closing.is_set():
            request.wfile.write(b"a" * 1_000_000)
    return name == "info"


def of_weights(change: Callable[[Request, str, bytes, str], None]) -> Callable:
    """Something else in place of the weights' content, when it is downloaded."""

    def act(request: Request, name: str) -> bool:
        if name != "file" or request.command == "HEAD" or request.parts["path"] != WEIGHTS:
            return False
        commit = request.commit_of(request.repository())
        change(request, WEIGHTS, commit["files"][WEIGHTS], commit["sha"])
        return True

    return act


def cut(request: Request, path: str, content: bytes, sha: str) -> None:
    request.send_file(path, content[:1000], sha, claim=content, size=len(content))
    request.close_connection = True


def flipped(request: Request, path: str, content: bytes, sha: str) -> None:
    request.send_file(path, content[:-1] + bytes([content[-1] ^ 1]), sha, claim=content)


def endless(request: Request, path: str, content: bytes, sha: str) -> None:
    """As large as the client lets it be, whatever the listing said."""
    request.send_response(200)
    request.send_header("Content-Length", str(1_000_000_000))
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(bytes(1_000_000))


def claims_gigabyte(request: Request, name: str) -> bool:
    """The listing says 1 GB, and so does everything else."""
    if name == "info":
        repository = request.repository()
        info = repository.info(request.commit_of(repository), blobs=True)
        for sibling in info["siblings"]:
            sibling |= {"size": 1_000_000_000} if sibling["rfilename"] == WEIGHTS else {}
        request.send_json(info)
    return name == "info"


def climbing(**headers: str) -> Callable:
    """The headers that the client makes file names of lead out of its folder."""

    def act(request: Request, name: str) -> bool:
        if name == "file":
            request.send(b"evil" if request.command == "GET" else b"", **headers)
        return name == "file"

    return act


CLIMB = "../" * 5 + "evil"  # from where the client keeps its blobs to the folder that the tests look into
LATE = "no response within 4 s"
FAULTS = {
    "connection refused": Fault("cannot connect to http", listening=False),
    "black hole": Fault(LATE, act=black_hole),
    "slow drip": Fault(LATE, act=drip),
    "401": Fault("HTTP 401: repository not found, or private", act=answers(401)),
    "403": Fault("HTTP 403", act=answers(403)),
    "404": Fault("HTTP 404", act=answers(404, X_Error_Code="RepoNotFound")),
    "429": Fault("HTTP 429", act=answers(429, Retry_After="300")),
    "500": Fault("HTTP 500", act=answers(500)),
    "500 for the files only": Fault(LATE, act=answers(500, on=("file",))),
    "not JSON": Fault("unexpected response", act=answers(200)),
    "endless listing": Fault("more than 2,000,000 bytes", act=listing_without_end),
    "truncated body": Fault(LATE, act=of_weights(cut)),
    "wrong hash": Fault("damaged in transit", act=of_weights(flipped)),
    "wrong shapes": Fault("does not fit this network: c5.weight has shape", {**GOOD, WEIGHTS: OTHER}),
    "NaN weights": Fault("contains NaN", with_nan()),
    "not safetensors": Fault("does not fit this network", {**GOOD, WEIGHTS: b"\xff" * 1000}),
    "missing config": Fault("has no config.json", without(CONFIG)),
    "config not JSON": Fault("config.json is not valid JSON", {**GOOD, CONFIG: b"{'variant'"}),
    "config nested too deeply": Fault("not valid JSON", {**GOOD, CONFIG: b"[" * 9_999}),
    "config with unknown keys": Fault("unknown keys: auto_map", with_config(auto_map={"AutoModel": "evil.Model"})),
    "config of another network": Fault("unknown variant 'resnet'", with_config(variant="resnet")),
    "config with huge numbers": Fault("mean is not a number", with_config(mean=10**400)),
    "metrics not JSON": Fault("metrics.json is not valid JSON", {**GOOD, METRICS: b"<html>"}),
    "only a pickle": Fault("pickles such as pytorch_model.bin", {**without(WEIGHTS), "pytorch_model.bin": BOMB}),
    "pickle named safetensors": Fault("does not fit this network", {**GOOD, WEIGHTS: BOMB}),
    "1 GB file": Fault("too large: 1,000,000,000 bytes", act=claims_gigabyte),
    "1 GB file that the listing hides": Fault("more than 2,000,000 bytes", act=of_weights(endless)),
    "path outside of the folder": Fault("a file outside of its folder", {**GOOD, "../../evil": b"evil"}),
    "ETag outside of the cache": Fault(
        "an ETag that leads outside", act=climbing(ETag=f'"{CLIMB}"', X_Repo_Commit="0" * 40)
    ),
    "commit outside of the cache": Fault("invalid commit hash", act=climbing(ETag="0" * 40, X_Repo_Commit=CLIMB)),
}
