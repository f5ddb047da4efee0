"""The model card: valid on the Hub, and every figure of it out of what was measured."""

import copy
import json
import re

import pytest
from huggingface_hub import ModelCard, metadata_load

from lenet import NETWORKS
from tests.browser import ROOT
from tests.fake_hub.repository import errors_in_card
from train.publish.card import model_card

PRETRAINED = ROOT / "lenet/pretrained"


def of(variant: str = "textbook") -> tuple[dict, dict]:
    """Metrics and configuration of bundled weights."""
    return tuple(json.loads((PRETRAINED / variant / f"{name}.json").read_text()) for name in ("metrics", "config"))


@pytest.mark.parametrize("variant", sorted(NETWORKS))
def test_the_front_matter_says_what_the_hub_sorts_by(variant, tmp_path):
    """Read back by the client and by the Hub's rules: licence, library, task, data, results."""
    metrics, config = of(variant)
    model_card(metrics, config, "someone/lenet-5").save(tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text()
    assert errors_in_card(text, "model") == ([], [])
    data = metadata_load(tmp_path / "README.md")
    assert (data["license"], data["library_name"], data["pipeline_tag"]) == ("mit", "lenet", "image-classification")
    assert data["datasets"] == ["ylecun/mnist"]
    assert {"pytorch", f"lenet-5-{variant}"} <= set(data["tags"])
    results = {
        (r.dataset_name, r.metric_type): r.metric_value
        for r in ModelCard.load(tmp_path / "README.md").data.eval_results
    }
    assert results == {
        ("MNIST", "accuracy"): pytest.approx(1 - metrics["test"]["wrong"] / 10_000),
        ("MNIST", "error_rate"): pytest.approx(metrics["test"]["wrong"] / 10_000),
        ("Pen digits of writers 26, 27, 28, 29, 30", "accuracy"): pytest.approx(
            metrics["sketches"]["right"] / 900, abs=1e-6
        ),
    }


def test_the_text_says_what_a_stranger_asks():
    """What it is, how to use it, how well it reads, what it gets wrong, how it was trained, limits, licences."""
    metrics, config = of("original")
    text = model_card(metrics, config, "someone/old", ["misread.png"], "https://example.org/code").text
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert headings == [
        "LeNet-5, `original`",
        "Use",
        "How well it reads",
        "What it gets wrong",
        "How it was trained",
        "Limits",
        "Licences",
    ]
    assert "LeNet-5 in 60,000 parameters" in text
    assert "git clone https://example.org/code" in text
    test, plain = metrics["test"], metrics["nondigits"]["plain"]
    worst = max(test["class"], key=test["class"].get)
    times, digit, said = max(
        (count, -row, -column)
        for row, counts in enumerate(test["confusion"])
        for column, count in enumerate(counts)
        if row != column
    )
    assert f"({test['wrong']} digits)" in text
    assert "| `lr` | 0.01 |" in text
    assert f"the {worst} ({100 * test['class'][worst]:.2f} % of them)" in text
    assert f"{-digit} as {-said} ({times} times)" in text
    assert f"{100 * (1 - plain['refused']):.2f} % pass for one" in text
    assert text.count("![") == 1
    assert "(misread.png)" in text


def test_the_code_on_the_card_runs(tmp_path, monkeypatch):
    """The three lines of Python, as they stand there, read a digit; here from a folder in place of a repository."""
    from tests.conftest import EXAMPLES, draw

    metrics, config = of()
    text = model_card(metrics, config, "someone/lenet-5").text
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line]) == 3
    monkeypatch.chdir(tmp_path)
    draw(EXAMPLES[7]["strokes"]).save("digit.png")
    names = {}
    exec(code.replace("someone/lenet-5", str(PRETRAINED / "textbook")), names)
    assert names["reading"].digit == 7


def test_other_figures_make_another_card():
    """A figure that changes in metrics.json changes on the card, in front matter and text: none is typed."""
    metrics, config = of()
    before = str(model_card(metrics, config, "someone/lenet-5"))
    changed = copy.deepcopy(metrics)
    changed["test"] |= {"wrong": 1234, "error": 0.1234, "refused": 0.0567}
    changed["sketches"]["accuracy"] = 0.7654
    changed["nondigits"]["plain"]["refused"] = 0.4321
    changed["recipe"]["momentum"] = 0.77
    changed["pictures"]["mnist"] = 12_345
    after = str(model_card(changed, {**config, "temperature": 3.21}, "someone/lenet-5"))
    for figure in ("1,234 digits", "12.34 %", "0.8766", "5.67 %", "76.54 %", "43.21 %", "0.77", "12,345", "3.21"):
        assert figure in after
        assert figure not in before


def test_what_was_not_measured_is_not_on_the_card():
    """A run on MNIST alone, scored without sketches: no row, no result and no word of pen strokes."""
    metrics, config = of()
    alone = {name: part for name, part in metrics.items() if name not in ("sketches", "drawn", "nondigits")}
    alone["pictures"] = {**metrics["pictures"], "strokes": 0, "stroke_validation": 0}
    card = model_card(alone, config, "someone/lenet-5")
    assert {r.dataset_name for r in card.data.eval_results} == {"MNIST"}
    assert "strokes" not in card.text
    assert "pen digits" not in card.text


def test_a_few_pictures_make_no_hundredths():
    """Of 35 drawings the card tells how many were read; of hundreds the share. What a stranger asks first is first."""
    metrics, config = of()
    kinds = metrics["drawn"]["kinds"]
    text = model_card(metrics, config, "someone/lenet-5").text
    rows = re.findall(r"^\| (other people's digits, .*?) \| (.*) \| (.*) \|$", text, re.MULTILINE)
    few, many = kinds["drawn, flagged"], kinds["drawn, unflagged"]
    assert rows[0] == ("other people's digits, drawn", "361", f"{100 * many['accuracy']:.2f} % read right")
    assert rows[1][1:] == ("35", f"{few['right']} read right")


def test_a_dry_run_says_so_and_enters_no_leaderboard():
    """The card of a dry run warns, and has no model-index."""
    metrics, config = of()
    card = model_card({**metrics, "dry_run": True}, config, "someone/try")
    assert "**A dry run**" in card.text
    assert card.data.eval_results is None
    assert errors_in_card(str(card), "model") == ([], [])


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("test", None, "'test'"),
        ("recipe", None, "'recipe'"),
        ("test", {}, "'error'"),
        ("test", [], "not as training writes it"),
        ("history", None, None),
    ],
)
def test_missing_figures_are_named(part, value, said):
    """Metrics without what the card needs raise a ValueError that names it; the card has no use for the history."""
    metrics, config = of()
    broken = {name: content for name, content in metrics.items() if name != part}
    if value is not None:
        broken[part] = value
    if said is None:
        model_card(broken, config, "someone/lenet-5")
    else:
        with pytest.raises(ValueError, match=said):
            model_card(broken, config, "someone/lenet-5")


def test_figures_of_another_network_make_no_card():
    """metrics.json and config.json of different variants do not belong together."""
    with pytest.raises(ValueError, match="it is of tutorial, the weights are of textbook"):
        model_card(of("tutorial")[0], of("textbook")[1], "someone/lenet-5")


@pytest.mark.parametrize("error", [float("nan"), 1.5, -0.1, "0.1", None])
def test_a_figure_that_is_none_is_not_printed(error):
    """A share that is no number from 0 to 1 makes no card."""
    metrics, config = of()
    with pytest.raises(ValueError, match=r"no share|not as training"):
        model_card({**metrics, "test": {**metrics["test"], "error": error}}, config, "someone/lenet-5")
