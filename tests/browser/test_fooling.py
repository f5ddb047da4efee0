"""Fool it, and What it wants, as a visitor uses them, beside PyTorch's attacks and values."""

import re

import numpy as np
import torch

from harness.attacks import pixel_by_pixel
from harness.drawings import DIGITS
from harness.page_digits import page_digits
from harness.parity import torch_layers
from tests.browser.explorer import FEW, number

UNDONE = """() => Object.fromEntries([...document.querySelectorAll(".undone dl div")].map((line) =>
  ["dt", "dd"].map((part) => line.querySelector(part).textContent)))"""

NINE = """() => [document.querySelector(".which-digits").textContent,
  [...document.querySelectorAll(".nine button > span:last-child")].map((value) => value.textContent)]"""


def test_few_pixels_make_another_digit(reuse):
    """As many as PyTorch needs; then another budget, the network's neighbors, a shift, and a change that is kept."""
    visitor = reuse()
    page = visitor.page
    visitor.load(DIGITS[4])
    ink = visitor.ink()
    visitor.load(DIGITS[4], m="fool", f="pixels,9")
    words = page.locator(".smallest-change")
    words.filter(has_text="It takes a change of").wait_for()
    smallest = int(re.findall(r"change of (\d+) pixel", words.inner_text())[0])
    changed = list(zip(range(smallest), pixel_by_pixel(visitor.model, ink, torch.tensor([9])), strict=False))
    expected = changed[-1][1]
    assert visitor.digit() == "9"
    np.testing.assert_allclose(visitor.ink(), expected, atol=1e-6)
    before = visitor.model(changed[-2][1])[0].numpy()
    assert before.argmax() != 9 or visitor.calibration.rejects(before)
    page.locator(".undone", has_text="of 1998").wait_for()
    undone = page.evaluate(UNDONE)
    assert undone["Rejection"] == "does not notice it"
    shifts = [(-1, 3), (1, 3), (-1, 2), (1, 2)]
    scores = [visitor.model(torch.roll(expected, by, axis))[0].numpy() for by, axis in shifts]
    answers = ["rejected" if visitor.calibration.rejects(s) else str(s.argmax()) for s in scores]
    same = f"{answers[0]} in every direction"
    ways = ", ".join(f"{way} {a}" for way, a in zip(("left", "right", "up", "down"), answers, strict=True))
    assert undone["Moved a pixel"] == (same if len(set(answers)) == 1 else ways)

    page.locator(".curve-of-budgets input").fill("0")
    page.locator(".fool .budget", has_text="0 pixels").wait_for()
    assert visitor.digit() == "4"
    page.wait_for_function(
        "() => location.hash.includes('m=fool') && decodeURIComponent(location.hash).includes('f=pixels,9,0')"
    )
    visitor.click("smallest")
    assert visitor.digit() == "9"

    page.locator(".fool .keep").check()
    page.locator(".examples button").nth(4).click()  # another 4
    page.locator(".undone", has_text="the change").wait_for()
    own = page.locator(".undone").inner_text()
    assert ("still fools it" in own) == (visitor.digit() == "9")
    visitor.click("copy-link")
    page.locator(".notice", has_text="does not contain the change that is kept").wait_for()
    difference = (visitor.ink() - expected).abs().sum()
    assert difference > 1  # it is another drawing
    page.locator(".fool .keep").uncheck()
    visitor.open("inspect")
    page.locator(".check", has_not_text="change").wait_for()
    assert visitor.digit() == "4"


def test_what_a_unit_wants(reuse):
    """The picture excites it more than the drawing does; the digits are PyTorch's, and one is put onto the pad."""
    visitor = reuse(few=True)
    page = visitor.page
    visitor.load(DIGITS[3], u="output.7.0.0")
    page.locator(".wants summary").click()
    caption = page.locator(".wants figcaption")
    caption.filter(has_text="after 120 steps").wait_for()
    picture, drawing = (number(text) for text in re.findall(r"[\u2212\d.]+(?= after| for)", caption.inner_text()))
    assert picture > 5 > drawing
    nine = page.locator(".nine button")
    nine.first.wait_for()
    words, shown = page.evaluate(NINE)  # while more digits are read
    count = int(re.findall(r"[\d,]+", words)[0].replace(",", ""))
    ink, _ = page_digits("training", FEW["training"])
    scores = torch_layers(visitor.model, ink)[0]["output"][:, 7].numpy()
    best = np.sort(scores[:count])[::-1][:9]
    np.testing.assert_allclose([number(text) for text in shown], best, atol=0.06)
    nine.first.click()
    visitor.digit()
    first = [ink[scores[:count].argmax(), 0] for count in range(500, FEW["training"] + 1, 500)]
    assert min((visitor.ink()[0, 0] - one).abs().max() for one in first) < 1e-6
    assert caption.inner_text().startswith(f"Its value: {picture:.1f} after 120 steps")

    visitor.pin("c1", 2, 5, 5)
    page.locator(".wants .ghost").first.wait_for()
    assert nine.count() == 9
    page.locator(".wants figcaption", has_text="Before the curve, its value is ").wait_for()  # as those of the digits
    assert "before the curve" in page.locator(".which-digits").inner_text()
    caption.filter(has_text="steps").wait_for()
    assert page.locator(".wanted canvas").first.evaluate("(canvas) => [canvas.width, canvas.height]") == [5, 5]


def test_a_worker_that_cannot_be_loaded(explore):
    """The page says so, and a part that is opened again has another one. What needs none is there meanwhile."""
    visitor = explore()
    page = visitor.page
    page.route("**/explore/worker.js", lambda route: route.abort())
    visitor.load(DIGITS[4], m="fool", f="pixels,9")
    notice = page.locator(".trouble", has_text="This cannot be computed now.")
    notice.wait_for()
    visitor.open("why")
    page.locator('[data-saliency="gradient"]').click()
    page.locator(".trials .frame").wait_for()
    page.unroute_all()
    visitor.open("fool")
    page.locator(".smallest-change", has_text="It takes").wait_for()
    notice.wait_for(state="detached")
