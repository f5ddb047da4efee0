"""python -m train: train LeNet-5; `evaluate RUN` measures what a training made, `publish RUN` puts it on the Hub."""

import sys

from train import evaluate, publish, run, space
from train.checkpoint import CheckpointError
from train.data import DataError
from train.hub_error import HubError
from train.loop import TrainingError
from train.publish import PublishError

COMMANDS = {
    "evaluate": evaluate.main,
    "publish": publish.main,
    "stage-space": space.stage_main,
    "publish-space": space.publish_main,
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0, 2 for what the person who called can mend, 130 for Ctrl+C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = run.main
    if arguments and arguments[0] in COMMANDS:
        command, arguments = COMMANDS[arguments[0]], arguments[1:]
    try:
        command(arguments)
    except (DataError, TrainingError, CheckpointError, PublishError, HubError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"train: {where}{error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as interrupt:
        print(f"\ntrain: interrupted{f'; {interrupt}' if interrupt.args else ''}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
