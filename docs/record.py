"""python -m docs.record: draw a digit on the real page, and save it for the README and for link previews."""

import io

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from harness import ROOT
from harness.browser import Visitor, fit, launch
from harness.drawings import EXAMPLES
from harness.servers import running_app

DIGIT = 3
VIEWPORT = {"width": 1400, "height": 1180}
WIDTH = 800  # of the moving picture, pixels
FRAMES = 24  # while drawing
FRAME, LAST = 110, 2_500  # milliseconds


def screenshot(page: Page) -> Image.Image:
    box = page.locator(".lenet").bounding_box()
    clip = {"x": box["x"] - 24, "y": 0, "width": box["width"] + 48, "height": VIEWPORT["height"]}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True)))
    return image.convert("RGB").resize((WIDTH, round(WIDTH * image.height / image.width)), Image.Resampling.LANCZOS)


def save_details(visitor: Visitor) -> None:
    """The column of the pad in two modes, for the README."""
    page = visitor.page
    for name, digit, mode in (("inspect", 3, "inspect"), ("why", 8, "why"), ("break", 4, "break")):
        visitor.click("clear")
        visitor.draw([[*stroke[:-1:5], stroke[-1]] for stroke in EXAMPLES[digit]["strokes"]])
        page.locator(f'.strip [data-mode="{mode}"]').click()
        if mode == "break":
            page.locator(".curve input").fill("40")
        page.wait_for_timeout(1_500)
        box = page.locator(".left").bounding_box()
        image = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
        image.save(ROOT / f"docs/{name}.webp", quality=80)


def main() -> None:
    with running_app() as url, sync_playwright() as playwright:
        browser = launch(playwright)
        visitor = Visitor(browser.new_page(viewport=VIEWPORT, device_scale_factor=1), url)
        page, box = visitor.page, visitor.page.locator(".sheet").bounding_box()
        strokes = fit(EXAMPLES[DIGIT]["strokes"], 0.65)
        every = max(1, sum(map(len, strokes)) // FRAMES)
        images = [screenshot(page)]
        for stroke in strokes:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            page.mouse.move(*points[0])
            page.mouse.down()
            for number, point in enumerate(points[1:], 1):
                page.mouse.move(*point)
                if number % every == 0:
                    page.wait_for_timeout(60)  # for the layers to follow the pen
                    images.append(screenshot(page))
            page.mouse.up()
        print("predicted", visitor.digit())
        page.mouse.move(5, 5)
        images.append(screenshot(page))
        durations = [FRAME] * (len(images) - 1) + [LAST]
        page.locator('[data-stage="c1"] .map').nth(1).click(position={"x": 36, "y": 28})
        images.append(screenshot(page))
        page.locator('[data-stage="c3"] .map').nth(4).click(position={"x": 24, "y": 28})
        images.append(screenshot(page))
        durations += [LAST, LAST]
        save_details(visitor)
        browser.close()
    last = images[-3].crop((0, 0, WIDTH, round(WIDTH * 0.525))).resize((1200, 630), Image.Resampling.LANCZOS)
    last.save(ROOT / "lenet/page/static/preview.jpg", quality=80)
    path = ROOT / "docs/page.webp"
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, quality=70, method=6)
    print(f"{path}: {len(images)} frames, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
