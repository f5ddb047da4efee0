"""When the browser paints: the times of predictions, ink and echoes, taken inside the page."""

import itertools

from playwright.sync_api import Page

from harness.browser import Visitor, fit

# `painted(f)` calls f with the time at which the changes made so far are on the screen. A task that is queued in a
# frame's animation callbacks runs after that frame is painted; outside of them, the next frame is the one that counts.
PAINTED = """
window.painted ??= (() => {
  const request = window.requestAnimationFrame.bind(window);
  let inFrame = false;
  window.requestAnimationFrame = (f) => request((time) => {
    inFrame = true;
    try { f(time); } finally { inFrame = false; }
  });
  const after = (f) => setTimeout(() => f(performance.now()));
  return (f) => (inFrame ? after(f) : request(() => after(f)));
})();
"""

WATCH_PAD = (
    "() => {"
    + PAINTED
    + """
  Object.assign(window, { paints: [], moves: [] });
  let waiting = [];
  document.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    const move = { at: event.timeStamp };
    painted((time) => { move.ink = time; });
    waiting.push(move);
    window.moves.push(move);
  }, { capture: true });
  document.addEventListener("pointerup", (event) => { window.up = event.timeStamp; }, { capture: true });
  document.querySelector(".lenet").addEventListener("lenet:shown", () => {
    const moves = waiting.splice(0);
    painted((time) => {
      window.paints.push(time);
      for (const move of moves) move.prediction = time;
    });
  });
}"""
)

WATCH_ECHO = (
    "() => {"
    + PAINTED
    + """
  const field = (id) => document.querySelector(`#${id} textarea, #${id} input`);
  field("said").addEventListener("input", (event) => {
    const began = event.timeStamp;
    window.took = null;
    const look = () => {
      if (field("heard").value === field("said").value) painted((time) => { window.took = time - began; });
      else requestAnimationFrame(look);
    };
    look();
  }, { capture: true });
}"""
)

STROKES = [  # short strokes of one digit, in units of the pad's side
    [(0.35, 0.25), (0.5, 0.2), (0.62, 0.27), (0.62, 0.38), (0.5, 0.46)],
    [(0.5, 0.46), (0.65, 0.55), (0.62, 0.7), (0.45, 0.76), (0.33, 0.7)],
]


def pen(visitor: Visitor, stroke: list) -> tuple[float, float]:
    """Milliseconds to the frame that shows the prediction for the whole stroke: from pen-up, and from the last move."""
    page = visitor.page
    visitor.stroke(stroke, steps=3)
    visitor.digit()
    page.wait_for_timeout(60)  # until the last frame is painted
    # The prediction for the last move may be painted before the pen is up: that counts as 0, not as negative.
    return page.evaluate("""() => {
      const painted = window.moves.at(-1).prediction;
      return [Math.max(0, painted - window.up), painted - window.moves.at(-1).at];
    }""")


def lags(visitor: Visitor) -> list[float]:
    """Milliseconds from the frame that shows the ink of a move to the one that shows its prediction, for all moves."""
    return visitor.page.evaluate("() => window.moves.map(({ ink, prediction }) => Math.max(0, prediction - ink))")


def echo(page: Page, letter: str) -> float:
    """Milliseconds from typing a letter to the frame that shows its echo."""
    page.locator("#said textarea, #said input").press(letter)
    page.wait_for_function("() => window.took !== null && window.took !== undefined")
    return page.evaluate("() => window.took")


def updates_a_second(visitor: Visitor) -> float:
    """Predictions painted per second while the pen draws continuously."""
    page = visitor.page
    visitor.click("clear")
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    page.evaluate("() => { window.paints = []; }")
    path = list(itertools.chain.from_iterable(fit(STROKES, 0.6)))
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    page.mouse.move(*at[0])
    page.mouse.down()
    began = page.evaluate("() => performance.now()")
    for x, y in itertools.islice(itertools.cycle(at), 60):
        page.mouse.move(x, y, steps=4)
    ended = page.evaluate("() => performance.now()")
    page.mouse.up()
    visitor.digit()
    paints = page.evaluate("() => window.paints")
    return sum(began < t < ended for t in paints) / (ended - began) * 1000
