"""The page as Gradio blocks: a gr.HTML, and the /predict endpoint."""

import json
from pathlib import Path

import gradio as gr

from lenet.image.decoder import BusyError, Decoder
from lenet.page.assets import STATIC_URL
from lenet.page.document import document
from lenet.page.gradio_internals import document_api
from lenet.page.routes import Routes
from lenet.page.settings import page_settings, space_address
from lenet.page.uploads import Uploads
from lenet.page.words import TITLE
from lenet.recognizer import Recognizer

# Gradio compiles js_on_load with `new Function`, where relative imports do not work. The address of the app is that of
# <gradio-app src="..."> if it is embedded in another page, else the document's. Gradio's root is what the server
# believes, which is wrong behind a proxy that keeps the host, the path or TLS to itself.
START = """
const embedded = element.closest("gradio-app")?.getAttribute("src");
const root = new URL(embedded ?? ".", document.baseURI).href.replace(/[/]$/, "");
import(root + "%s/page.js")
  .then((page) => page.start(element, root, %s))
  .catch((error) => {
    console.error(error);
    element.querySelector(".notice").textContent = "The page failed to load. Please reload.";
  });
"""

# What /predict returns, as a JSON schema.
RESULT = {
    "type": "object",
    "properties": {"digit": {}, "reason": {}, "top": {}, "number": {}},
    "description": "digit: 0 to 9, or null if the image was rejected; reason: null, or why; "
    "top: the three most likely digits as [digit, probability]; "
    "number: the digits as a string if there are several side by side and all could be read, else null",
}


def build_page(reader: Recognizer, routes: Routes, uploads: Uploads, decoder: Decoder) -> gr.Blocks:
    """The page that shows the network of `reader`, with /predict, which reads and then releases what is uploaded.

    Uploaded images are opened by the processes of `decoder` only.
    """

    def predict(image: str | None) -> dict:
        """Read an image file. Returns {"digit", "reason", "top": [[digit, probability], ...], "number"}."""
        if image is None:
            raise gr.Error("no image given", print_exception=False)
        try:
            content = Path(image).read_bytes()
            return routes.monitoring.timed(lambda: reader.read_ink(decoder.ink(content))).as_dict()
        except (ValueError, BusyError) as error:
            raise gr.Error(str(error), print_exception=False) from error
        except FileNotFoundError as error:
            raise gr.Error("the uploaded image is no longer there: upload it again", print_exception=False) from error
        finally:
            uploads.release(image)

    settings = page_settings(reader, routes.description, routes.network_url, routes.read_url, space_address())
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            html_template=document(reader),
            js_on_load=START % (STATIC_URL, json.dumps(settings)),
            apply_default_css=False,
            elem_id="lenet",
        )
        # gr.File, not gr.Image: that opens images itself, and its error messages contain paths of the server.
        image = gr.File(type="filepath", label="image", visible=False)
        reading = gr.JSON(label="reading", visible=False)
        document_api(image, reading, RESULT)
        image.upload(
            predict,
            image,
            reading,
            api_name="predict",
            show_progress="hidden",
            concurrency_limit=decoder.calls,  # so that no image makes another wait while a process is free
        )
    return page
