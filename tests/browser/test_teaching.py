"""Teach it, as a visitor uses it: what the page shows after its steps is what PyTorch computes after the same ones."""

import copy
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import Route

from harness.drawings import DIGITS
from harness.page_digits import page_digits
from lenet import Recognizer
from lenet.page.assets import STATIC
from tests.browser.explorer import DROP, Explorer, close, number

OLD = 500
RATE = 0.0001  # the third of four


def taught(explorer: Explorer, label: int, rate: float, steps: int):
    """The network after steps of gradient descent on what is shown, with PyTorch's gradients.

    By hand, because the first optimizer of a process takes two seconds.
    """
    model = copy.deepcopy(explorer.model).requires_grad_(True)
    for _ in range(steps):
        weights = list(model.parameters())
        gradients = torch.autograd.grad(model.losses(model(explorer.ink()), torch.tensor([label])).sum(), weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= rate * gradient
    return model.requires_grad_(False)


# As an earlier version may have kept it: with weights that are not accepted any more.
DAMAGE = """() => {
  const kept = JSON.parse(sessionStorage.getItem("lenet-taught-textbook"));
  sessionStorage.setItem("lenet-taught-textbook", JSON.stringify({ ...kept, weights: "AAAA" }));
}"""


def take(explorer: Explorer, steps: str) -> None:
    panel = explorer.page.locator(".panel.teach")
    panel.get_by_role("button", name=steps, exact=True).click()


def test_steps_are_those_of_pytorch(reuse):
    """Answer, Inspect and Break are of the taught network; Undo and Forget bring the old one back.

    Every network takes PyTorch's steps: see tests/modules/teaching.test.js.
    """
    explorer = reuse("original")
    page = explorer.page
    explorer.load(DIGITS[3], m="teach")
    explorer.settle()
    untaught = explorer.scores()
    page.locator(".this-is").get_by_role("button", name="5", exact=True).click()
    page.locator(".rates button").nth(2).click()
    page.locator(".replay input").uncheck()
    for i in range(2):
        take(explorer, "1 step")
        page.locator(".check", has_text=f"after {i + 1} step").wait_for()
    model = taught(explorer, 5, RATE, 2)
    explorer.check_scores(model)
    loss = float(model.losses(model(explorer.ink()), torch.tensor([5])))
    caption = page.locator(".losses figcaption").inner_text()
    assert abs(number(re.findall(r"[\d.]+", caption)[0]) - loss) < 0.002 + 0.001 * loss, (caption, loss)
    explorer.open("inspect")
    explorer.pin("c3", 7, 3, 4)
    assert close(explorer.value(), model.features(explorer.ink())["c3"][0, 7, 3, 4])
    explorer.open("break")
    page.locator(".breaking-point:not(:empty)").wait_for()
    check = page.locator(".check").inner_text()
    assert "the unchanged drawing" in check
    assert "after 2 steps of teaching" in check
    explorer.check_scores(model)
    explorer.open("teach")
    page.locator(".show-before").click()
    page.locator(".check", has_text="before teaching").wait_for()
    assert explorer.scores() == untaught
    page.locator(".show-before").click()
    page.locator(".take-back").click()
    page.locator(".check", has_text="after 1 step").wait_for()
    explorer.check_scores(taught(explorer, 5, RATE, 1))
    page.locator(".forget").click()
    explorer.settle()
    assert explorer.scores() == untaught


def test_a_digit_is_taught_and_kept(explore, tmp_path):
    """Until it is read right, with old digits mixed in; what is forgotten; a reload; and the weights as a file."""
    explorer = explore()
    page = explorer.page
    explorer.load(DIGITS[1], m="teach")
    page.locator(".kept-now").wait_for()
    inks, labels = page_digits("test", OLD)
    right = explorer.model(inks).argmax(1).numpy() == labels
    assert page.locator(".kept-now").inner_text() == str(right.sum())
    suggested = page.locator(".this-is [aria-pressed=true]")
    assert suggested.inner_text() == explorer.digit() == "1"
    label = page.locator(".top .name").nth(1).inner_text()
    page.locator(".this-is").get_by_role("button", name=label, exact=True).click()
    assert suggested.inner_text() == label != "1"
    take(explorer, "Until it is read right")
    page.locator(".teaching-status", has_text=f"read as {label}").wait_for()
    assert explorer.digit() == label
    take(explorer, "Until it is read right")
    page.locator(".teaching-status", has_text="there is nothing to do").wait_for()
    assert page.locator(".lessons button").inner_text().startswith(label)
    with page.expect_download() as download:
        page.locator(".download").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    saved = Recognizer.from_pretrained(path).weights.model.requires_grad_(False)
    explorer.check_scores(saved)
    still = saved(inks).argmax(1).numpy() == labels
    page.locator(".kept-now", has_text=str(still.sum())).wait_for()
    lost = int((right & ~still).sum())
    assert page.locator(".forgotten button").count() == min(6, lost)
    same = "as before." if lost == 0 else f"{right.sum()} before, but not the same ones."
    expected = f"{right.sum()} before." if still.sum() != right.sum() else same
    assert page.locator(".kept-before").inner_text() == expected
    scores = explorer.scores()
    page.reload()
    page.locator(".check", has_text="of teaching").wait_for()
    assert explorer.scores() == scores
    assert page.locator(".lessons button").count() == 1
    page.locator(".lessons button").click()  # leaves it out
    page.locator(".lessons").wait_for(state="hidden")
    page.locator(".forget").click()
    explorer.settle()
    page.locator(".weights-file").set_input_files(path)
    page.locator(".check", has_text=path.name).wait_for()
    assert explorer.scores() == scores
    page.evaluate(DAMAGE)
    page.reload()
    page.locator(".notice", has_text="The network is as it was").wait_for()
    assert explorer.digit() == "1"  # the drawing is there


def test_a_file_that_is_no_weights_of_this_network(reuse, tmp_path):
    """It says what is accepted, and everything stays as it is."""
    explorer = reuse()
    explorer.load(DIGITS[2], m="teach")
    scores = explorer.scores()
    path = tmp_path / "other.safetensors"
    path.write_bytes((STATIC.parents[1] / "pretrained/tutorial/snapshots.safetensors").read_bytes()[:1_000_000])
    for content in (b"", path.read_bytes()):
        path.write_bytes(content)
        explorer.page.locator(".weights-file").set_input_files(path)
        explorer.page.locator(".notice", has_text="Accepted is a safetensors file").wait_for()
    assert explorer.scores() == scores
    drop = DROP.replace('"picture"', '"dropped.safetensors"')
    explorer.page.evaluate(drop, ["AAAA", ""])
    explorer.page.locator(".notice", has_text="dropped.safetensors cannot be used").wait_for()


def test_the_gradient_at_every_layer(reuse):
    """For the likeliest digit, and for one that is named; the card has the number of a unit."""
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[4])
    page.locator(".view .values").select_option("gradient")
    assert "max" in page.locator(".legend .high").inner_text()
    for name in ("", "9"):
        explorer.pin("f6", 11)
        page.get_by_label("Digit of the loss").select_option(name)
        label = int(name or explorer.digit())
        features = explorer.model.features(explorer.ink().requires_grad_())
        loss = explorer.model.losses(features["output"], torch.tensor([label])).sum()
        (expected,) = torch.autograd.grad(loss, [features["f6"]], retain_graph=True)
        words = page.locator(".card .gradient", has_text=f"the loss for {label} ").inner_text()
        assert number(re.findall(r"change by (.+) times", words)[0]) == pytest.approx(float(expected[0, 11]), rel=0.06)
        shown = explorer.pixels("input")
        assert (np.abs(shown[..., 0] - shown[..., 2]) > 60).any()  # in color
        explorer.pin("c3", 2, 4, 4)
        (expected,) = torch.autograd.grad(loss, [features["c3"]])
        text = page.locator('.cards [aria-current="true"] .range').text_content()
        assert number(text.split(" to ")[1]) == pytest.approx(float(expected[0, 2].max()), rel=0.06)
    page.wait_for_function("() => decodeURIComponent(location.hash).includes('gradient,9')")


def test_one_sees_the_steps(reuse):
    """A step a frame, unless one wants less motion; drawing something else ends them."""
    explorer = reuse(few=True)
    page = explorer.page
    page.emulate_media(reduced_motion="no-preference")
    explorer.load(DIGITS[7], m="teach")
    page.locator(".this-is button").nth(1).click()
    page.locator(".rates button").nth(0).click()
    page.evaluate("""() => {
      window.seen = new Set();
      new MutationObserver(() => window.seen.add(document.querySelector(".losses figcaption").textContent))
        .observe(document.querySelector(".losses figcaption"), { childList: true });
    }""")
    take(explorer, "10 steps")
    page.locator(".teaching-status", has_text="10 steps taken").wait_for()
    assert page.evaluate("() => window.seen.size") >= 8
    take(explorer, "Until it is read right")
    page.locator(".check", has_text=re.compile(r"after 1\d step")).wait_for()
    page.locator(".examples button").nth(2).click()
    assert page.locator(".teaching-status").inner_text() == ""  # it was about another drawing
    page.locator(".take-back").click()
    page.locator(".check", has_text="after 10 steps").wait_for()


def test_a_press_while_the_old_digits_load(explore):
    """It is taken as soon as they are there, unless the visitor has gone on to something else by then."""
    explorer = explore(few=True)
    page = explorer.page
    waiting: list[Route] = []
    page.route("**/digits.safetensors.gz", lambda route: waiting.append(route))
    explorer.load(DIGITS[1], m="teach")
    page.locator(".digits-hint", has_text="Loading").wait_for()
    for leave in (lambda: explorer.open("inspect"), lambda: explorer.load(DIGITS[2], m="teach")):
        explorer.open("teach")
        take(explorer, "1 step")
        leave()
    take(explorer, "1 step")
    page.locator(".this-is button").nth(8).click()
    explorer.open("inspect")
    explorer.open("teach")
    for route in waiting:
        route.continue_()
    page.locator(".kept-now").wait_for()
    assert page.locator(".losses figcaption").inner_text().count("after") == 0
    take(explorer, "1 step")
    page.locator(".teaching-status", has_text="One step taken").wait_for()
