"""The explorer in a real browser: every number that it shows is compared with PyTorch's for the same input."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn.functional import conv2d

from harness.browser import box_of
from harness.drawings import DIGITS
from lenet.networks import NETWORKS
from lenet.recognizer import percentage
from tests.browser.explorer import PHONE, Explorer, bars, close, encode, has_signs, is_yellow, number


@pytest.mark.parametrize("variant", NETWORKS)
def test_every_unit_is_worked_out(reuse, variant):
    """A unit of each layer: its value, the value before the activation, and the terms, which add up to it."""
    explorer = reuse(variant)
    explorer.load(DIGITS[3])
    features, model = explorer.features(), explorer.model
    normalized = model.normalize(explorer.ink())
    cropped = normalized[:, :, model.border : 32 - model.border, model.border : 32 - model.border]
    sources = {"c1": cropped[0], "c3": features["s2"], "c5": features["s4"]}
    for layer, map_, row, column in (("c1", 2, 9, 11), ("c3", 7, 3, 4), ("c5", 50, 0, 0)):
        explorer.pin(layer, map_, row, column)
        values = features[layer]
        value = values[map_, row, column] if layer != "c5" else values[map_]
        assert close(explorer.value(), value), layer
        module = getattr(model, layer)
        weight = (module.full_weight() if hasattr(module, "full_weight") else module.weight)[map_]
        size = weight.shape[-1]
        patch = sources[layer][:, row : row + size, column : column + size]
        sums = (patch * weight).sum((1, 2))
        terms = explorer.terms()
        for source_map, shown in terms.items():
            assert close(shown, sums[source_map]), (layer, source_map)
        ledger = explorer.ledger()
        assert close(ledger["bias"], module.bias[map_])
        before = float(sums.sum() + module.bias[map_])
        assert close(ledger["sum with bias"], before), layer
        rest = ledger.get(f"the other {len(sums) - len(terms)} maps", 0)
        total = sum(terms.values()) + rest + ledger["bias"]
        assert close(ledger["sum with bias"], total, len(terms) + 2), layer
        parts = [value for name, value in ledger.items() if name.startswith(("sum of", "the other"))]
        assert close(sum(parts) if len(sums) > 1 else sum(terms.values()), sums.sum(), 2), layer
        assert close(float(model.activation(torch.tensor(before))), value)
    for layer, source in (("s2", "c1"), ("s4", "c3")):
        explorer.pin(layer, 1, 2, 2)
        four = features[source][1, 4:6, 4:6]
        assert close(explorer.value(), features[layer][1, 2, 2]), layer
        cells = [number(text) for text in explorer.page.locator(".card .numbers td").all_inner_texts()]
        assert np.allclose(cells, four.flatten(), atol=0.006)
        ledger = explorer.ledger()
        if variant == "original":
            coefficient = float(getattr(model, layer).coefficient[1])
            line = next(text for text in ledger if text.startswith("times the map's coefficient"))
            assert close(ledger[line], float(four.sum()) * coefficient)
        else:
            expected = {"textbook": four.sum(), "tutorial": four.max()}[variant]
            assert close(next(iter(ledger.values())), expected)
    explorer.pin("f6", 45)
    contributions = features["c5"] * model.f6.weight[45]
    assert close(explorer.value(), features["f6"][45])
    check_bars(explorer, contributions, float(model.f6.bias[45]), "sum with bias")
    explorer.pin("output", 3)
    assert close(explorer.value(), features["output"][3])
    if variant == "original":
        ledger = explorer.ledger()
        assert close(ledger["sum of the squared differences"], -features["output"][3])
    else:
        contributions = features["f6"] * model.output.weight[3]
        check_bars(explorer, contributions, float(model.output.bias[3]), "score: the sum with bias")
    check_softmax(explorer, 3)


def check_bars(explorer: Explorer, contributions: torch.Tensor, bias: float, total: str) -> None:
    """The eight largest contributions, the rest, and the bias add up to the total."""
    shown = bars(explorer.page.locator(".card .bars li"))
    largest = contributions.abs().argsort(descending=True)[:8]
    assert set(shown) == set(largest.tolist())
    assert all(close(value, contributions[unit]) for unit, value in shown.items())
    ledger = explorer.ledger()
    rest = float(contributions.sum() - contributions[largest].sum())
    assert close(ledger[f"the other {len(contributions) - 8} units"], rest)
    assert close(ledger["bias"], bias)
    assert close(ledger[total], float(contributions.sum()) + bias)


def check_softmax(explorer: Explorer, digit: int) -> None:
    """Ten powers of e with three digits each, their sum, and the share of this digit."""
    scores = explorer.features()["output"].double() / explorer.calibration.temperature
    powers = scores.exp()
    shown = [number(text) for text in explorer.page.locator(".powers .number").all_inner_texts()]
    assert np.allclose(shown, powers, rtol=0.01, atol=0.0006)
    softmax = explorer.page.locator(".softmax .ledger dd")
    assert np.isclose(number(softmax.first.inner_text()), float(powers.sum()), rtol=0.01)
    assert softmax.last.inner_text() == percentage(float(powers[digit] / powers.sum()))


def test_numbers_on_demand(reuse):
    """The 25 values of the patch, of the kernel and of their products, as PyTorch has them."""
    explorer = reuse()
    explorer.load(DIGITS[3])
    explorer.pin("c1", 4, 12, 13)
    explorer.page.locator(".with-numbers").check()
    patch = explorer.model.normalize(explorer.ink())[0, 0, 12:17, 13:18]
    kernel = explorer.model.c1.weight[4, 0]
    tables = explorer.page.locator(".card .numbers")
    for table, expected in zip(tables.all(), (patch, kernel, patch * kernel), strict=True):
        shown = [number(text) for text in table.locator("td").all_inner_texts()]
        assert np.allclose(shown, expected.flatten(), atol=0.0051)


def test_what_is_pinned_stays_live(reuse):
    """While one goes on drawing, and after Undo; Esc releases it."""
    explorer = reuse()
    explorer.load(DIGITS[3])
    explorer.pin("c3", 5, 4, 4)
    first = explorer.value()
    explorer.draw(DIGITS[1])
    explorer.settle()  # until then, a number may be that of a tenth of a second before
    assert close(explorer.value(), explorer.features()["c3"][5, 4, 4])
    assert explorer.value() != first
    explorer.click("undo")
    explorer.settle()
    assert explorer.value() == first
    explorer.page.keyboard.press("Escape")
    assert explorer.unit() == "Output, digit 3"  # the answer's, while none is selected
    assert explorer.page.locator(".inspect .hint").is_visible()
    assert explorer.page.locator(".pad > .outline:visible").count() == 0
    assert not is_yellow(explorer.pixels("c3", 5)).any()


def test_pointing_previews_and_outlines_what_a_unit_reads(reuse):
    """Hovering is enough; the outlines are on the connected maps, the input and the pad, where the patch comes from."""
    explorer = reuse("original")
    explorer.load(DIGITS[3])
    tile, position = explorer.place("c3", 2, 4, 4)
    tile.hover(position=position)
    assert explorer.unit() == "C3, map 2, row 4, column 4"
    assert not explorer.page.locator(".inspect .hint").is_visible()
    outlined = {i: outline_on(explorer, "s2", i, 14) for i in range(6)}
    assert [i for i, box in outlined.items() if box] == [2, 3, 4]  # table I
    for box in filter(None, outlined.values()):
        assert np.allclose(box, [4, 4, 9, 9], atol=0.5)
    assert np.allclose(outline_on(explorer, "input", 0, 32), [8, 8, 22, 22], atol=0.5)  # 14 pixels
    assert np.allclose(outline_on(explorer, "c3", 2, 10), [4, 4, 5, 5], atol=1)  # the unit itself
    assert np.allclose(outline_on(explorer, "s4", 2, 5), [2, 2, 3, 3], atol=1)  # what it feeds
    assert explorer.page.locator(".connections .current.seen").count() == 3
    # The center of the outlined part of the pad, moved and scaled as the preprocessing does, is that of the field.
    at = explorer.page.evaluate(
        """() => {
          const boxOf = (selector) => document.querySelector(selector).getBoundingClientRect();
          const [pad, box] = [".sheet", ".pad > .outline"].map(boxOf);
          return [(box.left + box.width / 2 - pad.left) / pad.width, (box.top + box.height / 2 - pad.top) / pad.height];
        }"""
    )
    ink = explorer.ink()[0, 0].numpy()
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    # The drawing is 0.65 of the pad high plus the width of the brush, and 20 pixels high in the input.
    scale = (0.65 + 20 / 280) / 20
    middle = 8 + 7  # of the field, from 8 to 22
    expected = [0.5 + (middle - (side[0] + side[-1] + 1) / 2) * scale for side in (columns, rows)]
    assert np.allclose(at, expected, atol=0.02)
    explorer.page.locator(".masthead").hover()
    assert explorer.unit() == "Output, digit 3"
    assert explorer.page.locator(".inspect .hint").is_visible()


def outline_on(explorer: Explorer, layer: str, index: int, side: int) -> list[float]:
    """Top, left, bottom and right of what is outlined on a map of `side` units, in these; empty if nothing is."""
    yellow = is_yellow(explorer.pixels(layer, index))
    if not yellow.any():
        return []
    scale = side / len(yellow)
    rows, columns = np.flatnonzero(yellow.any(1)), np.flatnonzero(yellow.any(0))
    return [scale * x for x in (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)]


def test_the_keyboard_moves_from_unit_to_unit(explore):
    """Focus previews, arrow keys move, Enter pins; a screen reader hears the unit and its value."""
    explorer = explore()
    explorer.load(DIGITS[3])
    page = explorer.page
    page.locator(".announcement", has_text="Prediction: 3.").wait_for()  # once the server has checked it
    page.locator(".clear").focus()
    page.keyboard.press("Tab")
    assert explorer.unit() == "Input, row 16, column 16"
    page.keyboard.press("Tab")
    assert explorer.unit() == "C1, map 0, row 14, column 14"
    for _ in range(14):  # on to the next map
        page.keyboard.press("ArrowDown")
    assert explorer.unit() == "C1, map 1, row 0, column 14"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    value = float(explorer.features()["c1"][1, 1, 15])
    assert close(explorer.value(), value)
    said = page.locator(".announcement").inner_text().replace("\u2212", "-")
    assert said == f"C1, map 1, row 1, column 15: {value:.2f}."
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")  # one stop a layer
    assert explorer.unit() == "C1, map 1, row 1, column 14"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    assert explorer.unit() == "C1, map 1, row 1, column 13"


def test_a_tap_pins_a_unit(reuse):
    """On a phone; its map is enlarged: a tap on a place there pins that unit, and buttons make single steps."""
    explorer = reuse(viewport=PHONE, has_touch=True, is_mobile=True)
    explorer.page.locator('[title="Example 3"]').tap()
    explorer.digit()
    page = explorer.page
    tile, position = explorer.place("c1", 3, 12, 10)
    tile.tap(position=position)
    assert explorer.unit() == "C1, map 3, row 12, column 10"
    assert close(explorer.value(), explorer.features()["c1"][3, 12, 10])
    frame = page.locator('.cards [aria-current="true"] .frame')
    frame.scroll_into_view_if_needed()
    box = box_of(frame)
    assert box["width"] > 190
    frame.tap(position={"x": box["width"] * 11.5 / 28, "y": box["height"] * 13.5 / 28})
    assert explorer.unit() == "C1, map 3, row 13, column 11"
    page.locator('[data-step="right"]').tap()
    page.locator('[data-step="down"]').tap()
    assert explorer.unit() == "C1, map 3, row 14, column 12"
    assert close(explorer.value(), explorer.features()["c1"][3, 14, 12])
    page.locator(".unpin").tap()
    assert explorer.unit() == "Output, digit 3"
    tile.tap(position=position)
    assert explorer.unit() == "C1, map 3, row 12, column 10"
    tile.tap(position=position)  # the same again
    assert explorer.unit() == "Output, digit 3"


def test_a_layer_is_cards_that_one_swipes_through(reuse):
    """On a phone: each map with its range and kernels. A swipe, a button or a key pins the same unit of another map."""
    explorer = reuse(viewport=PHONE, has_touch=True, is_mobile=True)
    page = explorer.page
    page.locator('[title="Example 3"]').tap()
    explorer.digit()
    tile, position = explorer.place("c3", 9, 4, 5)
    tile.tap(position=position)
    assert explorer.unit() == "C3, map 9, row 4, column 5"
    cards, current = page.locator(".cards li"), page.locator('.cards [aria-current="true"]')
    assert cards.count() == 16
    values = explorer.features()["c3"][9]
    explorer.settle()
    low, high = (number(text) for text in current.locator(".range").inner_text().split(" to "))
    assert (low, high) == (pytest.approx(float(values.min()), abs=0.006), pytest.approx(float(values.max()), abs=0.006))
    assert current.locator(".kernels canvas").count() == 6
    page.locator(".cards").evaluate("(list) => list.scrollBy({ left: list.clientWidth, behavior: 'smooth' })")
    page.locator(".card h2", has_text="C3, map 10").wait_for()
    page.locator('[data-map="-1"]').tap()
    page.locator('[data-map="-1"]').tap()
    assert explorer.unit() == "C3, map 8, row 4, column 5"
    page.locator(".cards").press("ArrowRight")
    assert explorer.unit() == "C3, map 9, row 4, column 5"
    left, list_left = box_of(current)["x"], box_of(page.locator(".cards"))["x"]
    assert left == pytest.approx(list_left, abs=4)
    assert close(explorer.value(), values[4, 5])


def test_the_kernels_of_c1_are_beside_its_maps(reuse):
    """Orange where a weight is positive, blue where it is negative, in the color scale's order."""
    explorer = reuse()
    kernels = explorer.model.c1.weight[:, 0]
    for index, kernel in enumerate(kernels):
        assert has_signs(explorer.kernel(index), kernel, clear=0.1)
    kernel = explorer.page.locator(".kernel").nth(4)
    kernel.hover()
    assert explorer.unit().startswith("C1, map 4, ")
    kernel.click()
    assert explorer.page.locator(".unpin").is_visible()


@pytest.mark.parametrize("variant", NETWORKS)
def test_why_this_digit_and_not_that(reuse, variant):
    """The contributions sum to the difference of the scores; another pair can be chosen; a unit can be traced back."""
    explorer = reuse(variant)
    explorer.load(DIGITS[8])
    page = explorer.page
    explorer.open("why")
    features, model = explorer.features(), explorer.model
    scores = features["output"]

    def check(first: int, second: int) -> None:
        f6 = features["f6"]
        if variant == "original":
            centers = model.output.centers
            parts = (f6 - centers[second]).square() - (f6 - centers[first]).square()
        else:
            parts = (model.output.weight[first] - model.output.weight[second]) * f6
        shown_bars = bars(page.locator(".contributions > .bars > li"))
        assert shown_bars
        assert all(close(value, parts[unit]) for unit, value in shown_bars.items())
        shown = page.locator(".contributions .ledger .result")
        assert shown.locator("dt").inner_text() == f"score of {first} minus score of {second}"
        assert close(number(shown.locator("dd").inner_text()), scores[first] - scores[second])

    first, second = scores.argsort(descending=True)[:2].tolist()
    check(first, second)
    page.get_by_label("this digit").select_option("2")
    page.get_by_label("that digit").select_option("7")
    check(2, 7)
    page.get_by_label("that digit").select_option("2")  # the two digits change places
    check(7, 2)
    page.locator(".likeliest").click()
    check(first, second)
    page.locator(".contributions .bars button").first.click()
    unit = int(page.locator(".contributions .bars button").first.inner_text().split()[-1])
    inputs = features["c5"] * model.f6.weight[unit]
    rows = page.locator(".traced .bars li")
    traced = bars(rows)
    assert len(traced) == 4
    assert all(close(value, inputs[source]) for source, value in traced.items())
    rows.first.locator("button").click()
    assert explorer.unit().startswith("C5, unit")


@pytest.mark.parametrize("variant", NETWORKS)
def test_the_smallest_change_is_one(reuse, variant):
    """What the page says would make it the other digit does, in PyTorch; its square is shown on the pad."""
    explorer = reuse(variant)
    page = explorer.page
    for digit in (2, 9, 0, 1, 6):  # not every drawing can be changed by one square
        explorer.load(DIGITS[digit], m="why")
        page.locator(".change", has_text="tried").wait_for()
        text = page.locator(".change").inner_text()
        change = r"(Erasing|Adding) (\d+)\u00d7\d+ pixels of the input at the dashed square makes it an? (\d)\."
        if found := re.match(change, text):
            break
    assert found, text
    ghost = page.locator(".trials .ghost")
    left, top = ghost.evaluate("(box) => [box.style.insetInlineStart, box.style.insetBlockStart].map(parseFloat)")
    column, row, size = round(left * 0.32), round(top * 0.32), int(found[2])
    ink = explorer.ink().clone()
    part = ink[0, 0, max(0, row) : row + size, max(0, column) : column + size]
    part.fill_(0 if found[1] == "Erasing" else 1)
    with torch.inference_mode():
        before, after = (int(explorer.model(image).argmax()) for image in (explorer.ink(), ink))
    assert before == digit
    assert after == int(found[3]) != digit
    assert page.locator(".pad > .ghost:visible").count() == 1


@pytest.mark.parametrize("variant", NETWORKS)
def test_muting_a_map_changes_the_answer_as_in_pytorch(reuse, variant):
    """Two maps and a unit: before and after are shown side by side, also for the next drawing; Reset undoes it."""
    explorer = reuse(variant)
    explorer.load(DIGITS[4])
    page = explorer.page
    muted = {"c1": 1, "s4": 6, "f6": 17}
    for layer, index in muted.items():
        explorer.pin(layer, index, 1, 1)
        page.locator("button.mute").click()
    assert page.locator(".muted-names").inner_text() == "C1 map 1, S4 map 6, F6 unit 17"
    assert all(explorer.is_crossed_out(*one) for one in muted.items())
    assert page.locator('.map[aria-label*="switched off"]').count() == 3
    check_muting(explorer, muted)
    muted_by_link = ",".join(f"{layer}.{index}" for layer, index in muted.items())
    explorer.load(DIGITS[7], x=muted_by_link)
    check_muting(explorer, muted)
    page.locator(".check", has_text="Some maps or units are switched off.").wait_for()
    page.locator(".muting .reset").click()
    assert not any(explorer.is_crossed_out(*one) for one in muted.items())
    assert page.locator('.map[aria-label*="switched off"]').count() == 0
    assert page.locator(".muting:visible").count() == 0
    assert explorer.digit() == "7"


def check_muting(explorer: Explorer, muted: dict[str, int]) -> None:
    model, ink = explorer.model, explorer.ink()
    before = explorer.calibration.probabilities(explorer.features()["output"].numpy())
    with torch.inference_mode():
        x = model.normalize(ink)[:, :, model.border : 32 - model.border, model.border : 32 - model.border]
        for name in ("c1", "s2", "c3", "s4", "c5", "f6"):
            layer = getattr(model, name)
            x = conv2d(x, layer.full_weight(), layer.bias) if hasattr(layer, "full_weight") else layer(x)
            x = model.activation(x) if name in model.activated else x
            x = x.flatten(1) if name == "c5" else x
            if name in muted:
                x[:, muted[name]] = 0
        output = model.get_submodule("output")(x)
        scores = (-output if model.variant == "original" else output)[0].numpy()
    after = explorer.calibration.probabilities(scores)
    for selector, probabilities in ((".before-muting", before), (".after-muting", after)):
        shown = explorer.page.locator(selector).inner_text()
        if shown.startswith("rejected"):
            assert explorer.calibration.rejects(scores)
            continue
        p = probabilities.max()
        percent = "> 99.9 %" if p > 0.999 else f"{100 * p:.1f} %"
        assert shown == f"{probabilities.argmax()}, {percent}"


def test_each_layer_is_explained_in_words(reuse):
    """One click away, with a formula; errors of popular articles are put right."""
    explorer = reuse()
    details = explorer.page.locator("details.words:has(math)")
    assert details.count() == 8
    assert explorer.page.locator("details.words").count() == 9  # and how to read the page
    for number_ in range(8):
        item = details.nth(number_)
        assert not item.locator("p").first.is_visible()
        item.locator("summary").click()
        assert item.locator("math").first.is_visible()
        assert 150 < len(item.inner_text()) < 1_000
    text = " ".join(details.all_inner_texts())
    for fact in ("stride, is 2", "C5 is a convolution", "1,516", "the arrangement has no meaning"):
        assert fact in text


def test_the_tour_points_at_eight_things_and_can_be_left(reuse):
    """By keyboard: Enter goes on, Esc leaves; it starts with an example, and a drawing of one's own stays."""
    explorer = reuse()
    page = explorer.page
    page.locator(".start-tour").click()
    assert explorer.digit() == "3"
    words = set()
    for step in range(8):
        assert page.locator(".progress").inner_text() == f"{step + 1} of 8"
        assert page.locator(".pointed-at").count() == 1
        assert page.locator(".pointed-at").is_visible()
        words.add(page.locator(".tour p").inner_text())
        box, target = (page.locator(s).bounding_box() for s in (".tour", ".pointed-at"))
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1400
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 1000, step
        beside = box["x"] >= target["x"] + target["width"] or target["x"] >= box["x"] + box["width"]
        under = box["y"] >= target["y"] + target["height"] or target["y"] >= box["y"] + box["height"]
        assert beside or under, step
        if step % 2:
            page.locator(".tour .next").click()
        else:
            page.locator(".tour .next").focus()
            page.keyboard.press("Enter")
    assert len(words) == 8
    assert not page.locator(".tour").is_visible()
    page.locator(".start-tour").click()
    page.locator('.strip [data-mode="break"]').click()  # whoever goes on alone is left alone
    assert not page.locator(".tour").is_visible()
    page.locator(".start-tour").click()
    for _ in range(2):
        page.locator(".tour .next").click()
    assert page.locator(".panel.inspect").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".tour").is_visible()
    assert page.locator(".panel.break").is_visible()  # as before the tour, which shows Inspect
    assert page.locator(".pointed-at").count() == 0
    assert page.evaluate("() => document.activeElement.className") == "start-tour"


def test_a_link_shows_the_same_drawing_mode_and_unit(reuse, explore):
    """In another browser; the numbers are the same to the last digit."""
    explorer = reuse()
    explorer.load(DIGITS[6])
    explorer.pin("c1", 1, 5, 5)
    explorer.page.locator("button.mute").click()
    explorer.pin("c3", 5, 2, 7)
    explorer.page.locator(".view .values").select_option("before difference")
    explorer.open("why")
    explorer.page.get_by_label("that digit").select_option("2")
    explorer.open("inspect")
    card = explorer.page.locator(".card").inner_text()
    explorer.page.locator(".copy-link").click()
    explorer.page.locator(".copy-link", has_text="Copied").wait_for()
    link = explorer.page.evaluate("() => navigator.clipboard.readText()")
    explorer.page.wait_for_url(link)
    other = explore(fragment=link[link.index("#") :])
    assert other.digit() == "6"
    assert other.page.locator(".card").inner_text() == card
    assert other.page.locator(".muted-names").inner_text() == "C1 map 1"
    assert other.page.locator(".view .values").input_value() == "before difference"
    other.open("why")
    assert other.page.get_by_label("that digit").input_value() == "2"
    shown = explorer.page.locator(".scores li").all_text_contents()
    expect(other.page.locator(".scores li")).to_have_text(shown)  # once the pen rests, also with a map switched off
    assert other.scores() == explorer.scores()


def test_damaged_and_later_links_still_open(explore):
    """What cannot be understood is ignored, or reported in a sentence; the page works."""
    explorer = explore(fragment="#v=2&later=1&m=hologram&u=c1.1.2.3.4&d=!!!")
    explorer.page.locator(".notice", has_text="The link does not contain a valid drawing.").wait_for()
    assert explorer.digit() == "?"
    explorer.draw(DIGITS[2])
    assert explorer.digit() == "2"


def test_a_link_made_with_another_network_says_so(reuse):
    """The drawing is shown all the same."""
    explorer = reuse()
    explorer.load(DIGITS[2], n="later")
    assert explorer.digit() == "2"
    explorer.page.locator(".notice", has_text='The link was made with the network "later"').wait_for()


def test_a_link_with_a_pinned_unit_shows_the_drawing_first(explore):
    """On a phone, the card is far below; whoever opens the link, or another one, begins at the pad and the answer."""
    fragment = f"#v=1&n=textbook&d={encode(DIGITS[4], 0.65)}&u=c3.5.4.4"
    phone = explore(fragment=fragment, viewport=PHONE, has_touch=True, is_mobile=True)
    for unit, part in (("C3, map 5", "u=c3.5.4.4"), ("C5, unit 1", "u=c5.1.0.0")):
        phone.page.evaluate("(hash) => { location.hash = hash; }", fragment.replace("u=c3.5.4.4", part))
        phone.page.wait_for_function(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50, true)))"
        )
        assert phone.page.evaluate("() => scrollY") == 0
        assert phone.digit() == "4"
        assert phone.unit().startswith(unit)


def test_muting_shows_beside_the_answer(reuse):
    """Also when the pad is blank, and for the next drawing, until it is reset."""
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[4])
    explorer.pin("c1", 2, 9, 9)
    explorer.click("mute")
    sign = page.locator(".check", has_text="Some maps or units are switched off.")
    sign.wait_for()
    explorer.click("clear")
    assert sign.is_visible()
    assert page.locator(".announcement").inner_text() == "The pad is blank. What is switched off stays so."
    explorer.draw(DIGITS[7])
    sign.wait_for()
    explorer.click("reset")
    explorer.settle()
    explorer.load(DIGITS[3], x="c1.2,c1.3", m="inspect")
    explorer.open("teach")  # which is about the complete network
    page.locator(".muting", has_text="complete network, in which they are on").wait_for()
    complete = page.locator(".before-muting").inner_text().split(",")[0]
    page.locator(".teach .says", has_text=f"Read as {complete}").wait_for()
    explorer.open("inspect")
    page.locator(".for-complete").first.wait_for(state="hidden")


def test_what_is_pinned_stands_below_another_mode(reuse):
    """What has been chosen comes first."""
    explorer = reuse()
    explorer.load(DIGITS[3], m="break", u="c3.2.4.4")
    panels = [box_of(explorer.page.locator(f".panel.{mode}")) for mode in ("break", "inspect")]
    assert panels[0]["y"] + panels[0]["height"] <= panels[1]["y"]
