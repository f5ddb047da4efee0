"""The model card: valid on the Hub, and every figure in it read from metrics.json or config.json."""

import copy
import json
import re

import numpy as np
import pytest
from huggingface_hub import EvalResult, ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results
from PIL import Image

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.fake_hub.repository import errors_in_card
from lenet import NETWORKS, Recognizer
from lenet.extras.files import EXTRAS, MISREAD_DIGITS, NEIGHBORS, SNAPSHOTS
from lenet.weights.model import load_weights
from tests.fixtures.publishing import metadata_of
from tests.matches import matched
from train.publish.card import count, model_card, most_confused, number, percent, share, value
from train.publish.preview import GAP, LAYERS, MIDDLE, PAD, draw_preview

PRETRAINED = ROOT / "lenet/pretrained"
PLOTS = ("misread.png", "confusion.png", "curves.png", "reliability.png", "rejections.png")


def metrics_and_config(variant: str = "textbook") -> tuple[dict, dict]:
    """Metrics and configuration of bundled weights."""
    return tuple(json.loads((PRETRAINED / variant / f"{name}.json").read_text()) for name in ("metrics", "config"))


def results_on(card: ModelCard) -> list[EvalResult]:
    """The results in its front matter, as the client reads them."""
    index = card.data.to_dict().get("model-index")
    return model_index_to_eval_results(index)[1] if index else []


@pytest.mark.parametrize("variant", sorted(NETWORKS))
def test_the_front_matter_is_valid_on_the_hub(variant, tmp_path):
    """By the Hub's rules, and as the client parses it: license, library, task, dataset, results."""
    metrics, config = metrics_and_config(variant)
    model_card(metrics, config, "someone/lenet-5").save(tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text()
    assert errors_in_card(text, "model") == ([], [])
    data = metadata_of(tmp_path / "README.md")
    assert (data["license"], data["library_name"], data["pipeline_tag"]) == ("mit", "lenet", "image-classification")
    assert data["datasets"] == ["ylecun/mnist"]
    assert {"pytorch", f"lenet-5-{variant}"} <= set(data["tags"])
    loaded = ModelCard.load(tmp_path / "README.md")
    results = {(r.dataset_name, r.metric_type): r.metric_value for r in results_on(loaded)}
    errors = metrics["test"]["errors"]
    confusion = metrics["test"]["confusion"]
    assert errors == 10_000 - sum(confusion[digit][digit] for digit in range(10))
    assert results == {
        ("MNIST", "accuracy"): pytest.approx(1 - errors / 10_000),
        ("MNIST", "error_rate"): pytest.approx(errors / 10_000),
        ("Pen digits of writers 26, 27, 28, 29, 30", "accuracy"): pytest.approx(
            1 - metrics["sketches"]["errors"] / 900, abs=1e-6
        ),
    }


def test_the_text_covers_use_evaluation_and_limitations():
    """Its sections, the numbers in them, and a plot only if the run has it."""
    metrics, config = metrics_and_config("original")
    text = model_card(metrics, config, "someone/old", ["misread.png"], "https://example.org/code").text
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert headings == [
        "LeNet-5, `original`",
        "How to use it",
        "Evaluation",
        "Errors",
        "Training",
        "Limitations",
        "Licenses",
    ]
    assert "[LeNet-5](https://doi.org/10.1109/5.726791) with 60,000 parameters" in text
    test, plain = metrics["test"], metrics["nondigits"]["plain"]
    row = ("accuracy", "coverage", "selective_accuracy", "answered_correctly")
    cells = " | ".join(f"{100 * test[name]:.2f} %" for name in row)
    assert f"| MNIST test set | 10,000 | {cells} |" in text
    rates = {digit: 1 - counts[digit] / sum(counts) for digit, counts in enumerate(test["confusion"])}
    worst = max(rates, key=lambda digit: rates[digit])
    times, digit, predicted = max(
        (count, -row, -column)
        for row, counts in enumerate(test["confusion"])
        for column, count in enumerate(counts)
        if row != column
    )
    assert f"({test['errors']} errors)" in text
    assert f"| `lr` | {metrics['recipe']['lr']} |" in text
    assert f"MNIST test set, highest error rates: {worst} ({100 * rates[worst]:.2f} %)," in text
    assert f"Most frequent errors: {-digit} as {-predicted} ({times} times)" in text
    assert f"{100 * (1 - plain['outlier_rejection_rate']):.2f} % of those not resembling a digit" in text
    assert re.findall(r"!\[.*\]\((.*)\)", text) == ["preview.png", "misread.png"]


def test_the_card_links_the_space():
    """If its name is known; between the picture and the installation, and in a call by Gradio's client."""
    metrics, config = metrics_and_config()
    text = model_card(metrics, config, "someone/lenet-5", space="someone/draw").text
    link = "\n\nDraw a digit and look inside: [someone/draw](https://huggingface.co/spaces/someone/draw).\n\n"
    assert text.count(link) == 1
    assert text.index("(preview.png)") < text.index(link) < text.index("## How to use it")
    assert 'Client("someone/draw")' in text
    assert "Space" not in model_card(metrics, config, "someone/lenet-5").text


def test_the_card_links_its_sources():
    """The paper and the digits by which the network was trained; what other sites show of the card is a picture."""
    metrics, config = metrics_and_config()
    card = model_card(metrics, config, "someone/lenet-5", code="https://example.org/code")
    assert card.data.to_dict()["thumbnail"] == "https://huggingface.co/someone/lenet-5/resolve/main/preview.png"
    assert "https://doi.org/10.1109/5.726791" in card.text
    assert "https://huggingface.co/datasets/ylecun/mnist" in card.text
    assert {(result.dataset_config, result.dataset_split) for result in results_on(card)[:2]} == {("mnist", "test")}
    assert {result.source_url for result in results_on(card)} == {"https://example.org/code"}


@pytest.mark.parametrize("variant", sorted(NETWORKS))
def test_the_picture_shows_what_the_network_computes(variant, tmp_path):
    """For a drawn 3: maps of C1 are orange where their values are high, and blue where they are low."""
    weights = load_weights(PRETRAINED / variant)
    draw_preview(tmp_path / "preview.png", weights)
    with Image.open(tmp_path / "preview.png") as image:
        assert image.size == (1200, 630)
        pixels = np.asarray(image.convert("RGB")).astype(int)
    left, top, side = PAD
    reading = Recognizer(weights).read(pixels[top : top + side, left : left + side].mean(2).astype(np.uint8))
    assert reading.digit == 3
    left, _, side = LAYERS["c1"]
    top, c1 = MIDDLE - (6 * side + 5 * GAP) // 2, reading.activations["c1"]
    for i, values in enumerate(c1):
        middles = (np.arange(len(values)) * side + side // 2) // len(values)
        cells = pixels[top + i * (side + GAP) :, left:][np.ix_(middles, middles)]
        strong = np.abs(values) > 0.3 * np.abs(c1).max()
        assert (np.sign(cells[..., 0] - cells[..., 2]) == np.sign(values))[strong].mean() > 0.9


def test_the_files_for_the_page_are_listed():
    """In one sentence, with what is in them, and with whose digits they contain if there are any."""
    metrics, config = metrics_and_config()
    credit = "Yann LeCun, Corinna Cortes and Christopher Burges, [CC BY-SA 3.0]"
    for extras, digits in (
        ([], False),
        ([SNAPSHOTS], False),
        ([MISREAD_DIGITS], True),
        ([SNAPSHOTS, NEIGHBORS], True),
        (list(EXTRAS), True),
    ):
        text = model_card(metrics, config, "someone/lenet-5", extras=extras).text
        assert re.findall(r"`(\w+\.\w+)` \(", text) == extras
        assert (credit in text) == digits


@pytest.mark.parametrize("extras", [(), tuple(EXTRAS)])
@pytest.mark.parametrize(
    "plots", [(), ("misread.png", "confusion.png", "curves.png", "reliability.png", "rejections.png")]
)
def test_blocks_are_separated_by_one_blank_line(plots, extras):
    """With or without plots: a heading, table or plot that touches a paragraph would be a part of it."""
    metrics, config = metrics_and_config()
    text = model_card(metrics, config, "someone/lenet-5", plots, extras=extras).text
    assert "\n\n\n" not in text
    assert re.findall(r"[^\n]\n#|[^|\n]\n\||\|\n[^|\n]|[^\n]\n!\[|\]\(\w+\.png\)\n[^\n]", text) == []
    assert [name for name in plots if f"({name})" not in text] == []


@pytest.mark.parametrize(
    ("code", "command"),
    [("https://example.org/code", "pip install git+https://example.org/code"), (None, "pip install .")],
)
def test_installation_comes_first(code, command):
    """From the address of the code if it is known, else from its folder; with a hint for machines without a GPU."""
    metrics, config = metrics_and_config()
    text = model_card(metrics, config, "someone/lenet-5", code=code).text
    commands = re.findall(r"```sh\n(.*?)\n```", text, re.DOTALL)
    assert commands == [command]
    assert text.index(command) < text.index("```python") < text.index("## Evaluation")
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in text


def test_the_code_on_the_card_runs(tmp_path, monkeypatch, capsys):
    """The three lines of Python, literally, read a digit; here with a folder in place of the repository."""
    metrics, config = metrics_and_config()
    text = model_card(metrics, config, "someone/lenet-5").text
    code = matched(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 3
    monkeypatch.chdir(tmp_path)
    draw(EXAMPLES[7]["strokes"]).save("digit.png")
    exec(code.replace("someone/lenet-5", str(PRETRAINED / "textbook")), {})
    assert capsys.readouterr().out.startswith("7 [(7, 0.")


def test_the_call_on_the_card_is_answered(app_url, tmp_path, monkeypatch, capsys):
    """The two lines for Gradio's client, literally, but with a page on this computer in place of the Space."""
    metrics, config = metrics_and_config()
    text = model_card(metrics, config, "someone/lenet-5", space="someone/draw").text
    (code,) = (code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "gradio_client" in code)
    monkeypatch.chdir(tmp_path)
    draw(EXAMPLES[7]["strokes"]).save("digit.png")
    exec(code.replace("someone/draw", app_url), {})
    assert "{'digit': 7, 'reason': None, 'top': [[7, 0.99" in capsys.readouterr().out


def test_every_figure_comes_from_the_files():
    """A figure that changes in metrics.json or config.json changes on the card, in front matter and text."""
    metrics, config = metrics_and_config()
    before = str(model_card(metrics, config, "someone/lenet-5"))
    changed = copy.deepcopy(metrics)
    changed["test"] |= {"errors": 1234, "error": 0.1234, "accuracy": 0.8766, "false_rejection_rate": 0.0567}
    changed["test"] |= {"expected_calibration_error": 0.0246}
    changed["sketches"] |= {"accuracy": 0.7654, "selective_accuracy": 0.8123, "answered_correctly": 0.7012}
    changed["nondigits"]["plain"]["outlier_rejection_rate"] = 0.4321
    changed["recipe"]["momentum"] = 0.713
    changed["images"]["mnist"] = 12_345
    after = str(model_card(changed, {**config, "temperature": 3.21}, "someone/lenet-5"))
    percentages = ("12.34 %", "87.66 %", "5.67 %", "2.46 %", "76.54 %", "81.23 %", "70.12 %", "43.21 %", "56.79 %")
    for figure in (*percentages, "(1,234 errors)", "value: 0.8766", "value: 0.7654", "0.713", "12,345", "3.21"):
        assert figure in after, figure
        assert figure not in before, figure


def test_missing_measurements_are_omitted():
    """A run on MNIST alone, evaluated without sketches: no row, no result and no mention of pen strokes."""
    metrics, config = metrics_and_config()
    alone = {name: part for name, part in metrics.items() if name not in ("sketches", "drawn", "nondigits")}
    alone["images"] = {**metrics["images"], "strokes": 0, "stroke_validation": 0}
    card = model_card(alone, config, "someone/lenet-5")
    assert {r.dataset_name for r in results_on(card)} == {"MNIST"}
    for words in ("strokes", "pen digits", "other people", "utlier rejection rate"):
        assert words not in card.text


def test_small_groups_are_given_as_counts():
    """Counts for 35 drawings, percentages for hundreds; a group that is rejected entirely has no accuracy."""
    metrics, config = metrics_and_config()
    kinds = metrics["drawn"]["by_kind"]
    text = model_card(metrics, config, "someone/lenet-5").text
    rows = re.findall(
        r"^\| other people's digits, (.*?) \| (\d+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", text, re.MULTILINE
    )
    few, many = kinds["drawn, flagged"], kinds["drawn, unflagged"]
    names = ("accuracy", "coverage", "selective_accuracy", "answered_correctly")
    assert rows[0] == ("drawn", "361", *(f"{100 * many[name]:.2f} %" for name in names))
    answered = round(35 * few["answered_correctly"])
    accepted = round(35 * few["coverage"])
    assert rows[1][1:] == (
        "35",
        f"{35 - few['errors']} of 35",
        f"{accepted} of 35",
        f"{answered} of {accepted}",
        f"{answered} of 35",
    )
    assert kinds["photo, flagged"]["selective_accuracy"] is None
    assert rows[3][1:] == ("1", f"{1 - kinds['photo, flagged']['errors']} of 1", "0 of 1", "none accepted", "0 of 1")


def test_other_kinds_of_drawings_are_on_the_card():
    """Users may evaluate on kinds of drawings that this project does not have."""
    metrics, config = metrics_and_config()
    drawn = {**metrics["drawn"], "by_kind": {"chalk, unflagged": metrics["drawn"]["by_kind"]["drawn, unflagged"]}}
    text = model_card({**metrics, "drawn": drawn}, config, "someone/lenet-5").text
    assert "| other people's digits, chalk, unflagged | 361 |" in text


def test_a_dry_run_has_a_warning_and_no_results_for_leaderboards():
    """Its card has no model-index, and no sizes of a full run."""
    metrics, config = metrics_and_config()
    card = model_card({**metrics, "dry_run": True}, config, "someone/try", extras=EXTRAS)
    assert "about" not in card.text.partition("## Evaluation")[0].partition("page also shows")[2]
    assert "**A dry run**" in card.text
    assert "dry run takes a part" in card.text
    assert results_on(card) == []
    assert errors_in_card(str(card), "model") == ([], [])


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("test", None, "'test'"),
        ("recipe", None, "'recipe'"),
        ("images", None, "'images'"),
        ("test", {}, "'coverage'"),
        ("test", [], "lacks a value"),
        ("test", "good", "lacks a value"),
        ("recipe", [], "not as training writes it"),
        ("hardware", {}, "'cpu'"),
        ("seconds", "long", "not as training writes it"),
        ("history", None, None),
    ],
)
def test_missing_values_are_named(part, value, message):
    """Metrics without what the card needs raise a ValueError that names it; the card does not use the history."""
    metrics, config = metrics_and_config()
    broken = {name: content for name, content in metrics.items() if name != part}
    if value is not None:
        broken[part] = value
    if message is None:
        model_card(broken, config, "someone/lenet-5")
    else:
        with pytest.raises(ValueError, match=message):
            model_card(broken, config, "someone/lenet-5")


def test_metrics_of_another_network_are_rejected():
    """metrics.json and config.json of different variants do not belong together."""
    with pytest.raises(ValueError, match="it is of tutorial, but the weights are of textbook"):
        model_card(metrics_and_config("tutorial")[0], metrics_and_config("textbook")[1], "someone/lenet-5")


@pytest.mark.parametrize("name", ["error", "accuracy", "coverage", "selective_accuracy", "expected_calibration_error"])
@pytest.mark.parametrize("value", [float("nan"), 1.5, -0.1, "0.1", None, True])
def test_an_invalid_fraction_is_rejected(name, value):
    """Anything but a number from 0 to 1 raises a ValueError."""
    metrics, config = metrics_and_config()
    with pytest.raises(ValueError, match=r"is not a|not as training|cannot convert"):
        model_card({**metrics, "test": {**metrics["test"], name: value}}, config, "someone/lenet-5")


@pytest.mark.parametrize("filter", [percent, count, number, value])
@pytest.mark.parametrize("wrong", [float("inf"), float("nan"), None, [], True])
def test_filters_reject_values_that_are_not_numbers(filter, wrong):
    """Each of the template's filters raises a ValueError."""
    with pytest.raises(ValueError, match="is not a"):
        filter(wrong)


def test_filters_format_numbers():
    """Compared with text written by hand."""
    assert (percent(0.0035), percent(1), count(10_000), number(-2.0061)) == ("0.35 %", "100.00 %", "10,000", "-2.0061")
    assert (value("distort"), value(16_000), value(8.0)) == ("distort", "16,000", "8")
    assert (share(0.5, 100), share(23 / 35, 35)) == ("50.00 %", "23 of 35")
    assert most_confused([[9, 1, 0], [2, 9, 0], [0, 3, 9]]) == [(3, 2, 1), (2, 1, 0), (1, 0, 1)]
