"""The pad in JupyterLab, drawn on with the mouse."""

import json
import os
import re
import sys

import pytest
from playwright.sync_api import Error, Locator, expect

from harness import ROOT
from harness.browser import draw_on
from harness.drawings import DIGITS
from harness.servers import free_port, running

CELLS = (
    "from lenet.notebook import Pad\npad = Pad()\npad",
    "print(pad.reading.digit, pad.activations['c1'].shape, pad.ink.shape, pad.image.shape, len(pad.strokes))",
)
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}
# JupyterLab runs nothing before.
HAS_KERNEL = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# Without a parser of internationalized addresses, which takes three seconds to import and is optional.
LAB = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyterlab.labapp import main; main()"
EXTENSIONS = {"jupyterlab": True, "jupyter_lsp": False, "jupyter_server_terminals": False, "notebook_shim": False}


@pytest.fixture
def lab(tmp_path):
    """The URL of JupyterLab on a notebook with these cells, with no settings but those of this test."""
    empty = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**empty, "id": f"cell-{i}", "source": source} for i, source in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "pad.ipynb").write_text(json.dumps(notebook))
    settings = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(NO_NEWS))
    folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    port = free_port()
    command = [sys.executable, "-c", LAB, "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True"]
    command += ["--IdentityProvider.token=", f"--ServerApp.jpserver_extensions={EXTENSIONS}"]
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(tmp_path / folder) for name, folder in folders.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    with running(command, port, env=environment, cwd=tmp_path / "notes") as url:
        yield f"{url}/lab/tree/pad.ipynb"


def run(cell: Locator) -> None:
    cell.locator(".cm-content").click()
    cell.page.keyboard.press("Shift+Enter")


def test_a_digit_is_drawn_in_jupyterlab(lab, chromium):
    """The next cell prints what has been drawn. Keys on the pad are not JupyterLab's; a cleared output is gone."""
    page = chromium.new_page(viewport={"width": 1500, "height": 1000})
    errors: list[Error] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.set_default_timeout(90_000)
    page.goto(lab)
    first, second = (page.locator(".jp-Notebook .jp-CodeCell").nth(i) for i in range(2))
    page.wait_for_function(HAS_KERNEL)
    run(first)
    page.locator(".lenet[data-ready]").wait_for()
    draw_on(page.locator(".sheet"), DIGITS[3])
    assert page.locator(".digit").inner_text() == "3"
    expect(page.locator(".check")).to_have_text("Checked with PyTorch in the kernel.", timeout=30_000)
    page.keyboard.press("ArrowDown")  # which would go to the next cell
    expect(first).to_have_class(re.compile("jp-mod-active"))
    run(second)
    expect(second.locator(".jp-OutputArea-output")).to_have_text(
        "3 (6, 28, 28) (32, 32) (280, 280) 1\n", timeout=30_000
    )
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(page.locator(".lenet-notebook")).to_have_count(0)
    page.close()
    assert errors == []
