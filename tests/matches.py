"""Regular expressions that have to match."""

import re


def matched(pattern: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> str:
    """The first group of the first match, or all of it if the pattern has no group. Fails if there is no match."""
    match = re.search(pattern, text, flags)
    assert match, f"{pattern} does not match {text[:1_000]}"
    return match[1 if match.re.groups else 0]
