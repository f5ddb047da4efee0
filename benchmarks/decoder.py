"""Images a second through the decoder processes, beside decoding in this process: `python -m benchmarks.decoder`.

Alternates between the two, with as many threads as there are processes, and prints the medians and the ratio of pairs.
"""

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from lenet.image.decoder import Decoder
from lenet.image.file import load_image
from lenet.image.preprocess import extract_ink


def photo() -> bytes:
    """A JPEG of 12 million pixels, with grain."""
    image = Image.effect_noise((4_000, 3_000), 12).point(lambda value: value + 60)
    image.paste(draw(EXAMPLES[4]["strokes"]).resize((2_000, 2_000)), (1_000, 500))
    return encoded(image.convert("RGB"), "JPEG", quality=85)


def in_process(content: bytes) -> None:
    extract_ink(load_image(io.BytesIO(content)))


def rate(read: Callable[[bytes], object], content: bytes, count: int, threads: int) -> float:
    """Images a second."""
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(read, [content] * count):
            pass
    return count / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--rounds", type=int, default=9, help="pairs (default: 9)")
    parser.add_argument("--workers", type=int, default=1, help="processes and threads (default: 1)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.workers} at once")
    drawing = draw(EXAMPLES[4]["strokes"])
    files = {
        "28 x 28 PNG": (encoded(drawing.resize((28, 28))), 400),
        "300 x 300 PNG": (encoded(drawing.resize((300, 300))), 200),
        "12 million pixels, JPEG": (photo(), 5),
    }
    with Decoder(options.workers) as decoder:
        for name, (content, count) in files.items():
            pairs = []
            for _ in range(options.rounds + 1):
                pairs.append([rate(read, content, count, options.workers) for read in (in_process, decoder.ink)])
            here, there = zip(*pairs[1:], strict=True)
            ratio = statistics.median(b / a for a, b in pairs[1:])
            print(
                f"{name}, {len(content) / 1000:.1f} kB: {statistics.median(here):.1f} a second in this process,",
                end=" ",
            )
            print(f"{statistics.median(there):.1f} through the decoder, {100 * ratio - 100:+.0f} %", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
