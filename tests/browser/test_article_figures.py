"""The article's own figures on a drawn digit, operated as a reader does, with the numbers that PyTorch has for them."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator

from harness.drawings import DIGITS
from harness.page_digits import average_digits
from harness.parity import torch_layers
from lenet.networks import LeNet5Original
from tests.browser.conftest import network
from tests.browser.explorer import Explorer, close, number


@pytest.fixture
def figure(reuse):
    """Opens a section with a drawn 3; returns its figure, or the one that the answer to an exercise shows."""

    def figure(section: str, exercise: str = "", guess: str = "") -> tuple[Explorer, Locator]:
        explorer = reuse()
        explorer.load(DIGITS[3], a=section)
        place = explorer.page.locator(f'section[data-section="{section}"]')
        if exercise:
            form = place.locator(f'[data-exercise="{exercise}"]')
            answer = form.locator(f'input[type=text], input[value="{guess}"]')
            if answer.get_attribute("type") == "text":
                answer.fill(guess)
            else:
                answer.check(force=True)
            form.get_by_role("button", name=re.compile("^Predict")).click()
            form.get_by_role("button", name="Show it").click()
        found = place.locator(".live-figure")
        found.wait_for()
        return explorer, found

    return figure


def ledger(figure: Locator) -> dict[str, float]:
    """The lines of a sum: text and number."""
    lines = figure.locator(".ledger > div").evaluate_all(
        "(lines) => lines.map((line) => ['dt', 'dd'].map((part) => line.querySelector(part).innerText))"
    )
    return {text.removesuffix(", rounded"): number(value) for text, value in lines if value}


def numbers(grid: Locator) -> np.ndarray:
    """The numbers of a grid, as they are shown."""
    return np.array([number(text) for text in grid.locator("td").all_inner_texts()])


def percent(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"([\d.]+) %", text)]


def test_a_kernel_is_worked_out_where_it_stands(figure):
    """For a learned kernel and for a filter made by hand; it goes on row by row, where motion is to be reduced."""
    explorer, shown = figure("convolution")
    model, page = explorer.model, explorer.page
    seen = model.normalize(explorer.ink())
    walk = shown.locator(".walk[tabindex]")
    walk.focus()
    for key in ("Home", "ArrowUp", "ArrowRight", "ArrowRight"):  # row 12, column 2
        page.keyboard.press(key)
    shown.get_by_role("button", name="Learned kernel 4").click()
    patch, kernel = seen[0, 0, 12:17, 2:7], model.c1.weight[4, 0]
    grids = shown.locator(".of-25")
    for i, values in enumerate((patch, kernel, patch * kernel)):
        np.testing.assert_allclose(numbers(grids.nth(i)), values.flatten(), atol=0.0051)
    before = (patch * kernel).sum() + model.c1.bias[4]
    sums = ledger(shown.locator(".total"))
    assert close(sums["sum of the products"], (patch * kernel).sum())
    assert close(sums["bias"], model.c1.bias[4])
    assert close(sums["sum with bias"], before)
    assert close(list(sums.values())[-1], before.tanh())
    shown.get_by_role("button", name="Filter made by hand: Upright edge").click()
    edge = torch.outer(torch.tensor([1.0, 4, 6, 4, 1]), torch.arange(-2.0, 3))
    edge *= model.c1.weight[0].norm() / edge.norm()  # as strong as the first kernel
    assert close(ledger(shown.locator(".total"))["row 12, column 2"], (patch * edge).sum())
    shown.get_by_role("button", name="Play").click()
    shown.get_by_text(re.compile(r"row (1[3-9]|2\d), column 27")).wait_for()  # a busy machine may not see each row
    walk.press("ArrowLeft")  # which stops it
    assert shown.get_by_role("button", name="Play").is_visible()


def test_parameters_and_connections_are_counted_along(figure):
    """Layer by layer, with the total so far; a layer that is opened adds up its numbers, and shows two places."""
    explorer, shown = figure("counting")
    assert "so far 61,706 parameters, 429,342 connections" in shown.inner_text()
    shown.get_by_role("button", name="C3").click()
    steps = shown.locator(".steps-of-count dd").all_inner_texts()
    assert steps == ["25", "2,400", "2,416", "241,600"]
    c3 = explorer.features()["c3"][0]
    shown.locator(".walk[tabindex]").press("Home")
    texts = shown.locator(".same-weights li > span").all_inner_texts()
    for text, value in zip(texts, (c3[2, 5], c3[5, 0]), strict=True):
        assert close(number(text.split(": ")[1]), value), texts


def test_a_block_is_pooled_and_the_input_is_moved(figure):
    """Four values and what is made of them; how much of what the drawing has changed is changed again by a shift."""
    explorer, shown = figure("subsampling")
    assert shown.locator(".changes-of-layers .number").all_inner_texts() == ["0 %"] * 4  # nothing is given away
    assert shown.locator(".ledger").count() == 0
    assert shown.get_by_text("S2, map 0").is_visible()  # a picture tells no number
    shown.get_by_role("button", name="trainable").click()
    shown.get_by_text("a training would begin").wait_for()
    shown.get_by_role("button", name="maximum").click()
    block = explorer.features()["c1"][0, 14:16, 14:16]
    np.testing.assert_allclose(numbers(shown.locator(".from")), block.flatten(), atol=0.0051)
    assert close(ledger(shown)["the largest of the four"], block.max())
    shown.get_by_role("button", name="own").click()
    assert close(ledger(shown)["divided by 4"], block.mean())
    for _ in range(2):
        shown.locator("input[type=range]").press("ArrowRight")
    model, ink = explorer.model, explorer.ink()
    drawn, moved, blank = (model.features(x) for x in (ink, ink.roll(2, 3), torch.zeros_like(ink)))
    texts = shown.locator(".changes-of-layers .number").all_inner_texts()
    for text, name in zip(texts, ("c1", "s2", "c3", "s4"), strict=True):
        share = (moved[name] - drawn[name]).norm() / (drawn[name] - blank[name]).norm()
        assert percent(text)[0] == pytest.approx(float(100 * share), abs=0.6), name


def test_table_i_is_edited(figure):
    """A column adds up to the map of C3 in the network of 1998; without a cross, its kernel is left out. It trains."""
    explorer, shown = figure("table")
    original = network("original").weights.model.requires_grad_(False)
    assert isinstance(original, LeNet5Original)
    shown.get_by_text("60 crosses").wait_for()
    outputs, before = torch_layers(original, explorer.ink())
    shown.locator('[data-column="15"]').first.click()
    assert close(ledger(shown)["sum with bias"], before["c3"][0, 15, 4, 4])
    assert close(list(ledger(shown).values())[-1], outputs["c3"][0, 15, 4, 4])
    cell = shown.locator('[data-column="15"][data-seen="0"]')
    cell.focus()
    cell.press("Space")
    shown.get_by_text(re.compile("59 crosses .* = 1,491 parameters; .* = 149,100 connections")).wait_for()
    left_out = F.conv2d(outputs["s2"][:, :1], original.c3.full_weight()[15:, :1])[0, 0, 4, 4]
    assert close(ledger(shown)["sum with bias"], before["c3"][0, 15, 4, 4] - left_out)
    shown.get_by_role("button", name="Train for a minute").click()
    shown.locator(".trained-tables .chart text", has_text="passes").wait_for()
    shown.get_by_role("button", name="Stop").click()
    shown.get_by_text("Stopped.").wait_for()


def test_the_curve_is_taken_out(figure):
    """How many values are on its flat ends; without it, the network answers what PyTorch's does without it."""
    explorer, shown = figure("bitmaps", "flat", "50")
    flat = (explorer.features()["c1"].abs() > 0.9).float().mean()
    assert shown.locator(".on-the-curve").inner_text().startswith("C1 of the page\u2019s network: on the slope ")
    assert percent(shown.locator(".on-the-curve").inner_text())[0] == pytest.approx(float(100 * flat), abs=0.051)
    shown.get_by_text("take the curve out").click()
    model = explorer.model
    x = model.s2(model.c1(model.normalize(explorer.ink())))
    scores = model.output(model.f6(model.c5(model.s4(model.c3(x))).flatten(1)))[0]
    assert shown.locator(".read").all_inner_texts() == ["3", str(int(scores.argmax()))]


def test_errors_are_opened_mapped_and_counted(figure):
    """A cell of the matrix has its digits, the ring is beside digits of its kind, and one's own are kept."""
    explorer, shown = figure("errors")
    page = explorer.page
    shown.get_by_role("button", name="its mistakes").click()
    shown.locator('[data-row="9"][data-column="4"]').click()
    shown.locator(".gallery button").first.wait_for()
    assert {text.strip() for text in shown.locator(".gallery button").all_inner_texts()} == {"9 → 4"}
    shown.get_by_role("button", name="a map of digits").click()
    shown.get_by_text("The nearest on the map is a 3.").wait_for()
    walk = shown.get_by_role("application")
    walk.press("ArrowLeft")
    first = shown.locator(".chosen-digit").get_attribute("cx")
    walk.press("ArrowRight")
    assert float(shown.locator(".chosen-digit").get_attribute("cx") or 0) > float(first or 0)
    page.evaluate("() => localStorage.removeItem('lenet.tally')")
    shown.get_by_role("button", name="your own tally").click()
    page.locator(".examples button").nth(3).click()
    shown.get_by_text("The page reads 3. Is that right?").wait_for()
    for words, digit in {"a 1 with a flat hook": "7", "a 1 with hook and base": "1", "a 7 with a bar": "7"}.items():
        shown.get_by_role("button", name=words).click()
        shown.get_by_text(f"The page reads {digit}. Is that right?").wait_for()
    page.locator(".examples button").nth(3).click()
    shown.get_by_text("The page reads 3. Is that right?").wait_for()
    shown.get_by_role("button", name="right", exact=True).click()
    assert "1 of 1 right" in shown.inner_text()
    assert shown.get_by_role("button", name="right", exact=True).is_disabled()  # once for a drawing
    page.locator(".examples button").nth(8).click()
    shown.get_by_role("button", name="wrong").click()
    shown.get_by_role("button", name="5", exact=True).click()
    assert "1 of 2 right: 50.0 % are misread" in shown.inner_text()
    assert page.evaluate("() => localStorage.getItem('lenet.tally')") == '{"right":1,"wrong":1}'
    shown.get_by_role("button", name="Start again").click()


def test_averages_are_compared_with_the_network(figure):
    """The squared distances to the means of the page's training digits, for the drawing as it is and shifted."""
    explorer, shown = figure("convolution", "averages", "both")
    shown.get_by_text("+27 px").wait_for()
    shown.get_by_text("crop, scale, center").click()
    shown.locator("input[type=range]").focus()
    for _ in range(9):
        explorer.page.keyboard.press("ArrowLeft")
    shown.get_by_text("0 px", exact=True).wait_for()  # where the input is that of the drawing
    expected = ((explorer.ink() - average_digits()) ** 2).flatten(1).sum(1)
    texts = shown.locator(".average-digits span").all_inner_texts()
    np.testing.assert_allclose([float(text) for text in texts], expected, atol=0.06)
