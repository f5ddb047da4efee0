"""What the page is served on demand: extra files from a folder or the Hub, and the bundled networks."""

# ruff: noqa: F811  (a fixture that is imported, and requested by its name)

import asyncio
import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from huggingface_hub import constants
from safetensors.torch import load
from starlette.applications import Starlette

from harness.fake_hub.faults import GOOD, REPOSITORY, black_hole, slow_drip, with_status
from lenet import NETWORKS, Recognizer
from lenet.extras import load as extras
from lenet.extras.files import EXTRAS, SNAPSHOTS
from lenet.hub import fetch as hub_fetch
from lenet.page import on_demand
from lenet.page.article.sections import article
from lenet.page.browser import description
from lenet.page.document import document
from lenet.page.routes import Routes
from lenet.weights.model import Weights, bundled, load_weights, save_model
from tests.fixtures.reading import hub  # noqa: F401

CONTENT = {name: (bundled() / name).read_bytes() for name in EXTRAS}
TYPES = {"json": "application/json", "safetensors": "application/octet-stream"}


class Site:
    """The routes of a page, without a server."""

    def __init__(self, weights: Weights):
        self.routes = Routes(Recognizer(weights))
        self.app = Starlette(routes=self.routes.all())

    def get(self, *paths: str, **headers: str) -> list[httpx.Response]:
        """The responses to requests that are sent at the same time."""

        async def call():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://page", headers=headers) as client:
                return await asyncio.gather(*(client.get(path) for path in paths))

        # In a thread of its own: in this one, Playwright's event loop may be running.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(call())).result()

    def extra(self, name: str, **headers: str) -> httpx.Response:
        return self.get(f"{self.routes.network_url}/{name}", **headers)[0]

    def error(self, name: str) -> tuple[int, str]:
        """Status and sentence of an error."""
        response = self.extra(name)
        assert response.headers["Cache-Control"] == "no-store"
        (sentence,) = response.json().values()
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return response.status_code, sentence


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(bundled(), tmp_path / "run")


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_file_is_served_below_the_networks_address(reader, name):
    """As it is, with its type; JSON compressed for those who accept that."""
    site = Site(reader.weights)
    for encoding in ("gzip", "identity"):
        response = site.extra(name, **{"Accept-Encoding": encoding})
        assert (response.status_code, response.content) == (200, CONTENT[name])
        assert response.headers["Content-Type"] == TYPES[name.split(".")[1]]
        zipped = encoding == "gzip" and name.endswith(".json")
        assert response.headers.get("Content-Encoding") == ("gzip" if zipped else None)
        if zipped:
            assert int(response.headers["Content-Length"]) < len(CONTENT[name]) / 2
    assert site.extra("model.safetensors").status_code == 200
    assert site.extra("config.json").status_code == 404


@pytest.mark.parametrize("name", EXTRAS)
def test_weights_without_the_file_are_404_with_a_sentence(reader, tmp_path, name):
    """From a folder; a file that is written later is found."""
    save_model(reader.weights.model, tmp_path / "bare", reader.weights.calibration)
    site = Site(load_weights(tmp_path / "bare"))
    assert site.error(name) == (404, f"These weights have no {name}.")
    (tmp_path / "bare" / name).write_bytes(CONTENT[name])
    assert site.extra(name).content == CONTENT[name]
    assert Site(replace(reader.weights, folder=None)).error(name) == (404, f"These weights have no {name}.")


@pytest.mark.parametrize("name", EXTRAS)
def test_a_damaged_file_is_500_with_a_sentence(folder, name):
    """It names the file, but no path of the server; once the file is repaired, it is served."""
    (folder / name).write_bytes(CONTENT[name][:-2])
    site = Site(load_weights(folder))
    status, sentence = site.error(name)
    assert status == 500
    assert sentence.startswith(f"{name} is damaged or of another network: ")
    assert str(folder) not in sentence
    (folder / name).write_bytes(CONTENT[name])
    assert site.extra(name).status_code == 200


def test_nothing_is_read_before_it_is_asked_for(folder, monkeypatch):
    """The start does the same work without the files as with them; each is read once, however many ask."""
    read, loaded = [], []
    load_extra, load_bundled = extras.load_extra, on_demand.load_weights
    monkeypatch.setattr(extras, "load_extra", lambda weights, name: (read.append(name), load_extra(weights, name))[1])
    monkeypatch.setattr(
        on_demand, "load_weights", lambda f, origin: (loaded.append(f.name), load_bundled(f, origin))[1]
    )
    on_demand._load.cache_clear()
    site = Site(load_weights(folder))
    document(site.routes.reader)
    assert (read, loaded) == ([], [])
    responses = site.get(*[f"{site.routes.network_url}/{SNAPSHOTS}"] * 5, *["/networks/original/description.json"] * 5)
    assert {response.status_code for response in responses} == {200}
    (folder / SNAPSHOTS).unlink()
    assert site.extra(SNAPSHOTS).status_code == 200
    assert (read, loaded) == ([SNAPSHOTS], ["original"])


@pytest.mark.parametrize("variant", NETWORKS)
def test_the_bundled_networks_are_served_for_comparison(reader, variant):
    """Description and tensors, whichever network the page itself has."""
    described, tensors = Site(reader.weights).get(
        *(f"/networks/{variant}/{name}" for name in ("description.json", "model.safetensors"))
    )
    assert "max-age=3600" in described.headers["Cache-Control"]
    weights = load_weights(bundled(variant))
    assert described.json() == json.loads(json.dumps(description(weights)))
    expected, found = weights.model.state_dict(), load(tensors.content)
    assert found.keys() == expected.keys()
    assert all(found[name].equal(expected[name]) for name in expected)


def test_extra_files_of_the_bundled_networks_are_served(reader):
    """Whichever network the page itself has."""
    site = Site(reader.weights)
    for variant in NETWORKS:
        for response, name in zip(site.get(*(f"/networks/{variant}/{name}" for name in EXTRAS)), EXTRAS, strict=True):
            assert (response.status_code, response.content) == (200, (bundled(variant) / name).read_bytes())


def test_the_page_of_another_network_is_served(reader):
    """Its HTML, and settings with which its files and readings are found, and the way back."""
    page = Site(reader.weights).get("/networks/original/page.json")[0].json()
    settings = page["settings"]
    assert page["html"] == document(Recognizer.from_pretrained(bundled("original")))
    assert settings["description"]["network"]["variant"] == "original"
    assert (settings["network"], settings["read"]) == ("/networks/original", "/read?variant=original")
    assert (settings["home"], settings["others"]) == ("textbook", ["tutorial", "original"])


def test_the_article_is_served(reader):
    """That of the page's own weights, with what has been measured of these, and of another network; compressed."""
    weights = replace(reader.weights, metrics={"test": {"errors": 321, "images": 10_000}})
    site = Site(weights)
    own, other = site.get(f"{site.routes.network_url}/article.json", "/networks/original/article.json")
    assert own.json() == article(weights)
    assert "321" in own.text
    assert other.json() == article(load_weights(bundled("original"), "bundled"))
    for response in (own, other):
        assert response.headers["Content-Type"] == TYPES["json"]
        assert int(response.headers["Content-Length"]) < 12_000


def test_other_networks_are_404_with_a_sentence(reader):
    """Unknown networks and unknown files of known ones."""
    site = Site(reader.weights)
    for response in site.get("/networks/resnet/description.json", "/networks/textbook/config.json"):
        assert response.status_code == 404
        assert response.json()["error"].startswith("Of the networks textbook, tutorial, original there are ")


@pytest.fixture
def published(hub):
    """A page with weights from the Hub, whose repository has the extra files."""
    hub.put(REPOSITORY, {**GOOD, **CONTENT})
    site = Site(Recognizer.from_pretrained(REPOSITORY).weights)
    assert not [path for _, path in hub.requests if any(name in path for name in EXTRAS)]
    hub.requests.clear()
    return site


def downloads(hub):
    return [path for method, path in hub.requests if method == "GET" and "/resolve/" in path]


@pytest.mark.parametrize("name", EXTRAS)
def test_from_the_hub_a_file_is_fetched_when_it_is_asked_for(hub, published, name):
    """Of the commit that the weights are from, even if there is a newer one; once, then it is in the cache."""
    sha = hub.repositories["model", REPOSITORY].head["sha"]
    hub.put(REPOSITORY, {name: b"of another commit"})
    responses = published.get(*[f"{published.routes.network_url}/{name}"] * 3)
    assert [response.content for response in responses] == [CONTENT[name]] * 3
    assert len(downloads(hub)) == 1
    assert f"/resolve/{sha}/{name}" in downloads(hub)[0]
    hub.stop_listening()
    again = Site(Recognizer.from_pretrained(REPOSITORY, sha).weights)
    assert again.extra(name).content == CONTENT[name]


def test_a_repository_without_the_file_is_asked_once(hub):
    """404 with a sentence; a commit never changes."""
    hub.put(REPOSITORY, GOOD)
    site = Site(Recognizer.from_pretrained(REPOSITORY).weights)
    hub.requests.clear()
    for _ in range(2):
        assert site.error(SNAPSHOTS) == (404, f"These weights have no {SNAPSHOTS}.")
    assert len(hub.requests) == 1


@pytest.mark.parametrize("fault", ["black hole", "slow drip", "refused", "500", "404", "offline"])
def test_an_unreachable_hub_is_an_error_within_the_deadline(hub, published, monkeypatch, fault):
    """503, or 502 for a definite answer, with a sentence that says what happened; afterwards the page tries again."""
    monkeypatch.setattr(hub_fetch, "PATIENCE", 0.3 if fault in ("black hole", "slow drip") else 4.0)
    monkeypatch.setattr(hub_fetch, "LONGEST", 1.0)
    faults = {"black hole": black_hole, "slow drip": slow_drip, "500": with_status(500), "404": with_status(404)}
    hub.fault = faults.get(fault)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", fault == "offline")
    if fault == "refused":
        hub.stop_listening()
    began = time.monotonic()
    status, sentence = published.error(SNAPSHOTS)
    assert time.monotonic() - began < hub_fetch.PATIENCE + 1
    late = "The Hub did not send snapshots.safetensors within 0.3 s; try again a little later."
    expected = {
        "black hole": (503, late),
        "slow drip": (503, late),
        "refused": (503, "cannot connect to"),
        "500": (503, "HTTP 500"),
        "404": (502, "HTTP 404"),
        "offline": (503, "HF_HUB_OFFLINE is set"),
    }[fault]
    assert status == expected[0]
    assert expected[1] in sentence
    assert str(hub.home) not in sentence
    if fault in ("500", "404"):
        hub.fault = None
        assert published.extra(SNAPSHOTS).status_code == 200


def test_a_download_that_misses_the_deadline_goes_on(hub, published, monkeypatch):
    """One request is late, a later one gets the file, which was requested once."""

    def late(request, name):
        if name == "file":
            time.sleep(0.2)
        return False

    hub.fault = late
    monkeypatch.setattr(hub_fetch, "PATIENCE", 0.1)
    assert published.error(SNAPSHOTS)[0] == 503
    monkeypatch.setattr(hub_fetch, "PATIENCE", 10.0)
    assert published.extra(SNAPSHOTS).content == CONTENT[SNAPSHOTS]
    assert len(downloads(hub)) == 1


def test_a_large_or_damaged_file_on_the_hub_is_not_used(hub):
    """A size beyond the limit is rejected before the download, content of another kind after it."""
    hub.put(REPOSITORY, {**GOOD, SNAPSHOTS: bytes(EXTRAS[SNAPSHOTS] + 1), "misread.json": b"{}"})
    site = Site(Recognizer.from_pretrained(REPOSITORY).weights)
    hub.requests.clear()
    status, sentence = site.error(SNAPSHOTS)
    assert (status, downloads(hub)) == (502, [])
    assert "its snapshots.safetensors is too large: 4,000,001 bytes, the limit is 4,000,000" in sentence
    assert site.error("misread.json") == (
        500,
        "misread.json is damaged or of another network: attribution is missing.",
    )
