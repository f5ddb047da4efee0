"""What the tests and the benchmarks share: a browser, servers, drawings, a Hub on the loopback interface."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
