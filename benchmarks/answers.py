"""Counts of what the reader answered, for benchmarks whose drawings are all of a known digit."""

from collections import Counter

from lenet.recognizer import Reading


def answer(reading: Reading) -> str:
    """The digit, or why there is none."""
    return str(reading.reason or reading.digit)


def others(counts: Counter, right: str) -> str:
    """The answers that are not the right one, the most frequent first, with their counts."""
    return ", ".join(f"{given}: {n}" for given, n in counts.most_common() if given != right) or "no others"
