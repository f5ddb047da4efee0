"""Programs of the system that tests run beside the browser, and how Debian's packages are installed.

`python -m harness.programs` makes sure that nginx and systemd-analyze are available: installed ones, else Debian's.
"""

import contextlib
import os
import platform
import shutil
import subprocess
import sys

PACKAGES = {"nginx": "nginx", "systemd-analyze": "systemd"}


def find(program: str) -> str | None:
    """The path of a program; Debian's nginx is where only root looks."""
    return shutil.which(program, path=os.environ["PATH"] + os.pathsep + "/usr/sbin")


def install() -> int:
    """Install what is missing. The exit code: 0 if nothing is missing in the end, else 1."""
    if missing := [package for program, package in PACKAGES.items() if not find(program)]:
        run_all(apt_commands(*missing))
    if missing := [program for program in PACKAGES if not find(program)]:
        print(f"could not install {', '.join(missing)}; install by hand what the tests need", file=sys.stderr)
        return 1
    return 0


def is_debian() -> bool:
    """Whether this is Debian itself, whose packages have a browser; Ubuntu's only fetch one from elsewhere."""
    return sys.platform == "linux" and platform.freedesktop_os_release().get("ID") == "debian"


def apt_commands(*packages: str) -> list[list[str]]:
    """The commands that install packages on Debian."""
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "-n", "apt-get"]
    return [[*apt, "update"], [*apt, "install", "-y", *packages]]


def run_all(commands: list[list[str]]) -> None:
    """Run commands one after the other; what fails, or is not installed, is left to the caller to notice."""
    for command in commands:
        print("$", *command, flush=True)
        with contextlib.suppress(FileNotFoundError):  # not Debian
            subprocess.run(command, check=False)


if __name__ == "__main__":
    sys.exit(install())
