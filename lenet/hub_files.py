"""One file of a repository on the Hub: downloaded at a given commit, and checked against the Hub's listing."""

import re
from pathlib import Path

from lenet.hub_errors import HubError
from lenet.weights.files import has_hash, hash_of

BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def check_size(sibling, limit: int) -> None:
    """Raise HubError if the Hub lists the file with more than `limit` bytes; `sibling` is its RepoSibling."""
    if sibling.size is None or sibling.size > limit:
        size = "unknown size" if sibling.size is None else f"{sibling.size:,} bytes"
        raise HubError(f"its {sibling.rfilename} is too large: {size}, the limit is {limit:,}")


def download(repository: str, sibling, commit: str) -> Path:
    """The file in the cache, downloaded if necessary. Raises HubError and whatever the client raises.

    A copy that is damaged, in the cache or on the way, is downloaded once more. By the full hash of the commit, so that
    no branch in the cache moves.
    """
    from huggingface_hub import HfApi

    name = sibling.rfilename
    for again in (False, True):
        file = Path(HfApi().hf_hub_download(repository, name, revision=commit, force_download=again))
        if has_hash(file.read_bytes(), hash_of(sibling)):
            return file
    file.resolve().unlink()
    file.unlink(missing_ok=True)
    raise HubError(f"its {name} was damaged in transit: the hash does not match the Hub's listing")


def is_intact(file: Path, limit: int) -> bool:
    """Whether a cached file still has its content: it links to a blob that is named by its hash, where links exist."""
    blob = file.resolve()
    named = BLOB.fullmatch(blob.name) and blob.stat().st_size <= limit  # larger: rejected on loading
    return not named or has_hash(blob.read_bytes(), blob.name)
