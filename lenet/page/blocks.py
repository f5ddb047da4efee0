"""The page as Gradio blocks: a gr.HTML with its server function, and the /predict endpoint."""

import hashlib
from pathlib import Path

import gradio as gr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lenet.page.document import document
from lenet.page.payload import read_data_url
from lenet.recognizer import Recognizer

STATIC = Path(__file__).parent / "static"
FILES = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in sorted(STATIC.rglob("*.*"))}
TYPES = {".js": "text/javascript", ".json": "application/json", ".css": "text/css", ".html": "text/html"}

# The URL contains a hash of the files, so that browsers can cache them and never mix two versions.
STATIC_URL = "/static-" + hashlib.sha256(b"".join(FILES.values())).hexdigest()[:12]


async def serve_static(request: Request) -> Response:
    """A file of the browser's side. Starlette's StaticFiles would not find it behind a proxy with a root path."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "max-age=31536000, immutable"}
    return Response(FILES[name], media_type=TYPES[Path(name).suffix], headers=headers)


# Gradio compiles js_on_load with `new Function`, where relative imports do not work. `root` includes a proxy's path.
START = f"""
import((window.gradio_config?.root ?? "") + "{STATIC_URL}/start.js")
  .then((page) => page.start(element, server))
  .catch((error) => {{
    console.error(error);
    element.querySelector(".notice").textContent = "The page failed to load. Please reload.";
  }});
"""

# Arguments of Blocks.launch() that the page requires, besides host, port and share.
LAUNCH = {
    "css_paths": [STATIC / "page.css"],
    "app_kwargs": {"routes": [Route(STATIC_URL + "/{name:path}", serve_static)]},
    "footer_links": ["api"],
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": "20mb",
    "show_error": True,
    "ssr_mode": False,
}


def build_page(reader: Recognizer) -> gr.Blocks:
    """The page for one reader."""

    def read(data_url):
        return read_data_url(reader, data_url)

    def predict(image: str | None) -> dict:
        """Read one digit from an image file. Returns {"digit", "reason", "top": [[digit, probability], ...]}."""
        if image is None:
            raise gr.Error("no image given", print_exception=False)
        try:
            return reader.read(image).as_dict()
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    with gr.Blocks(title="LeNet-5: draw a digit and look inside", analytics_enabled=False) as page:
        gr.HTML(
            html_template=document(reader),
            js_on_load=START,
            server_functions=[read],
            apply_default_css=False,
            elem_id="lenet",
        )
        # gr.File, not gr.Image: that opens images itself, and its error messages contain paths of the server.
        image = gr.File(type="filepath", label="image", visible=False)
        reading = gr.JSON(label="reading", visible=False)
        image.upload(predict, image, reading, api_name="predict", show_progress="hidden")
    return page
