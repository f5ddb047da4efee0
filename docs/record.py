"""python -m docs.record: save the pictures of the README, the docs and link previews, most of them of the real page."""

import io

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from harness import ROOT
from harness.browser import Visitor, fit, launch
from harness.drawings import EXAMPLES
from harness.servers import running_app
from harness.sheets import form, photo, sudoku

DIGIT = 3
VIEWPORT = {"width": 1280, "height": 720}
WIDTH = 960  # of the moving picture, pixels
PREVIEW = 1200, 630
FRAMES = 24  # while drawing
FRAME, LAST = 110, 2_500  # milliseconds


def screenshot(page: Page) -> Image.Image:
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return image.resize((WIDTH, round(WIDTH * image.height / image.width)), Image.Resampling.LANCZOS)


def save_details(visitor: Visitor) -> None:
    """The panel in three modes, for the README."""
    page = visitor.page
    for name, digit, mode in (("inspect", 3, "inspect"), ("why", 8, "why"), ("break", 4, "break")):
        visitor.click("clear")
        visitor.draw([[*stroke[:-1:5], stroke[-1]] for stroke in EXAMPLES[digit]["strokes"]])
        page.locator(f'.strip [data-mode="{mode}"]').click()
        if mode == "inspect":
            page.locator('[data-stage="c3"] .map').nth(10).click(position={"x": 24, "y": 28})
        if mode == "break":
            page.locator(".curve input").fill("40")
        page.wait_for_timeout(1_500)
        box = page.locator(f".panel.{mode}").bounding_box()
        image = Image.open(io.BytesIO(page.screenshot(clip=box, full_page=True))).convert("RGB")
        image.save(ROOT / f"docs/{name}.webp", quality=80)
        page.keyboard.press("Escape")
        page.mouse.move(5, 5)


def save_sheets() -> None:
    """Photos of the sheets that the examples read, side by side, for docs/examples.md."""
    photos = photo(form(), angle=-2), photo(sudoku(), angle=2)
    both = Image.new("L", (sum(each.width for each in photos), photos[0].height))
    both.paste(photos[0], (0, 0))
    both.paste(photos[1], (photos[0].width, 0))
    both.resize((WIDTH, round(WIDTH * both.height / both.width)), Image.Resampling.LANCZOS).save(
        ROOT / "docs/sheets.webp", quality=60
    )


def main() -> None:
    save_sheets()
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
        page.locator('[data-stage="c1"] .map').nth(1).click(position={"x": 30, "y": 28})
        images.append(screenshot(page))
        page.locator('[data-stage="c3"] .map').nth(4).click(position={"x": 24, "y": 28})
        images.append(screenshot(page))
        durations += [LAST, LAST]
        save_details(visitor)
        browser.close()
    shown = images[-3]
    last = shown.crop((0, 0, WIDTH, round(WIDTH * PREVIEW[1] / PREVIEW[0]))).resize(PREVIEW, Image.Resampling.LANCZOS)
    last.save(ROOT / "lenet/page/static/preview.jpg", quality=80)
    path = ROOT / "docs/page.webp"
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, quality=70, method=6)
    print(f"{path}: {len(images)} frames, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
