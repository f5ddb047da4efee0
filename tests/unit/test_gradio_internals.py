"""What the page takes for granted about Gradio's inside: if one fails, look at `lenet.page.gradio_internals`."""

import inspect
import re
from pathlib import Path

import gradio as gr
import gradio.routes
import httpx
import pytest
from gradio import component_meta
from gradio.networking import setup_tunnel
from gradio.route_utils import CustomCORSMiddleware
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from lenet import Recognizer
from lenet.page import gradio_internals
from lenet.page.gradio_internals import POLL
from lenet.page.stubs import without_stubs
from tests.asgi import run_apart

FOREIGN = {"Origin": "https://elsewhere.example"}


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    """A page with a queue, in which two calls may wait, and an endpoint for images."""

    async def build() -> gr.Blocks:  # with a loop; without one, Gradio makes some that it never closes
        with gr.Blocks(analytics_enabled=False) as page:
            image, reading = gr.File(), gr.JSON()
            gradio_internals.document_api(image, reading, {"description": "ours"})
            image.upload(lambda path: path, image, reading, api_name="predict")
        return page.queue(max_size=2)

    return run_apart(build())


@pytest.fixture
def app(page) -> gradio.routes.App:
    """The app that `launch` would make of the page."""

    async def create() -> gradio.routes.App:
        return gradio.routes.App.create_app(page)

    return run_apart(create())


def test_its_components_have_no_stubs(monkeypatch):
    """Gradio would parse the source of each when it is imported, to write them."""
    parsed = []
    monkeypatch.setattr(
        component_meta, "extract_class_source_code", lambda *given: parsed.append(given) or (None, None)
    )
    with without_stubs():
        component_meta.create_or_modify_pyi(gr.HTML, "HTML", [])
        assert inspect.getfile(Recognizer).endswith("recognizer.py")
    assert not parsed
    with pytest.raises(ValueError, match="find class source code"):
        component_meta.create_or_modify_pyi(gr.HTML, "HTML", [])
    assert len(parsed) == 1


def test_the_version_is_the_one_that_the_adapter_was_written_for():
    """A newer one is adopted by looking at every function of the adapter, and changing its first line."""
    version = ".".join(gr.__version__.split(".")[:2])
    assert f"Written for Gradio {version}." in (gradio_internals.__doc__ or "")


def test_launch_wraps_middleware_of_its_own_around_the_pages(app):
    """CORS is among it, by the name that is looked for, with keyword arguments only."""
    cors = [middleware for middleware in app.user_middleware if middleware.cls is CustomCORSMiddleware]
    assert len(cors) == 1
    assert cors[0].args == ()
    headers = CustomCORSMiddleware(app, **cors[0].kwargs)
    assert headers.simple_headers == {"Access-Control-Allow-Credentials": "true"}
    assert "Access-Control-Allow-Credentials" in headers.preflight_headers


class Wall:
    """Middleware that answers everything."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await PlainTextResponse("wall")(scope, receive, send)


def test_the_outermost_middleware_sees_every_request(app):
    """Also those that Gradio's own answers by itself: a question of the browser whether another site may call."""
    ask = {"Access-Control-Request-Method": "POST", **FOREIGN}

    async def answers(gate: Middleware) -> list[httpx.Response]:
        async with gradio_internals.outermost(gate)(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://page.example") as client:
                return [await client.options("/config", headers=ask), await client.get("/config", headers=FOREIGN)]

    responses = run_apart(answers(Middleware(Wall)))
    assert [response.text for response in responses] == ["wall", "wall"]
    assert all("Access-Control-Allow-Origin" not in response.headers for response in responses)


def test_sessions_beyond_the_most_are_forgotten(app):
    """The oldest first, with all that the queue keeps for them."""
    queue = app.get_blocks()._queue
    for name in ("first", "second", "third"):
        queue.pending_messages_per_session[name] = None
        queue.pending_event_ids_session[name] = {f"event of {name}"}
        queue.event_ids_to_events[f"event of {name}"] = None
    gradio_internals.forget_oldest_sessions(app, 2)
    assert list(queue.pending_messages_per_session) == ["second", "third"]
    assert list(queue.pending_event_ids_session) == ["second", "third"]
    assert list(queue.event_ids_to_events) == ["event of second", "event of third"]


def test_the_queue_knows_when_it_is_full(app):
    """As many calls wait as `queue` was told to keep."""
    queue = app.get_blocks()._queue
    assert (queue.max_size, len(queue), gradio_internals.is_queue_full(app)) == (2, 0, False)
    assert inspect.getsource(type(queue).__len__).count("event_queue_per_concurrency_id") == 1
    queue.max_size = 0
    assert gradio_internals.is_queue_full(app)


def test_the_queue_looks_for_calls_as_often_as_it_is_told(page):
    """By two attributes, which its two loops read each time."""
    queue = page._queue
    before = {name for name, value in vars(queue).items() if name.endswith("sleep_when_free") and value < POLL}
    assert len(before) == 2
    gradio_internals.poll_less_often(page)
    assert {name for name in before if getattr(queue, name) == POLL} == before
    loops = inspect.getsource(type(queue).start_processing) + inspect.getsource(type(queue).start_progress_updates)
    assert set(re.findall(r"sleep\(self\.(\w+)\)", loops)) == before


def test_the_documentation_of_the_api_is_kept_under_the_name_that_is_cleared(app):
    """It is None before the first request."""
    assert vars(app)["api_info"] is None
    app.api_info = {"kept": True}
    gradio_internals.forget_documentation(app)
    assert app.api_info is None


def test_components_document_themselves_with_the_methods_that_are_replaced(page):
    """The configuration of the page has what the replacements return."""
    endpoint = page.get_api_info()["named_endpoints"]["/predict"]
    assert endpoint["parameters"][0]["type"]["additional_description"].startswith("an image of one digit")
    assert endpoint["parameters"][0]["example_input"]["path"] == "digit.png"
    assert endpoint["returns"][0]["type"]["description"] == "ours"


def test_a_tunnel_takes_the_arguments_that_it_is_given(page):
    """Two of the five are for a server of one's own."""
    parameters = inspect.signature(setup_tunnel).parameters
    assert list(parameters)[:3] == ["local_host", "local_port", "share_token"]
    assert len(parameters) == 5
    assert isinstance(page.share_token, str)


def test_the_pages_html_says_where_the_server_is_before_any_script_uses_it():
    """Once, after the configuration and before the first module."""
    html = (Path(gr.__file__).parent / "templates/frontend/index.html").read_bytes()
    [root] = gradio_internals.ROOT.finditer(html)
    assert html.index(b"window.gradio_config = ") < root.start() < html.index(b'<script type="module"')


def test_the_pages_html_has_a_preview_that_is_removed():
    """Both kinds of meta elements."""
    template = gradio.routes.templates.get_template("frontend/index.html")
    html = Path(str(template.filename)).read_bytes()
    assert gradio_internals.PREVIEW.search(html)
    assert b'"og:' not in gradio_internals.PREVIEW.sub(b"", html)
