"""What make says about itself."""

import re
import subprocess

from harness import ROOT

PAGES = {path.name: path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
README, MAKEFILE = PAGES["README.md"], (ROOT / "Makefile").read_text()


def test_make_help_lists_the_targets_of_the_readme():
    """`make help` prints each of them."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert targets >= {"run", "test", "train", "lint", "bench", "help"}
    for target in targets:
        assert f"make {target}" in done.stdout
