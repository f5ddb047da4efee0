"""The page's files: modules, stylesheets, examples and a picture, with addresses that change when the files do."""

import hashlib
import re
from pathlib import Path

from lenet.page.bundle import bundles, imported, without_comments

STATIC = Path(__file__).parent / "static"
DIGITS = "digits.safetensors.gz"  # digits of MNIST to teach and train on, written by `python -m train page-digits`
SOURCES = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in sorted(STATIC.rglob("*.*"))}
MODULES = {name: data.decode() for name, data in SOURCES.items() if name.endswith(".js")}
# Later rules win over earlier ones that are as specific: those of print are the last of a sheet.
STYLES = {
    "page.css": [f"css/{name}.css" for name in ("tokens", "page", "explore", "panels")],
    "article.css": sorted(
        (name for name in SOURCES if name.startswith("css/article")), key=lambda name: name.endswith("-printing.css")
    ),
    "alone.css": ["css/alone.css"],
}
# The page loads its modules as one, and those of panels that few open as one each, when they are opened, without
# what the page has loaded already. Workers, and whoever reads the code in the browser, get them one by one.
BUNDLES = {
    "page.js": "start.js",
    "train.js": "explore/train.js",
    "fool.js": "explore/fooling.js",
    "wants.js": "explore/wants.js",
    "teach.js": "explore/teaching.js",
    "hand.js": "explore/hand.js",
    "replay.js": "explore/replay.js",
    "weight.js": "explore/one_weight.js",
    "article.js": "article/article.js",
    "checks.js": "article/question.js",
    "alone.js": "article/alone.js",
}
WORKERS = ("explore/worker.js", "explore/trainer.js")
BUNDLED = {name: text.encode() for name, text in bundles(MODULES, "page.js", BUNDLES).items()}
# Without the comments and the indentation, as the bundles.
JOINED = {
    name: re.sub(rb"/\*.*?\*/|^ +", b"", b"".join(SOURCES[part] for part in parts), flags=re.DOTALL | re.MULTILINE)
    for name, parts in STYLES.items()
}
# Workers load their modules one by one.
OF_WORKERS = {
    name: without_comments(MODULES[name]).encode() for worker in WORKERS for name in sorted(imported(MODULES, worker))
}
FILES = {**SOURCES, **BUNDLED, **OF_WORKERS, **JOINED}


def address(name: str, files: dict[str, bytes]) -> str:
    """A URL path that contains a hash of the files below it, so that browsers can cache them and never mix versions."""
    return f"/{name}-" + hashlib.sha256(b"".join(files.values())).hexdigest()[:12]


STATIC_URL = address("static", FILES)
