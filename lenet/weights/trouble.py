"""What the Hub's client's errors mean, in a line: {"away": ...} where the Hub is to blame, else {"refused": ...}."""

import errno
import re

from lenet.weights.files import LIMITS

NO_FOLDER = " (nor such a folder here)"  # for who gave the name, which may have meant one


class Refused(Exception):  # noqa: N818
    """What the Hub has is not what is wanted."""


def in_words(error: BaseException, revision: str | None) -> dict[str, str]:
    """One line, with what to do, for what was raised while `revision` was fetched."""
    from huggingface_hub import constants
    from huggingface_hub.errors import RevisionNotFoundError

    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    if refused := [link for link in chain if isinstance(link, Refused)]:
        return {"refused": str(refused[0])}
    if any(isinstance(link, RevisionNotFoundError) for link in chain):
        short = re.fullmatch("[0-9a-f]{4,39}", revision or "")
        hint = "; a commit is named by all its 40 figures" if short else ""
        return {"refused": f"it has no revision {revision}{hint}"}
    statuses = [link.response.status_code for link in chain if getattr(link, "response", None) is not None]
    if statuses:
        return _status_in_words(statuses[-1])
    if any(type(link).__module__.startswith(("httpx", "httpcore")) for link in chain):
        return {"away": f"{constants.ENDPOINT} cannot be reached: look at the network, and at HF_ENDPOINT{NO_FOLDER}"}
    if any(getattr(link, "errno", None) == errno.EFBIG for link in chain):
        return {"refused": f"it sends a file of more than {max(LIMITS.values()):,} bytes"}
    if local := [link for link in chain if isinstance(link, OSError) and link.strerror]:
        where = f"{local[0].filename}: " if local[0].filename else ""
        return {"away": f"this machine's cache cannot be used: {where}{local[0].strerror}"}
    name, said = type(chain[0]).__name__, str(chain[0])
    return {"refused": f"the Hub's answer is not understood ({name}{said and f': {said}'})"}


def _status_in_words(status: int) -> dict[str, str]:
    """What the Hub meant by an HTTP status that is no success."""
    from huggingface_hub import get_token

    unknown = f"no such repository{NO_FOLDER}"
    match status:
        case 401:
            also = "HF_TOKEN is not valid" if get_token() else "a private one, for which HF_TOKEN is not set"
            return {"refused": f"the Hub answers 401: {unknown}, or {also}"}
        case 403:
            return {"refused": "the Hub answers 403: HF_TOKEN may not read it; ask its owner for access"}
        case 404:
            return {"refused": f"the Hub answers 404: {unknown}, or one that HF_TOKEN may not see"}
        case 429:
            return {"away": "the Hub answers 429: asked too often; try again in some minutes"}
    return {"away": f"the Hub answers {status}: it has trouble; try again later"}
