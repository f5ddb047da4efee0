"""The project's own rules: which way its parts import, and that the README tells the truth."""

import ast
import re
import subprocess
import sys

import pytest
import yaml

from lenet import NETWORKS
from tests.browser import ROOT
from train.__main__ import COMMANDS, main


def imports(folder: str) -> set[str]:
    """Top-level packages that the Python files under a folder import."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                found.add(node.module.split(".")[0])
    return found


def test_arrows_point_one_way():
    """app -> lenet <- train: the package knows neither of its users, and only the page knows gradio."""
    assert imports("lenet").isdisjoint({"train", "app", "tests", "torchvision", "matplotlib"})
    assert imports("train").isdisjoint({"app", "gradio", "tests"})
    for path in (ROOT / "lenet").rglob("*.py"):
        if path.parent.name != "page":
            assert not re.search(r"^\s*(import|from) gradio", path.read_text(), re.MULTILINE), path.name


def test_importing_the_reader_imports_neither_gradio_nor_torchvision():
    """Reading digits in a script costs no web server and no data sets."""
    code = "import sys, lenet; print([m for m in ('gradio', 'torchvision', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


README, MAKEFILE = ((ROOT / name).read_text() for name in ("README.md", "Makefile"))


@pytest.mark.parametrize("command", [["app.py"], ["-m", "lenet"], ["-m", "train"]], ids=lambda c: c[-1])
def test_every_flag_stands_in_the_readme(command):
    """What --help lists, the README names."""
    done = subprocess.run([sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    flags = set(re.findall(r"--[a-z][a-z-]+", done.stdout)) - {"--help"}
    assert flags
    assert {flag for flag in flags if f"`{flag}" not in README and f" {flag}" not in README} == set()


def flags_of(name: str, capsys) -> set[str]:
    """What `python -m train NAME` takes; NAME is empty for the training itself."""
    with pytest.raises(SystemExit):
        main([*([name] if name else []), "--help"])
    return set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_training_stands_in_the_readme(name, capsys):
    """By its name, with each of its flags; or, for the Space, by the make target that runs it."""
    assert re.search(rf"python -m train {name}(?![\w-])", README + MAKEFILE)
    assert {flag for flag in flags_of(name, capsys) if f"`{flag}" not in README and f" {flag}" not in README} == set()


WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")}


def steps(workflow: str) -> list[dict]:
    return [step for job in WORKFLOWS[workflow]["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("README", README),
        *((name, "\n".join(step.get("run", "") for step in steps(name))) for name in sorted(WORKFLOWS)),
    ],
    ids=lambda value: value if len(value) < 20 else "",
)
def test_every_command_written_down_can_be_called_so(where, text, capsys):
    """Each `python -m train ...` has a command and flags that there are, and each make target is one."""
    calls = re.findall(r"python -m train\b([^#`\n]*)", text)
    for call in calls:
        first, *rest = call.split() or [""]
        name, rest = (first, rest) if first in COMMANDS else ("", [first, *rest])
        assert not rest or name or rest[0].startswith("-") or not rest[0], f"{where}: there is no train {rest[0]}"
        used = {flag for word in rest if (flag := re.sub(r"^\$\{\w+:\+", "", word)).startswith("--")}
        assert used <= flags_of(name, capsys), f"{where}: {call}"
    targets = re.findall(r"(?:^|`)make (\S+?)(?:`|\s|$)", text, re.MULTILINE)
    assert all(re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE) for target in targets), targets
    assert calls or targets


def test_every_push_is_tested_and_publishing_is_started_by_hand():
    """The two workflows: what starts them, and that neither may write to the repository."""
    # YAML 1.1 takes the key `on` for true.
    assert {name: set(workflow[True]) for name, workflow in WORKFLOWS.items()} == {
        "test": {"push", "pull_request"},
        "publish": {"workflow_dispatch"},
    }
    assert all(workflow["permissions"] == {"contents": "read"} for workflow in WORKFLOWS.values())
    assert set(WORKFLOWS["publish"][True]["workflow_dispatch"]["inputs"]) == {"model", "space", "tag"}


def test_the_token_is_seen_only_by_the_steps_that_publish():
    """And nothing that a person types is pasted into a command, where it could become one."""
    publishing = [step for step in steps("publish") if "python -m train publish" in step.get("run", "")]
    assert len(publishing) == 2
    for step in steps("publish"):
        assert ("HF_TOKEN" in str(step)) == (step in publishing)
        assert "${{" not in step.get("run", "")
    assert "secrets" not in str(WORKFLOWS["publish"]["env"])
    assert "secrets" not in str(WORKFLOWS["test"])


def test_the_workflow_publishes_all_three_networks_and_the_space():
    """Each under its own name."""
    script = "\n".join(step.get("run", "") for step in steps("publish"))
    published = re.findall(r"publish build/runs/(\w+) --repo \"([^\"]+)\"", script)
    assert published == [("textbook", "$MODEL"), ("tutorial", "$MODEL-tutorial"), ("original", "$MODEL-original")]
    assert {variant for variant, _ in published} == set(NETWORKS)
    assert 'publish-space --space "$SPACE" --model "$MODEL"' in script


def test_every_make_target_of_the_readme_exists():
    """And `make help` lists it."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert targets >= {"run", "test", "train", "space", "lint", "bench", "help"}
    for target in targets:
        assert f"make {target}" in done.stdout


def test_every_file_that_the_readme_names_exists():
    """Links and pictures lead somewhere."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_readmes_figures_are_measured():
    """The errors in the README are the ones that training wrote."""
    import json

    for path in (ROOT / "lenet/pretrained").glob("*/metrics.json"):
        metrics = json.loads(path.read_text())
        assert f"{metrics['test']['error']:.2%}".replace("%", " %") in README


def test_the_table_of_the_hubs_faults_is_whole():
    """docs/hub-faults.md has a row for each fault, none five seconds late, and the README names its worst."""
    from tests.fake_hub.faults import FAULTS

    rows = re.findall(
        r"^\| ([^|]+) \| [\d.]+ \| ([+-][\d.]+) \|", (ROOT / "docs/hub-faults.md").read_text(), re.MULTILINE
    )
    assert [name for name, _ in rows] == list(FAULTS)
    worst = max(float(later) for _, later in rows)
    assert worst < 5
    assert f"{worst} s at most" in README
