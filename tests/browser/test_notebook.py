"""The pad of a notebook, on a page that does for it what a notebook does; behind it is the `Pad` of this process."""

import base64
import json
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from harness.browser import box_of, draw_on
from harness.drawings import DIGITS, EXAMPLES, draw, encoded
from lenet.notebook import Pad, example
from tests.browser.screens import violations

URL = "http://notebook.localhost/"
HOST = """<!doctype html><html lang="en"><title>notebook</title><style>body { background: white; margin: 8px 80px; }
</style>
<body data-jp-theme-light="true"><main><h1>A notebook</h1><p class="text">Some text of the notebook.</p>
<textarea aria-label="A cell"></textarea>"""
# A model as anywidget has it. Bytes are base64 on their way to Python and back.
SCRIPT = """
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const text = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
const revive = (key, value) => (value?.base64 ? bytes(value.base64) : value);
const pack = (key, value) => (value instanceof DataView ? { base64: text(new Uint8Array(value.buffer)) } : value);
class Model extends EventTarget {
  constructor(name, state) { super(); this.name = name; this.state = state; this.busy = false; this.changed = []; }
  get(name) { return this.state[name]; }
  set(name, value) {
    this.state[name] = value;
    this.changed.push(name);
    this.dispatchEvent(new Event(`change:${name}`));
  }
  save_changes() {
    const state = Object.fromEntries(this.changed.map((name) => [name, this.state[name]]));
    this.changed = [];
    if (!this.busy) window.toPython(this.name, JSON.stringify(state, pack));
  }
  on(event, listener) { this.addEventListener(event, listener); }
  off(event, listener) { this.removeEventListener(event, listener); }
}
window.models = {};
window.show = async (name, state, shadow = false, id = name) => {
  window.models[name] ??= new Model(name, JSON.parse(state, revive));
  const { default: widget } = await import("/widget.js");
  const cell = document.body.querySelector("main").appendChild(document.createElement("div"));
  cell.id = id;
  const root = shadow ? cell.attachShadow({ mode: "open" }) : cell;
  const style = document.createElement("style");
  style.textContent = await (await fetch("/widget.css")).text();
  const el = document.createElement("div");
  root.append(style, el);
  cell.end = await widget.render({ model: window.models[name], el });
};
window.fromPython = (name, state) => {
  const model = window.models[name];
  for (const [key, value] of Object.entries(JSON.parse(state, revive))) {
    model.state[key] = value;
    model.dispatchEvent(new Event(`change:${key}`));
  }
};
"""


def packed(value):
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value.tolist()


def revived(value: dict):
    return base64.b64decode(value["base64"]) if "base64" in value else value


class Notebook:
    """A page with pads, each with its `Pad` in Python."""

    def __init__(self, page: Page):
        self.page, self.pads = page, {}
        page.set_default_timeout(60_000)
        page.route(f"{URL}**", self._serve)
        page.goto(URL)
        page.expose_function("toPython", self._take)

    def _serve(self, route) -> None:
        files = {"widget.js": (Pad._esm, "text/javascript"), "widget.css": (Pad._css, "text/css")}
        body, kind = files.get(route.request.url.removeprefix(URL), (f"{HOST}<script>{SCRIPT}</script>", "text/html"))
        route.fulfill(body=body, content_type=kind)

    def _take(self, name: str, state: str) -> None:
        self.pads[name].set_state(json.loads(state, object_hook=revived))

    def show(self, name: str, pad: Pad, shadow: bool = False, name_of_view: str | None = None) -> Locator:
        """Show a pad in a new cell; the page's part of the widget in it."""
        if name not in self.pads:
            pad.observe(lambda change: self._tell(name, change["name"]), ["_drawing", "_answer"])
        self.pads[name] = pad
        state = json.dumps({key: getattr(pad, key) for key in ("_page", "_drawing", "_answer")}, default=packed)
        self.page.evaluate("(args) => { window.show(...args); }", [name, state, shadow, view := name_of_view or name])
        root = self.page.locator(f"#{view} .lenet")
        root.and_(self.page.locator("[data-ready]")).wait_for()
        return root

    def _tell(self, name: str, trait: str) -> None:
        """As a notebook does, later: this process may be in a call of the page's."""
        state = json.dumps({trait: getattr(self.pads[name], trait)}, default=packed)
        self.page.evaluate("(args) => { setTimeout(() => window.fromPython(...args)); }", [name, state])

    def draw(self, root: Locator, digit: int) -> None:
        draw_on(root.locator(".sheet"), DIGITS[digit])


@pytest.fixture
def notebook(chromium) -> Iterator[Notebook]:
    """A page of its own, since its functions stay with it. It must end without a script error."""
    page, errors = chromium.new_page(viewport={"width": 1300, "height": 900}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Notebook(page)
    page.close()
    assert errors == []


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def checked(root: Locator) -> None:
    expect(root.locator(".check")).to_have_text("Checked with PyTorch in the kernel.", timeout=30_000)


def test_python_reads_what_is_drawn(notebook, reader):
    """While one draws, and in the end exactly the ink that the browser has read."""
    pad, seen = Pad(reader), []
    pad.observe(lambda change: seen.append(change["new"]), "reading")
    root = notebook.show("one", pad)
    notebook.draw(root, 3)
    checked(root)
    assert root.locator(".digit").inner_text() == "3"
    assert pad.reading.digit == 3
    assert seen[-1] == pad.reading
    assert len(seen) > 1
    assert pad.image.shape == (280, 280)
    again = reader.read(np.dstack([np.zeros((280, 280, 3), np.uint8), pad.image]))
    assert pad.reading == again
    assert list(pad.activations) == list(again.activations)
    assert (pad.ink == again.activations["input"][0]).all()
    assert len(pad.strokes) == len(DIGITS[3])
    root.locator("button.undo").click()
    wait_until(notebook.page, lambda: pad.reading.reason == "blank")
    assert pad.strokes == []
    assert not pad.image.any()


def test_what_python_puts_on_the_pad_is_shown(notebook, reader):
    """Strokes, an image, and nothing; in a second view, too, and in one that is opened later."""
    pad = Pad(reader, strokes=example(4))
    views = [notebook.show("one", pad)]
    assert views[0].locator(".digit").inner_text() == "4"
    views.append(notebook.show("one", pad, name_of_view="two"))
    for put, digit in (
        (lambda: setattr(pad, "strokes", example(7)), "7"),
        (lambda: pad.show(draw(EXAMPLES[2]["strokes"])), "2"),
        (pad.clear, "?"),
    ):
        put()
        for root in views:
            expect(root.locator(".digit")).to_have_text(digit)
    notebook.draw(views[1], 5)
    checked(views[1])  # what comes later from this view would replace the image
    expect(views[0].locator(".digit")).to_have_text("5")
    assert pad.reading.digit == 5
    with notebook.page.expect_file_chooser() as chooser:
        views[0].locator(".open").click()
    image = encoded(draw(EXAMPLES[8]["strokes"]))
    chooser.value.set_files({"name": "8.png", "mimeType": "image/png", "buffer": image})
    for root in views:
        expect(root.locator(".digit")).to_have_text("8")
    assert pad.reading.digit == 8
    assert pad.strokes == []


def test_pads_disturb_neither_each_other_nor_the_notebook(notebook, reader):
    """Each has its own drawing and history. Keys, the address, ids and the session stay the notebook's."""
    page = notebook.page
    pads = [Pad(reader), Pad(reader)]
    one, two = notebook.show("one", pads[0]), notebook.show("two", pads[1])
    for root, digit in ((one, 3), (two, 7)):
        notebook.draw(root, digit)
        checked(root)
    assert [pad.reading.digit for pad in pads] == [3, 7]
    page.keyboard.press("Control+z")  # the second pad has the focus
    wait_until(page, lambda: len(pads[1].strokes) == len(DIGITS[7]) - 1)
    assert one.locator(".digit").inner_text() == "3"
    page.locator("textarea").fill("text")
    page.keyboard.press("Control+z")
    page.locator("textarea").blur()
    page.keyboard.press("Escape")
    one.locator(".map").nth(3).scroll_into_view_if_needed()
    assert one.locator(".digit").inner_text() == "3"
    place = page.evaluate("() => scrollY")
    one.locator(".map").nth(3).click()
    expect(one.locator(".card")).to_contain_text("C1")
    assert page.evaluate("() => scrollY") == place
    assert page.url == URL
    assert page.evaluate("() => [...document.querySelectorAll('.lenet [id]')].length + sessionStorage.length") == 0
    # Text that is being marked does not become a stroke where it leads over a pad.
    page.evaluate("() => scrollTo(0, 0)")
    text, sheet = box_of(page.locator(".text")), box_of(one.locator(".sheet"))
    page.mouse.move(text["x"] + 5, text["y"] + 5)
    page.mouse.down()
    page.mouse.move(text["x"] + 60, text["y"] + 5)
    for part in (0.2, 0.5, 0.8):
        page.mouse.move(sheet["x"] + part * sheet["width"], sheet["y"] + part * sheet["height"])
    page.mouse.up()
    assert len(pads[0].strokes) == len(DIGITS[3])
    assert page.evaluate("() => getSelection().toString()") != ""


def test_the_pad_is_as_dark_as_the_notebook(notebook, reader):
    """As JupyterLab and VS Code say, or as the background is, also after a cell has been out of the document."""
    page, root = notebook.page, notebook.show("one", Pad(reader))
    paper = "(e) => getComputedStyle(e).backgroundColor"
    light, dark = "rgb(250, 248, 241)", "rgb(19, 20, 23)"
    assert root.evaluate(paper) == light
    for change, expected in (
        ("body.dataset.jpThemeLight = 'false'", dark),
        ("delete body.dataset.jpThemeLight; body.dataset.vscodeThemeKind = 'vscode-light'", light),
        ("body.dataset.vscodeThemeKind = 'vscode-high-contrast'", dark),
        ("delete body.dataset.vscodeThemeKind; body.style.background = 'oklch(0.95 0 0)'", light),
        ("body.style.background = '#222'", dark),
    ):
        page.evaluate(f"() => {{ const {{ body }} = document; {change}; }}")
        expect(root).to_have_css("background-color", expected)
    page.evaluate(
        """() => {
          window.cell = document.querySelector("#one");
          cell.remove();
          document.body.style.background = "#eee";
        }"""
    )
    page.mouse.move(5, 5)
    page.mouse.move(9, 9)
    page.evaluate("() => document.querySelector('main').append(cell)")
    expect(root).to_have_css("background-color", light)
    notebook.draw(root, 1)
    page.keyboard.press("Control+z")
    expect(root.locator(".digit")).to_have_text("?")


def test_the_pad_works_in_a_shadow_tree(notebook, reader):
    """In which marimo shows what cells return."""
    pad = Pad(reader)
    root = notebook.show("one", pad, shadow=True)
    notebook.draw(root, 9)
    checked(root)
    assert pad.reading.digit == 9
    notebook.page.keyboard.press("Control+z")
    expect(root.locator(".digit")).to_have_text("?")


def test_a_cell_that_is_closed_is_freed(notebook, reader):
    """The widget's elements are collected, and Python's changes find nobody."""
    page, pad = notebook.page, Pad(reader)
    root = notebook.show("one", pad)
    notebook.draw(root, 6)
    checked(root)
    page.evaluate(
        """() => {
          const cell = document.querySelector("#one");
          window.gone = new WeakRef(cell.querySelector(".lenet"));
          cell.end();
          if (cell.querySelector(".lenet")) throw new Error("still there");
          cell.remove();
        }"""
    )
    pad.clear()
    session = page.context.new_cdp_session(page)

    def is_gone() -> bool:
        session.send("HeapProfiler.collectGarbage")
        return page.evaluate("() => window.gone.deref() === undefined")

    wait_until(page, is_gone)


def test_a_busy_kernel_is_waited_for(notebook, reader):
    """The browser's answer is there meanwhile, and what has been drawn is read later."""
    page, pad = notebook.page, Pad(reader)
    root = notebook.show("one", pad)
    page.evaluate("() => { window.models.one.busy = true; }")
    root.get_by_label("Example 5").click()
    expect(root.locator(".digit")).to_have_text("5")
    expect(root.locator(".check")).to_have_text("Not checked: the kernel is busy. Retrying…", timeout=30_000)
    assert pad.reading.reason == "blank"
    page.evaluate("() => { window.models.one.busy = false; }")
    checked(root)
    assert pad.reading.digit == 5


def test_the_pad_is_accessible(notebook, reader):
    """Axe finds nothing, light and dark."""
    notebook.show("one", Pad(reader, strokes=example(0)))
    for light in ("true", "false"):
        notebook.page.evaluate("(light) => { document.body.dataset.jpThemeLight = light; }", light)
        expect(notebook.page.locator(".lenet-notebook")).to_have_class(
            "lenet-notebook" if light == "true" else "lenet-notebook dark"
        )
        assert violations(notebook.page) == []
