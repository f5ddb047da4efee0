"""A TCP proxy with a long round trip: `python -m harness.delay PORT TARGET` listens on 127.0.0.1.

Delays every byte by 75 ms in each direction, which adds 150 ms to every request, and does not limit the throughput.
The handshake of a connection is not delayed.
"""

import argparse
import asyncio
import contextlib
import sys

ONE_WAY = 0.075  # seconds
ROUND_TRIP = 2 * ONE_WAY


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Write what arrives, each part `seconds` later, until the sender closes its side."""
    loop = asyncio.get_running_loop()
    held = asyncio.Queue()

    async def receive() -> None:
        with contextlib.suppress(OSError):  # a reset counts as the end
            while data := await reader.read(65_536):
                held.put_nowait((loop.time() + seconds, data))
        held.put_nowait((loop.time() + seconds, None))

    receiving = asyncio.create_task(receive())
    try:
        while True:
            due, data = await held.get()
            await asyncio.sleep(due - loop.time())
            if data is None:
                writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
    finally:
        receiving.cancel()


async def proxy(port: int, target: int, seconds: float = ONE_WAY) -> None:
    """Forward the connections to `port` to the port `target`, both on 127.0.0.1, until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # one side is gone
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
            try:
                await asyncio.gather(_forward(reader, far_writer, seconds), _forward(far_reader, writer, seconds))
            finally:
                far_writer.close()
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", port) as server:
        await server.serve_forever()


def main() -> int:
    parser = argparse.ArgumentParser(description="A TCP proxy with a long round trip")
    parser.add_argument("port", type=int, help="port to listen on")
    parser.add_argument("target", type=int, help="port of the server")
    options = parser.parse_args()
    asyncio.run(proxy(options.port, options.target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
