"""The web page: a pad to draw on, the predicted digit and the output of every layer of the network.

    page = build_page(Recognizer.from_pretrained())
    serve(page)

This is the only package that imports gradio. The browser's modules are in `static/`; there is no build step.
"""

from lenet.page.blocks import LAUNCH, build_page
from lenet.page.serve import serve

__all__ = ["LAUNCH", "build_page", "serve"]
