"""Random damage: 250 image files and 50 requests that no one would make on purpose.

Every file is read or refused in one line that does not tell where it is or what object read it; every request gets a
status, and a stroke is answered afterwards.
"""

import io
import json
import random
import re
import time
from functools import cache

import httpx
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from lenet import preprocess
from lenet.image import file
from lenet.image.file import load_image

SLOW = 3.0  # seconds of processor time that an image may take; 20 ms are usual
TELLING = re.compile(r"0x[0-9a-f]{4}|object at|/tmp|/home|site-packages|\n")

# Those that Pillow writes by itself.
FORMATS = tuple(format for format in file.FORMATS if format != "HEIF")


@cache
def whole(format: str) -> bytes:
    """A small drawing as a file of the format."""
    return encoded(draw(EXAMPLES[4]["strokes"]).resize((64, 64)).convert("RGB"), format)


def damaged(chance: random.Random) -> bytes:
    """A file with bytes changed, removed, repeated or inserted, mostly near its start, where the structure is."""
    content = bytearray(whole(chance.choice(FORMATS)))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(1, min(chance.choice((40, 200, len(content))), len(content))))
        kind = chance.randrange(5)
        if kind == 0:
            content[at : at + 1] = chance.randbytes(1)
        elif kind == 1:
            content[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\1\0"))
        elif kind == 2:
            del content[at : at + chance.randint(1, 64)]
        elif kind == 3:
            content[at:at] = content[at : at + 32] * chance.randint(1, 50)
        else:
            content[at:at] = chance.randbytes(chance.randint(0, 16))
    return bytes(content)


def test_a_damaged_image_is_read_or_refused():
    """ValueError is the only error. What is read can be preprocessed."""
    for seed in range(250):
        content, start, said = damaged(random.Random(seed)), time.thread_time(), ""
        try:
            preprocess(load_image(io.BytesIO(content)))
        except ValueError as error:
            said = str(error)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        assert not TELLING.search(said), seed
        assert time.thread_time() - start < SLOW, seed


FIELDS = ("data", "fn_index", "session_hash", "event_id", "trigger_id", "simple_format", "batched", "request", "image")
PATHS = ("queue/join", "call/predict", "call/v2/predict", "cancel", "reset", "upload", "run/predict", "info")


def test_random_requests_get_a_status(app_url):
    """No request makes the server fail with 500, or tells about it; a stroke is read afterwards."""
    from hypothesis import HealthCheck, given, settings  # a second that only the process with this test needs
    from hypothesis import strategies as st

    letters = st.characters(exclude_categories=["Cs"])  # what UTF-8 can encode, without asking it for each character
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(letters, max_size=20),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(letters, max_size=12), inner, max_size=5),
        max_leaves=20,
    )
    calls = st.dictionaries(st.sampled_from(FIELDS), values | st.integers(-1, 3), max_size=9) | values
    # The same inputs each time, so that a failure of the suite is one of the change under test.
    same = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}
    with httpx.Client(timeout=20) as client:

        @settings(max_examples=50, **same)
        @given(path=st.sampled_from(PATHS), body=calls, form=st.booleans())
        def request(path: str, body: object, form: bool) -> None:
            url, content = f"{app_url}/gradio_api/{path}", json.dumps(body).encode()
            if form:
                response = client.post(url, files={"files": ("a.png", content)})
            else:
                response = client.post(url, content=content, headers={"Content-Type": "application/json"})
            assert response.status_code in (200, 400, 404, 413, 415, 422, 503), response.text
            if path != "upload":  # answers where Gradio has put the file: the client sends that back
                assert not TELLING.search(response.text), response.text

        request()
        stroke = encoded(draw(EXAMPLES[7]["strokes"]))
        response = client.post(f"{app_url}/read", content=stroke, headers={"Content-Type": "image/png"})
        assert response.json()["digit"] == 7


def test_every_format_is_read():
    """As a drawing of the digit that it is; the fuzzing starts from these files."""
    for format in FORMATS:
        with Image.open(io.BytesIO(whole(format))) as image:
            assert image.format == format
        assert preprocess(load_image(io.BytesIO(whole(format)))).max() > 0.5
