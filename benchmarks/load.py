"""Visitors who draw: `python -m benchmarks.load [--visitors 200] [--seconds 300]`.

Each visitor draws for 1.5 s and pauses for 0.5 s, and the page asks the server once in each pause: one POST /read with
the PNG of a digit every 2 s, on a connection that is kept open. A Gradio app that only echoes the same PNG, without a
queue, is put under the same load, alternately. Prints the response times and the memory of each, and then the
throughput of both with 16 connections that never pause, alternately as well. Linux only.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.keep_alive import Connection, request
from harness.drawings import EXAMPLES, draw
from harness.servers import free_port, started

PERIOD = 2.0  # seconds: a stroke of 1.5 and a pause of 0.5
CONNECTIONS = 16
FULL = 20.0  # seconds of full load

# The cheapest that Gradio offers is a server function that is a coroutine: half of what an API endpoint without a queue
# takes. It returns as many characters as a reading has.
ECHO = """
import sys, gradio as gr
async def echo(png: str) -> str:
    return png[:500]
with gr.Blocks(analytics_enabled=False) as page:
    gr.HTML(server_functions=[echo])
page.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False, enable_monitoring=False, run_history=False)
"""


@dataclass
class Server:
    """A server under load, and what was measured."""

    name: str
    port: int
    requests: list[bytes]
    pid: int = 0
    took: list[float] = field(default_factory=list)  # seconds per response
    errors: int = 0
    memory: list[float] = field(default_factory=list)  # MB, once per second of load
    p99: list[float] = field(default_factory=list)  # ms, of each part
    rates: list[float] = field(default_factory=list)  # responses per second at full load
    cost: list[float] = field(default_factory=list)  # ms of processor time per response

    def resident(self) -> float:
        """Resident memory in MB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_time(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def png(strokes: list) -> bytes:
    """A drawing as the pad sends it: black ink on a transparent ground, cropped to the ink."""
    opacity = np.invert(np.asarray(draw(strokes)))
    rgba = np.zeros((*opacity.shape, 4), np.uint8)
    rgba[..., 3] = opacity
    image = Image.fromarray(rgba)
    file = io.BytesIO()
    image.crop(image.getchannel("A").getbbox()).save(file, "PNG")
    return file.getvalue()


async def draw_and_pause(server: Server, visitors: int, seconds: float) -> None:
    """Put the server under the visitors' load for a while."""
    rng = random.Random(len(server.took))
    end = time.perf_counter() + seconds
    took = []

    async def visit(start: float) -> None:
        await asyncio.sleep(start)
        connection = Connection(server.port)
        due = time.perf_counter()
        while due < end:
            began = time.perf_counter()
            try:
                status, _ = await asyncio.wait_for(connection.send(rng.choice(server.requests)), 10)
                took.append(time.perf_counter() - began)
                server.errors += status != 200
            except (OSError, EOFError, TimeoutError):
                server.errors += 1
                connection.close()
                connection = Connection(server.port)
            due += PERIOD
            await asyncio.sleep(max(0, due - time.perf_counter()))
        connection.close()

    async def watch() -> None:
        while time.perf_counter() < end:
            server.memory.append(server.resident())
            await asyncio.sleep(1)

    await asyncio.gather(watch(), *(visit(rng.uniform(0, PERIOD)) for _ in range(visitors)))
    server.took += took
    server.p99.append(1000 * quantile(took, 0.99))


async def full_load(server: Server, seconds: float) -> None:
    """Measure responses per second with CONNECTIONS connections, each of which sends as soon as it has its response."""
    end = time.perf_counter() + seconds
    count = 0

    async def loop(number: int) -> None:
        nonlocal count
        connection = Connection(server.port)
        while time.perf_counter() < end:
            number += 1
            status, body = await connection.send(server.requests[number % len(server.requests)])
            if status != 200:
                raise RuntimeError(f"HTTP {status}: {body[:200]!r}")
            count += 1
        connection.close()

    before = server.processor_time()
    await asyncio.gather(*(loop(number) for number in range(CONNECTIONS)))
    server.rates.append(count / seconds)
    server.cost.append(1000 * (server.processor_time() - before) / count)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * len(values))]


def print_load(server: Server) -> None:
    took, memory = server.took, server.memory
    half = memory[len(memory) // 2 :]
    slope = 60 * statistics.linear_regression(range(len(half)), half).slope
    parts = ", ".join(f"{p99:.0f}" for p99 in server.p99)
    print(f"{server.name}: {len(took)} requests, {server.errors} errors; settled answer: p50", end=" ")
    print(f"{1000 * quantile(took, 0.5):.1f} ms, p99 {1000 * quantile(took, 0.99):.0f} ms (by part: {parts})")
    print(
        f"  memory: {memory[0]:.1f} MB at the start, {half[0]:.1f} MB at half time, {memory[-1]:.1f} MB at the end;",
        end=" ",
    )
    print(f"slope of the second half {slope:+.2f} MB a minute", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--visitors", type=int, default=200, help="number of visitors (default: 200)")
    parser.add_argument("--seconds", type=float, default=300, help="duration of the load on each (default: 300)")
    parser.add_argument("--parts", type=int, default=5, help="number of parts, alternating with the echo (default: 5)")
    parser.add_argument("--pairs", type=int, default=3, help="measurements of the throughput of each (default: 3)")
    options = parser.parse_args()
    if min(options.visitors, options.parts, options.pairs) < 1 or options.seconds / options.parts < 3:
        parser.error("expected at least one visitor, part and pair, and at least 3 seconds per part")
    pngs = [png(example["strokes"]) for example in EXAMPLES]
    app, echo = free_port(), free_port()
    servers = (
        Server("app", app, [request(app, "/read", "image/png", drawing) for drawing in pngs]),
        Server("echo", echo, [request(echo, "/gradio_api/component_server", *call(drawing)) for drawing in pngs]),
    )
    commands = [sys.executable, "app.py", "--port", str(app)], [sys.executable, "-c", ECHO, str(echo)]
    print(f"{options.visitors} visitors, {options.seconds:g} s; PNGs of {min(map(len, pngs))} to", end=" ")
    print(f"{max(map(len, pngs))} bytes; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}", flush=True)
    with started(commands[0], app) as served, started(commands[1], echo) as echoed:
        for server, process in zip(servers, (served, echoed), strict=True):
            server.pid = process.pid
            asyncio.run(full_load(server, 2))  # to warm up
            server.rates.clear()
            server.cost.clear()
        for _ in range(options.parts):
            for server in servers:
                asyncio.run(draw_and_pause(server, options.visitors, options.seconds / options.parts))
        for server in servers:
            print_load(server)
        for _ in range(options.pairs):
            for server in servers:
                asyncio.run(full_load(server, FULL))
    for server in servers:
        print(
            f"{server.name} with {CONNECTIONS} connections: {statistics.median(server.rates):.0f} responses a", end=" "
        )
        print(f"second, {statistics.median(server.cost):.2f} ms of processor time each")
    ratio = statistics.median(a / b for a, b in zip(*(server.rates for server in servers), strict=True))
    print(f"throughput beside the echo: {ratio:.2f} (load {os.getloadavg()[0]:.2f})")
    return 0


def call(drawing: bytes) -> tuple[str, bytes]:
    """The content type and the body with which Gradio's page calls the server function of the first component."""
    data = "data:image/png;base64," + base64.b64encode(drawing).decode()
    body = {"data": data, "component_id": 1, "fn_name": "echo", "session_hash": "load"}
    return "application/json", json.dumps(body).encode()


if __name__ == "__main__":
    sys.exit(main())
