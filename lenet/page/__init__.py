"""The page: a pad to draw on, the answer, and every stage of the network; the only room that imports gradio.

    page = build_page(Recognizer.from_pretrained())
    serve(page)

The browser's side lies in `static/`: plain modules, served from here, with no build step.
"""

from lenet.page.blocks import LAUNCH, build_page
from lenet.page.serve import serve

__all__ = ["LAUNCH", "build_page", "serve"]
