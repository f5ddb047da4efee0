"""Mutated image files through the decoder processes: `python -m benchmarks.fuzz 100000`.

Prints how many were read and refused by format, how many ended a process and by which signal, which took longest, and
whether memory, open files and processes of this side have grown. The n-th file of a seed is always the same, and
`--only SEED N` reads that one in this process.
"""

import argparse
import io
import itertools
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

from harness.image_files import mutants, valid
from lenet.image.decoder import Decoder
from lenet.image.file import load_image
from lenet.image.preprocess import extract_ink

SLOW = 2.0  # seconds


def state() -> tuple[float, int, int]:
    """Resident memory in MB, open files and children of this process. Linux only."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return resident / 1e6, len(os.listdir("/proc/self/fd")), len(children)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("files", nargs="?", type=int, default=10_000, help="how many (default: 10000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--only", type=int, nargs=2, metavar=("SEED", "N"), help="read one file in this process")
    options = parser.parse_args()
    if options.only:
        seed, number = options.only
        _, content = next(itertools.islice(mutants(seed, number + 1), number, None))
        print(extract_ink(load_image(io.BytesIO(content))).shape)
        return 0
    said: Counter[tuple[str, str]] = Counter()
    ending, slow = [], []
    with Decoder(options.workers) as decoder:
        for _, content in valid():
            decoder.ink(content)
        before, began = state(), time.perf_counter()
        for number, (format, content) in enumerate(mutants(options.seed, options.files)):
            ended, start = sum(decoder.ended.values()), time.perf_counter()
            try:
                decoder.ink(content)
                outcome = "read"
            except ValueError as error:
                outcome = re.sub(r"\d[\d,]*", "N", str(error))
            said[format, outcome] += 1
            if sum(decoder.ended.values()) > ended:
                ending.append((number, format, outcome))
            if (seconds := time.perf_counter() - start) > SLOW:
                slow.append((number, format, round(seconds, 1), outcome))
            if number % 10_000 == 9_999:
                print(f"{number + 1}: {dict(decoder.ended)}", file=sys.stderr, flush=True)
        seconds, after = time.perf_counter() - began, state()
        for _, content in valid():
            decoder.ink(content)
    for (format, outcome), count in sorted(said.items()):
        print(f"{format:5} {count:7} {outcome}")
    print(f"{options.files} files in {seconds:.0f} s; processes that ended: {dict(decoder.ended) or 'none'}")
    print(f"files that ended one: {ending[:20] or 'none'}")
    print(f"slower than {SLOW:g} s: {slow[:20] or 'none'}")
    print("memory in MB, open files and processes: {:.0f}, {}, {} before,".format(*before), end=" ")
    print("{:.0f}, {}, {} after".format(*after))
    return 0


if __name__ == "__main__":
    sys.exit(main())
