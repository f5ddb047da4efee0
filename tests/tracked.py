"""The files of the project, as opposed to what builds, tests and runs leave behind in its folder."""

import subprocess

from harness import ROOT

MADE = ("PKG-INFO", "setup.cfg", "lenet.egg-info/")  # by setuptools, for the source distribution


def tracked_files() -> list[str]:
    """Their paths: what Git tracks, or in a source distribution, what that consists of."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    else:
        names = (ROOT / "lenet.egg-info/SOURCES.txt").read_text().splitlines()
    return [name for name in names if name and not name.startswith(MADE) and (ROOT / name).exists()]
