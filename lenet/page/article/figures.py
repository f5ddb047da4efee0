"""The figures that a section can show, by name, and how each can be set. They are drawn in the browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lenet.networks import NETWORKS

LAYERS = ("input", "c1", "s2", "c3", "s4", "c5", "f6", "output")
MAPS = ("c1", "s2", "c3", "s4")
# Those of `static/explore/transforms.js`, `static/network/attack.js`, `editing.js` and `variations.js`.
CHANGES = ("rotation", "scale", "squeeze", "slant", "shift", "width", "noise", "gaps")
ATTACKS = ("fgsm", "pgd", "pixels")
FILTERS = ("learned", "blur", "upright", "level")
POOLING = ("own", "average", "max", "trainable")


@dataclass(frozen=True)
class Setting:
    """A value that can be set: one of some, a number in a range, or a text of a pattern; and in words, what is.

    The browser checks the settings of a figure in an address by the same fields.
    """

    expected: str
    values: tuple[str | bool, ...] = ()
    range: tuple[float, float] | None = None
    whole: bool = False
    pattern: str = ""

    def accepts(self, value: object) -> bool:
        if self.range:
            low, high = self.range
            if not isinstance(value, int | float) or isinstance(value, bool):
                return False
            return low <= value <= high and not (self.whole and value % 1)
        if self.pattern:
            return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None
        return any(value is one or (isinstance(one, str) and value == one) for one in self.values)


def one_of(*values: str) -> Setting:
    return Setting(f"one of {', '.join(values)}", values=values)


def number(low: float, high: float) -> Setting:
    return Setting(f"a number from {low:g} to {high:g}", range=(low, high))


def whole(low: int, high: int) -> Setting:
    return Setting(f"a whole number from {low} to {high}", range=(low, high), whole=True)


FLAG = Setting("true or false", values=(True, False))
TEXT = Setting("a text", pattern=".*")
# A unit as links have it, LAYER.MAP for the one in the middle of a map, or the output unit of the digit that is read.
UNIT = Setting(
    "LAYER.MAP, LAYER.MAP.ROW.COLUMN or output.read",
    pattern=rf"output\.read|({'|'.join(LAYERS)})\.[0-9]+(\.[0-9]+\.[0-9]+)?",
)
BLOCK = Setting("s2.MAP, s4.MAP, or one of these with .ROW.COLUMN", pattern=r"s[24]\.[0-9]+(\.[0-9]+\.[0-9]+)?")
CHANGE = {"change": one_of(*CHANGES), "value": number(-90, 90), "preprocessed": FLAG}


@dataclass(frozen=True)
class Figure:
    """What a figure shows, its settings, and the mode of the explorer that has the same component, if there is one."""

    shows: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    mode: str = ""


# Each can show another network than the page's own.
NETWORK = {"network": one_of(*NETWORKS)}
FIGURES = {
    "preprocessing": Figure("from the drawing to the input, step by step, and its numbers", CHANGE, "break"),
    "kernel": Figure(
        "a kernel on its way over the input, step by step",
        {"map": whole(0, 5), "filter": one_of(*FILTERS)},
    ),
    "counting": Figure("parameters and connections, counted layer by layer", {"layer": one_of(*LAYERS)}),
    "subsampling": Figure(
        "a block, what is made of it, and how much two layers change when the input is shifted",
        {"unit": BLOCK, "pooling": one_of(*POOLING), "shift": whole(-4, 4), "result": FLAG},
    ),
    "table": Figure(
        "table I, to be edited: which maps of S2 each map of C3 sees",
        {"map": whole(0, 15)},
    ),
    "unit": Figure(
        "how a unit is computed, what it sees, and how one of its weights learns",
        {"unit": UNIT, "numbers": FLAG, "learns": FLAG},
        "inspect",
    ),
    "bitmaps": Figure("F6 as a picture of 7x12 beside the ten bitmaps", {"distances": FLAG}, "compare"),
    "curve": Figure("where the values of a layer are on the activation function", {"layer": one_of(*LAYERS)}),
    "training": Figure(
        "one step, the steps of a finished training, or a training in the browser",
        {"part": one_of("step", "finished", "browser"), "runs": TEXT},
        "learn",
    ),
    "errors": Figure(
        "the confusion matrix, whose cells open digits, or a map of F6, or a tally of one's own digits",
        {"view": one_of("matrix", "map", "tally")},
        "mistakes",
    ),
    "averages": Figure("the ten average digits, the nearest of them, and the network's answer", CHANGE),
    "breaking": Figure("how far the drawing can be changed until it is read otherwise", CHANGE, "break"),
    "fool": Figure("the smallest change that makes it another digit", {"method": one_of(*ATTACKS)}, "fool"),
    "row": Figure("several digits: each by itself, and the network moved along them"),
    "networks": Figure("the three networks on the same drawing", mode="compare"),
}


def as_data() -> dict[str, dict[str, dict]]:
    """The settings of each figure, for the browser: how a value is checked, as far as it is, and what is expected."""
    return {
        name: {
            setting: {
                key: list(value) if isinstance(value, tuple) else value for key, value in vars(rule).items() if value
            }
            for setting, rule in figure.settings.items()
        }
        for name, figure in FIGURES.items()
    }


def check_settings(given: Mapping[str, object], known: Mapping[str, Setting], where: str) -> None:
    """Raises ValueError for a setting that is not known, or has a value that is not accepted."""
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{where}: unknown setting {name}, expected one of {', '.join(known)}")
        if not known[name].accepts(value):
            raise ValueError(f"{where}: {name}: {value}: expected {known[name].expected}")
