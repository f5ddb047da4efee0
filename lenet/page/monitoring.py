"""For whoever runs the page for others: metrics for Prometheus on a port of their own, and a log of the requests."""

import json
import sys
import time
from collections.abc import Callable

from starlette.types import Message, Scope

from lenet.page.uploads import Uploads
from lenet.recognizer import Reading, Recognizer

# Seconds; a reading takes 1 to 40 milliseconds on an idle machine.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Monitoring:
    """What is counted. Without a port, nothing is, and prometheus_client is not needed."""

    def __init__(self):
        self.readings = self.seconds = None

    def start(self, host: str, port: int, reader: Recognizer, uploads: Uploads) -> None:
        """Serve the metrics at http://host:port/metrics. Raises OSError; ModuleNotFoundError without the package."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, start_http_server

        registry = CollectorRegistry()
        options = {"registry": registry, "namespace": "lenet"}
        self.readings = Counter("readings", "Images read, by outcome", ["outcome"], **options)
        self.seconds = Histogram("reading_seconds", "Time to read an image", buckets=BUCKETS, **options)
        uploads_held = Gauge("uploads_held", "Uploaded files, until a minute after they have been read", **options)
        uploads_held.set_function(uploads.count)
        weights = {"origin": reader.weights.origin or "", "variant": reader.weights.model.variant}
        Info("weights", "The weights in use", **options).info(weights)
        start_http_server(port, host, registry)

    def timed(self, read: Callable[[], Reading]) -> Reading:
        """What `read` returns or raises, counted with the time that it took.

        The outcome is "digit", "number" for several digits in a row, why the image was rejected, or "invalid".
        """
        began, outcome = time.perf_counter(), "invalid"
        try:
            reading = read()
            outcome = "number" if reading.digits else reading.reason or "digit"
            return reading
        finally:
            self.count(outcome)
            if self.seconds:
                self.seconds.observe(time.perf_counter() - began)

    def count(self, outcome: str) -> None:
        """Count a request by its outcome: one of those of `timed`, or "refused" if too many are under way."""
        if self.readings:
            self.readings.labels(outcome).inc()


class RequestLog:
    """Prints a line of JSON for each request: time, method, path, status, and milliseconds until the response began."""

    def __init__(self, scope: Scope):
        self.scope, self.began = scope, time.perf_counter()

    def __call__(self, message: Message) -> None:
        """Called with each message that is sent to the visitor."""
        if message["type"] != "http.response.start":
            return
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "method": self.scope["method"],
            "path": self.scope["path"][:200],
            "status": message["status"],
            "milliseconds": round(1e3 * (time.perf_counter() - self.began), 1),
        }
        print(json.dumps(line), file=sys.stderr, flush=True)
