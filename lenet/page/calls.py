"""Calls of /predict, checked before Gradio sees them: whose session, and which file.

Gradio would download a file that is given by the address of any public host, whatever its size, and its messages about
paths elsewhere tell the server's working directory.
"""

import json
import re
from pathlib import Path

SESSION = re.compile(r"[\w-]{1,64}")  # the name of a session, which the server keeps
EXPECTED = "upload the image to this server first, and pass the path that the upload returned, without a url"


def why_refused(body: bytes, uploads: Path, own_host: str | None = None) -> str | None:
    """Why a call is refused, or None if Gradio may see it; `uploads` is the folder of uploaded files.

    Of the fields of a file only its path may say where it is. Gradio's JavaScript client adds the address from which
    this server, `own_host`, would send the file back, which is allowed, too.
    """
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return "expected a JSON object"
    if not isinstance(call, dict):
        return "expected a JSON object"
    session = call.get("session_hash")
    if session is not None and not (isinstance(session, str) and SESSION.fullmatch(session)):
        return "expected a short session_hash, of letters, digits, _ and -"
    return _foreign_file(call, uploads, own_host)


def _foreign_file(value: object, uploads: Path, own_host: str | None) -> str | None:
    """A sentence if anything in the JSON value is a file that is not an upload of this server."""
    waiting = [value]
    while waiting:  # not by recursion: JSON may be nested deeper than Python's stack
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        if not isinstance(value, dict):
            continue
        waiting.extend(value.values())
        if "path" in value and not _is_upload(value["path"], uploads):
            return f"not an upload of this server: {EXPECTED}"
        url = value.get("url")
        if url is not None and not _is_own(url, value.get("path"), own_host):
            return f"a url is not accepted: {EXPECTED}"
    return None


def _is_upload(path: object, uploads: Path) -> bool:
    """Whether it is the absolute path of something in the folder of uploads, and not a link to elsewhere."""
    if not isinstance(path, str) or "\0" in path or len(path) > 1_000:
        return False
    given = Path(path)
    try:
        return given.is_absolute() and given != uploads and given.resolve().is_relative_to(uploads.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return False


def _is_own(url: object, path: object, host: str | None) -> bool:
    if not isinstance(url, str) or host is None:
        return False
    return bool(re.fullmatch(rf"https?://{re.escape(host)}(/[\w./-]*)?/file={re.escape(str(path))}", url))
