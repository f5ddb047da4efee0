"""Download a known data file, unpack it and verify it; an interrupted download is continued by the next call.

What has been received is kept beside the file, as `*.part`. Its first line holds the URL and the server's validator
(ETag or modification time), so that only a download of the same version of the file is continued.
"""

import sys
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tqdm import tqdm

from lenet.files import one_line, write_whole
from train.data.checksums import CHECKSUMS, is_original
from train.data.unpack import ArchiveError, unpack

TIMEOUT = 30.0  # seconds, for the connection and for each read
MAX_ARCHIVE = 20_000_000  # bytes; UCI's archive of the pen digits has 1,668,118
CHUNK = 1 << 16  # bytes


class DownloadError(Exception):
    """A server did not deliver the file; the message says why."""


def download(urls: Iterable[str], path: Path) -> None:
    """Download `path`, a file named in CHECKSUMS, from the first of `urls` that delivers an archive with it.

    The file is written atomically. Raises DownloadError if no URL delivers it, OSError if it cannot be written.
    """
    new_folder = not path.parent.exists()
    parts = {url: path.with_name(urlsplit(url).path.rpartition("/")[2] + ".part") for url in urls}
    failures = []
    try:
        for url, part in parts.items():
            try:
                content = unpack(fetch(url, part), path.name, CHECKSUMS[path.name][0])
                if not is_original(path.name, content):
                    raise ArchiveError(f"the hash of its {path.name} is not that of the original")
            except (DownloadError, ArchiveError) as error:
                failures.append(one_line(f"{part.stem}: {error}"))
                continue
            write_whole(path, content)
            for part in parts.values():
                part.unlink(missing_ok=True)  # those of the sources that failed
            return
    finally:
        if new_folder:
            with suppress(OSError):
                path.parent.rmdir()  # succeeds only if it is empty
    raise DownloadError("; ".join(failures))


def fetch(url: str, part: Path) -> bytes:
    """The content of `url`, at most MAX_ARCHIVE bytes; if the connection breaks, the next call continues with `part`.

    Raises DownloadError if the server does not deliver it, OSError if `part` cannot be written.
    """
    validator, received = _read_part(part, url)
    headers = {"Range": f"bytes={len(received)}-", "If-Range": validator} if received else {}
    response = _open(url, headers)
    continued = bool(received) and _continues(response, validator, len(received))
    if received and not continued and response.status != 200:
        response.close()
        response = _open(url, {})
    with response:
        if response.status != 200 and not continued:
            raise DownloadError(f"HTTP status {response.status}")
        body = bytearray(received if continued else b"")
        total = None if response.length is None else len(body) + response.length  # None if the server does not say
        if (total or 0) <= MAX_ARCHIVE:
            _receive(response, body, total, part, None if continued else f"{url}\t{_validator(response)}\n")
    if max(total or 0, len(body)) > MAX_ARCHIVE:
        part.unlink(missing_ok=True)
        raise DownloadError(f"larger than {MAX_ARCHIVE:,} bytes")
    if len(body) < (total or 0):
        raise DownloadError(f"the connection was closed after {len(body):,} of {total:,} bytes")
    part.unlink()  # the content is in memory: from here on, a kill leaves no file behind
    return bytes(body)


def _read_part(part: Path, url: str) -> tuple[str, bytes]:
    """The validator and the content of a partial download of `url`; empty if there is none that can be continued."""
    try:
        first, newline, received = part.read_bytes().partition(b"\n")
    except OSError:
        return "", b""
    source, _tab, validator = first.decode("latin-1").partition("\t")
    return (validator, received) if newline and source == url and validator else ("", b"")


def _open(url: str, headers: dict[str, str]) -> HTTPResponse | HTTPError:
    request = Request(url, headers={"User-Agent": "lenet-5", **headers})
    try:
        return urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        if error.code == 416 and headers:  # nothing follows what has been received
            return error
        error.close()
        raise DownloadError(f"HTTP status {error.code} {error.reason}") from error
    except URLError as error:
        raise DownloadError(getattr(error.reason, "strerror", None) or error.reason) from error
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a redirect to a malformed URL
        raise DownloadError(f"{str(error) or type(error).__name__}") from error


def _continues(response: HTTPResponse | HTTPError, validator: str, start: int) -> bool:
    """Whether the response is the rest of the same version of the file."""
    content_range = response.headers.get("Content-Range", "")
    same = _validator(response) in ("", validator)  # a server need not repeat it: it has been asked by If-Range
    return response.status == 206 and same and content_range.startswith(f"bytes {start}-")


def _validator(response: HTTPResponse | HTTPError) -> str:
    """The version of the file, as If-Range takes it; empty if the server does not say."""
    etag = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")


def _receive(response: HTTPResponse, body: bytearray, total: int | None, part: Path, header: str | None) -> None:
    """Append to `body` and `part` what is left of the response; a new `part` begins with `header`."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with (
            open(part, "ab" if header is None else "wb") as file,
            tqdm(
                desc=part.stem,
                initial=len(body),
                total=total,
                unit="B",
                unit_scale=True,
                disable=not sys.stderr.isatty(),
                leave=False,
            ) as bar,
        ):
            file.write((header or "").encode("latin-1"))
            while len(body) <= MAX_ARCHIVE:
                chunk = _read(response, None if total is None else total - len(body))
                if not chunk:
                    break
                body += chunk
                file.write(chunk)
                file.flush()  # for the next call, should this process be killed
                bar.update(len(chunk))
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def _read(response: HTTPResponse, left: int | None) -> bytes:
    """Some of what is left of the body, empty at its end."""
    try:
        return response.read1(CHUNK if left is None else min(left, CHUNK))
    except (OSError, HTTPException) as error:
        raise DownloadError(f"the connection broke ({str(error) or type(error).__name__})") from error
