"""python -m train: its commands, and what it says about them."""

import re

import pytest

from train.__main__ import COMMANDS, main


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_commands(capsys, flag):
    """All of them, with what they do."""
    with pytest.raises(SystemExit) as stop:
        main([flag])
    assert stop.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    for name, (_function, description) in COMMANDS.items():
        assert f" {name} {description} " in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(capsys, name):
    """With its name and its options."""
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert re.match(rf"usage: python -m train \[?{name}\]? ", capsys.readouterr().out)


def test_an_unknown_command_is_named(error_of):
    """With those that exist."""
    said = error_of("evalute", "runs/one")
    assert "invalid choice: 'evalute'" in said
    assert "evaluate" in said


def test_without_a_command_the_options_are_those_of_run(error_of):
    """An invalid one is reported in the same way."""
    assert error_of("--epochs", "many") == error_of("run", "--epochs", "many")


@pytest.mark.parametrize("package", ["matplotlib", "torchvision"])
def test_a_missing_package_is_named(package, error_of, monkeypatch):
    """With the extra that installs it; a missing module of this project is a bug, and raised."""

    def missing(module: str):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    monkeypatch.setattr("train.__main__.import_module", missing)
    name = f"{package}.part"
    assert error_of("evaluate", "run") == (
        f"train: evaluate needs the package {package}: pip install '.[train]' installs it\n"
    )
    name = "train.data"
    with pytest.raises(ModuleNotFoundError):
        main(["evaluate", "run"])
