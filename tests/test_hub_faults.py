"""Whatever the Hub does: the reader has weights soon, or says in one line why not, and nothing of a bad one is kept.

The client is the real one; what misbehaves is `tests/fake_hub/server.py`, in the ways of `tests/fake_hub/faults.py`.
The same through the whole app, with its times: `python -m benchmarks.hub`.
"""

import re
import time

import pytest

from lenet import Recognizer
from lenet.weights.hub import PATIENCE, begin
from tests.fake_hub.faults import FAULTS, REPOSITORY, arrange
from tests.fake_hub.reading import files_below, hub, on_a_space  # noqa: F401


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_seconds_and_no_more(hub, request, name):  # noqa: F811
    """By default the bundled weights answer with a notice; who named the source gets a line; nothing is left or run."""
    arrange(hub, name)
    began = time.monotonic()
    named = begin(REPOSITORY)
    request.getfixturevalue("on_a_space")
    by_default = begin()

    with pytest.raises(ValueError, match=FAULTS[name].says) as refused:
        Recognizer.from_pretrained(named)
    reader = Recognizer.from_pretrained(by_default)

    assert time.monotonic() - began < PATIENCE + 1
    assert str(refused.value).startswith(f"{REPOSITORY} cannot be had: ")
    assert "\n" not in str(refused.value)
    assert str(hub.home) not in str(refused.value)
    assert reader.origin == "bundled"
    assert re.search(FAULTS[name].says, reader.notice)
    assert reader.notice.endswith("The bundled weights answer.")
    assert files_below(hub.home.parent) == {}
    assert not (hub.home / "ran").exists()
