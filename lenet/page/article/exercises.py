"""The kinds of exercises: what the reader predicts, and what the page computes to check it. No answer is stored.

Each kind has the name of the computation in the browser. Where the reader chooses among outcomes, an exercise has words
of its own for each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lenet.page.article.figures import CHANGE, LAYERS, MAPS, Setting, number, one_of, whole

CHOICE, NUMBER, MAP, DIGIT = "choice", "number", "map", "digit"


@dataclass(frozen=True)
class Check:
    """`computes` says what; `outcomes` are those of a choice. Settings without a value in an exercise are errors.

    `of_drawing`: whether the answer is about the drawing on the pad, and so another one for another drawing.
    """

    computes: str
    answer: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    of_drawing: bool = True


SAME = ("same", "other")
VALUES = {"layer": one_of(*LAYERS[1:-1])}
KERNELS = {"layer": one_of("c1", "c3"), "kernel": whole(1, 12)}
CHECKS = {
    "ink": Check("how many numbers of the input are not 0, with two decimals", NUMBER),
    "answer-after": Check("whether the changed drawing is answered as before", CHOICE, CHANGE, SAME),
    "most-active": Check(
        "the map of a layer whose values differ most from those for blank paper",
        MAP,
        {"layer": one_of(*MAPS)},
    ),
    "averages-after": Check(
        "whether the nearest average digit, and the network, still say what they said of the unchanged drawing",
        CHOICE,
        CHANGE,
        ("network", "averages", "both", "neither"),
    ),
    "parameters-with": Check(
        "the parameters of a convolution with kernels of another size",
        NUMBER,
        KERNELS,
        of_drawing=False,
    ),
    "side-with": Check(
        "the side of its maps then",
        NUMBER,
        KERNELS,
        of_drawing=False,
    ),
    "changes-more": Check(
        "which of two layers changes more when the input is shifted by so many pixels, relative to what the drawing "
        "has changed of blank paper: Euclidean distances",
        CHOICE,
        {"shift": whole(1, 4)},
        ("c1", "s2"),
    ),
    "block": Check("the value that a unit of S2, in the middle of a map, has", NUMBER, {"map": whole(0, 5)}),
    "maps-seen": Check("how many maps of S2 a map of C3 sees", NUMBER, {"map": whole(0, 15)}, of_drawing=False),
    "answer-without": Check(
        "whether the drawing is answered as before when a map or unit is switched off",
        CHOICE,
        {**VALUES, "map": whole(0, 119)},
        SAME,
    ),
    "sees": Check(
        "the side of the square of the input that a unit sees",
        NUMBER,
        {"layer": one_of("c3", "s4", "c5")},
        of_drawing=False,
    ),
    "erased-outside": Check(
        "whether a unit in the middle of a map has another value when all ink that it does not see is erased",
        CHOICE,
        {"layer": one_of("c1", "s2", "c3", "s4"), "map": whole(0, 15)},
        SAME,
    ),
    "nearest-bitmap": Check("the digit whose bitmap is so many-th nearest to F6", DIGIT, {"place": whole(1, 10)}),
    "flat": Check(
        "how many percent of a layer are above 0.9 of the activation function's amplitude, in size", NUMBER, VALUES
    ),
    "zeros": Check("how many percent of a layer are 0", NUMBER, VALUES),
    "scores-plus": Check(
        "whether the highest probability changes when so much is added to all ten scores",
        CHOICE,
        {"amount": whole(-100, 100)},
        ("larger", "same", "smaller"),
    ),
    "answers": Check("whether the page answers with a digit", CHOICE, {}, ("digit", "rejected")),
    "kept-after": Check(
        "how many percent of the page's old digits are still read after a step of so many times the usual rate, "
        "towards the second likeliest digit",
        NUMBER,
        {"times": number(0.01, 10_000)},
    ),
    "errors-after": Check(
        "how many percent of the page's test digits are misread after so many passes from random weights",
        NUMBER,
        {"passes": whole(1, 3)},
        of_drawing=False,
    ),
    "confused-with": Check(
        "the digit that a test digit is taken for most often", DIGIT, {"digit": whole(0, 9)}, of_drawing=False
    ),
    "pixels-to-fool": Check("how many pixels make another digit of the drawing: the one that takes fewest", NUMBER),
    "columns": Check(
        "how many columns of scores a row of so many pixels gives",
        NUMBER,
        {"width": whole(32, 400)},
        of_drawing=False,
    ),
    "both-ways": Check(
        "whether so many digits, two of which touch, give the same number when they are cut and when the network is "
        "moved along them",
        CHOICE,
        {"digits": whole(2, 6)},
        SAME,
    ),
    "networks-agree": Check(
        "whether the three networks give the same answer when the input is shifted by so many pixels",
        CHOICE,
        {"shift": whole(-8, 8)},
        SAME,
    ),
    "fewer-errors": Check(
        "which of two runs, which differ in a setting, misreads fewer test digits after a pass",
        CHOICE,
        {
            "differs": one_of("activation", "pooling", "optimizer", "rate", "batch", "seed"),
            "first": Setting("a value of it", pattern=".+"),
            "second": Setting("a value of it", pattern=".+"),
        },
        ("first", "second", "equal"),
        of_drawing=False,
    ),
}
