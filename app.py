"""python app.py: the page where you draw a digit and look inside LeNet-5."""

import argparse
import os
import sys

from lenet.hub import MODEL_HELP, begin

# Before gradio and huggingface_hub are imported: they would report the start to their makers.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python app.py", description="Draw a digit and look inside LeNet-5.")
    parser.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME, else 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: GRADIO_SERVER_PORT, else 7860 or next)")
    parser.add_argument("--share", action="store_true", help="make a public link that lives as long as this runs")
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    options = parser.parse_args(arguments)
    if options.port is not None and not 1 <= options.port <= 65535:
        parser.error(f"--port {options.port}: ports go from 1 to 65535")

    try:
        fetch = begin(options.model)

        # Imported late: --help answers at once, and the weights are fetched meanwhile.
        import torch

        from lenet import Recognizer
        from lenet.page import build_page, serve

        torch.set_num_threads(1)  # one small picture gains nothing from more, and visitors share the machine
        reader = Recognizer.from_pretrained(fetch)
    except ValueError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2
    if reader.notice:
        print(f"app.py: {reader.notice}", file=sys.stderr)
    try:
        serve(build_page(reader), options.host, options.port, options.share)
    except OSError:
        # Gradio says only that it found no free port, and takes a bad host for a busy port.
        where = [f"--host {options.host}"] * bool(options.host) + [f"--port {options.port}"] * bool(options.port)
        print(f"app.py: cannot listen on {' '.join(where) or 'any port'}: taken, or not to be had", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
