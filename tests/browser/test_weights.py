"""Weights: changed by hand, worked out one by one, and carried by links, as a visitor meets them, beside PyTorch."""

import copy
import re

import numpy as np
import pytest
import torch

from harness.browser import box_of
from harness.drawings import DIGITS
from tests.browser.explorer import FOLLOW, close, number


def test_weights_are_changed_by_hand(explore, reuse):
    """By keys, by dragging, as a whole; what follows is of the changed network, also after a reload and by a link."""
    explorer = explore()
    page = explorer.page
    explorer.load(DIGITS[3], m="hand", u="c1.5.10.10")
    cells = page.locator(".hand .weight-grid [data-cell]")
    cells.first.focus()
    for key in ("ArrowDown", "ArrowRight", "0", ".", "5", "Enter"):
        page.keyboard.press(key)
    page.locator(".check", has_text="changed by hand").wait_for()
    model = copy.deepcopy(explorer.model)
    model.c1.weight[5, 0, 1, 1] = 0.5
    explorer.check_scores(model)
    page.keyboard.press("+")
    model.c1.weight[5, 0, 1, 1] = 0.55
    box = box_of(cells.nth(12))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=4)
    assert page.locator(".hand-status").inner_text() == ""  # which was about another network
    page.mouse.up()
    assert "As stored: 3" in page.locator(".hand-effect").inner_text()
    dragged = float(page.locator(".one-weight-set input").input_value())
    assert dragged == pytest.approx(float(model.c1.weight[5, 0, 2, 2]) + 0.3, abs=0.02)
    model.c1.weight[5, 0, 2, 2] = dragged
    explorer.check_scores(model)
    page.locator("[data-preset=zero]").click()
    page.locator(".hand .biases").click()
    model.c1.weight[5] = 0
    model.c1.bias[:] = 0
    explorer.check_scores(model)
    explorer.open("inspect")
    explorer.pin("c3", 7, 3, 4)
    assert close(explorer.value(), model.features(explorer.ink())["c3"][0, 7, 3, 4])
    scores = explorer.scores()
    page.reload()  # perhaps before the address has the last step
    page.locator(".check", has_text="changed by hand").wait_for()
    assert explorer.scores() == scores
    page.wait_for_function("() => location.hash.includes('.bAA')")  # which it was
    link = page.evaluate("() => location.hash")
    explorer.open("hand")
    page.locator('.hand [data-network="reset"]').click()
    page.locator(".check", has_text="Computed in your browser").wait_for()
    other = reuse()
    other.page.evaluate(FOLLOW, link)
    other.page.locator(".check", has_text="changed by hand").wait_for()
    assert other.scores() == scores
    other.page.keyboard.press("Escape")
    other.open("hand")
    other.open("break")
    assert not other.page.locator(".card").is_visible()  # what By hand pins is pinned nowhere else
    other.open("hand")
    page.bring_to_front()
    page.locator('.hand [data-network="undo"]').click()  # what was reset
    page.locator(".check", has_text="changed by hand").wait_for()
    page.locator('.hand [data-network="undo"]:enabled').wait_for(state="detached")  # a reload forgets the steps before
    assert explorer.scores() == scores


def test_what_is_typed_is_of_the_cell_that_was_chosen(reuse):
    """Though another one is clicked before Enter; with a point first, or with Tab; and only maps with such a kernel."""
    explorer = reuse("original")
    page = explorer.page
    explorer.load(DIGITS[3], m="hand", u="c1.5.10.10")
    cells, field = page.locator(".hand .weight-grid [data-cell]"), page.locator(".one-weight-set input")
    value = "(cell) => cell.getAttribute('aria-label').split(': ')[1]"
    seventh = cells.nth(7).evaluate(value)
    cells.first.click()
    field.fill("2")
    cells.nth(7).click()
    assert [cells.nth(i).evaluate(value) for i in (0, 7)] == ["2.000", seventh]
    for key in (".", "5", "Enter"):
        page.keyboard.press(key)
    assert cells.nth(7).evaluate(value) == "0.500"
    for key in ("3", "Tab"):
        page.keyboard.press(key)
    assert cells.nth(7).evaluate(value) == "3.000"
    explorer.pin("c3", 15, 4, 4)  # which reads six maps, the others three or four
    page.locator(".hand .kernel-choice button").nth(5).click()
    assert page.locator(".copied option:enabled").count() == 0
    page.locator(".hand .kernel-choice button").nth(3).click()
    assert page.locator(".copied option:enabled").count() == 9
    page.locator('.hand [data-network="reset"]').click()


def test_one_weight_and_pixels_worked_out(reuse):
    """Its gradient is autograd's, term by term; the way to it from the loss covers nothing; which pixels matter."""
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[4], u="c3.7.3.4")
    page.locator(".how-it-learns").click()
    digit = int(page.get_by_label("Digit of the loss").input_value())
    assert digit == int(page.locator(".top .name").nth(1).inner_text())  # there is more to learn than for a 4
    page.locator(".one-weight .kernel-choice button").nth(2).click()
    page.locator('.one-weight .weight-grid [data-cell="7"]').click()
    model = copy.deepcopy(explorer.model).requires_grad_(True)
    model.losses(model(explorer.ink()), torch.tensor([digit])).sum().backward()
    expected = float(model.c3.weight.grad[7, 2, 1, 2])
    page.locator(".all-positions").click()
    lines = page.locator(".sum-of-weight .ledger > div")
    assert lines.count() == 101  # 10x10 positions and their sum
    heading = page.locator(".sum-of-weight > p").first.inner_text()
    power = 10 ** number(f"1 \u00b7 10{found[1]}") if (found := re.search(r"in 10(\S+):", heading)) else 1
    assert number(lines.last.locator("dd").inner_text()) * power == pytest.approx(expected, rel=0.002)
    page.locator(".start-chain").click()
    places = []
    for _ in range(5):
        places.append(explorer.unit().split(",")[0])
        box, figure = box_of(page.locator(".chain")), box_of(page.locator(".net"))
        assert box["y"] >= figure["y"] + figure["height"] or box["x"] >= figure["x"] + figure["width"]
        page.keyboard.press("ArrowRight")
    assert places == ["Output", "Output", "F6", "C5", "S4"]
    page.keyboard.press("ArrowRight")
    words = page.locator(".chain p").inner_text()
    assert "all 100 positions" in words
    assert number(re.findall(r"its gradient, (.+)\.$", words)[0]) == pytest.approx(expected, rel=0.01, abs=0.0006)
    page.keyboard.press("ArrowRight")
    assert explorer.unit().startswith("C3, map 7")
    section = box_of(page.locator(".one-weight"))
    assert section["y"] + min(section["height"], 900) <= 1000  # what the way has led to is in the window
    assert page.locator(".values").input_value() == "gradient"
    explorer.open("why")
    assert page.locator(".values").input_value() == "after"  # as the visitor had it
    first, second = (int(page.get_by_label(label).input_value()) for label in ("this digit", "that digit"))
    page.locator("[data-saliency=gradient]").click()
    ink = explorer.ink().requires_grad_()
    scores = explorer.model(ink)[0]
    (gradient,) = torch.autograd.grad(scores[first] - scores[second], ink)
    shown = page.locator(".trials .frame canvas").evaluate(
        "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 32, 32).data)"
    )
    red, blue = np.array(shown).reshape(32, 32, 4)[..., [0, 2]].transpose(2, 0, 1)
    values = gradient[0, 0].numpy()
    clear = np.abs(values) > 0.3 * np.abs(values).max()
    assert ((red > blue) == (values > 0))[clear].all()
    assert box_of(page.locator(".tint canvas"))["width"] > 100
    page.locator("[data-saliency=erasing]").click()


def test_links_carry_teaching(explore, reuse):
    """Whoever opens the link sees the taught network: the same steps are taken again."""
    explorer = reuse(few=True)
    page = explorer.page
    explorer.load(DIGITS[1], m="teach")
    page.locator(".kept-now").wait_for()
    page.get_by_role("button", name="10 steps", exact=True).click()
    page.locator(".check", has_text="after 10 steps of teaching").wait_for()
    scores = explorer.scores()
    page.wait_for_function("() => location.hash.includes('&w=')")
    link = page.evaluate("() => location.hash")
    assert len(link) < 1_000
    other = explore(fragment=link, few=True)
    other.page.locator(".check", has_text="after 10 steps of teaching").wait_for()
    assert other.scores() == scores
    assert other.page.locator(".lessons button").count() == 1
    other.load(DIGITS[1])  # without steps
    other.page.locator(".check", has_text="Computed in your browser").wait_for()
    other.load(DIGITS[1], w="nBeB.wA")
    other.page.locator(".notice", has_text="cannot be repeated").wait_for()
