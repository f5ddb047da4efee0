"""One file of a repository on the Hub: downloaded at a given commit, and checked against the Hub's listing.

`sibling` is an entry of this listing, huggingface_hub's RepoSibling.
"""

import hashlib
import re
from pathlib import Path

from lenet.hub.errors import HubError

BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def has_hash(content: bytes, hash: str) -> bool:
    """Whether `content` has the hash by which the Hub names it: SHA-256 for LFS files, Git's SHA-1 for others."""
    if len(hash) == 64:
        return hashlib.sha256(content).hexdigest() == hash
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == hash


def listed_hash(sibling) -> str:
    """The hash that the Hub lists for a file, in the form that `has_hash` compares."""
    return sibling.blob_id if sibling.lfs is None else sibling.lfs.sha256


def check_size(sibling, limit: int) -> None:
    """Raise HubError if the Hub lists the file with more than `limit` bytes, or without a size."""
    if sibling.size is None:
        raise HubError(f"the Hub's listing has no size of its {sibling.rfilename}: perhaps HF_ENDPOINT is not a Hub")
    if sibling.size > limit:
        raise HubError(f"its {sibling.rfilename} is too large: {sibling.size:,} bytes, the limit is {limit:,}")


def download(repository: str, sibling, commit: str, endpoint: str | None = None) -> Path:
    """The file in the cache, downloaded if necessary. Raises HubError and whatever the client raises.

    A copy that is damaged, in the cache or on the way, is downloaded once more. By the full hash of the commit, so that
    no branch in the cache moves.
    """
    from huggingface_hub import HfApi

    name = sibling.rfilename
    for again in (False, True):
        file = Path(HfApi(endpoint).hf_hub_download(repository, name, revision=commit, force_download=again))
        if has_hash(file.read_bytes(), listed_hash(sibling)):
            return file
    file.resolve().unlink()
    file.unlink(missing_ok=True)
    raise HubError(f"its {name} was damaged in transit: the hash does not match the Hub's listing")


def is_intact(file: Path, limit: int) -> bool:
    """Whether a cached file still has its content: it links to a blob that is named by its hash, where links exist."""
    blob = file.resolve()
    named = BLOB.fullmatch(blob.name) and blob.stat().st_size <= limit  # larger: rejected on loading
    return not named or has_hash(blob.read_bytes(), blob.name)
