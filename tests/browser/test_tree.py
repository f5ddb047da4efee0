"""Elements that are described, and changed in place (show/tree.js)."""

import pytest

from harness.servers import files_of
from lenet.page.assets import STATIC


@pytest.fixture(scope="module")
def page(chromium):
    """A page of the static files, with `show(tag, properties, ...children)`, which patches the one child of `box`."""
    with files_of(STATIC) as url:
        page = chromium.new_page()
        page.goto(f"{url}/page.html")
        page.evaluate(
            """async () => {
              const { node, patch } = await import("./show/tree.js");
              const parent = document.createElement("div");
              window.show = (tag, properties, ...children) => {
                patch(parent, [node(tag, properties, ...children)]);
              };
              window.box = parent;
            }"""
        )
        yield page
        page.close()


def test_what_is_not_described_any_more_is_taken_away(page):
    """Properties, attributes, data and styles; the element itself is kept."""
    full = """{ className: "a", title: "b", hidden: true, attributes: { "aria-label": "c" }, dataset: { unit: "d" },
      style: { color: "red", inlineSize: "1px" } }"""
    seen = """() => {
      const { className, title, hidden, ariaLabel, dataset, style } = box.firstChild;
      return [className, title, hidden, ariaLabel, dataset.unit ?? null, style.color, style.inlineSize];
    }"""
    page.evaluate(f"() => {{ show('span', {full}, 'text'); window.shown = box.firstChild; }}")
    assert page.evaluate(seen) == ["a", "b", True, "c", "d", "red", "1px"]
    page.evaluate("() => show('span', { title: 'b', style: { color: 'red' } }, 'text')")
    assert page.evaluate(seen) == ["", "b", False, None, None, "red", ""]
    assert page.evaluate("() => box.firstChild === shown")


def test_a_canvas_without_a_size_has_the_usual_one(page):
    """As a new canvas does."""
    page.evaluate("() => show('canvas', { width: 5, height: 12 })")
    page.evaluate("() => show('canvas', {})")
    assert page.evaluate("() => [box.firstChild.width, box.firstChild.height]") == [300, 150]


def test_a_button_loses_its_click(page):
    """If the description has none any more."""
    page.evaluate("() => { window.clicks = 0; show('button', { onclick: () => { clicks++; } }, 'one'); }")
    page.evaluate("() => box.firstChild.click()")
    page.evaluate("() => show('button', {}, 'two')")
    page.evaluate("() => box.firstChild.click()")
    assert page.evaluate("() => [clicks, box.textContent]") == [1, "two"]
