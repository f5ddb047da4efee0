"""The page's HTML: a row for each layer, and the footer and notice about the weights, with foreign text escaped."""

import re
from dataclasses import replace
from html import escape, unescape

import pytest
import torch

from lenet import NETWORKS, Recognizer
from lenet.networks.activation import Tanh
from lenet.networks.summary import layers
from lenet.page.article.markdown import times
from lenet.page.document import document
from lenet.page.words import about, words
from lenet.weights.model import bundled, save_model
from tests.matches import matched

MARKS = "<script>alert(1)</script> ${evil} {{evil}} `evil` \\u003c \" '"


def part(html: str, pattern: str) -> str:
    """The text that a visitor sees in the first match of the pattern's group."""
    return unescape(re.sub("<[^>]+>", "", matched(pattern, html)))


def footer(html: str) -> str:
    return part(html, '<footer class="weights">(.*)</footer>')


def notice(html: str) -> str:
    return part(html, '<p class="origin-notice" role="status">(.*)</p>')


@pytest.fixture
def page_of(reader):
    """The page of a reader with the bundled network, but other information about its weights."""

    def page(**information) -> str:
        return document(Recognizer(replace(reader.weights, **{"origin": None, **information})))

    return page


@pytest.mark.parametrize("variant", NETWORKS)
def test_the_page_names_the_activation_function_of_its_network(variant, monkeypatch):
    """In the line below the title; `original` computes with the one that it names, too."""
    network = NETWORKS[variant]()
    assert f"{network.activation}, " in about(network)
    ink = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        before = network.features(ink)["c1"]
        monkeypatch.setattr(NETWORKS[variant], "activation", Tanh(slope=0.5))
        assert not torch.equal(network.features(ink)["c1"], before)


def test_every_layer_of_every_network_is_in_the_figure_and_in_words():
    """With its name, its description and its parameters, whose arithmetic is correct."""
    for variant in NETWORKS:
        reader = Recognizer.from_pretrained(bundled(variant))
        html = document(reader)
        for layer in layers(reader.weights.model):
            if layer.parameters:
                product, total = layer.arithmetic.split(" = ")
                assert eval(product.replace("x", "*")) == int(total.replace(",", "")) == layer.parameters, layer
            else:
                assert layer.arithmetic == "no parameters", layer
            stage = matched(f'<section [^>]*data-stage="{layer.name}".*?</section>', html, re.DOTALL)
            assert f'data-shape="{",".join(map(str, layer.shape))}"' in stage
            assert ('<p class="operation">' in stage) == (layer.name != "input")
            row = matched(f'<details [^>]*data-about="{layer.name}".*?</details>', html, re.DOTALL)
            assert f">{times(layer.arithmetic)}{' parameters' if layer.parameters else ''}<" in row
            assert f">{times(escape(layer.summary[0].upper() + layer.summary[1:]))}.<" in row
            assert words(reader.weights.model)[layer.name][0] in row


def test_parameters_are_counted_as_in_the_paper(reader):
    """The formula of each layer of the textbook network."""
    assert {layer.name: layer.arithmetic for layer in layers(reader.weights.model) if layer.parameters} == {
        "c1": "6 x (5x5 + 1) = 156",
        "c3": "16 x (6x5x5 + 1) = 2,416",
        "c5": "120 x (16x5x5 + 1) = 48,120",
        "f6": "84 x (120 + 1) = 10,164",
        "output": "10 x (84 + 1) = 850",
    }


def test_the_footer_of_bundled_weights_has_no_link(reader, mnist_error):
    """It says which network they are for, how large it is and its measured error."""
    html = document(reader)
    assert footer(html) == (
        f"Weights: bundled; network: textbook, 61,706 parameters; MNIST test error: {mnist_error} (10,000 images)"
    )
    assert "<a " not in html
    assert "origin-notice" not in html


def test_the_footer_names_a_folder(tmp_path):
    """A run without metrics has no error to show."""
    reader = Recognizer.from_pretrained(bundled("original"))
    save_model(reader.weights.model, tmp_path / "run", reader.weights.calibration)
    html = document(Recognizer.from_pretrained(tmp_path / "run"))
    assert footer(html) == f"Weights: folder {tmp_path / 'run'}; network: original, 60,000 parameters"


def test_weights_from_the_hub_link_to_their_commit_and_model_card(page_of):
    """Two links: to the files of that commit, and to the repository, which shows the model card."""
    url = f"https://huggingface.co/someone/lenet-5/tree/{'a' * 40}"
    html = page_of(origin="someone/lenet-5@aaaaaaa", url=url)
    assert re.findall('<a href="([^"]+)"', html) == [url, "https://huggingface.co/someone/lenet-5"]
    assert footer(html).startswith("Weights: someone/lenet-5@aaaaaaa; ")
    assert footer(html).endswith("; model card")


def test_the_footer_mentions_a_dry_run(page_of, reader):
    """Its network is hardly trained."""
    assert footer(page_of(metrics={"dry_run": True})).endswith("; from a dry run, not for use")
    assert "dry run" not in footer(document(reader))


def test_the_page_shows_the_notice_about_the_weights(page_of):
    """For example, that other weights than requested are in use; screen readers announce it."""
    html = page_of(notice="The Hub is unavailable. Using the bundled weights.")
    assert notice(html) == "The Hub is unavailable. Using the bundled weights."


def test_foreign_text_is_escaped(page_of):
    """Neither the browser nor Gradio's two template compilers run any of it; a visitor sees it as it was written."""
    html = page_of(origin=MARKS, url=f'https://hub/"{MARKS}/tree/x', notice=MARKS)
    for mark in ("<script", "${", "{{", "`", "\\"):
        assert mark not in html
    assert notice(html) == MARKS
    assert footer(html).startswith(f"Weights: {MARKS}; ")


def test_only_web_addresses_become_links(page_of):
    """An address with another scheme is shown as text."""
    assert "<a " not in page_of(origin="x", url="javascript:alert(1)/tree/x")


def test_malformed_metrics_are_ignored(page_of):
    """Whatever is in a foreign metrics.json, the page is shown, without an error rate."""
    test_parts = (3, {"error": "<b>", "images": 1}, {"error": 0.1}, {"error": None})
    for metrics in ({}, *({"test": test} for test in test_parts)):
        assert footer(page_of(metrics=metrics)) == "network: textbook, 61,706 parameters", metrics
