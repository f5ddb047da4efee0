"""Back and Forward, in a real browser."""

from harness.drawings import DIGITS
from tests.browser.explorer import encode, ready


def test_back_closes_a_mode_before_it_leaves_the_page(explore):
    """With what has been drawn meanwhile; only the next Back leaves."""
    explorer = explore()
    page = explorer.page
    start = page.url
    explorer.draw(DIGITS[4])
    page.wait_for_url("**d=*")
    explorer.open("why")
    explorer.open("break")  # no step of its own
    page.wait_for_url("**m=break*")
    explorer.click("clear")
    explorer.draw(DIGITS[7])
    page.go_back()
    page.locator(".panel.inspect").wait_for()
    assert explorer.digit() == "7"
    page.wait_for_function("() => !location.hash.includes('m=break') && location.hash.includes('d=')")
    page.evaluate("() => sessionStorage.clear()")  # for the next test, which cannot do it on another page
    page.go_back()
    assert page.url == "about:blank" or not page.url.startswith(start.split("#")[0])


def test_inspect_is_where_back_leads(explore):
    """Who closes a mode with a click has no step more behind him."""
    explorer = explore()
    page = explorer.page
    explorer.draw(DIGITS[4])
    steps = page.evaluate("() => history.length")
    for _ in range(3):
        explorer.open("learn")
        explorer.open("inspect")
        page.wait_for_function("() => !location.hash.includes('m=')")
    assert page.evaluate("() => history.length") <= steps + 1
    assert explorer.digit() == "4"


def test_a_mode_closes_in_place_after_a_link_has_been_followed(reuse):
    """One step back is what the link has replaced, which closing the mode does not bring back."""
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[3])
    explorer.open("learn")
    page.wait_for_url("**m=learn*")
    explorer.load(DIGITS[8], m="learn")
    page.wait_for_function("() => !location.hash.includes('later')")  # the address is the page's own again
    explorer.open("inspect")
    page.wait_for_function("() => location.hash.includes('d=') && !location.hash.includes('m=')")
    assert explorer.digit() == "8"
    assert page.locator(".panel.inspect").is_visible()


def test_back_closes_a_mode_of_another_network_or_after_a_reload(explore):
    """And stays with that network; what the one before was taught is kept."""
    explorer = explore()
    page = explorer.page
    explorer.load(DIGITS[7])
    explorer.open("teach")
    page.locator(".replay input").uncheck()
    page.locator("[data-take]").first.click()
    page.locator(".check", has_text="after 1 step").wait_for()
    page.wait_for_url("**m=teach*w=*")
    page.locator(".network").select_option("original")
    ready(page, "original")
    page.go_back()
    page.locator(".panel.inspect").wait_for()
    page.wait_for_url("**n=original*")
    ready(page, "original")
    page.locator(".network").select_option("textbook")
    ready(page, "textbook")
    page.locator(".check", has_text="after 1 step").wait_for()
    explorer.open("why")
    page.wait_for_url("**m=why*")
    page.reload()
    ready(page, "textbook")
    page.go_back()
    page.locator(".panel.inspect").wait_for()
    page.locator(".check", has_text="after 1 step").wait_for()


def test_back_leads_from_the_article_to_the_mode_below_it_also_after_a_reload(explore):
    """With what was set there."""
    explorer = explore()
    page = explorer.page
    explorer.load(DIGITS[7], m="why", p="7.1")
    page.locator(".panel.why").wait_for()
    page.wait_for_url("**m=why*")
    explorer.click("start-reading")
    page.wait_for_url("**a=input*")
    page.reload()
    page.locator(".article-bar .pad").wait_for()
    page.go_back()
    page.locator(".panels .panel.why").wait_for()
    page.wait_for_url("**m=why*p=7.1*")


def test_the_address_outlives_gradios_page_about_the_api(explore):
    """Which writes one of its own when it is closed."""
    explorer = explore(served=True)
    page = explorer.page
    explorer.load(DIGITS[3])
    page.wait_for_url("**#*d=*")
    page.get_by_role("button", name="Use via API").click()
    close = page.locator(".api-docs button").nth(1)
    close.wait_for()
    page.evaluate("() => history.replaceState(null, '', '/?')")
    close.click()
    page.wait_for_url("**#*d=*")


# As when the page writes its own address, a moment after each change, between a link's click and the event.
OVERWRITTEN = """(hash) => {
  location.hash = hash;
  history.replaceState(history.state, "", location.pathname);
}"""


def test_a_link_is_followed_although_the_page_writes_its_address_meanwhile(reuse):
    """The event says what the address was."""
    explorer = reuse()
    explorer.page.evaluate(OVERWRITTEN, f"#v=1&d={encode(DIGITS[7], 0.65)}")
    explorer.page.locator(".digit", has_text="7").wait_for()


def test_the_example_survives_what_a_drawing_survives(explore):
    """A mode, a reload, another network and back; the first touch still takes it away."""
    explorer = explore()
    page = explorer.page
    explorer.open("why")
    page.wait_for_url("**d=*m=why*")
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    example = page.locator(".check", has_text="An example. Draw your own.")
    example.wait_for()
    for network in ("tutorial", "textbook"):
        page.locator(".network").select_option(network)
        page.wait_for_url(f"**n={network}*d=*")
        example.wait_for()
        assert explorer.digit() == "3"
    explorer.draw(DIGITS[7])
    assert explorer.digit() == "7"
    explorer.click("clear")
    page.wait_for_function("() => !location.hash.includes('d=')")  # a blank pad is another link
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    assert explorer.digit() == "?"
    page.evaluate("() => sessionStorage.clear()")
