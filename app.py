"""python app.py: the page on which to draw a digit and look inside LeNet-5."""

import argparse
import os
import sys

from lenet.weights.hub import MODEL_HELP, begin

# Before gradio and huggingface_hub are imported: no usage statistics, no progress bars, plain downloads.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 2 for an error that the user can fix, 130 for Ctrl+C before the page is up."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python app.py", description="Draw a digit and look inside LeNet-5.")
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME, else 127.0.0.1)")
    parser.add_argument(
        "--port", type=int, help="port to listen on (default: GRADIO_SERVER_PORT, else 7860 or the next)"
    )
    parser.add_argument("--share", action="store_true", help="create a public link that works while the app runs")
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    options = parser.parse_args(arguments)
    for name, port in (("--port", options.port), ("GRADIO_SERVER_PORT", os.environ.get("GRADIO_SERVER_PORT"))):
        if port not in (None, "") and not (str(port).isdecimal() and 1 <= int(port) <= 65535):
            parser.error(f"{name} {port}: expected a port from 1 to 65535")
    try:
        fetch = begin(options.model)

        # Late: --help answers at once, and the weights are downloaded in the meantime.
        import torch

        from lenet import Recognizer
        from lenet.page import build_page, serve

        torch.set_num_threads(1)  # more threads do not speed up one small image, and visitors share the machine
        reader = Recognizer.from_pretrained(fetch)
    except ValueError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2
    if reader.weights.notice:
        print(f"app.py: {reader.weights.notice}", file=sys.stderr)
    try:
        serve(build_page(reader), options.host, options.port, options.share)
    except OSError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
