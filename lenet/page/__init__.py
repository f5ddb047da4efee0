"""The web page: a pad to draw on, the predicted digit and the output of every layer of the network.

`python -m lenet.page` serves it. This is the only package that imports gradio, and only when the page is built. The
browser's modules are in `static/`; there is no build step.
"""
