"""What the Hub's client raises, as one sentence that says what to do: for downloads and for uploads."""

import os
import re

from lenet.files import one_line

TOKENS = "https://huggingface.co/settings/tokens"
WRITE = f"create one with write access at {TOKENS}"
BUSY = "too many requests, try again in a few minutes"

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
    from huggingface_hub.errors import OfflineModeIsEnabled, RevisionNotFoundError

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
    responses = [response for link in chain if (response := getattr(link, "response", None)) is not None]
    if responses:
        status = responses[-1].status_code
        token = "HF_TOKEN is not valid" if get_token() else "HF_TOKEN is not set"
        said = _line(responses[-1].headers.get("X-Error-Message") or error)
        sentence = (SERVER if status >= 500 else STATUS.get(status, ELSE))[publishing]
        unavailable = status == 429 or status not in STATUS
        return HubError(f"HTTP {status}: {sentence.format(token=token, said=said)}", unavailable)
    if network := [link for link in chain if type(link).__module__.startswith(("httpx", "httpcore"))]:
        reason = f"cannot connect to {os.environ.get('HF_ENDPOINT') or constants.ENDPOINT} ({_line(network[0])})"
        return HubError(f"{reason}: check the network and HF_ENDPOINT", unavailable=True)
    if local := [link for link in chain if isinstance(link, OSError) and link.strerror]:
        where = f"{local[0].filename}: " if local[0].filename else ""
        return HubError(f"the local cache cannot be used: {where}{local[0].strerror}", unavailable=True)
    return HubError(f"unexpected response from the Hub ({type(error).__name__}: {_line(error)})")


def _line(said: object) -> str:
    return one_line(said) or type(said).__name__
