"""The proxy of the benchmarks, which adds a round trip to every request."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

from harness.delay import proxy
from harness.servers import free_port

ONE_WAY = 0.04  # seconds


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


async def _open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(1_000):
        with contextlib.suppress(ConnectionRefusedError):
            return await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.005)
    raise TimeoutError(f"nothing listens on port {port}")


async def _through_the_proxy(sent: list[bytes]) -> tuple[list[float], bytes]:
    """When each response arrives, in seconds after its request, and all that arrives until the proxy closes."""
    target, port = free_port(), free_port()
    async with await asyncio.start_server(_echo, "127.0.0.1", target):
        proxying = asyncio.create_task(proxy(port, target, ONE_WAY))
        reader, writer = await _open(port)
        took, received, now = [], b"", asyncio.get_running_loop().time
        for data in sent:
            began = now()
            writer.write(data)
            received += await reader.readexactly(len(data))
            took.append(now() - began)
        writer.write_eof()
        received += await reader.read()
        writer.close()
        proxying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await proxying
    return took, received


def test_a_proxied_request_takes_a_round_trip_more():
    """Both directions are delayed, also on a connection that is kept, and the bytes are unchanged."""
    sent = [b"one", bytes(range(256)) * 1_000, b"three"]
    with ThreadPoolExecutor(1) as thread:  # Playwright may have left a running event loop in this one
        took, received = thread.submit(asyncio.run, _through_the_proxy(sent)).result()
    assert received == b"".join(sent)
    assert all(2 * ONE_WAY <= seconds < 2 * ONE_WAY + 2 for seconds in took)
