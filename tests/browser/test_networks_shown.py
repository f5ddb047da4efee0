"""Learn, Compare and Mistakes in a real browser, compared with PyTorch."""

import base64
import functools
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load

from harness.browser import Visitor
from harness.drawings import DIGITS
from lenet import Recognizer
from lenet.extras.files import MISREAD_DIGITS, SNAPSHOTS
from lenet.networks import NETWORKS, LeNet5
from lenet.recognizer import percentage
from lenet.weights.model import bundled
from tests.browser.conftest import network
from tests.browser.explorer import PHONE, close, has_signs, hurry, number, pause, ready

DAMAGED = {"error": "The bundled network is damaged."}  # what the server says of a network that it cannot send


@functools.cache
def snapshots() -> tuple[list[int], list[float], list[LeNet5]]:
    """The steps, the validation errors and the networks of the bundled snapshots."""
    final = Recognizer.from_pretrained().weights.model
    content = (bundled() / SNAPSHOTS).read_bytes()
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    tensors = load(content)
    networks = []
    steps = json.loads(metadata["steps"])
    for step in steps:
        own = {name.split(".", 1)[1]: value for name, value in tensors.items() if name.startswith(f"{step}.")}
        network = LeNet5(final.mean, final.std)
        network.load_state_dict({name: value.float() for name, value in own.items()})
        networks.append(network.eval().requires_grad_(False))
    return steps, json.loads(metadata["validation_errors"]), networks


def test_learn_shows_the_network_of_each_step(reuse):
    """Scores, a pinned unit and the kernels are those of the snapshot in PyTorch, also for the next drawing."""
    explorer = reuse()
    explorer.load(DIGITS[3])
    explorer.open("learn")
    page = explorer.page
    page.locator(".learning").wait_for()
    steps, errors, networks = snapshots()
    slider = page.locator(".learn input")
    assert int(slider.get_attribute("max")) == len(steps) - 1
    explorer.pin("c1", 2, 9, 11)
    for position in (0, 3, 8, len(steps) - 1):
        slider.fill(str(position))
        network = networks[position]
        features = network.features(explorer.ink())
        assert close(explorer.value(), features["c1"][0, 2, 9, 11]), position
        assert np.allclose(explorer.scores(), features["output"][0], atol=0.051)
        assert f"After {steps[position]:,} steps" in page.locator(".step-words").inner_text()
        error = errors[position]
        shown = page.locator(".step-words").inner_text()
        assert f"{100 * error:.{2 if error < 0.1 else 1}f} %" in shown
        clear = 0.2 * float(network.c1.weight.abs().max())
        assert has_signs(explorer.kernel(2), network.c1.weight[2, 0], clear)
    slider.fill("2")
    explorer.load(DIGITS[8], m="learn", k=str(steps[2]))
    features = networks[2].features(explorer.ink())
    assert np.allclose(explorer.scores(), features["output"][0], atol=0.051)
    assert "after" in page.locator(".check").inner_text()
    explorer.open("inspect")
    explorer.settle()
    assert explorer.digit() == "8"


def test_learn_plays_and_can_be_stopped(reuse):
    """From the first step on, one after the other; leaving the mode stops it."""
    explorer = reuse(timed=True)
    explorer.load(DIGITS[3])
    explorer.open("learn")
    page = explorer.page
    page.locator(".learning").wait_for()
    pause(page)
    page.locator(".learn .play").click()
    seen = []
    while "2" not in seen and len(seen) < 500:
        page.clock.run_for(100)
        seen.append(page.locator(".learn input").input_value())
    assert sorted(set(seen)) == ["0", "1", "2"]
    page.locator(".learn .play").click()
    value = page.locator(".learn input").input_value()
    page.clock.fast_forward(60_000)
    assert page.locator(".learn input").input_value() == value


@pytest.mark.parametrize("touch", [False, True])
def test_learn_by_keyboard_and_by_touch(reuse, touch):
    """The slider moves by arrow keys or by a tap, and says what the network of that step reads."""
    explorer = reuse(**({"viewport": PHONE, "has_touch": True, "is_mobile": True} if touch else {}))
    page = explorer.page
    page.evaluate("() => document.querySelector('[title=\"Example 3\"]').click()")
    explorer.digit()
    steps, _, networks = snapshots()
    slider = page.locator(".learn input")
    if touch:
        page.locator('.strip [data-mode="learn"]').tap()
        page.locator(".learning").wait_for()
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        page.touchscreen.tap(box["x"] + 0.55 * box["width"], box["y"] + box["height"] / 2)
    else:
        page.locator('.strip [data-mode="learn"]').press("Enter")
        page.locator(".learning").wait_for()
        slider.focus()
        for _ in range(6):
            page.keyboard.press("ArrowLeft")
    position = int(slider.input_value())
    assert 5 < position < 12
    with torch.no_grad():
        scores = networks[position](explorer.ink())[0]
    assert np.allclose(explorer.scores(), scores, atol=0.051)
    answer = page.locator(".digit").inner_text()
    spoken = "rejected" if answer == "?" else f"read as {answer}"
    assert slider.get_attribute("aria-valuetext") == f"{steps[position]:,} steps, {spoken}"


def test_a_link_shows_the_same_step_of_the_training(reuse):
    """Or the nearest one that the weights were saved at; without a step, the last."""
    steps, _, networks = snapshots()
    nearest = min(range(len(steps)), key=lambda i: abs(steps[i] - 100))
    explorer = reuse()
    for step, position in (("100", nearest), ("1", 1), ("x", len(steps) - 1), ("999999", len(steps) - 1)):
        explorer.load(DIGITS[3], m="learn", k=step)
        explorer.page.locator(".learning").wait_for()
        assert int(explorer.page.locator(".learn input").input_value()) == position, step
        with torch.no_grad():
            scores = networks[position](explorer.ink())[0]
        assert np.allclose(explorer.scores(), scores, atol=0.051), step


@pytest.mark.parametrize("touch", [False, True])
def test_mistakes_by_keyboard_and_by_touch(reuse, touch):
    """A misread digit is put onto the pad by Enter or by a tap; its answer is the one of the gallery."""
    explorer = reuse(**({"viewport": PHONE, "has_touch": True, "is_mobile": True} if touch else {}))
    page = explorer.page
    button = ".gallery button:nth-of-type(1)"
    if touch:
        page.locator('.strip [data-mode="mistakes"]').tap()
        page.locator(button).tap()
    else:
        page.locator('.strip [data-mode="mistakes"]').press("Enter")
        page.locator(button).wait_for()
        page.locator(button).press("Enter")
    page.locator(".check", has_text="Computed in your browser.").wait_for()
    with torch.no_grad():
        scores = explorer.model(explorer.ink())[0].numpy()
    misread = json.loads((bundled() / "misread.json").read_text())["digits"][0]
    assert scores.argmax() == np.argmax(misread["probabilities"]) != misread["label"]
    assert page.locator(".digit").inner_text() == str(scores.argmax())


def test_weights_without_snapshots_say_so(explore):
    """The mode is off, with the server's sentence, for which see test_on_demand.py; the page goes on."""
    explorer = explore()
    page = explorer.page
    sentence = "These weights do not have it."
    for name in (SNAPSHOTS, MISREAD_DIGITS):
        page.route(f"**/{name}", lambda route: route.fulfill(status=404, json={"error": sentence}))
    explorer.load(DIGITS[3])
    explorer.open("learn")
    page.locator(".learn .hint", has_text=sentence).wait_for()
    assert not page.locator(".learning").is_visible()
    explorer.open("mistakes")
    page.locator(f'[data-extra="{MISREAD_DIGITS}"]', has_text=sentence).wait_for()
    explorer.open("inspect")
    assert explorer.digit() == "3"


@pytest.mark.parametrize("phone", [False, True])
def test_compare_shows_what_each_network_computes(reuse, phone):
    """The same drawing in all three: answers and probabilities are PyTorch's, disagreement is marked."""
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
    explorer = reuse(**options)
    page = explorer.page
    page.evaluate("() => document.querySelector('[title=\"Example 8\"]').click()")
    explorer.digit()
    explorer.open("compare")
    page.locator(".agreement", has_text="agree").wait_for()
    readers = [Recognizer.from_pretrained(bundled(variant)) for variant in NETWORKS]

    def check() -> list[int | None]:
        answers = []
        for column, reader in enumerate(readers):
            with torch.inference_mode():
                scores = reader.weights.model(explorer.ink())[0].numpy()
            probabilities = reader.weights.calibration.probabilities(scores)
            cell = page.locator(".networks tbody tr").last.locator("td").nth(column)
            widths = cell.locator(".bar span").evaluate_all(
                "(bars) => bars.map((bar) => parseFloat(bar.style.inlineSize))"
            )
            assert np.allclose(widths, 100 * probabilities, atol=0.01), column
            rejected = reader.weights.calibration.rejects(scores)
            answers.append(None if rejected else int(probabilities.argmax()))
            answer = page.locator(".networks tbody tr").first.locator("td").nth(column)
            assert answer.locator("b").inner_text() == ("?" if rejected else str(answers[-1]))
            if not rejected:
                assert answer.locator("span").inner_text() == percentage(probabilities.max())
        return answers

    assert check() == [8, 8, 8]
    assert page.locator(".agreement").inner_text() == "All three agree."
    model = readers[2].weights.model
    distances = -model(explorer.ink())[0]
    captions = page.locator(".bitmap-row figcaption").all_inner_texts()[1:]
    shown = [number(text.split(": ")[1]) for text in captions]
    assert np.allclose(shown, distances.detach(), atol=0.051)
    assert page.locator(".nearest figcaption").inner_text().startswith("8:")
    explorer.click("clear")
    explorer.load([[(0, 0), (100, 100)], [(100, 0), (0, 100)]])
    page.locator(".agreement", has_text="disagree").or_(page.locator(".agreement", has_text="All three")).wait_for()
    answers = check()
    assert (page.locator(".disagrees").count() > 0) == (len(set(answers)) > 1)


def test_what_is_loaded_on_demand_is_asked_for_again(explore, subtests):
    """While the server is away, and while it is busy, the panel says so; when it is back, it opens by itself."""
    explorer = explore(timed=True)
    page, start = explorer.page, explorer.page.url
    for mode, file, shown in (
        ("learn", "snapshots.safetensors", ".learning"),
        ("mistakes", "misread.json", ".gallery button"),
        ("mistakes", "neighbors.safetensors", ".nearest-digits canvas"),
        ("compare", "networks/original/model.safetensors", ".networks tbody"),
    ):
        with subtests.test(file=file):
            page.goto(f"{start}?{file}")  # another page, which has loaded nothing of it
            page.locator(".lenet[data-ready]").wait_for()
            explorer.load(DIGITS[3])
            url = f"**/{file}"
            page.route(url, lambda route: route.abort())
            explorer.open(mode)
            panel = page.locator(f".{mode}:visible").last
            panel.get_by_text("Cannot reach the server. Retrying…").wait_for()
            page.unroute(url)
            page.route(url, lambda route: route.fulfill(status=503, json={"error": "the server is busy"}))
            hurry(page, panel.get_by_text("The server is busy. Retrying…").first)
            explorer.open("inspect")
            explorer.open(mode)  # asks no second time
            page.unroute(url)
            hurry(page, panel.locator(shown).first)
            assert panel.get_by_text("Retrying…").filter(visible=True).count() == 0


def test_the_other_networks_are_loaded_only_when_asked_for(explore):
    """Neither they nor the snapshots nor the galleries are part of the first load."""
    explorer = explore()
    requests = []
    explorer.page.on("request", lambda request: requests.append(request.url))
    explorer.page.reload()
    explorer.page.locator(".lenet[data-ready]").wait_for()
    extra = ("snapshots", "misread", "neighbors", "/networks/")
    assert [url for url in requests if any(name in url for name in extra)] == []
    explorer.open("compare")
    explorer.page.locator(".networks tbody").wait_for()
    explorer.click("clear")
    explorer.page.locator(".compare .hint", has_text="Draw a digit").wait_for()
    assert len([url for url in requests if "/networks/" in url]) == 6


def test_the_misread_digits_can_be_looked_into(reuse):
    """Each with its answer and truth; a click puts it onto the pad, where it is misread in the same way."""
    explorer = reuse()
    page = explorer.page
    explorer.open("mistakes")
    misread = json.loads((bundled() / "misread.json").read_text())
    buttons = page.locator(".gallery button")
    buttons.first.wait_for()
    assert buttons.count() == len(misread["digits"])
    assert page.locator(".attribution").inner_text() == misread["attribution"]
    assert f"{misread['errors']} of 10,000" in page.locator(".count").inner_text()
    reader = Recognizer.from_pretrained()
    for i in (0, 4, 11):
        digit = misread["digits"][i]
        p = digit["probabilities"]
        answer = int(np.argmax(p))
        assert buttons.nth(i).get_attribute("title") == f"{digit['label']} read as {answer}, {percentage(max(p))}"
        buttons.nth(i).click()
        page.locator(".check", has_text="Computed in your browser.").wait_for()
        image = np.frombuffer(base64.b64decode(digit["image"]), np.uint8).reshape(28, 28)
        with torch.inference_mode():
            ink = torch.nn.functional.pad(torch.tensor(image / 255, dtype=torch.float32), (2, 2, 2, 2))[None, None]
            expected = reader.weights.calibration.probabilities(reader.weights.model(ink)[0].numpy())
        assert expected.argmax() == answer
        assert (explorer.ink() - ink).abs().max() < 1e-6  # as in the test
        explorer.page.evaluate("() => document.querySelector('.check').textContent = ''")


# Puts each digit of the gallery onto the pad. Returns what the page says of it, and the scores of the output.
CLICK_ALL = """async () => {
  const root = document.querySelector(".lenet");
  const found = [];
  for (const button of root.querySelectorAll(".gallery button")) {
    const shown = new Promise((done) => {
      root.addEventListener("lenet:shown", ({ detail }) => done([...detail.outputs.output]), { once: true });
    });
    button.click();
    const scores = await shown;
    while (root.querySelector(".verdict").ariaBusy !== "false") await new Promise(requestAnimationFrame);
    found.push([...[".digit", ".reason"].map((part) => root.querySelector(part).innerText), scores]);
  }
  return found;
}"""


def test_every_misread_digit_loads_as_it_was_misread(reuse):
    """Also those that the page would reject: it says so."""
    explorer = reuse()
    page = explorer.page
    explorer.open("mistakes")
    page.locator(".gallery button").first.wait_for()
    digits = json.loads((bundled() / "misread.json").read_text())["digits"]
    rejected = 0
    for digit, (answer, reason, scores) in zip(digits, page.evaluate(CLICK_ALL), strict=True):
        assert answer == str(int(np.argmax(digit["probabilities"])))
        says_so = reason == "Outside of the test, it would be rejected: not recognized as a digit."
        assert says_so == explorer.calibration.rejects(np.array(scores, np.float32))
        rejected += says_so
    assert rejected > 1
    page.locator(".check", has_text="Computed in your browser.").wait_for()


def test_the_nearest_training_digits_are_those_of_f6(reuse):
    """Three each for the first and the second answer, in the order of their distances in PyTorch.

    They are of the complete network, also where the answer is not.
    """
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[4])
    explorer.open("mistakes")
    page.locator(".nearest-digits li").first.wait_for()
    tensors = load((bundled() / "neighbors.safetensors").read_bytes())
    features = explorer.features()
    order = features["output"].argsort(descending=True)[:2].tolist()
    shown = [number(text) for text in page.locator(".nearest-digits li span").all_inner_texts()]
    expected = []
    for digit in order:
        vectors = tensors["f6"][tensors["labels"] == digit].float()
        expected += (vectors - features["f6"]).norm(dim=1).sort().values[:3].tolist()
    assert np.allclose(shown, expected, atol=0.006)
    complete = explorer.scores()
    explorer.load(DIGITS[4], m="mistakes", x=",".join(f"c1.{i}" for i in range(6)))
    assert explorer.scores() != complete
    assert [number(text) for text in page.locator(".nearest-digits li span").all_inner_texts()] == shown


def test_another_network_is_chosen_in_the_title(explore):
    """With the drawing and the mode; figure, link and the server's check are of that network, and back again."""
    explorer = explore(served=True)
    page = explorer.page
    explorer.load(DIGITS[3])
    for variant in ("original", "tutorial", "textbook"):
        page.locator(".network").select_option(variant)
        ready(page, variant)
        assert page.evaluate("() => document.activeElement.matches('.network')")
        assert explorer.digit() == "3"
        explorer.wait_for_check()
        explorer.use(network(variant))
        explorer.load(DIGITS[3], u="c3.2.4.4")
        assert explorer.unit() == "C3, map 2, row 4, column 4"
        assert close(explorer.value(), explorer.features()["c3"][2, 4, 4]), variant
        assert page.locator(".term").count() == (3 if variant == "original" else 6)  # table I
        page.wait_for_url(f"**n={variant}*u=c3.2.4.4*")
        page.keyboard.press("Escape")


def test_a_link_opens_the_page_of_its_network(explore):
    """Also one that is followed while the page of another one is open."""
    explorer = explore(fragment="#v=1&n=original&m=why")
    page = explorer.page
    ready(page, "original")
    assert page.locator(".panel.why").is_visible()
    page.evaluate("() => { location.hash = '#v=1&n=textbook&m=learn'; }")
    ready(page, "textbook")
    page.locator(".panel.learn").wait_for()


def test_a_link_to_a_network_that_cannot_be_loaded_says_so(new_page, site_url):
    """The page is that of its own network."""
    page = new_page()
    page.route("**/page.json", lambda route: route.fulfill(status=500, json=DAMAGED))
    visitor = Visitor(page, f"{site_url('textbook')}#v=1&n=original&m=why")
    page.locator(".notice", has_text='The link was made with the network "original"').wait_for()
    assert page.locator(".network").input_value() == "textbook"
    assert page.locator(".panel.why").is_visible()
    page.locator('[title="Example 4"]').click()
    assert visitor.digit() == "4"


def test_a_network_that_cannot_be_loaded_is_not_chosen(explore):
    """The page stays as it is, and says why; nor is it by a link."""
    explorer = explore()
    page = explorer.page
    page.route("**/page.json", lambda route: route.fulfill(status=500, json=DAMAGED))
    page.locator(".network").select_option("original")
    damaged = page.locator(".notice", has_text="The bundled network is damaged.")
    damaged.wait_for()
    explorer.load(DIGITS[4])
    damaged.wait_for(state="detached")
    page.evaluate("() => { location.hash = '#v=1&n=original'; }")
    damaged.wait_for()
    assert page.locator(".network").input_value() == "textbook"
