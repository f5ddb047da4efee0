"""What the Hub's client raises, as one sentence that says what to do: for downloads and for uploads."""

import os
import re

from lenet.files import one_line

TOKENS = "https://huggingface.co/settings/tokens"
WRITE = f"create one with write access at {TOKENS}"
BUSY = "too many requests, try again in a few minutes"

TOKEN = re.compile(r"[\w.-]+", re.ASCII)
SET_TOKEN = f"use the token alone, hf_..., from {TOKENS}"
CUT_OFF = ("RemoteProtocolError", "ReadError")  # of the client's transport, which may be httpx or httpx2

# HTTP status: the sentence after a download, and after an upload. `said` is the Hub's own message.
STATUS = {
    401: ("repository not found, or private and {token}", f"the token is invalid or has expired: {WRITE}"),
    403: (
        "HF_TOKEN has no access to it: request access from its owner",
        f"the token may not do this ({{said}}): {WRITE}",
    ),
    404: ("repository not found, or HF_TOKEN has no access to it", "{said}"),
    409: ("{said}", "the repository has changed in the meantime ({said}): publish again"),
    412: ("{said}", "the repository has changed in the meantime ({said}): publish again"),
    429: (BUSY, BUSY),
}
ELSE = ("the Hub returned an error, try again later", "{said}")
SERVER = ("the Hub returned an error, try again later",) * 2


class HubError(Exception):
    """One line for the user. `unavailable`: the Hub is out of reach for now, so a cached copy may replace it."""

    def __init__(self, message: str, unavailable: bool = False):
        super().__init__(message)
        self.unavailable = unavailable


def explain(error: BaseException, publishing: bool = False, revision: str | None = None) -> HubError:
    """The error that the client raised, while it downloaded `revision` or published, as a HubError."""
    from huggingface_hub import constants, get_token
    from huggingface_hub.errors import FileMetadataError, OfflineModeIsEnabled, RevisionNotFoundError

    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    if known := [link for link in chain if isinstance(link, HubError)]:
        return known[0]
    if any(isinstance(link, OfflineModeIsEnabled) for link in chain):
        return HubError("HF_HUB_OFFLINE is set; unset it to use the Hub", unavailable=True)
    if any(isinstance(link, RevisionNotFoundError) for link in chain):
        short = re.fullmatch("[0-9a-f]{4,39}", revision or "")
        return HubError(f"revision {revision} not found{'; a commit needs its full 40-character hash' * bool(short)}")
    endpoint = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
    if any(isinstance(link, ImportError) and "socksio" in str(link) for link in chain):
        proxy = "the environment names a SOCKS proxy, which needs another package: pip install socksio"
        return HubError(f"cannot connect to {endpoint}: {proxy}", unavailable=True)
    if any(isinstance(link, FileMetadataError) for link in chain):
        mirror = "a mirror that redirects or leaves out headers cannot be used, set HF_ENDPOINT to another or unset it"
        return HubError(f"{endpoint} does not send the commit and the hash of a file, as the Hub does: {mirror}")
    responses = [response for link in chain if (response := getattr(link, "response", None)) is not None]
    token = get_token()
    rejected = any(response.status_code == 401 for response in responses)
    if token and not TOKEN.fullmatch(token) and (rejected or any(isinstance(link, UnicodeError) for link in chain)):
        where = "HF_TOKEN" if os.environ.get("HF_TOKEN") else "the saved token"
        return HubError(f"{where} has characters that no token has, such as quotation marks or spaces: {SET_TOKEN}")
    if responses:
        status = responses[-1].status_code
        advice = "HF_TOKEN is not valid" if token else "HF_TOKEN is not set"
        said = _line(responses[-1].headers.get("X-Error-Message") or error)
        sentence = (SERVER if status >= 500 else STATUS.get(status, ELSE))[publishing]
        unavailable = status == 429 or status not in STATUS
        return HubError(f"HTTP {status}: {sentence.format(token=advice, said=said)}", unavailable)
    if network := [link for link in chain if type(link).__module__.startswith(("httpx", "httpcore"))]:
        if any(type(link).__name__ in CUT_OFF for link in network):
            return HubError(f"a response was cut off ({_line(network[0])}): try again", unavailable=True)
        return HubError(
            f"cannot connect to {endpoint} ({_line(network[0])}): check the network and HF_ENDPOINT", unavailable=True
        )
    if local := [link for link in chain if isinstance(link, OSError) and link.strerror]:
        where = f"{local[0].filename}: " if local[0].filename else ""
        return HubError(f"the local cache cannot be used: {where}{local[0].strerror}", unavailable=True)
    if missing := [link for link in chain if isinstance(link, KeyError)]:
        lacks = f"unexpected response from {endpoint}: it has no {_line(missing[0])}"
        return HubError(f"{lacks}; set HF_ENDPOINT to a Hub, or unset it")
    return HubError(f"unexpected response from the Hub ({type(error).__name__}: {_line(error)})")


def _line(said: object) -> str:
    return one_line(said) or type(said).__name__
