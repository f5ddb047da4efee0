"""The server under load: `python -m benchmarks.server [--seconds 15] [--minutes 10]`.

Readings (POST /read, as the page asks for them when the pen rests) and calls of /predict (upload, call, result), each
by clients that send the next request as soon as they have a response, and more and more of them. Prints responses a
second, response times, and how many were told that the server is busy, which is expected beyond its capacity, or
failed. Then both together at a moderate rate, with the memory of the server each minute. Linux only.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks.keep_alive import Connection, request
from benchmarks.load import Server, draw_and_pause, png, quantile
from harness.drawings import EXAMPLES
from harness.servers import free_port, started

READERS = (1, 4, 16, 64, 200)
CALLERS = (1, 4, 16, 64)
VISITORS = 50  # of the moderate load: a reading every two seconds each
CALL_EVERY = 2.0  # seconds, of the moderate load


class BusyError(Exception):
    """The server has too much to do at the moment, and says so."""


@dataclass
class Result:
    """What clients have seen."""

    took: list[float] = field(default_factory=list)  # seconds of each response
    busy: list[float] = field(default_factory=list)  # seconds until "busy"
    errors: list[str] = field(default_factory=list)


async def read(connection: Connection, drawing: bytes) -> None:
    """One reading. Raises BusyError, OSError, EOFError or RuntimeError."""
    status, body = await connection.send(request(connection.port, "/read", "image/png", drawing))
    if status == 503:
        raise BusyError
    if status != 200 or b'"probabilities"' not in body:
        raise RuntimeError(f"HTTP {status}: {body[:100]!r}")


async def call(connection: Connection, drawing: bytes) -> None:
    """One call of /predict, as a client of the API makes it. Raises BusyError, OSError, EOFError or RuntimeError."""
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    form = part + drawing + b"\r\n--b--\r\n"
    upload = request(connection.port, "/gradio_api/upload", "multipart/form-data; boundary=b", form)
    status, body = await connection.send(upload)
    if status == 503:
        connection.close()  # as the server does
        raise BusyError
    if status != 200:
        raise RuntimeError(f"upload: HTTP {status}: {body[:100]!r}")
    image = {"path": json.loads(body)[0], "meta": {"_type": "gradio.FileData"}}
    data = json.dumps({"data": [image]}).encode()
    status, body = await connection.send(request(connection.port, "/gradio_api/call/predict", "application/json", data))
    if status == 503:
        connection.close()
        raise BusyError
    if status != 200:
        raise RuntimeError(f"call: HTTP {status}: {body[:100]!r}")
    events = await _stream(connection.port, f"/gradio_api/call/predict/{json.loads(body)['event_id']}")
    if "event: complete" not in events or '"digit"' not in events:
        raise RuntimeError(f"result: {events[:100]!r}")


async def _stream(port: int, path: str) -> str:
    """All that a stream of server-sent events says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    try:
        return (await reader.read()).decode()
    finally:
        writer.close()


Request = Callable[[Connection, bytes], Awaitable[None]]


async def full_load(send: Request, port: int, drawings: list[bytes], clients: int, seconds: float) -> Result:
    """`clients` that never pause, except for a second after they were told that the server is busy."""
    result, end = Result(), time.perf_counter() + seconds

    async def client(number: int) -> None:
        connection = Connection(port)
        while time.perf_counter() < end:
            number += 1
            if not await try_once(send, connection, drawings[number % len(drawings)], result):
                await asyncio.sleep(1)
        connection.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    return result


async def try_once(send: Request, connection: Connection, drawing: bytes, result: Result) -> bool:
    """Add one request to the result; whether there was a response."""
    began = time.perf_counter()
    try:
        await asyncio.wait_for(send(connection, drawing), 30)
        result.took.append(time.perf_counter() - began)
        return True
    except BusyError:
        result.busy.append(time.perf_counter() - began)
    except (OSError, EOFError, TimeoutError, RuntimeError) as error:
        result.errors.append(f"{type(error).__name__} {error}")
        connection.close()
    return False


def row(name: str, result: Result, seconds: float) -> str:
    """A row of the table."""
    times = [f"{1000 * quantile(result.took, share):.1f}" for share in (0.5, 0.95, 0.99)] if result.took else ["-"] * 3
    busy = f"{len(result.busy)}" + (f" (p95 {1000 * quantile(result.busy, 0.95):.0f} ms)" if result.busy else "")
    return f"| {name} | {len(result.took) / seconds:.0f} | {' | '.join(times)} | {busy} | {len(result.errors)} |"


async def moderate_load(server: Server, drawings: list[bytes], minutes: float) -> Result:
    """Readings by VISITORS and calls every CALL_EVERY seconds; prints the server's memory each minute."""
    calls, end = Result(), time.perf_counter() + 60 * minutes

    async def caller() -> None:
        connection = Connection(server.port)
        while time.perf_counter() < end:
            await try_once(call, connection, drawings[len(calls.took) % len(drawings)], calls)
            await asyncio.sleep(CALL_EVERY)

    async def watch() -> None:
        while time.perf_counter() < end:
            print(f"  {60 * minutes - (end - time.perf_counter()):4.0f} s: {server.resident():.1f} MB", flush=True)
            await asyncio.sleep(min(60, max(0.1, end - time.perf_counter())))

    await asyncio.gather(draw_and_pause(server, VISITORS, 60 * minutes), caller(), watch())
    return calls


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--seconds", type=float, default=15, help="duration of each row (default: 15)")
    parser.add_argument("--minutes", type=float, default=10, help="duration of the moderate load (default: 10)")
    options = parser.parse_args()
    drawings, port = [png(example["strokes"]) for example in EXAMPLES], free_port()
    server = Server("app", port, [request(port, "/read", "image/png", drawing) for drawing in drawings])
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    print("| | responses a second | p50 | p95 | p99 ms | busy | errors |\n|---|---|---|---|---|---|---|")
    errors: list[str] = []
    with started([sys.executable, "app.py", "--port", str(port)], port) as process:
        server.pid = process.pid
        for name, send, counts in (("readings", read, READERS), ("calls of /predict", call, CALLERS)):
            asyncio.run(full_load(send, port, drawings, 2, 2))  # to warm up
            for clients in counts:
                result = asyncio.run(full_load(send, port, drawings, clients, options.seconds))
                print(row(f"{name}, {clients} at once", result, options.seconds), flush=True)
                errors += result.errors
        print(f"{VISITORS} visitors and a call every {CALL_EVERY:g} s; memory of the server:")
        calls = asyncio.run(moderate_load(server, drawings, options.minutes))
        print("| | count | p50 | p95 | p99 ms | errors |\n|---|---|---|---|---|---|")
        for name, took, failed in (
            ("readings", server.took, server.errors),
            ("calls of /predict", calls.took, len(calls.errors)),
        ):
            times = " | ".join(f"{1000 * quantile(took, share):.1f}" for share in (0.5, 0.95, 0.99))
            print(f"| {name} | {len(took)} | {times} | {failed} |")
        errors += calls.errors
    for error in errors[:5]:
        print(f"error: {error}")
    return 1 if errors or server.errors else 0


if __name__ == "__main__":
    sys.exit(main())
