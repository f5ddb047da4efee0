"""The page as Gradio blocks: the pad in a gr.HTML, its server function, the /predict endpoint."""

import hashlib
from pathlib import Path

import gradio as gr
from PIL import Image, UnidentifiedImageError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lenet.page.document import document
from lenet.page.payload import answer
from lenet.recognizer import Recognizer

STATIC = Path(__file__).parent / "static"
FILES = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir())}
TYPES = {".js": "text/javascript", ".json": "application/json", ".css": "text/css", ".html": "text/html"}

# Named after the files' content, so that a browser may keep them and yet never mixes two versions.
STATIC_URL = "/static-" + hashlib.sha256(b"".join(FILES.values())).hexdigest()[:12]


async def serve_static(request: Request) -> Response:
    """One of the browser's files. A route, not StaticFiles: that finds nothing under a proxy's root path."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "max-age=31536000, immutable"}
    return Response(FILES[name], media_type=TYPES[Path(name).suffix], headers=headers)


# Gradio compiles js_on_load with `new Function`, where a relative import has no base; its root honours a proxy's path.
START = f"""
import((window.gradio_config?.root ?? "") + "{STATIC_URL}/start.js")
  .then((page) => page.start(element, server))
  .catch((error) => {{
    console.error(error);
    element.querySelector(".notice").textContent = "The page did not load whole. Please load it anew.";
  }});
"""

# What the page needs of Blocks.launch(), beside host, port and share.
LAUNCH = {
    "css_paths": [STATIC / "page.css"],
    "app_kwargs": {"routes": [Route(STATIC_URL + "/{name}", serve_static)]},
    "footer_links": ["api"],
    "run_history": False,
    "enable_monitoring": False,
    "max_file_size": "20mb",
    "show_error": True,
    "ssr_mode": False,
}


def build_page(reader: Recognizer) -> gr.Blocks:
    """The whole page around one reader."""

    def read(data_url):
        return answer(reader, data_url)

    def predict(picture: str | None) -> dict:
        """Read one digit from a picture: {"digit", "reason", "top": [[digit, probability], ...]}."""
        if picture is None:
            raise gr.Error("no picture was given", print_exception=False)
        try:
            with Image.open(picture) as image:
                reading = reader.read(image)
        except UnidentifiedImageError as error:
            raise gr.Error("the file is not a picture", print_exception=False) from error
        except OSError as error:
            raise gr.Error(f"the picture is damaged: {error}", print_exception=False) from error
        except (ValueError, Image.DecompressionBombError) as error:
            raise gr.Error(str(error), print_exception=False) from error
        return reading.as_dict()

    with gr.Blocks(title="LeNet-5: draw a digit and look inside", analytics_enabled=False) as page:
        gr.HTML(
            html_template=document(reader),
            js_on_load=START,
            server_functions=[read],
            apply_default_css=False,
            elem_id="lenet",
        )
        # A file, not gr.Image: that opens pictures itself, and tells a stranger the server's paths where it fails.
        picture = gr.File(type="filepath", label="picture", visible=False)
        reading = gr.JSON(label="reading", visible=False)
        picture.upload(predict, picture, reading, api_name="predict", show_progress="hidden")
    return page
