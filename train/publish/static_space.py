"""The static Space: the page without a server, with the card and the picture that the Hub shows."""

import shutil
from pathlib import Path

from lenet.page.export import FOLDER, write_site
from lenet.recognizer import Recognizer
from lenet.weights.model import bundled
from train.publish.model import CARD, PublishError
from train.publish.space_card import HUB, PREVIEW, space_card

ROOT = Path(__file__).resolve().parents[2]
TEXT = """
# LeNet-5: draw a digit and look inside

Draw a digit with a mouse, pen or finger. As you draw, LeNet-5 predicts the digit, and the page shows the output of
every layer.{model} Everything is computed in the browser: this Space has no server and never sleeps.
"""


def stage_static(model: str | None = None, space: str | None = None) -> Path:
    """Write the page without a server to a new folder and return it, with the weights of `model` or the bundled ones.

    Raises PublishError or OSError.
    """
    try:
        reader = Recognizer.from_pretrained(model or bundled())
    except ValueError as error:
        raise PublishError(str(error)) from error
    write_site(FOLDER, reader, f"{HUB}/spaces/{space}" if space else None)
    shutil.copyfile(ROOT / "LICENSE", FOLDER / "LICENSE")
    preview = shutil.copyfile(ROOT / PREVIEW, FOLDER / "preview.jpg").name
    (FOLDER / CARD).write_text(space_card(TEXT, model, space, preview, sdk="static", app_file="index.html"))
    return FOLDER
