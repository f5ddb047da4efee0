"""python -m lenet.page.export: the page without a server, for any web server or a static Space.

The browser computes everything, images included. What only PyTorch does is missing: the check when the pen rests, and
the API.
"""

import argparse
import hashlib
import json
import shutil
import sys
from html import escape
from pathlib import Path

from lenet.extras.files import EXTRAS, SNAPSHOTS
from lenet.networks import NETWORKS
from lenet.page.assets import BUNDLES, DIGITS, FILES, OF_WORKERS, STYLES
from lenet.page.browser import description, network_files
from lenet.page.document import document
from lenet.page.on_demand import ARTICLE, PAGE, article_file, network_page
from lenet.page.settings import page_settings
from lenet.page.words import SUMMARY, TITLE
from lenet.recognizer import Recognizer
from lenet.weights.fetch import MODEL_HELP
from lenet.weights.model import bundled, load_weights, safetensors

SITE = Path(__file__).parent / "site_files"
FOLDER = Path("build/static")
# The names of files that are loaded when they are needed, not at the first visit.
LATER = {DIGITS, ARTICLE, *BUNDLES, *STYLES} - {"page.js", "page.css"}
MOST_SNAPSHOTS = 8  # so that all files but the digits to train on take less than 3 MB


def main(arguments: list[str] | None = None) -> int:
    """Write the page to FOLDER. The exit code is 2 if it cannot be written, or the weights cannot be loaded."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.page.export", description=f"Write the page without a server to {FOLDER}."
    )
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    options = parser.parse_args(arguments)
    try:
        write_site(FOLDER, Recognizer.from_pretrained(options.model))
    except (ValueError, OSError) as error:
        print(f"python -m lenet.page.export: {error}", file=sys.stderr)
        return 2
    print(f"the page without a server is in {FOLDER}; any web server can serve it")
    return 0


def write_site(folder: Path, reader: Recognizer, space: str | None = None) -> None:
    """Write the page for a reader into a folder, which is emptied first. Raises OSError.

    `space` is the address of the Space that will serve it, for links.
    """
    files = site_files(reader, space)
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def site_files(reader: Recognizer, space: str | None = None) -> dict[str, bytes]:
    """The content of each file by its path in the folder; the same page gives the same bytes."""
    weights, home = reader.weights, reader.weights.model.variant
    files = {f"static/{name}": FILES[name] for name in sorted(_needed())}
    files["network/model.safetensors"] = safetensors(weights.model)
    files[f"network/{ARTICLE}"] = article_file(weights)
    for name, content in _extras(weights.folder).items():
        files[f"network/{name}"] = content
    for variant in NETWORKS:
        other = Recognizer(load_weights(bundled(variant), "bundled"))
        content = network_files(other.weights)
        if variant != home:
            content |= {PAGE: network_page(other, None, space, home), ARTICLE: article_file(other.weights)}
        files |= {f"networks/{variant}/{name}": data for name, data in content.items()}
    settings = page_settings(reader, description(weights), "/network", None, space)
    html = (SITE / "index.html").read_text(encoding="utf-8")
    for mark, text in {
        "title": escape(TITLE),
        "summary": escape(SUMMARY),
        "document": document(reader, server=False),
        "settings": json.dumps(settings).replace("<", "\\u003c"),  # no tag can end the script
    }.items():
        html = html.replace(f"<!-- {mark} -->", text)
    files["index.html"] = html.encode()
    for name in ("site.css", "site.js"):
        files[name] = (SITE / name).read_bytes()
    version = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
    offline = (SITE / "offline.js").read_text().replace("/* version */", version)
    later = [name for name in sorted(files) if Path(name).name in LATER]
    kept = ["./", *(name for name in sorted(files) if name not in later)]
    for mark, names in {"files": kept, "later": later}.items():
        offline = offline.replace(f"/* {mark} */ []", json.dumps(names))
    files["offline.js"] = offline.encode()
    return files


def _needed() -> set[str]:
    """What the page loads: bundles of modules, and those of its workers one by one."""
    data = {name for name in FILES if not name.endswith((".html", ".jpg", ".js", ".css"))}
    return {*OF_WORKERS} | data | {*BUNDLES, *STYLES}


def _extras(folder: Path | None) -> dict[str, bytes]:
    """The extra files of the weights, as far as they have them, with fewer snapshots."""
    if folder is None:
        return {}
    found = {name: (folder / name).read_bytes() for name in EXTRAS if (folder / name).is_file()}
    if SNAPSHOTS in found:
        found[SNAPSHOTS] = thin(found[SNAPSHOTS], MOST_SNAPSHOTS)
    return found


def thin(snapshots: bytes, most: int) -> bytes:
    """The content of snapshots.safetensors with at most so many of the steps: the first, and the last ones.

    The network hardly changes in the steps between. Put together by hand, because safetensors writes metadata in random
    order: the same page has the same files.
    """
    length = int.from_bytes(snapshots[:8], "little")
    header, data = json.loads(snapshots[8 : 8 + length]), snapshots[8 + length :]
    metadata = {name: json.loads(text) for name, text in header.pop("__metadata__").items()}
    steps = metadata["steps"]
    chosen = [0, *range(max(1, len(steps) - most + 1), len(steps))]
    kept_steps = {str(steps[i]) for i in chosen}
    kept, parts, offset = {}, [], 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if name.split(".")[0] in kept_steps:
            begin, end = entry["data_offsets"]
            kept[name] = {**entry, "data_offsets": [offset, offset + end - begin]}
            parts.append(data[begin:end])
            offset += end - begin
    kept["__metadata__"] = {name: json.dumps([values[i] for i in chosen]) for name, values in sorted(metadata.items())}
    text = json.dumps(kept).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


if __name__ == "__main__":
    sys.exit(main())
