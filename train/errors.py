"""The base class of errors that a command of `python -m train` reports in one line, with exit code 2."""


class CommandError(Exception):
    """The message is one line for the user: what happened, then what to do."""
