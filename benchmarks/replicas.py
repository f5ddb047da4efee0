"""What visitors notice when a replica is killed: `python -m benchmarks.replicas [--visitors 16] [--seconds 30]`.

Two replicas of the page run behind nginx with the configuration of `deploy/`. Each visitor has an address and a
connection of their own, and sends POST /read with the PNG of a digit as soon as the last answer is there, but at most
50 a second, which nginx allows. A response that is cut off in the middle, which nginx cannot repeat, is asked for
again, as the page does. After a third of the time one replica is killed by SIGKILL, after two thirds it is started
again. Prints a table in Markdown: answers a second, their times, how many were asked for again, and errors, that is,
broken connections and statuses other than 200. The exit code is 1 if there was an error. Linux only.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.keep_alive import Connection, request
from benchmarks.load import png, quantile
from harness.drawings import EXAMPLES
from harness.services import ROOT_PATH, Replica, nginx, replicas

PAUSE = 0.02  # seconds from one request of a visitor to the next, at least
TIMEOUT = 10.0  # seconds


@dataclass
class Phase:
    """What was measured between two events; `end` is in seconds from the start."""

    name: str
    end: float
    took: list[float] = field(default_factory=list)  # seconds per answer
    cut_off: int = 0  # responses that ended in the middle, and were asked for again
    errors: list[str] = field(default_factory=list)


class Visitor(Connection):
    """A connection from an address of its own, since nginx limits what one address may send."""

    def __init__(self, port: int, number: int):
        super().__init__(port)
        self.address = f"127.0.{1 + number // 250}.{1 + number % 250}"

    async def ask(self, body: bytes) -> str | None:
        """Send a request. None if it was answered by a reading, else what happened, "cut off" included."""
        try:
            async with asyncio.timeout(TIMEOUT):
                if not self.streams:
                    local = (self.address, 0)
                    self.streams = await asyncio.open_connection("127.0.0.1", self.port, local_addr=local)
                status, _ = await self.send(body)
        except asyncio.IncompleteReadError as error:
            self.close()
            # nginx closes a connection after 1,000 requests; browsers open another one.
            if not error.expected and not error.partial:
                return await self.ask(body)
            return "cut off"
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            return type(error).__name__
        return None if status == 200 else f"HTTP {status}"


async def load(port: int, visitors: int, phases: list[Phase], replica: Replica | None = None) -> float | None:
    """Put the load on nginx and, if one is given, kill the replica after the first phase, restart it after the second.

    Returns the seconds that the replica took to start, None if it was not ready before the end.
    """
    drawings = [request(port, f"{ROOT_PATH}/read", "image/png", png(example["strokes"])) for example in EXAMPLES]
    began = time.perf_counter()
    ready = None

    async def visit(number: int) -> None:
        visitor, count = Visitor(port, number), number
        while (sent := time.perf_counter()) < began + phases[-1].end:
            phase = next(phase for phase in phases if sent < began + phase.end)
            count += 1
            error = await visitor.ask(drawings[count % len(drawings)])
            if error == "cut off":
                phase.cut_off += 1
                error = await visitor.ask(drawings[count % len(drawings)])
            took = time.perf_counter() - sent
            if error:
                phase.errors.append(error)
            else:
                phase.took.append(took)
            await asyncio.sleep(max(0, PAUSE - took))
        visitor.close()

    async def kill_and_restart(replica: Replica) -> None:
        nonlocal ready
        await asyncio.sleep(phases[0].end)
        replica.kill()
        await asyncio.sleep(began + phases[1].end - time.perf_counter())
        started = time.perf_counter()
        replica.start()
        await asyncio.to_thread(replica.wait)
        ready = time.perf_counter() - started

    events = asyncio.create_task(kill_and_restart(replica)) if replica else None
    await asyncio.gather(*(visit(number) for number in range(visitors)))
    in_time = ready
    if events:
        await events
    return in_time


def print_table(phases: list[Phase]) -> None:
    """A row for each phase. Times are those of answers whose requests were sent in the phase."""
    print("| phase | answers a second | p50, ms | p95, ms | p99, ms | asked again | errors |")
    print("|---|---|---|---|---|---|---|")
    begin = 0.0
    for phase in phases:
        times = [f"{1000 * quantile(phase.took, share):.0f}" if phase.took else "-" for share in (0.5, 0.95, 0.99)]
        rate = len(phase.took) / (phase.end - begin)
        print(f"| {phase.name} | {rate:.0f} | {' | '.join(times)} | {phase.cut_off} | {len(phase.errors)} |")
        begin = phase.end


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--visitors", type=int, default=16, help="number of visitors (default: 16)")
    parser.add_argument("--seconds", type=float, default=30, help="duration of the load (default: 30)")
    options = parser.parse_args()
    if not 1 <= options.visitors <= 1000 or options.seconds < 3:
        parser.error("expected 1 to 1000 visitors, and at least 3 seconds")
    names = ("both replicas", "one is killed", "it starts again")
    phases = [Phase(name, options.seconds * (i + 1) / len(names)) for i, name in enumerate(names)]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pair = stack.enter_context(replicas(folder))
        port = stack.enter_context(nginx(folder / "nginx", tuple(replica.port for replica in pair)))
        asyncio.run(load(port, options.visitors, [Phase("to warm up", 2)]))
        print(f"{options.visitors} visitors, {options.seconds:g} s; {os.cpu_count()} cores,", end=" ")
        print(f"load {os.getloadavg()[0]:.2f}", flush=True)
        ready = asyncio.run(load(port, options.visitors, phases, pair[0]))
    print_table(phases)
    print(f"ready {ready:.1f} s after its start" if ready else "the replica was not ready before the end", end="")
    errors = [error for phase in phases for error in phase.errors]
    print(f"; {len(errors)} errors{': ' if errors else ''}{', '.join(sorted(set(errors)))}")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
