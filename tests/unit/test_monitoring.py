"""Metrics, the log and the health check of a page."""

import json
import re
import socket

import httpx
from gradio_client import Client, handle_file
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from harness.servers import free_port, page_in_this_process
from lenet.page.__main__ import main


def test_readings_are_counted_and_requests_logged(reader, tmp_path, monkeypatch, capsys):
    """By outcome, with their times, also of /predict; the metrics have a port, and each request a line of JSON."""
    metrics_port = free_port()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    url = page_in_this_process(reader, metrics=("127.0.0.1", metrics_port), log=True)
    row = Image.new("L", (280, 140), 255)
    row.paste(draw(EXAMPLES[3]["strokes"]).resize((140, 140)), (0, 0))
    row.paste(draw(EXAMPLES[7]["strokes"]).resize((140, 140)), (140, 0))
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
    printed = capsys.readouterr().err
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


def test_a_metrics_port_in_use_is_reported(capsys):
    """In one line, with exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        metrics_port = other.getsockname()[1]
        assert main(["--port", str(free_port()), "--metrics-port", str(metrics_port)]) == 2
    said = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1, port {metrics_port}" in said
    assert said.count("\n") == 1
