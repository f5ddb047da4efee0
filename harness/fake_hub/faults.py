"""The ways in which the Hub, or a repository on it, can fail, by name.

Some are in the files of the repository (`files`), others in how the server responds (`respond`).
"""

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass

import torch
from safetensors.torch import load, save

from harness.fake_hub.protocol import Request
from harness.fake_hub.server import Hub
from lenet.weights.files import CONFIG, METRICS, WEIGHTS
from lenet.weights.model import bundled

REPOSITORY = "someone/lenet-5"
GOOD = {name: (bundled() / name).read_bytes() for name in (CONFIG, METRICS, WEIGHTS)}
WRONG_SHAPES = (bundled("tutorial") / WEIGHTS).read_bytes()
Files = dict[str, bytes]


class Bomb:
    """When unpickled, creates the folder `ran` in HF_HOME: proof that code from the repository was run."""

    def __reduce__(self):
        return eval, ("__import__('os').mkdir(__import__('os').environ['HF_HOME'] + '/ran')",)


BOMB = pickle.dumps(Bomb())


@dataclass(frozen=True)
class Fault:
    """message: a part of the message in which the app reports it; `respond`: see `Hub.fault`."""

    message: str
    files: Files | None = None
    respond: Callable[[Request, str], bool] | None = None
    listening: bool = True


def inject(hub: Hub, name: str) -> None:
    """Put a repository on the Hub, with the fault in its files or in the server."""
    fault = FAULTS[name]
    hub.put(REPOSITORY, GOOD if fault.files is None else fault.files)
    hub.fault = fault.respond
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
    """Accept the request, and never respond."""
    request.hub.closing.wait()
    request.close_connection = True
    return True


def slow_drip(request: Request, name: str) -> bool:
    """Send a file byte by byte, so that no timeout between two bytes ends it."""
    if name != "file" or request.command == "HEAD":
        return False
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not request.hub.closing.wait(0.05):
        request.wfile.write(b" ")
    request.close_connection = True
    return True


def with_status(status: int, on: tuple[str, ...] = ("info", "tree", "file"), **headers: str) -> Callable:
    def respond(request: Request, name: str) -> bool:
        if name in on:
            request.send_json({"error": "no"}, status, **headers)
        return name in on

    return respond


def endless_listing(request: Request, name: str) -> bool:
    """Send JSON that never ends."""
    if name == "info":
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 40))
        request.end_headers()
        request.wfile.write(b'{"id": "')
        while not request.hub.closing.is_set():
            request.wfile.write(b"a" * 1_000_000)
    return name == "info"


def replacing_weights(send: Callable[[Request, str, bytes, str], None]) -> Callable:
    """When the weights are downloaded, call `send(request, path, content, commit hash)` instead."""

    def respond(request: Request, name: str) -> bool:
        if name != "file" or request.command == "HEAD" or request.parts["path"] != WEIGHTS:
            return False
        commit = request.commit_of(request.repository())
        send(request, WEIGHTS, commit["files"][WEIGHTS], commit["sha"])
        return True

    return respond


def send_truncated(request: Request, path: str, content: bytes, sha: str) -> None:
    request.send_file(path, content[:1000], sha, claim=content, size=len(content))
    request.close_connection = True


def send_corrupted(request: Request, path: str, content: bytes, sha: str) -> None:
    request.send_file(path, content[:-1] + bytes([content[-1] ^ 1]), sha, claim=content)


def send_gigabyte(request: Request, path: str, content: bytes, sha: str) -> None:
    """Send as much as the client accepts, regardless of the size in the listing."""
    request.send_response(200)
    request.send_header("Content-Length", str(1_000_000_000))
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(bytes(1_000_000))


def list_gigabyte(request: Request, name: str) -> bool:
    """List the weights with a size of 1 GB."""
    if name == "info":
        repository = request.repository()
        info = repository.info(request.commit_of(repository), blobs=True)
        for sibling in info["siblings"]:
            sibling |= {"size": 1_000_000_000} if sibling["rfilename"] == WEIGHTS else {}
        request.send_json(info)
    return name == "info"


def with_headers(**headers: str) -> Callable:
    """Send files with these headers, from which the client makes file names."""

    def respond(request: Request, name: str) -> bool:
        if name == "file":
            request.send(b"evil" if request.command == "GET" else b"", 200, **headers)
        return name == "file"

    return respond


def redirect_files(request: Request, name: str) -> bool:
    """Send the client to another host for files, as a mirror does that only knows where they are."""
    redirected = name == "file" and (request.headers["Host"] or "").startswith("127.")
    if redirected:
        request.send(b"", 302, Location=f"http://localhost:{request.hub.server.server_port}{request.path}")
    return redirected


TRAVERSAL = "../" * 5 + "evil"  # from the folder of the client's blobs to one that the tests look into
TIMED_OUT = "no complete response within 4 s"
FAULTS = {
    "connection refused": Fault("cannot connect to http", listening=False),
    "black hole": Fault(TIMED_OUT, respond=black_hole),
    "slow drip": Fault(TIMED_OUT, respond=slow_drip),
    "401": Fault("HTTP 401: repository not found, or private", respond=with_status(401)),
    "403": Fault("HTTP 403", respond=with_status(403)),
    "404": Fault("HTTP 404", respond=with_status(404, X_Error_Code="RepoNotFound")),
    "429": Fault("HTTP 429", respond=with_status(429, Retry_After="300")),
    "500": Fault("HTTP 500", respond=with_status(500)),
    "500 for the files only": Fault(TIMED_OUT, respond=with_status(500, on=("file",))),
    "not JSON": Fault("unexpected response from http.*: it has no 'id'", respond=with_status(200)),
    "endless listing": Fault("more than 2,000,000 bytes", respond=endless_listing),
    "truncated body": Fault(TIMED_OUT, respond=replacing_weights(send_truncated)),
    "wrong hash": Fault("damaged in transit", respond=replacing_weights(send_corrupted)),
    "wrong shapes": Fault("does not fit this network: c5.weight has shape", {**GOOD, WEIGHTS: WRONG_SHAPES}),
    "NaN weights": Fault("contains numbers that are not between", with_nan()),
    "not safetensors": Fault("model.safetensors is damaged or incomplete", {**GOOD, WEIGHTS: b"\xff" * 1000}),
    "missing config": Fault("has no config.json", without(CONFIG)),
    "config not JSON": Fault("config.json is not valid JSON", {**GOOD, CONFIG: b"{'variant'"}),
    "config nested too deeply": Fault("not valid JSON", {**GOOD, CONFIG: b"[" * 9_999}),
    "config with unknown keys": Fault("unknown keys: auto_map", with_config(auto_map={"AutoModel": "evil.Model"})),
    "config of another network": Fault("unknown variant 'resnet'", with_config(variant="resnet")),
    "config with huge numbers": Fault(
        "config.json is not valid JSON: the number 1000.* is not allowed", with_config(mean=10**400)
    ),
    "metrics not JSON": Fault("metrics.json is not valid JSON", {**GOOD, METRICS: b"<html>"}),
    "only a pickle": Fault("pickles such as pytorch_model.bin", {**without(WEIGHTS), "pytorch_model.bin": BOMB}),
    "pickle named safetensors": Fault("model.safetensors is damaged or incomplete", {**GOOD, WEIGHTS: BOMB}),
    "1 GB file": Fault("too large: 1,000,000,000 bytes", respond=list_gigabyte),
    "1 GB file that the listing hides": Fault("more than 2,000,000 bytes", respond=replacing_weights(send_gigabyte)),
    "truncated in the repository": Fault(
        "model.safetensors is damaged or incomplete", {**GOOD, WEIGHTS: GOOD[WEIGHTS][:-100]}
    ),
    "pointer of Git LFS": Fault(
        "model.safetensors is a pointer of Git LFS",
        {**GOOD, WEIGHTS: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"},
    ),
    "mirror that redirects": Fault("does not send the commit and the hash of a file", respond=redirect_files),
    "path outside of the folder": Fault("a file outside of its folder", {**GOOD, "../../evil": b"evil"}),
    "ETag outside of the cache": Fault(
        "an ETag that leads outside", respond=with_headers(ETag=f'"{TRAVERSAL}"', X_Repo_Commit="0" * 40)
    ),
    "commit outside of the cache": Fault(
        "invalid commit hash", respond=with_headers(ETag="0" * 40, X_Repo_Commit=TRAVERSAL)
    ),
}
