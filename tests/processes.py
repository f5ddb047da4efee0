"""Training, and the app, in processes of their own, which tests can interrupt and kill.

They are forked from a copy of the tests' process, which has imported what they need already: a start takes 0.1 s
instead of 3 s, or of 6 s with Gradio, nearly all of which are imports.
"""

import multiprocessing
import os
import runpy
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch

from harness import ROOT
from lenet.page.__main__ import main as app
from tests.fixtures.plots import without_plots
from train.__main__ import main

if TYPE_CHECKING:
    from multiprocessing.connection import Connection, PipeConnection

# For processes that are not forked; those that are use one thread as well. Two processes can then share two cores, and
# the weights of a run are reproducible bit for bit.
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}

LOOPBACK = {"GLOO_SOCKET_IFNAME": "lo"}  # the interface by which the processes of a group communicate


def free_port() -> int:
    """A port on which the first process of a group can listen."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Call(NamedTuple):
    """What a process does: call a function, with what it prints in two files."""

    files: tuple[Path, Path]
    environment: dict[str, str]
    function: Callable
    arguments: tuple


class Forker:
    """A copy of this process that forks others. One that has a thread, a server or a browser cannot be forked."""

    def __init__(self):
        self._connection, other = multiprocessing.Pipe()
        with warnings.catch_warnings():
            # That of pytest-xdist is a thread, but it only waits for messages.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            try:
                self._connection.close()
                _serve(other)
            finally:
                os._exit(0)
        other.close()

    def start(self, call: Call) -> int:
        """The number of a process that makes this call."""
        return self._ask(call)

    def exit_code(self, pid: int) -> int | None:
        """Negative if a signal ended the process; None while it runs."""
        return self._ask(pid)

    def _ask(self, request: Call | int):
        self._connection.send(request)
        return self._connection.recv()


def _serve(connection: "Connection | PipeConnection") -> None:
    """Start a process for each call, and give the exit codes, until the tests end."""
    import tests.preloaded  # noqa: F401  what has not been imported yet

    context = multiprocessing.get_context("fork")
    processes = {}
    try:
        while True:
            request = connection.recv()
            if isinstance(request, Call):
                process = context.Process(target=_call, args=request, daemon=True)
                process.start()
                processes[process.pid] = process
                connection.send(process.pid)
            else:
                connection.send(processes[request].exitcode)
    except (EOFError, KeyboardInterrupt):
        for process in processes.values():
            process.kill()


class Forked:
    """A process that calls a function, whose result is the exit code; it prints to two `files` in `folder`."""

    def __init__(self, forker: Forker, folder: Path, function: Callable, *arguments, environment: dict[str, str]):
        self.files = (folder / "stdout", folder / "stderr")
        for file in self.files:
            file.touch()
        self._forker = forker
        self.pid = forker.start(Call(self.files, environment, function, arguments))

    @property
    def printed(self) -> str:
        return self.files[0].read_text()

    @property
    def errors(self) -> str:
        return self.files[1].read_text()

    def is_running(self) -> bool:
        return self.poll() is None

    def poll(self) -> int | None:
        """The exit code; negative if a signal ended the process, None while it runs."""
        return self._forker.exit_code(self.pid)

    def until(self, beginning: str, times: int = 1, timeout: float = 120) -> None:
        """Wait until so many printed lines have had the given beginning, the process has exited, or time is up."""
        end = time.monotonic() + timeout
        while self.is_running() and time.monotonic() < end:
            # A line without its end is still being printed, piece by piece.
            lines = self.printed.splitlines(keepends=True)
            if sum(line.startswith(beginning) and line.endswith("\n") for line in lines) >= times:
                return
            time.sleep(0.002)

    def send_signal(self, number: signal.Signals) -> None:
        if self.is_running():
            os.kill(self.pid, number)

    def kill(self) -> int:
        """kill -9; the exit code, which is -9 or, if the process had exited before, its own."""
        self.send_signal(signal.SIGKILL)
        return self.wait()

    def wait(self, timeout: float = 120) -> int:
        """The exit code; negative if a signal ended the process."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            assert time.monotonic() < end, f"still running after {timeout} s:\n{self.printed}{self.errors}"
            time.sleep(0.005)
        return code


def train(arguments: tuple) -> int:
    """What `python -m train` does, but for the plots."""
    with without_plots():
        return main([*map(str, arguments)])


def serve(arguments: tuple) -> int:
    """What `python app.py` does."""
    return app([*map(str, arguments)])


def run_elsewhere(folder: Path, path: Path, missing: tuple[str, ...], *programs: tuple[str, ...]) -> int:
    """Run modules or files, each with its arguments, as Python does in a folder, if `path` is its PYTHONPATH.

    The project's packages are imported again, from `path`, and so is `huggingface_hub`, which reads its settings on
    import; importing a module in `missing` fails. What else has been imported stays: that takes most of the time of a
    start.
    """
    reimported = {"app", "harness", "lenet", "tests", "train", "huggingface_hub", *missing}
    for name in [*sys.modules]:
        if name.partition(".")[0] in reimported:
            del sys.modules[name]
    vars(sys)["modules"].update(dict.fromkeys(missing))  # None: its import fails
    os.chdir(folder)
    sys.path[:] = [str(path), *(entry for entry in sys.path if Path(entry).resolve() != ROOT)]
    for program, *arguments in programs:
        sys.argv = [program, *arguments]
        try:
            if program.endswith(".py"):
                runpy.run_path(program, run_name="__main__")
            else:
                runpy.run_module(program, run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code:
                raise
    return 0


def _call(files: tuple[Path, Path], environment: dict[str, str], function: Callable, arguments: tuple) -> None:
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__  # instead of what pytest has put there
    for stream, file in zip((1, 2), files, strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), stream)
    warnings.resetwarnings()  # as they are in a new process, instead of errors
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(environment)
    torch.set_num_threads(1)
    sys.exit(function(*arguments))
