"""The page's words: what is wrong in them is said with its place, and their numbers are those of the networks."""

import json
import re
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from lenet import NETWORKS
from lenet.page.article.exercises import CHECKS, CHOICE, DIGIT, MAP, NUMBER
from lenet.page.article.figures import FIGURES
from lenet.page.article.markdown import FOLDER, PAPER, from_table, parse, sources
from lenet.page.article.numbers import confusion, numbers, strokes
from lenet.page.article.sections import MOST_WORDS, article, section, sections
from lenet.page.words import guide
from lenet.weights.model import Weights, bundled, load_weights
from tests.matches import matched

FILES = sorted(FOLDER.rglob("*.md"))

GOOD = """# A title

Prose with *emphasis*, {c1.parameters} parameters. [II.B, table
I](lecun1998)

```figure unit
caption: A unit.
settings: {unit: c3.0}
```

```correction
says: "Often wrong: the number. [table I](lecun1998)"
```

```exercise parameters
check: parameters-with
settings: {layer: c1, kernel: 7}
question: How many with kernels of {kernel}x{kernel}?
why: One kernel for each map.
```
"""


@cache
def loaded() -> dict[str, Weights]:
    """The bundled networks."""
    return {variant: load_weights(bundled(variant), "bundled") for variant in NETWORKS}


@pytest.fixture
def write(tmp_path):
    """A file of a section, GOOD with some of its text replaced."""

    def call(*changes: tuple[str, str], name: str = "01-title.md") -> Path:
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text)
        return path

    return call


def texts(parts: list[dict]) -> str:
    """What a visitor reads of sections and exercises."""
    html = "".join(one["html"] + "".join(e["why"] for e in one["exercises"]) for one in parts)
    return unescape(re.sub("<[^>]+>", " ", html))


# ---- the article


@pytest.mark.parametrize("variant", NETWORKS)
def test_the_article_is_about_the_network(variant):
    """Twelve sections; all placeholders are filled, prose is short, and each section has exercises for the network."""
    weights = loaded()[variant]
    found = article(weights)
    assert [one["name"] for one in found["sections"]] == [one.name for one in sections()]
    assert 10 <= len(found["sections"]) <= 12
    fill = from_table(numbers(weights))
    for one, source in zip(found["sections"], sections(), strict=True):
        assert not re.search(r"[{}]", texts([one])), one["name"]
        assert source.count_words(fill) <= MOST_WORDS, one["name"]
        assert 1 <= len(one["exercises"]) <= 2, one["name"]
        settings = matched('<figure data-figure="[a-z]+" data-settings="([^"]*)"', one["html"])
        assert json.loads(unescape(settings)) == source.figure.settings


def test_the_article_is_small_enough_to_be_loaded_when_it_is_opened():
    """The words take a quarter of the 60 kB that the article may add."""
    for weights in loaded().values():
        assert len(json.dumps(article(weights))) < 45_000  # 10 kB compressed


def test_nothing_in_the_article_is_code_for_gradio():
    """Its two template compilers would run these marks."""
    for weights in loaded().values():
        text = "".join(one["html"] for one in article(weights)["sections"])
        for mark in ("${", "{{", "`", "\\"):
            assert mark not in text


def test_exercises_and_figures_are_named_once():
    """A link names a section and an exercise of it; each kind of figure and of check is of use."""
    found = sections()
    names = [one.name for one in found]
    assert len(set(names)) == len(names)
    for one in found:
        exercises = [exercise.name for exercise in one.exercises]
        assert len(set(exercises)) == len(exercises), one.name
    assert {exercise.check for one in found for exercise in one.exercises} == set(CHECKS)
    opened = {exercise.shows.name for one in found for exercise in one.exercises if exercise.shows}
    opened |= {one.more.name for one in found if one.more}
    assert {one.figure.name for one in found} | opened == set(FIGURES)


def test_no_exercise_stores_an_answer():
    """The browser gets what to compute; a choice has words for each outcome, and none of them is marked."""
    keys = {"name", "check", "settings", "answer", "options", "tolerance", "within", "unit", "why", "shows"}
    keys |= {"isOfDrawing", "draw", "meant"}
    for weights in loaded().values():
        for one in article(weights)["sections"]:
            for exercise in one["exercises"]:
                assert set(exercise) == keys
                assert exercise["answer"] in (CHOICE, NUMBER, MAP, DIGIT)
                assert bool(exercise["options"]) == (exercise["answer"] == CHOICE)


def test_all_sources_are_cited_and_have_an_address():
    """None is left over; the paper is cited by section, table, figure or equation."""
    cited = {
        key
        for one in sections()
        for text in [*one.prose, *([one.correction] if one.correction else [])]
        for key, _ in text.citations
    }
    assert cited == set(sources())
    assert all(source.url.startswith("https://") and source.title for source in sources().values())


# ---- its numbers

VALUES = [
    ("input.units", "1,024", "1,024", "1,024"),  # sizes
    ("input.used", "32x32", "28x28", "32x32"),
    ("input.uses", "", " (it uses the middle 784)", ""),
    ("c1.fit", "32 \u2212 5 + 1 = 28", "28 \u2212 5 + 1 = 24", "32 \u2212 5 + 1 = 28"),
    ("c5.kernel", "5x5", "4x4", "5x5"),
    ("c3.field", "14", "14", "14"),  # what a unit sees, and how far apart two of them are
    ("c5.field", "32", "28", "32"),
    ("s4.step", "4", "4", "4"),
    ("c1.count", "6 x (5x5 + 1)", "6 x (5x5 + 1)", "6 x (5x5 + 1)"),  # parameters
    ("c3.parameters", "2,416", "2,416", "1,516"),
    ("parameters", "61,706", "44,426", "60,000"),
    ("c1.connections", "122,304", "89,856", "122,304"),  # connections
    ("connections", "429,342", "290,814", "340,908"),
    ("activation", "tanh", "ReLU", "1.7159 tanh(2x/3)"),  # words of the layers
    ("s2.does", "averages", "takes the largest of", "sums up"),
    ("original.c3.crosses", "60", "60", "60"),  # of another network
    ("original.s2.parameters", "12", "12", "12"),
    ("bitmap.size", "7x12", "7x12", "7x12"),
    ("digit.side", "20", "20", "20"),
]


def test_numbers_are_those_of_the_networks():
    """A row for each kind: sizes, fields, parameters, connections, words, other networks; by hand, or the paper's."""
    found = [numbers(weights) for weights in loaded().values()]
    for name, *values in VALUES:
        assert [one[name] for one in found] == values, name


@pytest.mark.parametrize("variant", NETWORKS)
def test_accuracy_is_that_of_the_metrics(variant):
    """As errors and as a percentage, of the page's network and of each bundled one."""
    test = json.loads((bundled(variant) / "metrics.json").read_text())["test"]
    own, other = numbers(loaded()[variant]), numbers(loaded()["textbook"])
    assert own["test.error"] == other[f"{variant}.test.error"] == f"{test['errors'] / 100:.2f} %"
    assert (own["test.errors"], own["test.images"]) == (str(test["errors"]), "10,000")
    assert own["temperature"] == f"{loaded()[variant].calibration.temperature:.2f}"


def test_the_confusion_matrix_is_that_of_the_metrics():
    """Its rows add up to the test digits, and what is beside the diagonal to the errors; a malformed one is none."""
    for weights in loaded().values():
        rows = np.array(article(weights)["confusion"])
        test = (weights.metrics or {})["test"]
        assert (rows.sum(), rows.sum() - rows.trace()) == (test["images"], test["errors"])
    for wrong in (None, 3, [], [[0] * 10] * 9, [[0] * 9] * 10, [["<b>"] * 10] * 10, [[-1] * 10] * 10):
        assert confusion({"test": {"confusion": wrong}}) is None


@pytest.mark.parametrize("metrics", [None, {}, {"test": 3}, {"test": {"errors": "<b>", "images": 1}}])
def test_a_paragraph_whose_numbers_nobody_has_measured_is_left_out(metrics):
    """Weights of a stranger may have no metrics, or anything in them; the rest of the section is there."""
    weights = replace(loaded()["textbook"], metrics=metrics)
    (errors,) = [one for one in article(weights)["sections"] if one["name"] == "errors"]
    assert "this network misreads" in texts(article(loaded()["textbook"])["sections"])
    assert "this network misreads" not in texts([errors])
    assert "The paper: 0.95 %" in texts([errors])


def test_what_the_weights_have_learned_from_is_that_of_the_metrics():
    """Numbers of images, and how far they were rotated; of a stranger's weights nothing that is not there."""
    for variant, weights in loaded().items():
        metrics = json.loads((bundled(variant) / "metrics.json").read_text())
        found = numbers(weights)
        for name in ("mnist", "strokes", "styles", "outliers"):
            assert found[f"training.{name}"] == f"{metrics['images'][name]:,}"
        assert found["training.epochs"] == str(metrics["epochs"])
        assert found["training.copies"] == str(metrics["recipe"]["copies"])
        assert found["training.rotation"] == f"{metrics['recipe']['distortion']['rotation']:.0f}\u00b0"
        added = [int(str(found[f"training.{name}"]).replace(",", "")) for name in ("mnist", "strokes", "styles")]
        assert str(found["training.digits"]) == f"{sum(added):,}"
        assert int(str(found["training.pen"]).replace(",", "")) * metrics["recipe"]["copies"] == added[1]
    still = {"images": {"mnist": "<b>", "strokes": 0}, "recipe": {"augment": "shift", "distortion": {"rotation": 8.0}}}
    for metrics in (None, {"images": 3, "recipe": [8]}, still):
        found = numbers(replace(loaded()["textbook"], metrics=metrics))
        names = ("mnist", "strokes", "styles", "outliers", "epochs", "copies", "rotation", "pen", "digits")
        assert {found[f"training.{name}"] for name in names} == {None}


def test_a_section_may_have_a_second_figure(write):
    """With its settings, which are checked as those of the first."""
    more = "caption: A unit.\nmore: {figure: breaking, change: rotation}"
    html = section(write(("caption: A unit.", more))).as_dict(from_table({"c1.parameters": ""}), "textbook")["html"]
    shown = json.loads(unescape(matched('data-more="([^"]*)"', html)))
    assert shown == {"figure": "breaking", "settings": {"change": "rotation"}}
    with pytest.raises(ValueError, match=re.escape("line 6: change: tilt: expected one of rotation")):
        section(write(("caption: A unit.", more.replace("rotation", "tilt"))))


def test_kernels_that_resemble_a_line_or_an_edge_are_found():
    """A sloping line and an edge, drawn here; not a checkerboard, a dot, or a constant."""
    line, edge = np.eye(5) + (np.eye(5, k=1) + np.eye(5, k=-1)) / 2, np.sign(np.arange(5) - 2) * np.ones((5, 1))
    checkers, dot = np.indices((5, 5)).sum(0) % 2, np.zeros((5, 5))
    dot[2, 2] = 1
    assert strokes(np.array([line, -edge, checkers, dot, np.ones((5, 5))], float)) == [0, 1]


def test_no_number_is_typed_that_the_program_computes():
    """In no file of words is a number of three digits or with a decimal point that a placeholder has."""
    computed = {
        number
        for weights in loaded().values()
        for name, value in numbers(weights).items()
        for number in re.findall(r"\d[\d,.]*\d", value or "")
        if re.search(r"\d\.\d|\d{3}", number)
    }
    assert {"156", "122,304", "61,706", "340,908", "0.37", "1.7159"} <= computed
    for path in FILES:
        typed = set(re.findall(r"\d[\d,.]*\d", re.sub(r"\{[^{}]*\}", "", path.read_text())))
        assert typed & computed == set(), path.name


def test_a_number_of_the_paper_is_cited_beside_it():
    """Each paragraph of the article in which a number of two digits or more is typed has a source."""
    for one in sections():
        for text in one.prose:
            typed = re.sub(r"\{[^{}]*\}|[CFS]\d", "", "".join(token.content for token in text.prose))
            if re.search(r"\d[\d,.]*\d", typed):
                assert text.citations, text.where


def test_what_cites_the_paper_is_true_of_its_network():
    """Whichever network is chosen: a number in such a sentence is that of 1998, or the sentence says that it is not."""
    tables = [numbers(weights) for weights in loaded().values()]
    for one in sections():
        for text in [*one.prose, *([one.correction] if one.correction else [])]:
            said = ""
            for token in text.tokens:
                said += " " if token.type == "softbreak" else token.content
                if token.type == "link_open" and token.attrs["href"] == PAPER:
                    sentence = re.split(r"(?<=[.?!:;])\s+", said.strip())[-1]
                    other = {name for name in re.findall(r"\{(.*?)\}", sentence) if len({t[name] for t in tables}) > 1}
                    assert not other or re.search(r"\b[Hh]ere\b", sentence), (text.where, sentence)


# ---- what is understood


def test_a_section_is_read(write):
    """Title, prose, figure, correction and exercise; its name is the file's."""
    found = section(write())
    assert (found.name, found.figure.name) == ("title", "unit")
    data = found.as_dict(from_table({"c1.parameters": "156"}), "original")
    assert data["title"] == "A title"
    assert "<p>Prose with <em>emphasis</em>, 156 parameters. " in data["html"]
    assert matched(f'\\(<a class="source" href="{sources()[PAPER].url}"[^>]*>([^<]*)</a>\\)', data["html"]) == (
        "1998, II.B, table\nI"
    )
    assert "with kernels of 7\u00d77?" in data["html"]  # and nowhere else
    assert "data-more" not in data["html"]


def test_everything_is_escaped(write):
    """HTML in a title, in prose, in a block and in a number is shown as it is written."""
    evil = "<script>alert(1)</script> & \"'"
    found = section(write(("A title", f"A {evil}"), ("Prose with", f"{evil} with"), ("A unit.", "<b>")))
    html = found.as_dict(from_table({"c1.parameters": evil}), "textbook")["html"]
    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") == 3
    assert unescape(html).count(evil) == 3


def test_other_markdown_is_text(write):
    """Code, lists and raw addresses have no meaning here."""
    html = section(write(("Prose with", "- `code` https://example.org Prose with"))).as_dict(
        from_table({"c1.parameters": ""}), "textbook"
    )["html"]
    assert "<li" not in html
    assert "<code" not in html
    assert 'href="https://example' not in html


BAD = [
    (("# A title\n", ""), "01-title.md, line 2: expected a heading first"),
    (("```figure unit", "# Another\n\n```figure unit"), "expected one heading, got 2"),
    (("figure unit", "figure units"), "line 6: unknown figure units, expected one of preprocessing"),
    (("{unit: c3.0}", "{unit: c3}"), "line 6: unit: c3: expected LAYER.MAP"),
    (("{unit: c3.0}", "c3"), "line 6: settings: c3: expected NAME: VALUE"),
    (("caption: A unit.", "caption: 3"), "line 6: caption: 3: expected a text"),
    (("{unit: c3.0}", "{layer: c3}"), "line 6: unknown setting layer, expected one of unit"),
    (("caption: A unit.\n", ""), "line 6: caption is missing"),
    (("```figure unit\ncaption: A unit.\nsettings: {unit: c3.0}\n```\n", ""), "expected 1 to 1 of figure, got 0"),
    (("```correction", "```remark"), "unknown block remark, expected one of figure, exercise, correction"),
    ((" [table I](lecun1998)", ""), "line 11: a correction needs a source"),
    ((" [II.B, table\nI](lecun1998)", ""), "the prose needs a source"),
    (("[II.B, table\nI](lecun1998)", "[II.B](lecun)"), "line 3: unknown source lecun, expected one of lecun1998"),
    (("[II.B, table\nI](lecun1998)", "[paper](lecun1998)"), "line 3: paper: cite a section, table, figure or equation"),
    (("Prose with", "word " * 121), "01-title.md: the prose has"),
    (("One kernel", "word " * 41), "line 15: this text has"),
    (("exercise parameters", 'exercise "x"'), "line 15: an exercise needs a name of small letters"),
    (("parameters-with", "guess"), "line 15: unknown check guess, expected one of ink"),
    (("kernel: 7}", "kernel: 70}"), "line 15: kernel: 70: expected a whole number from 1 to 12"),
    (("layer: c1, ", ""), "line 15: parameters-with needs the settings layer"),
    (("why: One", "tolerance: much\nwhy: One"), "line 15: tolerance: much: expected a number"),
    (("why: One", "within: -1\nwhy: One"), "line 15: within: -1: expected a positive number"),
    (("why: One", "networks: original\nwhy: One"), "line 15: networks: original: expected a list"),
    (("why: One", "shows: unit\nwhy: One"), "line 15: shows: unit: expected NAME: VALUE"),
    (("why: One", "options: {a: b}\nwhy: One"), "line 15: expected options for nothing"),
    (("why: One", "networks: [resnet]\nwhy: One"), "line 15: unknown network resnet, expected one of textbook"),
    (("why: One", "networks: [original]\nwhy: One"), "expected one or two exercises for textbook"),
    (("why: One", "shows: {figure: film}\nwhy: One"), "line 15: unknown figure film"),
    (("why: One", "answer: 300\nwhy: One"), "line 15: unknown answer, expected one of check"),
    (("settings: {layer", "settings: {{layer"), "line 15: not valid YAML: while"),
    (("check: parameters-with\nsettings: {layer: c1, kernel: 7}", "- check"), "line 15: "),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_what_is_wrong_is_said_with_its_place(change, message, write):
    """One sentence: the file, the line where there is one, and what is expected."""
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        section(write(change))
    assert "\n" not in str(error.value)


def test_an_unknown_placeholder_is_named(write):
    """When the section is filled, with its place."""
    found = section(write(("{c1.parameters}", "{c1.weights}")))
    with pytest.raises(ValueError, match=re.escape("01-title.md, line 3: unknown placeholder {c1.weights}")):
        found.as_dict(from_table({"c1.parameters": "156"}), "textbook")


def test_a_section_has_a_number_and_a_name(write):
    """They order the sections, and a link names one."""
    with pytest.raises(ValueError, match=re.escape("expected a name such as 03-counting.md")):
        section(write(name="title.md"))


def test_a_choice_has_words_for_each_outcome(write):
    """None is missing, so that each can be chosen."""
    choice = ("check: parameters-with\nsettings: {layer: c1, kernel: 7}", "check: answers\noptions: {digit: yes}")
    with pytest.raises(ValueError, match="expected options for digit, rejected"):
        section(write(choice, ("{kernel}x{kernel}", "this")))


def test_parts_are_read_in_order():
    """Headings of any level, each with its paragraphs and blocks."""
    first, second = parse("# One\n\nA.\n\nB.\n\n## Two\n\n```step\nselector: .pad\n```\n", "x.md")
    assert (first.title.plain(str), len(first.paragraphs), first.blocks) == ("One", 2, [])
    assert second.title.plain(str) == "Two"
    assert (second.blocks[0].kind, second.blocks[0].content) == ("step", {"selector": ".pad"})


def test_about_is_of_the_network_of_the_page():
    """`tutorial` has smaller maps in C1 than the paper."""
    for variant, weights in loaded().items():
        assert ("6@24\u00d724" if variant == "tutorial" else "6@28\u00d728") in guide(weights.model)
        assert "checked" in guide(weights.model, server=True)
        assert "checked" not in guide(weights.model, server=False)


def test_weights_that_were_never_measured_are_weights_all_the_same():
    """Without calibration and metrics."""
    assert len(article(Weights(loaded()["tutorial"].model))["sections"]) == len(sections())
