"""ZeroGPU's machines as the package `spaces` sees them: two variables, and an API, here on the loopback interface."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

from harness.fake_hub.http import BaseRequest


@contextlib.contextmanager
def device_api() -> Iterator[tuple[dict[str, str], list[tuple[str, str]]]]:
    """The variables of a Space on ZeroGPU, and a list that grows with each request to its API: (method, path)."""
    requests: list[tuple[str, str]] = []

    class Request(BaseRequest):
        """One request: it is recorded, and answered by an empty object."""

        def respond(self) -> None:
            requests.append((self.command, self.path.split("?")[0]))
            self.send_json({})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield {"SPACES_ZERO_GPU": "1", "SPACES_ZERO_DEVICE_API_URL": url}, requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
