"""What is cut, overlaps, or hinders people: for pages of any size."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Elements that are cut by their parent or by the window, and pairs of neighbors that overlap.
FAULTS = """() => {
  scrollTo(0, 0); // what stays in view is over other things when it is scrolled
  const root = document.querySelector(".lenet");
  const faults = [];
  const forReaders = (e) => getComputedStyle(e).clipPath === "inset(50%)";
  const visible = (e) => e.checkVisibility() && e.getClientRects().length > 0 && !forReaders(e);
  const name = (e) => `${e.tagName}.${e.className || e.title || ""} ${e.closest("[data-stage]")?.dataset.stage ?? ""}`;
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} wide`);
  // The modes and the maps of a layer scroll sideways.
  const aside = ".digest, .announcement, .scores, .label, thead, .bar, .strip, [data-kind=phone] :is(.modes, .cards)";
  const painted = "canvas.base, canvas.changed-ink, .maps, .exercise [type=radio]"; // which lie over one another
  const texts = "h1, h2, .shape, .operation, .arithmetic, .caption, .digit, .top, .number, .map, .kernel";
  const leaves = [];
  for (const e of root.querySelectorAll("*")) {
    if (!visible(e) || e.closest(aside)) continue;
    const box = e.getBoundingClientRect();
    const outside = box.left < -0.5 || box.right > innerWidth + 0.5;
    if (box.width > 0 && outside) faults.push(`${name(e)} is outside of the window`);
    const isText = !e.children.length && e.textContent.trim();
    if (isText && getComputedStyle(e).overflow !== "visible" && e.scrollWidth > e.clientWidth + 1) {
      faults.push(`${name(e)} is cut`);
    }
    if (e.matches(painted)) continue;
    if (e.matches(".map") && box.width < 12) faults.push(`${name(e)} is ${box.width} wide`);
    if (e.matches(".numbers *, .label")) continue; // over what they belong to
    const isBlock = isText && getComputedStyle(e).display !== "inline"; // others may be broken over lines
    if (isBlock || e.matches(`${texts}, canvas, button, input, select`)) leaves.push({ e, box });
  }
  // A leaf can overlap only those that begin to the left of its right edge.
  leaves.sort((a, b) => a.box.left - b.box.left);
  for (const [i, { e: a, box: p }] of leaves.entries()) {
    for (let j = i + 1; j < leaves.length && p.right - leaves[j].box.left > 1; j++) {
      const { e: b, box: q } = leaves[j];
      const across = Math.min(p.right, q.right) - q.left;
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1 && down > 1 && !a.contains(b) && !b.contains(a)) faults.push(`${name(a)} overlaps ${name(b)}`);
    }
  }
  return faults;
}"""


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size, and wait until the figure has followed."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def violations(page: Page, exclude: tuple[str, ...] = (), **options) -> list:
    """What axe finds, but for the parts of the page in `exclude`."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], **options}
    parts = {"include": [".lenet"], "exclude": list(exclude)}
    found = page.evaluate("([parts, options]) => axe.run(parts, options)", [parts, options])["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


def check_accessibility(page: Page, sizes: list[tuple[int, int]], known: tuple[str, ...] = ()) -> None:
    """By all rules at these sizes. The parts in `known` are as elsewhere.

    Only colors differ in dark mode, so only their contrast is looked at again.
    """
    for width, height in sizes:
        resize(page, width, height)
        assert violations(page, known) == [], width
    page.emulate_media(color_scheme="dark")
    page.locator("body.dark").wait_for(state="attached")
    assert violations(page, known, runOnly=["color-contrast"]) == [], "dark"
    page.emulate_media(color_scheme="light")
    page.locator("body.dark").wait_for(state="detached")
