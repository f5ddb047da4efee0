"""Metrics, the log and the health check of a running app."""

import json
import re
import sys

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from harness.servers import free_port, started


def test_readings_are_counted_and_requests_logged(tmp_path):
    """By outcome, with their times, also of /predict; the metrics have a port, and each request a line of JSON."""
    port, metrics_port = free_port(), free_port()
    options = ["--port", str(port), "--metrics-port", str(metrics_port), "--log-json"]
    with started([sys.executable, "app.py", *options], port) as process:
        url = f"http://127.0.0.1:{port}"
        row = Image.new("L", (560, 280), 255)
        row.paste(draw(EXAMPLES[3]["strokes"]), (0, 0))
        row.paste(draw(EXAMPLES[7]["strokes"]), (280, 0))
        bodies = [
            encoded(draw(EXAMPLES[7]["strokes"])),
            encoded(draw(EXAMPLES[3]["strokes"])),
            encoded(row),
            encoded(Image.new("L", (9, 9), 255)),
        ]
        for body in (*bodies, b"text"):
            httpx.post(f"{url}/read", content=body, headers={"Content-Type": "image/png"})
        draw(EXAMPLES[5]["strokes"]).save(tmp_path / "digit.png")
        Client(url, verbose=False).predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")
        text = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics").text
        assert httpx.get(f"{url}/metrics").status_code == 404
        health = httpx.get(f"{url}/healthz").json()
        process.terminate()
        printed = process.communicate()[0]
    counts = dict(re.findall(r'lenet_readings_total\{outcome="([^"]+)"\} (\S+)', text))
    assert {name: float(count) for name, count in counts.items()} == {"digit": 3, "number": 1, "blank": 1, "invalid": 1}
    assert "lenet_reading_seconds_count 6.0" in text
    assert 'lenet_weights_info{origin="bundled",variant="textbook"} 1.0' in text
    assert "lenet_uploads_held 2.0" in text  # what was uploaded, and the copy that Gradio makes for the call
    assert health["status"] == "ok"
    assert health["weights"] == "bundled"
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    reads = [(line["method"], line["status"]) for line in lines if line["path"] == "/read"]
    assert reads == [("POST", 200)] * 4 + [("POST", 400)]
    assert all(0 <= line["milliseconds"] < 60_000 for line in lines)


def test_a_metrics_port_in_use_is_reported():
    """In one line, with exit code 2."""
    port, metrics_port = free_port(), free_port()
    with started([sys.executable, "-m", "http.server", str(metrics_port), "--bind", "127.0.0.1"], metrics_port):
        command = [sys.executable, "app.py", "--port", str(port), "--metrics-port", str(metrics_port)]
        message = f"cannot listen on 127.0.0.1, port {metrics_port}"
        with pytest.raises(RuntimeError, match=message), started(command, port):
            pass
