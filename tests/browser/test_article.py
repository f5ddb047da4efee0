"""Read along, as a visitor reads it: sections, figures on a drawn digit, exercises; closed, it leaves no trace."""

import re

import pytest
import torch

from harness import exercises
from harness.browser import box_of
from harness.drawings import DIGITS
from harness.page_digits import average_digits
from lenet.page.article.sections import sections
from tests.browser.conftest import kept_page, network
from tests.browser.explorer import Explorer, close, number
from tests.browser.screens import FAULTS, check_accessibility, laid_out, resize

SECTIONS = [section.name for section in sections()]
SIZES = [(390, 844), (844, 390), (1280, 720), (1400, 900), (1920, 1080)]

# What the page shows and where its parts are, but for what the time of day changes.
STATE = """() => {
  const root = document.querySelector(".lenet");
  const placed = (selector) => document.querySelector(selector).getAttribute("style");
  return {
    scroll: scrollY,
    hash: location.hash,
    mode: root.dataset.mode,
    view: root.dataset.view ?? "",
    panels: [...root.querySelectorAll(".panels > *")].map((one) => `${one.className} ${one.hidden}`),
    figure: [...root.querySelectorAll(".figure > *")].map((one) => one.className),
    modes: [...root.querySelectorAll(".modes > *")].map((one) => one.className),
    styles: [".pad", ".tools", ".answer"].map(placed),
    unit: root.querySelector(".card h2")?.textContent,
    slider: root.querySelector(".break input[type=range]").value,
    net: root.querySelector("canvas.base").toDataURL(),
  };
}"""


# What scrolls inside of the page, which does itself.
SCROLLS = """() => [...document.querySelectorAll(".article-sections figure, .article-sections figure *")]
  .filter((one) => one.scrollHeight > one.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(one).overflowY))
  .map((one) => one.className || one.tagName)"""

# Which part of a section has the focus; null if another one has it.
FOCUSED = """(name) => {
  const focused = document.activeElement;
  if (!focused.closest(`section[data-section="${name}"]`)) return null;
  if (focused.closest("figure[data-figure]")) return "figure";
  return focused.closest("[data-exercise]")?.dataset.exercise ?? "text";
}"""


# What each section shows that borrows a panel, or is like one, after each of the others.
SHOWN_AFTER = """async () => {
  const found = {};
  const names = ["input", "field", "output", "training", "legacy"];
  const section = (name) => document.querySelector(`section[data-section="${name}"]`);
  const read = async (name) => {
    document.querySelector(`.article-contents [data-section="${name}"]`).click();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    const stage = section(name).querySelector(".figure-stage");
    const live = [...stage.querySelectorAll(".panel")].filter((one) => !one.closest("[inert]"));
    return [...live.map((one) => one.className), stage.querySelector(".card h2")?.textContent].join(", ");
  };
  const pairs = names.flatMap((one, i) => names.slice(i + 1).flatMap((other) => [one, other])); // each after each
  for (const name of [...pairs, names[0]]) (found[name] ??= []).push(await read(name));
  return found;
}"""


class Article(Explorer):
    """A page with the article, which stays open for all tests."""

    def read(self, place: str) -> None:
        """Follow a link to a section or an exercise, and wait until it is read."""
        self.load(DIGITS[3], a=place)
        self.page.locator(f'.article-contents [data-section="{place.split(".")[0]}"][aria-current]').wait_for(
            state="attached"
        )

    def go(self, name: str) -> None:
        """Go to another section by the list of contents: the article stays open, for the same drawing."""
        link = self.page.locator(f'.article-contents a[data-section="{name}"]')
        link.evaluate("(link) => link.click()")
        link.and_(self.page.locator("[aria-current]")).wait_for(state="attached")

    def section(self, name: str):
        return self.page.locator(f'section[data-section="{name}"]')

    def figure(self, name: str):
        return self.section(name).locator("figure[data-figure]")

    def predict(self, section: str, exercise: str, guess: str) -> str:
        """What the page says of a guess."""
        form = self.section(section).locator(f'[data-exercise="{exercise}"]')
        if form.locator("input[type=text]").count():
            form.locator("input[type=text]").fill(guess)
        else:
            form.locator(f'input[value="{guess}"]').check(force=True)
        form.get_by_role("button", name=re.compile("^Predict")).click()
        form.locator(".result[data-right]").wait_for()
        return form.locator(".result p").first.inner_text()


@pytest.fixture(scope="module")
def article(context, site_url):
    """The page on which all tests read, one after the other."""
    with kept_page(context) as page:
        visitor = Article(page, site_url("textbook"), network("textbook"))
        page.set_default_timeout(20_000)
        yield visitor


def test_it_is_opened_by_the_word_and_closed_by_back(article):
    """Pad and answer are lent to it; the page is as it was, with a mode, a pinned unit and a slider; then Forward."""
    page = article.page
    article.load(DIGITS[3], m="break", u="c3.2.4.4", t="rotation,30")
    page.locator(".breaking-point:not(:empty)").wait_for()
    page.evaluate("() => scrollTo(0, 80)")
    page.wait_for_function("() => location.hash.includes('t=rotation')")
    laid_out(page)
    before = page.evaluate(STATE)
    article.click("start-reading")
    page.locator(".article-bar .pad").wait_for()
    assert page.evaluate(STATE)["view"] == "article"
    assert page.locator(".article-bar .digit").inner_text() == article.digit()
    assert page.locator(".article h2:focus").inner_text() == "What a digit is to a computer"
    page.wait_for_function("() => location.hash.includes('a=input') && !location.hash.includes('m=')")
    page.locator('.article-contents a[data-section="training"]').click()
    page.locator(".article .panel.teach").wait_for()
    page.go_back()
    page.locator(".panels .panel.break").wait_for()
    laid_out(page)
    page.wait_for_function("() => location.hash.includes('t=rotation')")
    assert page.evaluate(STATE) == before
    page.go_forward()
    page.locator(".article-bar .pad").wait_for()
    article.click("close-article")
    page.locator(".panels .panel.break").wait_for()
    assert page.locator(".start-reading:focus").count() == 1


def test_a_link_opens_a_section_and_an_exercise(article):
    """With its drawing. What is copied there is such a link; in the address is what is read."""
    page = article.page
    article.read("counting.side")
    exercise = article.section("counting").locator('[data-exercise="side"]')
    assert exercise.evaluate("(one) => one.matches('.pointed-at')")
    article.click("copy-link")
    page.locator(".copy-link", has_text="Copied").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert re.search(r"#v=1&n=textbook&d=[\w-]+&a=counting\.side$", link)
    article.section("row").scroll_into_view_if_needed()
    page.wait_for_function("() => !location.hash.includes('a=counting.side')")
    article.load(DIGITS[3], a="nothing")
    page.locator('.article-contents [data-section="input"][aria-current]').wait_for()


def test_all_sections_are_reached_by_the_keyboard(article):
    """From the list: the section's heading has the focus, then come its figure and its exercises."""
    page = article.page
    article.read("input")
    for name in SECTIONS:
        link = page.locator(f'.article-contents a[data-section="{name}"]')
        link.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.closest('section').dataset.section") == name
        box = box_of(article.section(name).locator("> h2"))
        assert 0 <= box["y"] < 300, name
        seen = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            where = page.evaluate(FOCUSED, name)
            if where is None:
                break
            seen.add(where)
        asked = {one.name for one in sections()[SECTIONS.index(name)].exercises if "textbook" in one.networks}
        assert asked <= seen, name


def test_the_figures_are_of_the_drawing(article):
    """Numbers of the input, a unit of C3, what the network of 1998 makes of it, as PyTorch has them."""
    page = article.page
    original = network("original").weights.model
    article.read("input")
    ink = article.ink()
    words = article.figure("input").locator(".pixel-words")
    preprocessing = article.figure("input").get_by_label("crop, scale and center")
    preprocessing.uncheck()
    words.get_by_text(re.compile("^Choose a square")).wait_for()  # there is no box
    preprocessing.check()
    words.get_by_text(re.compile("^Dashed: the box")).wait_for()
    canvas = article.figure("input").locator(".pixels")
    canvas.focus()
    row, column = 16, 16
    for key, (down, right) in {"ArrowUp": (-1, 0), "ArrowLeft": (0, -1), "ArrowDown": (1, 0)}.items():
        page.keyboard.press(key)
        row, column = row + down, column + right
        shown = re.fullmatch(r"Row (\d+), column (\d+): ([\d.]+)", words.inner_text())
        assert shown, words.inner_text()
        assert (int(shown[1]), int(shown[2])) == (row, column)
        assert abs(float(shown[3]) - float(ink[0, 0, row, column])) <= 0.0051
    inked = int(ink[0, 0, 16].argmax())
    for _ in range(abs(inked - column)):
        page.keyboard.press("ArrowRight" if inked > column else "ArrowLeft")
    page.keyboard.press("Space")
    words.filter(has_text="erased").wait_for()
    erased = ink.clone()
    erased[0, 0, 16, inked] = 0
    assert torch.equal(article.ink(), erased)
    page.keyboard.press("Space")
    assert torch.equal(article.ink(), ink)

    article.go("field")
    assert article.unit() == "C3, map 0, row 5, column 5"
    assert close(article.value(), article.features()["c3"][0, 5, 5])
    enlarged = article.figure("field").locator(".enlarged")
    place = box_of(enlarged)["y"]
    for right in (0.05, 0.35, 0.65, 0.95):  # nothing moves, however long the value is
        box = box_of(enlarged.locator(".frame").first)
        enlarged.locator(".frame").first.click(position={"x": right * box["width"], "y": right * box["height"]})
        assert box_of(enlarged)["y"] == place
    article.figure("field").get_by_role("button", name="S4").click()
    assert article.unit() == "S4, map 0, row 2, column 2"
    assert box_of(page.locator(".pad .field"))["width"] > 20  # what it sees of the drawing

    with torch.no_grad():
        features = original.features(ink)
    read = int(features["output"][0].argmax())
    article.go("output")
    card = article.figure("output").locator(".card")
    card.locator(".value").wait_for()
    assert close(number(card.locator(".value").inner_text()), features["output"][0, read])
    article.go("bitmaps")
    article.figure("bitmaps").locator(".nearest").wait_for()
    assert article.figure("bitmaps").locator(".distance").first.is_hidden()
    which = article.figure("bitmaps").locator(".of-which").inner_text()
    assert which == "Here: LeNet-5 of 1998, not the network of this page."
    article.figure("bitmaps").get_by_role("button", name="Show the distances").click()
    captions = article.figure("bitmaps").locator(".bitmap-row figcaption").all_inner_texts()[1:]
    distances = [number(text.split(": ")[1]) for text in captions]
    assert all(abs(shown + float(x)) < 0.051 for shown, x in zip(distances, features["output"][0], strict=True))

    article.go("training")
    page.locator(".article .teach .says", has_text="Read as 3").wait_for()
    article.figure("training").get_by_role("button", name="A finished training").click()
    page.locator(".article .learn .step-words", has_text="misread").wait_for()
    article.go("legacy")
    page.locator(".article .compare .networks td").first.wait_for()
    article.go("row")
    page.locator(".article .row-parts button").nth(1).wait_for()  # of an example
    article.figure("row").get_by_role("button", name="Write 42").click()
    article.figure("row").get_by_role("button", name="Write 42").wait_for(state="hidden")
    assert article.digit() == "42"


def test_figures_are_borrowed_in_any_order(article):
    """Each section has its own panel and unit again, whichever was read before."""
    article.read("input")
    found = article.page.evaluate(SHOWN_AFTER)
    assert {name: len(set(shown)) for name, shown in found.items()} == dict.fromkeys(found, 1), found
    assert found["field"][0].startswith("panel inspect, C3, map 0")
    article.click("close-article")
    assert article.page.locator(".panels > .panel").count() == 10


def test_an_example_of_a_row_is_not_tallied(article):
    """It is not what is on the pad, which the figure of the section above counts."""
    article.read("row")
    page = article.page
    page.locator(".article-bar .digit", has_text="42").wait_for()
    article.section("row").evaluate("(one) => scrollBy({ top: one.getBoundingClientRect().top - innerHeight / 2 })")
    asked = article.figure("errors").locator(".asked")
    asked.get_by_text("What is shown is not the drawing on your pad.").wait_for()
    assert article.figure("errors").get_by_role("button", name="right", exact=True).is_disabled()
    article.go("errors")
    asked.get_by_text("The page reads 3. Is that right?").wait_for()


def test_a_finger_reads_a_square_before_it_erases_it(article):
    """By a first tap; paper is not erased. On a narrow bar, a tap on the pad makes room to draw, and draws nothing."""
    page = article.page
    article.read("input")
    ink = article.ink()
    canvas = article.figure("input").locator(".pixels")
    words = article.figure("input").locator(".pixel-words")

    def tap(row: int, column: int) -> str:
        canvas.evaluate(
            """(canvas, [row, column]) => {
              const { left, top } = canvas.getBoundingClientRect();
              const at = (i) => (i + 0.5) * canvas.clientWidth / 32;
              const init = { clientX: left + at(column), clientY: top + at(row), pointerType: "touch", bubbles: true };
              for (const name of ["pointerdown", "pointermove", "pointerup", "pointerleave", "click"])
                canvas.dispatchEvent(new PointerEvent(name, init));
            }""",
            [row, column],
        )
        return words.inner_text()

    row, column = divmod(int(ink.argmax()), 32)
    assert tap(row, column).endswith("; press again to erase it")
    assert torch.equal(article.ink(), ink)
    assert "erased; press again to give it back" in tap(row, column)
    assert article.ink()[0, 0, row, column] == 0
    tap(row, column)
    assert tap(0, 0) == tap(0, 0) == "Row 0, column 0: 0.00"
    assert torch.equal(article.ink(), ink)
    resize(page, 390, 844)
    assert [tap(row, column), tap(row, column)][1].endswith("give it back")
    changed = box_of(page.locator(".article-bar .check", has_text="Shown: one pixel erased."))
    assert changed["width"] > 300  # also in the narrow bar
    tap(row, column)
    page.locator(".pad .sheet").click()
    assert box_of(page.locator(".pad"))["width"] > 250
    assert page.get_by_role("button", name="Undo").is_visible()
    page.get_by_role("button", name="Done").click()
    assert torch.equal(article.ink(), ink)
    article.section("legacy").scroll_into_view_if_needed()
    assert page.locator(".close-article").is_hidden()
    article.click("open-menu")
    for selector in (".close-article", ".copy-link", ".article-progress", ".article-choice"):
        assert 0 <= box_of(page.locator(selector))["y"] < 300, selector
    article.click("open-menu")
    resize(page, 1280, 720)


def test_exercises_are_checked_by_computation(article):
    """A right and a wrong guess, of each kind of answer; what is right stays so; a figure shows why."""
    page = article.page
    article.read("input")
    page.evaluate("() => localStorage.removeItem('lenet.read')")
    reader = network("textbook")
    found = {check: answer for check, _, answer in exercises.answers({"textbook": reader}, "textbook", article.ink())}
    assert article.predict("input", "ink", "9999").startswith("Not so.")
    assert article.predict("input", "ink", str(found["ink"])).startswith("Right.")
    article.go("counting")
    assert article.predict("counting", "parameters", "299") == "Not so. You said 299; the page finds 300."
    assert article.predict("counting", "parameters", "300") == "Right. You said 300; the page finds 300."
    active = int(
        (article.features()["c1"] - reader.weights.model.features(torch.zeros(1, 1, 32, 32))["c1"][0])
        .flatten(1)
        .norm(dim=1)
        .argmax()
    )
    article.go("convolution")
    assert article.predict("convolution", "map", str((active + 1) % 6)).startswith("Not so.")
    assert (
        article.predict("convolution", "map", str(active))
        == f"Right. You said map {active}; the page finds map {active}."
    )
    article.go("output")
    assert article.predict("output", "plus", "larger") == "Not so. You said it grows; the page finds it stays."
    assert article.predict("output", "plus", "same").startswith("Right.")
    page.locator(".article-progress", has_text=re.compile("^[1-9]")).wait_for()
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('lenet.read'))")
    assert {"input.ink": "right", "output.plus": "right", "counting.parameters": "right"}.items() <= kept.items()
    article.go("errors")
    article.predict("errors", "pixels", "1")
    shown = article.section("errors").locator('[data-exercise="pixels"]')
    shown.get_by_role("button", name="Show it").click()
    page.locator(".article .panel.fool .fooling").wait_for()
    page.locator(".smallest-change", has_text=f"a change of {found['pixels-to-fool']} pixel").wait_for()
    article.section("errors").get_by_role("button", name="Back to the first figure").click()
    page.locator(".article .panel.fool").wait_for(state="detached")
    article.click("clear")
    form = article.section("errors").locator('[data-exercise="pixels"]')
    form.get_by_role("button", name="Predict").click()
    form.locator(".result", has_text="Draw a digit first.").wait_for()


def test_a_training_ends_with_the_article(article):
    """Also when it is cancelled before the digits are there."""
    page = article.page
    article.read("training")
    form = article.section("training").locator('[data-exercise="epoch"]')
    form.locator("input[type=text]").fill("5")
    page.locator(".article .teach .kept-now:not(:empty)").wait_for()  # by a worker that stays
    form.get_by_role("button", name="Predict").click()
    form.get_by_role("button", name="Cancel").click()
    form.locator(".result", has_text="Cancelled").wait_for()
    with page.expect_worker() as trainer:
        form.get_by_role("button", name="Predict").click()
    form.locator(".result", has_text="Training").wait_for()
    page.locator(".close-article").click()
    page.locator(".figure .pad").wait_for()
    while trainer.value in page.workers:
        page.wait_for_timeout(50)


def test_more_figures_are_opened_without_an_answer(article):
    """With nothing in them that would give it away."""
    article.read("convolution")
    place = article.section("convolution")
    place.get_by_role("button", name="ten average digits").click()
    place.get_by_text("0 px", exact=True).wait_for()
    place.get_by_role("button", name="Back to the first figure").click()
    place.locator(".on-the-way").wait_for()
    article.go("subsampling")
    place = article.section("subsampling")
    place.get_by_role("button", name="until it breaks").click()
    place.locator(".breaking-point", has_text="Read as 3 from").wait_for()
    assert place.get_by_role("button", name="Rotation").get_attribute("aria-pressed") == "true"
    assert place.locator(".of-gray").is_visible()  # upside down it is no digit


def test_the_bar_is_as_high_when_the_network_is_taught(article):
    """What is said of it in the bar covers no heading."""
    page = article.page
    resize(page, 1400, 900)
    article.read("training")
    height = box_of(page.locator(".article-bar"))["height"]
    page.locator(".article .this-is").get_by_role("button", name="5", exact=True).click()
    page.locator(".article .teach").get_by_role("button", name="1 step", exact=True).click()
    page.locator(".article-bar .check", has_text="after 1 step of teaching").wait_for()
    for width in (1400, 1280, 1024):
        resize(page, width, 900)
        assert box_of(page.locator(".article-bar"))["height"] == height, width
    resize(page, 1400, 900)
    page.locator(".article .teach").get_by_role("button", name="Forget", exact=True).click()
    page.locator(".article-bar .check", has_text="teaching").wait_for(state="hidden")


def test_blame_is_followed_from_layer_to_layer(article, subtests):
    """How one weight learns, below the figure on learning: as wide as there is room; the way from the loss to it."""
    page = article.page
    article.read("training")
    place = article.section("training")
    place.get_by_role("button", name="how one weight learns").click()
    place.locator(".sum-of-weight .ledger").wait_for()
    start = place.locator(".start-chain")
    for width, height in ((1024, 768), (1400, 900)):
        with subtests.test(width=width):
            resize(page, width, height)
            rights = place.locator("*").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().right)")
            assert max(rights) <= width
    article.go("training")  # which is scrolled to
    start.click()
    units = []
    while place.locator(".chain").is_visible():
        units.append(place.locator(".card h2").inner_text().split(",")[0])
        page.keyboard.press("ArrowRight")
    assert units == ["Output", "Output", "F6", "C5", "S4", "C3", "C3"]
    assert page.locator(".article-contents [aria-current]").get_attribute("data-section") == "training"
    article.go("field")
    assert not place.locator(".chain").is_visible()


# Where the top of a section's figure is, from the bar on, and whether there is room for it.
TOP_BELOW_BAR = """(figure) => figure.getBoundingClientRect().top
  - document.querySelector(".article-bar").getBoundingClientRect().bottom"""


def test_what_is_opened_is_in_view(article, subtests):
    """A figure that is opened in place of another one begins below the bar, and so does the first one again."""
    page = article.page
    for size in ((390, 844), (1400, 900)):
        resize(page, *size)
        article.read("errors")
        for name, opened in {"errors": ".fooling", "legacy": ".training", "bitmaps": ".on-curve"}.items():
            with subtests.test(name, size=size):
                article.go(name)
                place = article.section(name)
                place.locator(".more-figures button").first.click()
                place.locator(f"figure[data-figure] {opened}").wait_for()
                laid_out(page)
                assert 0 <= article.figure(name).evaluate(TOP_BELOW_BAR) < size[1] / 2
                place.get_by_role("button", name="Back to the first figure").click()
                laid_out(page)
                assert 0 <= article.figure(name).evaluate(TOP_BELOW_BAR) < size[1] / 2
    resize(page, 1400, 900)


def test_what_is_rejected_is_said_beside_the_answer(article):
    """Also where the pad is small; a figure of another network says in a sentence that this one answers."""
    page = article.page
    article.load([[(0.2, 0.9), (0.5, 0.1), (0.8, 0.9)], [(0.32, 0.6), (0.68, 0.6)]], a="output")
    article.figure("output").get_by_text(
        "By this network, the drawing is read as 4; by the page\u2019s, rejected."
    ).wait_for()
    resize(page, 390, 844)
    assert page.locator(".article-bar .how").inner_text() == "no digit; at best"
    article.load(DIGITS[3], a="output")
    page.locator(".article-bar .digit", has_text="3").wait_for()
    assert not page.locator(".article-bar .how").is_visible()
    assert article.figure("output").locator(".remark[role=status]").inner_text() == ""
    resize(page, 1400, 900)


def test_a_link_without_a_drawing_has_the_example(explore):
    """As the page at first: there are no empty figures."""
    visitor = explore(fragment="#v=1&n=textbook&a=convolution")
    visitor.page.locator(".article-bar .pad").wait_for()
    assert visitor.digit() == "3"


def test_it_can_be_opened_again_if_it_could_not_be_loaded(explore):
    """The page stays as it is, and says so; a style sheet, too, is loaded again, and odd progress hinders nobody."""
    page = explore().page
    page.evaluate("() => localStorage.setItem('lenet.read', 'null')")
    for name in ("article.css", "article.json"):
        page.route(f"**/{name}*", lambda route: route.fulfill(status=404))
        page.locator(".start-reading").click()
        page.locator(".article .loading", has_text="cannot be loaded").wait_for()
        assert page.locator(".figure .pad").is_visible()
        page.unroute(f"**/{name}*")
    page.get_by_role("button", name="read along").click()  # in the first line of the page
    page.locator(".article-bar .pad").wait_for()
    assert page.locator(".article .loading").is_hidden()
    field = page.locator('section[data-section="field"] figure')
    assert field.get_by_role("button", name="Show the figure").is_visible()  # until it is read
    page.evaluate("() => localStorage.removeItem('lenet.read')")


def test_a_changed_drawing_is_read_as_by_pytorch(article):
    """Not centered: by the network, and by the nearest of ten average digits."""
    averages = average_digits()
    reader = network("textbook")
    article.load(DIGITS[3])
    drawn = article.ink()
    changed = {}
    for change in ("shift,27,raw", "scale,0.3,raw"):
        article.load(DIGITS[3], m="break", t=change)
        changed[change] = article.ink()
    nearest = [int((ink - averages).square().flatten(1).sum(1).argmin()) for ink in (drawn, changed["shift,27,raw"])]
    answers = {name: exercises.answer(reader, reader.weights.model(ink)) for name, ink in changed.items()}
    before = exercises.answer(reader, reader.weights.model(drawn))
    keeps = (answers["shift,27,raw"] == before, nearest[0] == nearest[1])
    who = {(True, True): "both", (True, False): "network", (False, True): "averages", (False, False): "neither"}[keeps]
    article.read("convolution")
    assert article.predict("convolution", "averages", who).startswith("Right.")
    assert article.predict("convolution", "averages", "neither" if who != "neither" else "both").startswith("Not so.")
    small = "same" if answers["scale,0.3,raw"] == before else "other"
    article.read("input")
    assert article.predict("input", "small", small).startswith("Right.")
    assert article.predict("input", "small", "other" if small == "same" else "same").startswith("Not so.")


def test_it_holds_on_every_screen(article, subtests):
    """Nothing is cut or overlaps; axe finds nothing, nor too little contrast in the dark."""
    page = article.page
    article.read("field")
    for name in ("training", "legacy", "input"):  # what they have borrowed is seen as a picture then
        laid_out(page)
        article.go(name)
    laid_out(page)
    for width, height in SIZES:
        with subtests.test(size=(width, height)):
            resize(page, width, height)
            bar = box_of(page.locator(".article-bar"))
            for selector in (".pad", ".digit", ".top"):  # they stay in view
                box = box_of(page.locator(selector))
                assert box["y"] >= 0, selector
                assert box["y"] + box["height"] <= bar["y"] + bar["height"], selector
            assert page.evaluate(FAULTS) == []
            assert page.evaluate(SCROLLS) == [], "figures are as high as they are"
            if (width, height) == (1400, 900):
                assert article.figure("input").get_attribute("data-fits") is not None
    page.get_by_role("button", name="Larger pad").click()
    article.click("brush-step")
    for size in ((1024, 768), (1400, 900)):
        with subtests.test("larger pad", size=size):
            resize(page, *size)
            assert page.evaluate(FAULTS) == []
    page.get_by_role("button", name="Smaller pad").click()
    with subtests.test("axe"):
        article.go("counting")
        check_accessibility(page, [(1400, 900)])


def test_an_exercise_asks_for_a_drawing_of_its_own(article):
    """Not for what was on the pad before; a digit is none, and a verdict on an earlier drawing says so."""
    page = article.page
    article.read("output")
    page.reload()  # nobody has seen the question yet
    form = article.section("output").locator('[data-exercise="letter"]')
    predict = form.get_by_role("button", name="Predict")
    form.locator('input[value="digit"]').check(force=True)
    predict.click()
    form.locator(".result", has_text="Draw a letter").wait_for()
    page.locator(".examples button").nth(7).click()
    predict.click()
    form.locator(".result", has_text="Say first").wait_for()
    form.get_by_label("What have you drawn?").fill("7")
    predict.click()
    form.locator(".result", has_text="drawings that are not digits").wait_for()
    form.get_by_label("What have you drawn?").fill("a seven")
    predict.click()
    form.locator(".result", has_text="You have drawn \u201ca seven\u201d, and the page reads 7.").wait_for()
    page.locator(".examples button").nth(2).click()
    assert form.locator(".result").inner_text().startswith("For an earlier drawing: Right.")
    side = article.section("counting")
    article.read("counting")
    article.predict("counting", "side", "22")
    page.locator(".examples button").nth(3).click()
    assert not side.locator('[data-exercise="side"] .result').inner_text().startswith("For")  # it is of no drawing
