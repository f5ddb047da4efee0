"""python -m lenet.page, or python app.py: serve the page on which to draw a digit and look inside LeNet-5."""

import argparse
import os
import sys

from lenet import __version__
from lenet.command import given_arguments, program
from lenet.interrupt import exit_on_interrupt
from lenet.page.address import listen, root_path
from lenet.weights.fetch import MODEL_HELP, begin

# Before gradio and huggingface_hub are imported: no usage statistics and no progress bars.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 2 for an error that the user can fix, 130 for Ctrl+C before the page is up."""
    try:
        return _run(given_arguments(arguments), program("lenet.page"))
    except KeyboardInterrupt:
        return 130


def build_parser(name: str) -> argparse.ArgumentParser:
    """The options of the page; docs/page.md has a table of them."""
    parser = argparse.ArgumentParser(prog=name, description="Draw a digit and look inside LeNet-5.")
    parser.add_argument(
        "--host",
        help="address to listen on; 0.0.0.0 serves the local network (default: GRADIO_SERVER_NAME, else 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=int,
        help="port to listen on (default: GRADIO_SERVER_PORT, else 7860 or the next free one)",
    )
    parser.add_argument("--share", action="store_true", help="create a public link that works while the app runs")
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument(
        "--metrics-port", type=int, metavar="PORT", help="serve metrics for Prometheus at http://127.0.0.1:PORT/metrics"
    )
    parser.add_argument("--metrics-host", default="127.0.0.1", help="address for the metrics (default: %(default)s)")
    parser.add_argument(
        "--log-json",
        action="store_true",
        help="print a line of JSON for each request on standard error: time, method, path, status, milliseconds",
    )
    parser.add_argument("--version", action="version", version=f"lenet {__version__}", help="print the version")
    return parser


def _run(arguments: list[str], name: str) -> int:
    parser = build_parser(name)
    options = parser.parse_args(arguments)
    ports = {
        "--port": options.port,
        "--metrics-port": options.metrics_port,
        "GRADIO_SERVER_PORT": os.environ.get("GRADIO_SERVER_PORT") or None,
    }
    for source, port in ports.items():
        if port is not None and not (str(port).isdecimal() and 1 <= int(port) <= 65535):
            parser.error(f"{source} {port}: expected a port from 1 to 65535")
    try:
        fetch = begin(options.model)
        root_path(os.environ.get("GRADIO_ROOT_PATH"))
        port = options.port or ports["GRADIO_SERVER_PORT"]
        for listener in listen(options.host or os.environ.get("GRADIO_SERVER_NAME"), int(port) if port else None):
            listener.close()

        # Late: errors above and --help are reported at once, and the weights are downloaded in the meantime.
        with exit_on_interrupt():
            import torch

            from lenet.page.direct import without_proxies
            from lenet.page.stubs import without_stubs

            with without_proxies(), without_stubs():
                from lenet.page.serve import serve
            from lenet.recognizer import Recognizer

            torch.set_num_threads(1)  # more threads do not speed up one small image, and visitors share the machine
            reader = Recognizer.from_pretrained(fetch)
        if reader.weights.notice:
            print(f"{name}: {reader.weights.notice}", file=sys.stderr)
        metrics = (options.metrics_host, options.metrics_port) if options.metrics_port else None
        serve(reader, options.host, options.port, options.share, metrics, options.log_json)
    except ModuleNotFoundError as error:
        packages = {
            "gradio": "the page needs Gradio",
            "httpx": "the page needs Gradio",
            "prometheus_client": "--metrics-port needs prometheus-client",
        }
        if error.name not in packages:
            raise
        print(f'{name}: {packages[error.name]}: install it with `pip install "lenet[app]"`', file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
