"""What the Hub refused, or the way to it, in one line with the next step."""

from lenet.weights.files import one_line

TOKENS = "https://huggingface.co/settings/tokens"


class HubError(Exception):
    """One line for the person who published."""


def in_words(error: BaseException, endpoint: str) -> str:
    """What the client raised while it talked to the Hub at `endpoint`, in one line, with what to do."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    response = next((r for e in causes if (r := getattr(e, "response", None)) is not None), None)
    if response is None:
        for cause in causes:
            if type(cause).__module__.startswith(("httpx", "httpcore")):
                return f"no way to the Hub at {endpoint} ({_line(cause)}): is the network up?"
        if isinstance(error, OfflineModeIsEnabled):
            return "HF_HUB_OFFLINE is set, which keeps from the Hub: unset it to publish"
        if isinstance(error, KeyError | TypeError | AttributeError):
            return f"the answer of {endpoint} is not understood ({type(error).__name__}: {_line(error)})"
        return f"{type(error).__name__}: {_line(error.__cause__ or error)}"
    said = _line(response.headers.get("X-Error-Message") or error)
    match response.status_code:
        case 401:
            return f"the Hub does not know this token, or it has expired: make one that may write ({TOKENS})"
        case 403:
            return f"this token has no right to do that ({said}): make one that may write ({TOKENS})"
        case 409 | 412:
            return f"the repository changed in the meantime ({said}): publish again"
        case 429:
            return "the Hub wants fewer requests (429): try again in a few minutes"
        case status if status >= 500:
            return f"the Hub is in trouble (it answers {status}): try again later"
        case status:
            return f"the Hub refuses ({status}): {said}"


def _line(said: object) -> str:
    return one_line(said) or type(said).__name__
