"""python -m docs.picture: take the README's picture anew, from the real page in a real browser."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import Visitor, launch, running_app
from tests.conftest import EXAMPLES

with running_app() as url, sync_playwright() as playwright:
    browser = launch(playwright)
    visitor = Visitor(browser.new_page(viewport={"width": 1400, "height": 1100}, device_scale_factor=1), url)
    visitor.draw(EXAMPLES[3]["strokes"])
    print("reads", visitor.digit())
    visitor.page.mouse.move(5, 5)
    box = visitor.page.locator(".lenet").bounding_box()
    margin = {"x": box["x"] - 24, "y": box["y"] - 16, "width": box["width"] + 48, "height": box["height"] + 32}
    visitor.page.screenshot(path=Path(__file__).parent / "page.png", clip=margin, full_page=True)
    browser.close()
