"""python -m docs.picture: take the README's picture anew, from the real page in a real browser."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import Visitor, launch, running_app

with running_app() as url, sync_playwright() as playwright:
    browser = launch(playwright)
    visitor = Visitor(browser.new_page(viewport={"width": 1400, "height": 1100}, device_scale_factor=1), url)
    visitor.stroke([(0.32, 0.3), (0.45, 0.22), (0.62, 0.25), (0.63, 0.38), (0.48, 0.48)], steps=10)
    visitor.stroke([(0.48, 0.48), (0.66, 0.54), (0.67, 0.7), (0.5, 0.8), (0.33, 0.74)], steps=10)
    print("reads", visitor.digit())
    visitor.page.mouse.move(5, 5)
    visitor.page.locator(".lenet").screenshot(path=Path(__file__).parent / "page.png")
    browser.close()
