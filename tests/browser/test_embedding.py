"""Embedded in somebody else's page: as two <gradio-app> elements, and in an iframe as tall as its content."""

import re

import httpx
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from harness.browser import box_of, draw_on
from harness.drawings import DIGITS
from tests.browser.conftest import kept_page
from tests.matches import matched

SIZE: ViewportSize = {"width": 1000, "height": 800}


def open_host(page: Page, app_url: str, body: str) -> Page:
    """Open a page of ours at an address of the app, with the given body."""
    html = f"<!doctype html><title>host</title><body style='margin: 0'>{body}"
    page.route(f"{app_url}/host", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{app_url}/host")
    return page


@pytest.fixture(scope="module")
def framed(context, app_url):
    """A page with the app in a frame of 2400 pixels, as on a Space, which is as tall as its content."""
    with kept_page(context, viewport=SIZE) as page:
        open_host(page, app_url, f'<iframe src="{app_url}" style="border: 0; width: 100%; height: 2400px"></iframe>')
        page.frame_locator("iframe").locator(".lenet[data-ready]").wait_for(timeout=60_000)
        yield page


def test_two_apps_on_one_page_do_not_disturb_each_other(new_page, app_url):
    """Each has its own drawing, prediction and history; neither takes keys or pastes while the host has the focus."""
    script = matched(r'<script type="module"[^>]*src="([^"]+)"', httpx.get(app_url).text)
    app = f'<gradio-app src="{app_url}"></gradio-app>'
    page = open_host(
        new_page(viewport=SIZE),
        app_url,
        f'<script type="module" src="{script}"></script><textarea id="theirs"></textarea>'
        f'<div id="one">{app}</div><div id="two">{app}</div>',
    )
    one, two = page.locator("#one .lenet"), page.locator("#two .lenet")
    for root in (one, two):
        root.and_(page.locator("[data-ready]")).wait_for(timeout=60_000)
        assert root.evaluate("(e) => getComputedStyle(e).containerName") == "lenet"  # the stylesheet is there
    draw_on(one.locator(".sheet"), DIGITS[3])
    draw_on(two.locator(".sheet"), DIGITS[7])
    assert [root.locator(".digit").inner_text() for root in (one, two)] == ["3", "7"]

    page.keyboard.press("Control+z")  # the second pad has the focus
    assert [root.locator(".digit").inner_text() for root in (one, two)] == ["3", "?"]
    page.locator("#theirs").fill("text")
    page.keyboard.press("Control+z")
    page.evaluate(
        """() => {
          const clipboard = new DataTransfer();
          clipboard.items.add(new File(["x"], "x.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true });
          document.querySelector("#theirs").dispatchEvent(event);
          window.taken = event.defaultPrevented;
        }"""
    )
    assert not page.evaluate("() => window.taken")
    assert [root.locator(".digit").inner_text() for root in (one, two)] == ["3", "?"]


def test_in_a_tall_iframe_everything_stays_in_its_place(framed):
    """Nothing sticks, opens out of sight, or covers the maps."""
    page, frame = framed, framed.frame_locator("iframe")
    page.bring_to_front()
    pad = box_of(frame.locator(".pad"))
    draw_on(frame.locator(".sheet"), DIGITS[3])
    assert frame.locator(".digit").inner_text() == "3"
    page.mouse.wheel(0, 600)
    page.wait_for_function("() => scrollY > 300")
    moved = box_of(frame.locator(".pad"))
    assert moved["y"] == pytest.approx(pad["y"] - page.evaluate("() => scrollY"), abs=1)
    figure, messages = (box_of(frame.locator(selector)) for selector in (".figure", ".messages"))
    assert 0 <= messages["y"] - figure["y"] - figure["height"] < 60


def test_a_frames_height_does_not_matter(framed):
    """It may follow the content: at any height the figure is as high as its width allows, and in view."""
    page, frame = framed, framed.frame_locator("iframe")
    page.bring_to_front()
    page.evaluate("() => scrollTo(0, 0)")
    page.locator("iframe").evaluate("(iframe) => { iframe.style.height = '700px'; }")
    page.set_viewport_size({"width": 1280, "height": 720})
    figure = frame.locator(".figure")
    expect(figure).to_have_css("width", re.compile(r"12\d\d"))  # once it is laid out again
    high = box_of(figure)["height"]
    assert box_of(figure)["y"] + high < 720 - 60  # with room for the modes or a header of the host
    for height in (300, 2_400):
        page.locator("iframe").evaluate("(iframe, height) => { iframe.style.height = `${height}px`; }", height)
        page.wait_for_timeout(200)
        assert box_of(figure)["height"] == pytest.approx(high, abs=0.5), height
