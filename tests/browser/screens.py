"""What is cut, overlaps, or hinders people: for pages of any size."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Elements that are cut by their parent or by the window, and pairs of neighbors that overlap. What is not shown is not
# entered, and styles are computed only of what can be at fault: with all modes on the page, it has 3,000 elements.
FAULTS = """() => {
  scrollTo(0, 0); // what stays in view is over other things when it is scrolled
  const root = document.querySelector(".lenet");
  const faults = [];
  const name = (e) => `${e.tagName}.${e.className || e.title || ""} ${e.closest("[data-stage]")?.dataset.stage ?? ""}`;
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} wide`);
  // The modes and the maps of a layer scroll sideways.
  const scrolling = ".strip, [data-kind=phone] :is(.modes, .cards)";
  const closed = "details:not([open]) > :not(summary)";
  const aside = `.digest, .announcement, .scores, .label, thead, .bar, ${scrolling}, ${closed}`;
  const painted = "canvas.base, canvas.changed-ink, .maps, .exercise [type=radio]"; // which lie over one another
  const texts = "h1, h2, .shape, .operation, .arithmetic, .caption, .digit, .top, .number, .map, .kernel";
  const leaf = `${texts}, canvas, button, input, select`;
  const leaves = [];
  const look = (e) => {
    const rects = e.getClientRects();
    if (!rects.length) return getComputedStyle(e).display === "contents"; // else there is nothing in it either
    const box = rects.length > 1 ? e.getBoundingClientRect() : rects[0];
    const outside = box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5);
    const isText = !e.children.length && e.textContent.trim();
    const isLeaf = e.matches(leaf);
    if (!outside && !isText && !isLeaf) return true;
    const { clipPath, overflow, display } = getComputedStyle(e);
    if (clipPath === "inset(50%)") return true; // for screen readers
    if (outside) faults.push(`${name(e)} is outside of the window`);
    if (isText && overflow !== "visible" && e.scrollWidth > e.clientWidth + 1) faults.push(`${name(e)} is cut`);
    if (e.matches(painted)) return true;
    if (e.matches(".map") && box.width < 12) faults.push(`${name(e)} is ${box.width} wide`);
    if (e.matches(".numbers *, .label")) return true; // over what they belong to
    if (isLeaf || (isText && display !== "inline")) leaves.push({ e, box }); // others may be broken over lines
    return true;
  };
  const search = (parent) => {
    for (const e of parent.children) if (!e.matches(aside) && look(e)) search(e);
  };
  search(root);
  const strip = root.querySelector(".strip");
  const last = strip?.lastElementChild.getBoundingClientRect();
  if (last?.right > strip?.getBoundingClientRect().right + 1 && getComputedStyle(strip, "::after").content === "none") {
    faults.push("modes are cut, and nothing says that there are more");
  }
  // A leaf can overlap only those that begin above its lower edge.
  leaves.sort((a, b) => a.box.top - b.box.top);
  for (const [i, { e: a, box: p }] of leaves.entries()) {
    for (let j = i + 1; j < leaves.length && p.bottom - leaves[j].box.top > 1; j++) {
      const { e: b, box: q } = leaves[j];
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - q.top;
      if (across > 1 && down > 1 && !a.contains(b) && !b.contains(a)) faults.push(`${name(a)} overlaps ${name(b)}`);
    }
  }
  return faults;
}"""


def laid_out(page: Page) -> None:
    """Wait until the figure has followed the window's size: a frame later, or two."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size, and wait until the figure has followed."""
    page.set_viewport_size({"width": width, "height": height})
    laid_out(page)


def violations(page: Page, exclude: tuple[str, ...] = (), **options) -> list:
    """What axe finds, but for the parts of the page in `exclude`."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], **options}
    parts = {"include": [".lenet"], "exclude": list(exclude)}
    found = page.evaluate("([parts, options]) => axe.run(parts, options)", [parts, options])["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


CONTRAST = "color-contrast"  # four fifths of what axe computes


def check_accessibility(page: Page, sizes: list[tuple[int, int]], known: tuple[str, ...] = ()) -> None:
    """By all rules at these sizes. The parts in `known` are as elsewhere.

    Colors do not depend on the size, and nothing else on the theme, so contrast is looked at once in each theme: in the
    light one at the first size, in the dark one at the last.
    """
    for size in sizes:
        resize(page, *size)
        rules = {} if size == sizes[0] else {"rules": {CONTRAST: {"enabled": False}}}
        assert violations(page, known, **rules) == [], size
    page.emulate_media(color_scheme="dark")
    page.locator("body.dark").wait_for(state="attached")
    assert violations(page, known, runOnly=[CONTRAST]) == [], "dark"
    page.emulate_media(color_scheme="light")
    page.locator("body.dark").wait_for(state="detached")
