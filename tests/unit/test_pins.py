"""The pinned versions: requirements, constraints and the package's own bounds agree, as `make lock` leaves them."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness import ROOT
from lenet import __version__

# PyTorch's version on the Space is ZeroGPU's; the extras of Gradio that the Hub adds restrict pydantic.
OWN_OF_THE_SPACE = {"torch", "setuptools", "pydantic", "pydantic-core"}


def requirements(name: str) -> list[Requirement]:
    """Those of a file in the root of the repository. Raises InvalidRequirement for anything else, such as a URL."""
    lines = [re.sub(r"(^| +)#.*", "", line) for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-r ")]


def versions(name: str) -> dict[str, set[str]]:
    """The pinned versions of each package; a few have one for old and another for new versions of Python."""
    pinned: dict[str, set[str]] = {}
    for requirement in requirements(name):
        (specifier,) = requirement.specifier
        assert (specifier.operator, requirement.url) == ("==", None), requirement
        pinned.setdefault(canonicalize_name(requirement.name), set()).add(specifier.version)
    return pinned


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "docs/requirements.txt"])
def test_the_constraints_are_made_from_the_requirements(name):
    """Each pin has the same version in constraints.txt; if not, `make lock` was forgotten."""
    constraints = versions("constraints.txt")
    assert {package: constraints.get(package) for package in versions(name)} == versions(name)


def test_the_space_has_the_versions_of_the_project():
    """All but a few; what it needs directly is there, in the version that it asks for."""
    space, project = versions("requirements-space.txt"), versions("constraints.txt")
    assert {name for name in space if name in project and not space[name] <= project[name]} <= OWN_OF_THE_SPACE
    for requirement in requirements("requirements-space.in"):
        (version,) = space[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_the_package_allows_the_pinned_versions():
    """Those of pyproject.toml with all extras; the Space installs what the page needs, and nothing for the training."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"]["app"])]
    training = [Requirement(line) for line in project["optional-dependencies"]["train"]]
    pinned = versions("requirements.txt")
    assert {canonicalize_name(each.name) for each in (*page, *training)} == set(pinned)
    for each in (*page, *training):
        assert all(each.specifier.contains(version) for version in pinned[canonicalize_name(each.name)]), each
    tools, extras = versions("requirements-dev.txt"), project["optional-dependencies"]
    for each in map(Requirement, (*extras["heic"], *extras["onnx"])):
        assert all(each.specifier.contains(version) for version in tools[canonicalize_name(each.name)]), each
    space = {canonicalize_name(each.name) for each in requirements("requirements-space.in")}
    assert space - {canonicalize_name(each.name) for each in page} == {"spaces", "uvicorn", "websockets"}


def test_one_version_of_the_package_is_cited():
    """CITATION.cff has the version of the package and the date of its release."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert f"## {__version__} ({citation['date-released']})" in (ROOT / "CHANGELOG.md").read_text()
    assert citation["version"] == __version__
