"""Whatever the Hub does: weights in time, or a one-line error with the reason; nothing invalid is ever used.

The client is the real one; the server is `harness/fake_hub/server.py`, which fails in the ways listed in
`harness/fake_hub/faults.py`. `python -m benchmarks.hub` measures the same faults in the whole app.
"""

import re
import time

import pytest

from harness.fake_hub.faults import FAULTS, REPOSITORY, TIMED_OUT, inject
from lenet import Recognizer
from lenet.hub import fetch as hub_fetch
from lenet.weights.fetch import begin, cached
from lenet.weights.source import Source
from tests.fixtures.reading import files_below, hub, on_a_space  # noqa: F401


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_reported_by_the_deadline(hub, request, monkeypatch, name):  # noqa: F811
    """By default, the bundled weights with a notice; for a named source, an error of one line; no bad copy is kept."""
    times_out = FAULTS[name].message == TIMED_OUT
    patience = 0.3 if times_out else hub_fetch.PATIENCE  # short only where the whole time passes
    message = FAULTS[name].message.replace("4 s", f"{patience:g} s")
    monkeypatch.setattr(hub_fetch, "PATIENCE", patience)
    # Longer than PATIENCE, so that the deadline ends the wait, but short, so that no download disturbs other tests.
    monkeypatch.setattr(hub_fetch, "LONGEST", patience + 0.5)
    inject(hub, name)
    began = time.monotonic()
    named = begin(REPOSITORY)
    request.getfixturevalue("on_a_space")
    by_default = begin()

    with pytest.raises(ValueError, match=message) as error:
        Recognizer.from_pretrained(named)
    weights = Recognizer.from_pretrained(by_default).weights

    assert time.monotonic() - began < patience + 1
    assert str(error.value).startswith(f"cannot load {REPOSITORY} from the Hub: ")
    assert "\n" not in str(error.value)
    assert str(hub.home) not in str(error.value)
    assert weights.origin == "bundled"
    assert weights.notice is not None
    assert re.search(message, weights.notice)
    assert weights.notice.endswith(". Using the bundled weights.")
    assert cached(Source(repository=REPOSITORY)) is None
    assert all(path.startswith("home/hub/") for path in files_below(hub.home.parent))
    assert not (hub.home / "ran").exists()
