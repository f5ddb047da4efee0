"""Hands, pens and mice as they are, through the browser's input protocol; and browsers that hide what is drawn."""

import pytest

from harness.browser import box_of, fit
from harness.drawings import DIGITS
from tests.browser.conftest import kept_page, network
from tests.browser.explorer import PHONE, Explorer

SEVEN = fit(DIGITS[7], 0.65)


class Hands:
    """Touches and pens on the pad, at points in units of its side; and how much ink there is."""

    def __init__(self, explorer: Explorer):
        self.page = explorer.page
        self.protocol = self.page.context.new_cdp_session(self.page)
        self.box = box_of(self.page.locator(".sheet"))

    def at(self, point: tuple[float, float]) -> dict[str, float]:
        return {axis: self.box[axis] + share * self.box["width"] for axis, share in zip(("x", "y"), point, strict=True)}

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """`kind`: "Start", "Move", "End" or "Cancel"; one finger, or part of the palm, at each point."""
        at = [{**self.at(point), "id": i, "radiusX": 20, "radiusY": 20} for i, point in enumerate(points)]
        self.protocol.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})
        if kind == "Cancel":  # which is answered before the page has had it
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def pen(self, kind: str, point: tuple[float, float], pressed: bool = True) -> None:
        """`kind`: "Pressed", "Moved" or "Released"."""
        button = {"button": "left", "buttons": 1} if pressed else {"button": "none", "buttons": 0}
        self.protocol.send(
            "Input.dispatchMouseEvent",
            {"type": f"mouse{kind}", **self.at(point), **button, "clickCount": 1, "pointerType": "pen"},
        )

    def write(self, stroke: list[tuple[float, float]]) -> None:
        self.pen("Moved", stroke[0], pressed=False)
        self.pen("Pressed", stroke[0])
        for point in stroke[1:]:
            self.pen("Moved", point)
        self.pen("Released", stroke[-1])

    def ink(self) -> list[list[bool]]:
        """Whether there is ink in each of 4x4 parts of the pad."""
        return self.page.evaluate(
            """() => {
              const sheet = document.querySelector(".sheet");
              const side = Math.floor(sheet.width / 4);
              const inked = (x, y) =>
                sheet.getContext("2d").getImageData(x * side, y * side, side, side).data.some((value) => value);
              return [0, 1, 2, 3].map((y) => [0, 1, 2, 3].map((x) => inked(x, y)));
            }"""
        )


@pytest.fixture(scope="module")
def tablet(context, site_url):
    with kept_page(context, has_touch=True) as page:
        yield Explorer(page, site_url("textbook"), network("textbook"))


@pytest.fixture
def hand(tablet):
    """On a blank pad."""
    tablet.page.bring_to_front()
    tablet.start_over()
    return Hands(tablet)


def blank(ink: list[list[bool]]) -> bool:
    return not any(map(any, ink))


def test_a_cancelled_touch_leaves_no_ink(hand):
    """Neither on the pad nor in its history; what was there before stays."""
    hand.touch("Start", (0.3, 0.3))
    hand.touch("Move", (0.6, 0.6))
    assert not blank(hand.ink())
    hand.touch("Cancel")
    assert blank(hand.ink())
    for kind, *points in (("Start", (0.1, 0.1)), ("Move", (0.2, 0.1)), ("End",)):
        hand.touch(kind, *points)
    before = hand.ink()
    hand.touch("Start", (0.9, 0.9))
    hand.touch("Cancel")
    assert hand.ink() == before
    assert before[0][0]
    hand.page.locator("button.undo").click()  # the last stroke that was not cancelled
    assert blank(hand.ink())


def test_the_pen_writes_while_a_palm_rests(hand):
    """The palm that comes first leaves no ink, nor do its movements, nor a finger between two strokes of the pen."""
    palm = (0.9, 0.9)
    hand.touch("Start", palm)
    for stroke in SEVEN:
        hand.write(stroke)
        hand.touch("Move", (0.9, 0.85))
    hand.touch("End")
    hand.touch("Start", palm)
    hand.touch("Move", (0.8, 0.95))
    hand.touch("End")
    assert hand.page.locator(".digit").inner_text() == "7"
    assert not hand.ink()[3][3]


def test_a_second_finger_does_not_draw(explore):
    """Nor end the stroke of the first one."""
    hand = Hands(explore(viewport=PHONE, has_touch=True, is_mobile=True))
    hand.touch("Start", (0.1, 0.1))
    hand.touch("Start", (0.1, 0.1), (0.9, 0.9))
    hand.touch("Move", (0.1, 0.4), (0.9, 0.6))
    hand.touch("End", (0.1, 0.4))
    hand.touch("Move", (0.4, 0.4))
    hand.touch("End")
    ink = hand.ink()
    assert ink[1][1]
    assert not any(row[3] for row in ink)


def test_after_a_lost_release_nothing_is_drawn(hand):
    """A movement without a button ends the stroke; so does the next press, which begins another one."""
    hand.pen("Pressed", (0.1, 0.1))
    hand.pen("Moved", (0.2, 0.1))
    hand.pen("Moved", (0.9, 0.9), pressed=False)
    hand.pen("Moved", (0.9, 0.1), pressed=False)
    ink = hand.ink()
    assert ink[0][0]
    assert not any(row[3] for row in ink)
    hand.pen("Pressed", (0.1, 0.6))
    hand.pen("Pressed", (0.9, 0.9))
    hand.pen("Moved", (0.9, 0.8))
    hand.pen("Released", (0.9, 0.8))
    assert hand.ink()[3][3]
    assert not hand.ink()[2][1]
    for _ in range(3):
        hand.page.locator("button.undo").click()
    assert blank(hand.ink())


def test_the_mouse_does_not_move_the_keyboards_pen(reuse):
    """While it is down, the mouse may pass over the pad."""
    hand = Hands(explorer := reuse())
    explorer.stroke([(0.1, 0.1), (0.2, 0.1)])
    hand.page.keyboard.press("Space")
    hand.page.mouse.move(*hand.at((0.9, 0.9)).values())
    hand.page.keyboard.press("ArrowDown")
    hand.page.keyboard.press("ArrowDown")
    hand.page.keyboard.press("Space")
    ink = hand.ink()
    assert not any(row[3] for row in ink)
    assert ink[1][2]


def test_a_stroke_may_begin_beside_the_pad(reuse):
    """The mouse is pressed in the margin, or on the title; no text is selected. A drag from a control draws nothing."""
    hand = Hands(reuse())
    mouse = hand.page.mouse
    for start, part in (((-0.05, 0.4), (1, 0)), ((0.6, -0.03), (0, 2)), ((1.05, 0.6), (2, 3))):
        mouse.move(*hand.at(start).values())
        mouse.down()
        mouse.move(*hand.at((0.5, 0.5)).values(), steps=4)
        mouse.up()
        row, column = part
        assert hand.ink()[row][column], start
        assert hand.page.evaluate("() => getSelection().toString()") == ""
        hand.page.locator("button.clear").click()
    for control in ("button.undo", ".brush input"):
        box = box_of(hand.page.locator(control))
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(*hand.at((0.5, 0.5)).values(), steps=4)
        mouse.up()
        assert blank(hand.ink()), control


FALSE_PIXELS = {
    "white": "data.fill(255)",
    "blank": "data.fill(0)",
    "random": "for (let i = 0; i < data.length; i++) data[i] = 256 * Math.random()",
    "refused": "throw new DOMException('no', 'SecurityError')",
}


def test_a_browser_that_hides_canvases_is_named(reuse, subtests):
    """No answer to pixels that nobody has drawn, and no check of them; once it is allowed, drawing is read."""
    explorer = reuse(served=True)
    page = explorer.page
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    for kind, change in FALSE_PIXELS.items():
        with subtests.test(kind=kind):
            requests.clear()
            page.evaluate(
                """(change) => {
                  const context = CanvasRenderingContext2D.prototype;
                  window.honest = context.getImageData;
                  const falsify = new Function("data", change);
                  context.getImageData = function (...part) {
                    const image = window.honest.apply(this, part);
                    falsify(image.data);
                    return image;
                  };
                }""",
                change,
            )
            explorer.stroke(SEVEN[0][:2])
            page.locator(".notice", has_text="hides from pages what is drawn on a canvas").wait_for()
            page.wait_for_timeout(400)  # longer than the pen rests before the server is asked
            assert requests == []
            assert page.locator(".digit").inner_text() == "?"
            assert page.locator(".check").inner_text() == page.locator(".reason").inner_text() == ""
            page.evaluate("() => { CanvasRenderingContext2D.prototype.getImageData = window.honest; }")
            explorer.click("clear")
            assert explorer.digit() == "?"
            assert page.locator(".notice").inner_text() == ""
    explorer.draw(DIGITS[7])
    assert explorer.digit() == "7"
    explorer.wait_for_check()
