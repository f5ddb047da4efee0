"""The notebook in examples/, run from the first cell to the last."""

import sys
from typing import TYPE_CHECKING

import pytest

from harness import ROOT

# Imported by the tests that need it: it imports a parser of internationalized addresses, if that is installed, which
# takes three seconds.
if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTEBOOK = ROOT / "examples" / "draw_and_read.ipynb"


@pytest.fixture
def notebook(monkeypatch) -> "NotebookNode":
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)  # not installed, then: see above
    import nbformat

    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_kept_without_output(notebook):
    """Its cells have neither outputs nor numbers, so that a change of it can be read."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    assert "widgets" not in notebook.metadata


def test_the_notebook_runs(notebook, small_data, tmp_path, monkeypatch):
    """Without anybody who draws, and with few images: it reads, plots, trains and compares."""
    from nbclient import NotebookClient

    for name, folder in {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}.items():
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / folder))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["parameters"].metadata.tags == ["parameters"]
    cells["parameters"].source = f"DATA = Path({str(small_data)!r})\nIMAGES, VALIDATION = 200, 100"
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    assert text(cells["reading"]).startswith("3 ")
    assert "digit=3" in text(cells["reading"])
    assert [output.output_type for output in cells["plot"].outputs] == ["display_data"]
    assert "training_loss" in text(cells["training"])
    assert "bundled: 3 (None)" in text(cells["both"])
    for name in ("pad", "own-pad"):
        assert "application/vnd.jupyter.widget-view+json" in cells[name].outputs[-1].data


def text(cell: "NotebookNode") -> str:
    """What a cell has printed, and its value."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
