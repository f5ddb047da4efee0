"""Whatever the Hub does, there are weights in time or one line that says why not, and nothing invalid is ever used.

The client is the real one; the server is `tests/fake_hub/server.py`, which fails in the ways of
`tests/fake_hub/faults.py`. The same through the whole app, with times: `python -m benchmarks.hub`.
"""

import re
import time

import pytest

from lenet import Recognizer
from lenet.weights import hub as weights_hub
from lenet.weights.hub import begin, cached
from lenet.weights.source import Source
from tests.fake_hub.faults import FAULTS, REPOSITORY, arrange
from tests.fake_hub.reading import files_below, hub, on_a_space  # noqa: F401

PATIENCE = 1.0  # shorter than the app's, to keep the suite fast


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_ends_at_the_deadline(hub, request, monkeypatch, name):  # noqa: F811
    """By default the bundled weights are used, with a notice; a named source raises one line; no bad copy is kept."""
    monkeypatch.setattr(weights_hub, "PATIENCE", PATIENCE)
    monkeypatch.setattr(weights_hub, "LONGEST", PATIENCE)  # so that no download goes on into the next test
    arrange(hub, name)
    says = FAULTS[name].says.replace("4 s", "1 s")
    began = time.monotonic()
    named = begin(REPOSITORY)
    request.getfixturevalue("on_a_space")
    by_default = begin()

    with pytest.raises(ValueError, match=says) as error:
        Recognizer.from_pretrained(named)
    weights = Recognizer.from_pretrained(by_default).weights

    assert time.monotonic() - began < PATIENCE + 1
    assert str(error.value).startswith(f"cannot load {REPOSITORY} from the Hub: ")
    assert "\n" not in str(error.value)
    assert str(hub.home) not in str(error.value)
    assert weights.origin == "bundled"
    assert re.search(says, weights.notice)
    assert weights.notice.endswith(". Using the bundled weights.")
    assert cached(Source(repository=REPOSITORY)) is None
    assert all(path.startswith("home/hub/") for path in files_below(hub.home.parent))
    assert not (hub.home / "ran").exists()
