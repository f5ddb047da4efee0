"""Download a known data file, unpack it and verify it."""

from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from lenet.files import one_line, write_whole
from train.data.checksums import CHECKSUMS, is_original
from train.data.unpack import ArchiveError, unpack

TIMEOUT = 30.0  # seconds, for the connection and for each read
MAX_ARCHIVE = 20_000_000  # bytes; UCI's archive of the pen digits has 1,668,118


class DownloadError(Exception):
    """A server did not deliver the file; the message says why."""


def download(urls: Iterable[str], path: Path) -> None:
    """Download `path`, a file named in CHECKSUMS, from the first of `urls` that delivers an archive with it.

    The file is written atomically. Raises DownloadError if no URL delivers it, OSError if it cannot be written.
    """
    failures = []
    for url in urls:
        try:
            content = unpack(fetch(url), path.name, CHECKSUMS[path.name][0])
            if not is_original(path.name, content):
                raise ArchiveError(f"the hash of its {path.name} is not that of the original")
        except (DownloadError, ArchiveError) as error:
            failures.append(one_line(f"{urlsplit(url).path.rpartition('/')[2]}: {error}"))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        return
    raise DownloadError("; ".join(failures))


def fetch(url: str) -> bytes:
    """The content of `url`, at most MAX_ARCHIVE bytes. Raises DownloadError if the server does not deliver it."""
    try:
        with urlopen(Request(url, headers={"User-Agent": "lenet-5"}), timeout=TIMEOUT) as response:
            content = response.read(MAX_ARCHIVE + 1)
    except HTTPError as error:
        error.close()
        raise DownloadError(f"HTTP status {error.code} {error.reason}") from error
    except URLError as error:
        raise DownloadError(getattr(error.reason, "strerror", None) or error.reason) from error
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a redirect to a malformed URL
        raise DownloadError(f"{str(error) or type(error).__name__}") from error
    if len(content) > MAX_ARCHIVE:
        raise DownloadError(f"larger than {MAX_ARCHIVE:,} bytes")
    return content
