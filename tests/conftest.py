"""Shared by tests of all kinds: the bundled reader, small data sets, training in a process, the page, a browser.

What a fixture needs is imported when it is first used: not all tests need it, and the process of pytest-xdist that
distributes them to others, and imports this file, too, needs none of it.
"""

import atexit
import contextlib
import gc
import logging
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import ROOT
from lenet.page.stubs import without_stubs

if TYPE_CHECKING:
    from lenet import Recognizer
    from tests.processes import Forker


LONGEST = ("test_screens.py", "test_modules.py")

FORKER: "pytest.StashKey[Forker]" = pytest.StashKey()
importing = contextlib.ExitStack()  # what holds until all tests have been imported


def pytest_configure() -> None:
    """Prepare this process, and those that tests start.

    Ctrl+C ends them, even if whoever started the tests ignores it, as nohup does.
    """
    gc.disable()  # until all is imported, which makes a million objects that stay
    importing.enter_context(without_stubs())
    # Nothing is connected to with TLS, and loading the system's certificates takes 40 ms for each client.
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(ROOT)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, unless only unit tests run: others wait, for a browser or a process."""
    is_unit = [Path(argument).name for argument in config.args] == ["unit"]
    return (os.cpu_count() or 1) + (not is_unit)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Use one thread; collect garbage more rarely, and what was imported only when Python ends.

    Processes are forked from a copy of this one as it is now, in which nothing has been started.
    """
    import torch

    importing.close()
    torch.set_num_threads(1)  # more threads would slow down networks and batches as small as these
    gc.freeze()
    gc.set_threshold(10_000)
    atexit.register(gc.unfreeze)
    gc.enable()
    if any("fork" in getattr(item, "fixturenames", ()) for item in session.items):
        from tests.processes import Forker

        session.config.stash[FORKER] = Forker()
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.name.startswith("torch"):
            # Or else pytest adds handlers to each of these 60, and removes them, six times a test.
            logger.propagate = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it needs, which is the name of its folder; put the longest ones first.

    One that begins last would leave the other processes of pytest-xdist with nothing to do.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        kind = item.path.relative_to(Path(__file__).parent).parts[0]
        item.add_marker(getattr(pytest.mark, kind))


@pytest.fixture(scope="session")
def reader() -> "Recognizer":
    from lenet import Recognizer

    return Recognizer.from_pretrained()


@pytest.fixture(scope="session")
def small_data(tmp_path_factory) -> Path:
    """A data folder: 300 training and 100 test digits in MNIST's format, and 81 digits as pen strokes by 27 writers."""
    from tests.small_data import write_small_mnist, write_small_strokes

    folder = tmp_path_factory.mktemp("data")
    write_small_mnist(folder)
    write_small_strokes(folder)
    return folder


@pytest.fixture(scope="session")
def fork(tmp_path_factory, pytestconfig):
    """Call a function in a process of its own: see tests.processes."""
    from tests.processes import Forked

    processes = []

    def call(function, *arguments, **environment) -> Forked:
        folder = tmp_path_factory.mktemp("process")
        processes.append(Forked(pytestconfig.stash[FORKER], folder, function, *arguments, environment=environment))
        return processes[-1]

    assert call(int).wait() == 0  # all has been imported
    yield call
    for process in processes:
        process.kill()  # those that a failed test has left running


@pytest.fixture(scope="session")
def start(fork):
    """Start the training command in a process of its own."""
    from tests.processes import Forked, train

    def call(*arguments, **environment) -> Forked:
        return fork(train, arguments, **environment)

    return call


@pytest.fixture
def error_of(capsys):
    """Run the training command in this process, expect exit code 2, and return what it printed to stderr."""
    from train.__main__ import main

    def call(*arguments) -> str:
        try:
            code = main([*map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        assert code == 2
        return capsys.readouterr().err

    return call


@pytest.fixture(scope="session")
def page_url():
    """The URL of the page with one of the bundled networks, served by this process once it is needed."""
    from harness.servers import page_in_this_process
    from lenet import Recognizer
    from lenet.weights.model import bundled

    urls: dict[str, str] = {}

    def url(variant: str = "textbook") -> str:
        if variant not in urls:
            urls[variant] = page_in_this_process(Recognizer.from_pretrained(bundled(variant)))
        return urls[variant]

    return url


@pytest.fixture(scope="session")
def app_url(page_url):
    """The URL of the page, served by this process."""
    return page_url()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    from harness.browser import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
