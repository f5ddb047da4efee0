"""Train it, as a visitor uses it: from random weights, paused, step by step, with a second run, and by link."""

import re

from harness.drawings import DIGITS
from lenet import Recognizer
from tests.browser.explorer import ready

NUMBERS = """() => Object.fromEntries([...document.querySelectorAll(".progress-of-runs tbody tr")].map((row) =>
  [row.cells[0].textContent, [...row.cells].slice(1).map((cell) => cell.textContent)]))"""
SINCE = "(steps) => Number(document.querySelector('.progress-of-runs td')?.textContent.replace(',', '')) >= steps"

# All that the status line says, also of another network, of which the next report leaves nothing.
LISTEN = """() => {
  window.said = [];
  const listen = () => said.push(document.querySelector(".training-status")?.textContent ?? "");
  new MutationObserver(listen).observe(document.body, { childList: true, subtree: true });
}"""
GOES_ON = "() => said.splice(0).some((text) => text.includes('goes on'))"

# Asked at once, since both follow the training.
SAME = f"""() => ({NUMBERS})()["Your drawing"][0] === document.querySelector(".digit").textContent"""


def wait_for_steps(page, steps: int) -> None:
    page.wait_for_function(SINCE, arg=steps, timeout=120_000)


def test_a_network_learns_while_one_draws(explore, tmp_path):
    """It begins by guessing, and loss and answer follow its steps; pausing, leaving and a reset do what they say."""
    visitor = explore(fragment="#v=1&n=textbook&m=train&e=batch.4,rate.0.01,optimizer.momentum", few=True)
    page = visitor.page
    one, start, reset = (page.locator(f".train {name}") for name in (".one-step", ".start", ".again"))
    status, note = page.locator(".training-status"), page.locator(".check")
    assert page.locator('[data-setting="batch"]').input_value() == "4"
    visitor.load(DIGITS[3])
    own = visitor.digit()

    one.click()
    wait_for_steps(page, 1)
    first = page.evaluate(NUMBERS)
    assert 80 < float(first["Misread"][0].removesuffix(" %")) <= 100
    assert note.inner_text() == "Shown: the network after 1 step of training here."
    assert page.locator('[data-setting="batch"]').is_disabled()

    start.click()
    wait_for_steps(page, 12)
    visitor.click("clear")
    visitor.stroke([(0.35, 0.25), (0.7, 0.25), (0.5, 0.85)])  # a 7, while it learns
    wait_for_steps(page, 40)
    visitor.digit()
    assert page.evaluate(SAME)
    start.click()
    status.filter(has_text="Paused at step").wait_for()
    paused = page.evaluate(NUMBERS)
    assert float(paused["Mean loss"][0]) < float(first["Mean loss"][0])

    with page.expect_download() as download:
        page.locator(".save-trained").click()
    weights = tmp_path / "trained.safetensors"
    download.value.save_as(weights)
    trained = Recognizer.from_pretrained(str(weights)).weights.model
    assert trained(visitor.ink()).argmax() == int(visitor.digit())

    start.click()
    wait_for_steps(page, int(paused["Steps"][0]) + 2)
    visitor.open("inspect")  # which pauses it, and shows the page's own network
    note.filter(has_not_text="training").wait_for()
    visitor.load(DIGITS[3])
    assert visitor.digit() == own
    page.evaluate(LISTEN)
    visitor.open("train")
    page.wait_for_function(GOES_ON)
    wait_for_steps(page, int(paused["Steps"][0]) + 6)

    steps = int(page.evaluate(NUMBERS)["Steps"][0])
    for variant in ("tutorial", "textbook"):  # the training waits for its network, and that of another one is its own
        page.locator(".network").select_option(variant)
        ready(page, variant)
        assert page.evaluate(NUMBERS) == {} or variant == "textbook"
    wait_for_steps(page, steps + 2)
    page.wait_for_function(GOES_ON)

    reset.click()
    assert status.inner_text() == "Back at the start: the same seed gives the same random weights."
    assert page.evaluate(NUMBERS) == {}
    one.click()
    wait_for_steps(page, 1)
    again = page.evaluate(NUMBERS)
    assert (again["Mean loss"], again["Misread"]) == (first["Mean loss"], first["Misread"])

    start.click()
    wait_for_steps(page, 3)
    visitor.load(DIGITS[3], m="train", e="batch.16")  # which ends it, since it has other settings
    page.locator(".notice", has_text="The training has ended").wait_for()
    assert page.evaluate(NUMBERS) == {}
    assert page.locator('[data-setting="batch"]').input_value() == "16"
    assert (start.inner_text(), page.evaluate("() => location.hash.includes('e=batch.16')")) == ("Start", True)


def test_two_runs_differ_in_one_setting(reuse):
    """Chosen by the visitor, with the same first loss, and carried by the link; a rate that is too high is told."""
    visitor = reuse(few=True)
    page = visitor.page
    visitor.load(DIGITS[3], m="train", e="batch.4,activation.relu,optimizer.SGD,rate.5")
    page.locator(".train .differs").select_option("rate")
    page.locator(".train .other").select_option("0.01")
    page.locator(".train .one-step").click()
    wait_for_steps(page, 1)
    losses = page.evaluate(NUMBERS)["Mean loss"]
    assert losses[0] == losses[1]
    page.locator(".view .values", has_text="after ReLU").wait_for()
    page.locator(".shown-run button", has_text="second").click()
    page.locator(".check", has_text="Shown: the second network after 1 step of training here.").wait_for()
    page.wait_for_function("() => location.hash.includes('second-rate.0.01')")
    page.locator(".train .start").click()
    broken = re.compile(r"First run: the loss is not a number any more at step \d+: the learning rate is too high\.")
    page.locator(".training-status", has_text=broken).wait_for(timeout=120_000)
    steps = int(page.evaluate(NUMBERS)["Steps"][1])
    page.wait_for_function(
        "(steps) => Number(document.querySelectorAll('.progress-of-runs td')[1].textContent) > steps", arg=steps
    )
    page.locator(".train .start").click()
