"""The static Space: the page without a server, and its upload in one commit."""

import shutil
from pathlib import Path

from lenet.page.export import write_site
from lenet.recognizer import Recognizer
from lenet.weights.model import bundled
from train.publish.hub import check_may_write
from train.publish.model import CARD, PublishError, show
from train.publish.space import HUB, PREVIEW, ROOT, card_of, show_dry_run, upload_page

STAGING = Path("build/static")
TEXT = """
# LeNet-5: draw a digit and look inside

Draw a digit with a mouse, pen or finger. As you draw, LeNet-5 predicts the digit, and the page shows the output of
every layer.{model} Everything is computed in the browser: this Space has no server and never sleeps.
"""


def publish_static(space: str, model: str | None, private: bool, dry_run: bool) -> None:
    """Stage the static Space, list the files, and upload them. Raises PublishError, HubError or OSError."""
    if dry_run:
        show_dry_run(stage_static(model, space))
        return
    check_may_write(space)
    folder = stage_static(model, space)
    show(folder)
    upload_page(folder, space, "static", private)


def stage_static(model: str | None = None, space: str | None = None) -> Path:
    """Write the page without a server to a new folder and return it, with the weights of `model` or the bundled ones.

    Raises PublishError or OSError.
    """
    try:
        reader = Recognizer.from_pretrained(model or bundled())
    except ValueError as error:
        raise PublishError(str(error)) from error
    write_site(STAGING, reader, f"{HUB}/spaces/{space}" if space else None)
    shutil.copyfile(ROOT / "LICENSE", STAGING / "LICENSE")
    preview = shutil.copyfile(ROOT / PREVIEW, STAGING / "preview.jpg").name
    (STAGING / CARD).write_text(card_of(TEXT, model, space, preview, sdk="static", app_file="index.html"))
    return STAGING
