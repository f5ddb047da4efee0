"""The files in `deploy/` agree with each other and with the project."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from harness import ROOT
from harness.services import DEPLOY, ROOT_PATH, replicas
from tests.matches import matched

NGINX, DOCKERFILE = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Dockerfile").read_text()
COMPOSE, UNIT = yaml.safe_load((DEPLOY / "compose.yaml").read_text()), (DEPLOY / "lenet-page@.service").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def pair(folder):
    """Two replicas that log their requests."""
    with replicas(folder, "--log-json") as found:
        yield found


@pytest.fixture(scope="module")
def ports(pair) -> tuple[int, ...]:
    return tuple(replica.port for replica in pair)


def test_the_image_has_what_the_page_needs():
    """The packages are those of `pip install ".[app]"`, and each file that is copied exists and is let through."""
    (packages,) = re.findall(r"grep -E '\^\(([^)]+)\)==' requirements.txt", DOCKERFILE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["app"]]
    assert set(packages.split("|")) == {matched(r"^[\w-]+", requirement) for requirement in needed}
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = {
        name for names in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in names.split()
    }
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_all_files_agree_and_containers_are_confined():
    """One path for nginx, systemd and Docker; one signal; in containers read-only files, and limits."""
    paths = re.findall(r"location (?:= )?(/\w+)/", NGINX)
    assert {*paths, *re.findall(r"GRADIO_ROOT_PATH=(\S+)", UNIT)} == {ROOT_PATH}
    assert "STOPSIGNAL SIGINT" in DOCKERFILE
    assert "KillSignal=SIGINT" in UNIT
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert {"tmpfs", "mem_limit", "cpus", "pids_limit", "restart", "logging"} <= set(service), name
        assert ("ports" in service) == (name == "nginx")
    for name in ("one", "two"):
        assert COMPOSE["services"][name]["environment"]["GRADIO_ROOT_PATH"] == ROOT_PATH
    assert COMPOSE["networks"]["inner"]["internal"]
