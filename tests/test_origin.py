"""What the page says of the weights: where they are from, how good they are, and that a stranger's words stay words."""

import re
from html import unescape

import pytest

from lenet import Recognizer
from lenet.page.document import document
from lenet.weights.model import bundled, save_model
from tests.conftest import ERROR

MARKS = "<script>alert(1)</script> ${evil} {{evil}} `evil` \\u003c \" '"


def part(html: str, pattern: str) -> str:
    return unescape(re.sub("<[^>]+>", "", re.search(pattern, html)[1]))


def foot(html: str) -> str:
    return part(html, '<footer class="weights">(.*)</footer>')


@pytest.fixture
def made(reader):
    """A reader with the bundled network and whatever is told of it."""

    def make(**told) -> Recognizer:
        return Recognizer(reader.model, reader.calibration, **{"metrics": reader.metrics, **told})

    return make


def test_bundled_weights_are_named_without_a_link(reader):
    """The network, its size and its measured error stand there, too."""
    html = document(reader)
    assert foot(html) == (
        f"Weights: bundled; network textbook, 61,706 parameters; {ERROR} of the 10,000 MNIST test digits read wrong"
    )
    assert "<a " not in html
    assert "origin-notice" not in html


def test_a_folder_is_named(tmp_path):
    """The weights of a run without metrics: its folder, its network, no error."""
    reader = Recognizer.from_pretrained(bundled("original"))
    save_model(reader.model, tmp_path / "run", reader.calibration)
    html = document(Recognizer.from_pretrained(tmp_path / "run"))
    assert foot(html) == f"Weights: folder {tmp_path / 'run'}; network original, 60,000 parameters"


def test_weights_of_the_hub_link_to_their_commit_and_card(made):
    """Two links: the files of that commit, and the repository, whose page is the card."""
    page = f"https://huggingface.co/someone/lenet-5/tree/{'a' * 40}"
    html = document(made(origin="someone/lenet-5@aaaaaaa", page=page))
    assert re.findall('<a href="([^"]+)"', html) == [page, "https://huggingface.co/someone/lenet-5"]
    assert foot(html).startswith("Weights: someone/lenet-5@aaaaaaa; ")
    assert foot(html).endswith("; model card")


def test_a_dry_run_is_called_one(made, reader):
    """Its error is of a part of the test, and of a network that hardly learnt."""
    assert "a dry run, made to try the training, not for use" in foot(document(made(metrics={"dry_run": True})))
    assert "dry run" not in foot(document(reader))


def test_the_notice_stands_on_the_page(made):
    """Where other weights answer than those looked for, a visitor sees it and a screen reader says it."""
    html = document(made(notice="The Hub is away. The bundled weights answer."))
    told = part(html, '<p class="origin-notice" role="status">(.*)</p>')
    assert told == "The Hub is away. The bundled weights answer."


def test_a_strangers_words_stay_words(made):
    """Neither the browser nor Gradio's two compilers take any of it for code; a reader sees it as it was written."""
    html = document(made(origin=MARKS, page=f'https://hub/"{MARKS}/tree/x', notice=MARKS))
    for mark in ("<script", "${", "{{", "`", "\\"):
        assert mark not in html
    assert part(html, '<p class="origin-notice" role="status">(.*)</p>') == MARKS
    assert foot(html).startswith(f"Weights: {MARKS}; ")


def test_an_address_that_is_none_is_no_link(made):
    """A page that is no web address is not offered to be clicked."""
    assert "<a " not in document(made(origin="x", page="javascript:alert(1)/tree/x"))


@pytest.mark.parametrize(
    "metrics",
    [{}, {"test": 3}, {"test": {"error": "<b>", "images": 1}}, {"test": {"error": 0.1}}, {"test": {"error": None}}],
)
def test_metrics_that_say_nothing_are_left_out(made, metrics):
    """Whatever stands in another's metrics.json, the page comes up."""
    assert foot(document(made(metrics=metrics))) == "network textbook, 61,706 parameters"
