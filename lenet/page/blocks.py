"""The page as Gradio blocks: the pad in a gr.HTML, its server function, the /predict endpoint."""

import hashlib
from pathlib import Path

import gradio as gr
from PIL import Image
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from lenet.page.answer import answer
from lenet.page.document import document
from lenet.recognizer import Recognizer

STATIC = Path(__file__).parent / "static"


def _static_url() -> str:
    """Where the browser's modules are served: named after their content, so that no browser mixes two versions."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir())))
    return f"/lenet-{digest.hexdigest()[:12]}"


STATIC_URL = _static_url()

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
    "app_kwargs": {"routes": [Mount(STATIC_URL, StaticFiles(directory=STATIC))]},
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

    def predict(picture: Image.Image) -> dict:
        """Read one digit from a picture: {"digit", "reason", "top": [[digit, probability], ...]}."""
        if picture is None:
            raise gr.Error("no picture was given", print_exception=False)
        try:
            reading = reader.read(picture)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return {"digit": reading.digit, "reason": reading.reason, "top": reading.top(3)}

    with gr.Blocks(title="LeNet-5: draw a digit and look inside", analytics_enabled=False) as page:
        gr.HTML(
            html_template=document(reader),
            js_on_load=START,
            server_functions=[read],
            apply_default_css=False,
            elem_id="lenet",
        )
        picture = gr.Image(type="pil", image_mode=None, label="picture", visible=False)
        reading = gr.JSON(label="reading", visible=False)
        picture.upload(predict, picture, reading, api_name="predict", show_progress="hidden")
    return page
