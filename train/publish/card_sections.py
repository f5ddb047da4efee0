"""The model card's sections, in Markdown: every figure in them is out of metrics.json and config.json."""

import math
from collections.abc import Collection

from lenet.networks import NETWORKS
from train.plots import CONFUSION, CURVES, MISREAD, REFUSALS, RELIABILITY

WHAT = {
    "textbook": "the layers and sizes of the paper of 1998 as today's textbooks print it: average pooling, tanh, "
    "C3 joined to all maps of S2, a linear output",
    "tutorial": "the network that most tutorials train: ReLU, max-pooling, 28x28 without padding",
    "original": "the original: 1.7159 tanh(2x/3), trainable subsampling, C3 joined to S2 by the paper's table I, ten "
    "outputs that measure distances to drawn bitmaps",
}
CAPTIONS = {
    CONFUSION: "How often each digit of the test was read as each",
    RELIABILITY: "How often it is right where it says that it is so sure",
    REFUSALS: "Energies of digits and of what is none; what lies right of the line is refused",
    CURVES: "Error and loss by epoch",
}
KINDS = {
    "drawn, unflagged": "drawn",
    "drawn, flagged": "drawn, but smeared, drawn over or hardly legible",
    "photo, unflagged": "photographed",
    "photo, flagged": "photographed, hardly legible",
    "plain": "which resemble none",
    "confusable with a digit": "which resemble one",
}
UNITS = {
    "rotation": ", degrees",
    "scale": ", share of the size",
    "shift": ", pixels",
    "elastic": ", pixels",
    "elastic_grid": ", a side",
}
PENDIGITS = "https://archive.ics.uci.edu/dataset/81"


def head(metrics: dict, variant: str, code: str | None) -> str:
    parameters = sum(p.numel() for p in NETWORKS[variant](mean=0.0, std=1.0).parameters())
    dry = (
        "> **A dry run**: one epoch on a few hundred digits, made to try the way from training to the Hub. "
        "Not for use.\n\n"
        if metrics["dry_run"]
        else ""
    )
    source = f" Code, training and a page to draw on: [{code}]({code})." if code else ""
    return (
        f"# LeNet-5, `{variant}`\n\n{dry}"
        f"Reads one handwritten digit from a picture, says how sure it is, and refuses what is no digit. LeNet-5 in "
        f"{parameters:,} parameters; `{variant}` is {WHAT[variant]}. It takes 32x32 ink; the reader makes that of any "
        f"drawing, scan or photo, the way MNIST was made.{source}"
    )


def use(repo_id: str, code: str | None) -> str:
    get = f"git clone {code} lenet-5 && cd lenet-5" if code else "cd lenet-5"
    where = "" if code else "`lenet-5` is the folder of the project's code.\n\n"
    return (
        f"## Use\n\n{where}"
        f"```sh\n{get} && pip install -r requirements.txt\n```\n\n"
        "On Linux without an NVIDIA card `pip install --extra-index-url https://download.pytorch.org/whl/cpu -r "
        "requirements.txt` spares 5 GB.\n\n"
        "```python\n"
        "from PIL import Image\n"
        "from lenet import Recognizer\n"
        f'reading = Recognizer.from_pretrained("{repo_id}").read(Image.open("digit.png"))\n'
        "```\n\n"
        "A picture is a PIL image or a numpy array of uint8, of any size. `reading.digit` is the answer and "
        "`reading.top(3)` the likeliest three. Where it refuses, the digit is None and `reading.reason` says why: "
        "blank, too little ink, several digits, not a digit. `reading.activations` holds every stage of the network. "
        "The weights are safetensors: nothing in this repository is code."
    )


def reads(metrics: dict) -> str:
    test = metrics["test"]
    images = _count(test["images"])
    rows = [
        ("MNIST, test digits", images, f"{percent(test['accuracy'])} read right"),
        ("the same: refused", images, percent(test["refused"])),
        (
            "the same: likeliest digit, refused or not",
            images,
            f"{percent(test['error'])} wrong ({_count(test['wrong'])} digits)",
        ),
        ("the same: expected calibration error", images, percent(test["calibration_error"])),
    ]
    if "sketches" in metrics:
        drawn = metrics["sketches"]
        images = _count(drawn["images"])
        by = f"writers {listed(drawn['writer'])}, brushes of {listed(drawn['brush'])} pixels on a page of 280"
        rows += [
            (f"pen digits, {by}", images, f"{percent(drawn['accuracy'])} read right"),
            ("the same: refused", images, percent(drawn["refused"])),
            ("the same: expected calibration error", images, percent(drawn["calibration_error"])),
        ]
    kinds = metrics.get("drawn", {}).get("kinds", {})
    for kind in sorted(kinds, key=[*KINDS, *kinds].index):
        part = kinds[kind]
        right, share = _count(part["right"]), percent(part["accuracy"])
        # Of a few pictures a share of hundredths would say more than was measured.
        result = f"{share if part['images'] >= 100 else right} read right"
        rows.append((f"other people's digits, {_kind(kind)}", _count(part["images"]), result))
    for kind, part in metrics.get("nondigits", {}).items():
        result = f"{percent(part['refused'])} refused"
        rows.append((f"drawings of no digit, {_kind(kind)}", _count(part["images"]), result))
    return (
        f"## How well it reads\n\n{_table(('measured on', 'pictures', 'result'), rows)}\n\n"
        "A refused digit counts as wrong, save in the row that asks for the likeliest digit."
    )


def gets_wrong(metrics: dict, pictures: Collection[str]) -> str:
    test = metrics["test"]
    lines = [f"- Of MNIST's test, most often {_worst(test['class'])}. {_mistaken(test['confusion'])}"]
    if "sketches" in metrics:
        right = metrics["sketches"]["class"]
        lines.append(f"- Of the pen digits, most often {_worst({c: 1 - share for c, share in right.items()})}.")
    for kind, part in metrics.get("nondigits", {}).items():
        lines.append(f"- Of drawings that are no digit ({_kind(kind)}), {percent(1 - part['refused'])} pass for one.")
    sheet = f"\n\n![Every misread digit, the surest first]({MISREAD})" if MISREAD in pictures else ""
    return "## What it gets wrong\n\n" + "\n".join(lines) + sheet + _shown(pictures, CONFUSION)


def training(metrics: dict, config: dict, pictures: Collection[str], code: str | None) -> str:
    recipe, hardware, versions = metrics["recipe"], metrics["hardware"], metrics["versions"]
    pictures_of = {name: _count(count) for name, count in metrics["pictures"].items() if count}
    rows = [(f"`{name}`", _value(value)) for name, value in recipe.items() if name != "distortion"]
    rows += [(f"distortion: {name}{UNITS.get(name, '')}", _value(v)) for name, v in recipe["distortion"].items()]
    held = [
        f"{pictures_of[name]} digits of {what}"
        for name, what in (("mnist_validation", "MNIST's training part"), ("stroke_validation", "the pen strokes"))
        if name in pictures_of
    ]
    made = [
        f"{pictures_of[name]} {what}"
        for name, what in (
            ("mnist", "training digits of MNIST"),
            ("strokes", f"drawings of [pen strokes]({PENDIGITS})"),
            ("outliers", "made drawings that are no digit"),
        )
        if name in pictures_of
    ]
    # Only who is told where the code is can look it up.
    blind = " Not all of the recipe was chosen blind to the scores above: the project's README says what was not."
    return (
        "## How it was trained\n\n"
        f"On {', '.join(made)}, for {_count(metrics['epochs'])} epoch{'s' * (metrics['epochs'] != 1)} of Muon "
        f"(momentum whose steps are made orthogonal) and a one-cycle rate, seed {_count(metrics['seed'])}; one run. "
        f"{' and '.join(held)} were held back; they set the temperature of the probabilities "
        f"({_value(config['temperature'])}) and the energy, -log(sum(exp(scores))), above which it refuses "
        f"({_value(config['max_energy'])}).{blind if code else ''}\n\n"
        f"{_count(max(1, round(metrics['seconds'] / 60)))} minutes on {hardware['cpu']} ({hardware['device']}), "
        + ", ".join(f"{name} {version.split('+')[0]}" for name, version in versions.items())
        + f".\n\n{_table(('recipe', ''), rows)}"
        + _shown(pictures, CURVES)
    )


def limits(metrics: dict, pictures: Collection[str]) -> str:
    return (
        "## Limits\n\n"
        "- One digit a picture. It cuts no numbers into digits and reads no letters.\n"
        "- It knows the hands of MNIST (American forms of the nineties)"
        + (" and of the pen digits' writers" if metrics["pictures"]["strokes"] else " alone")
        + ": other countries' 1, 7 and 9 may be misread, faint photos refused.\n"
        "- Not to be used where a wrong digit harms someone: it is for learning and looking.\n"
        "- Its probabilities are calibrated on digits. Of what is no digit and passes they say nothing."
        + _shown(pictures, RELIABILITY, REFUSALS)
    )


def licences(metrics: dict, pictures: Collection[str]) -> str:
    strokes = f"The pen strokes are [UCI's]({PENDIGITS}), CC BY 4.0. " if metrics["pictures"]["strokes"] else ""
    shown = "; the misread digits above are a part of it" if MISREAD in pictures else ""
    return (
        f"## Licences\n\nWeights and code: MIT. MNIST is by LeCun, Cortes and Burges, CC BY-SA 3.0{shown}. {strokes}"
        "The network: LeCun, Bottou, Bengio, Haffner, *Gradient-Based Learning Applied to Document Recognition*, "
        "Proc. IEEE 86(11), 1998."
    )


def _worst(errors: dict[str, float]) -> str:
    """`the 9 (0.99 % of them), the 5 (0.90 % of them)`: the three digits that are misread most, worst first."""
    worst = sorted(errors, key=lambda digit: -errors[digit])[:3]
    return ", ".join(f"the {digit} ({percent(errors[digit])} of them)" for digit in worst)


def _mistaken(confusion: list[list[int]]) -> str:
    pairs = [(count, d, said) for d, row in enumerate(confusion) for said, count in enumerate(row) if said != d]
    pairs = sorted((pair for pair in pairs if pair[0]), key=lambda pair: -pair[0])[:3]
    return (
        f"The commonest mistakes: {', '.join(f'{d} as {said} ({_count(n)} times)' for n, d, said in pairs)}."
        if pairs
        else ""
    )


def _kind(name: str) -> str:
    """What `evaluate` calls a kind of pictures, in words for a stranger."""
    return KINDS.get(name, name)


def _shown(pictures: Collection[str], *names: str) -> str:
    return "".join(f"\n\n![{CAPTIONS[name]}]({name})" for name in names if name in pictures)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ("---",) * len(head), *rows])


def listed(names) -> str:
    return ", ".join(map(str, names))


def percent(share: float) -> str:
    if not (isinstance(share, float | int) and 0 <= share <= 1):  # NaN, too
        raise ValueError(f"{share!r} is no share of what was measured")
    return f"{share:.2%}".replace("%", " %")


def _count(number: int) -> str:
    if not isinstance(number, int):
        raise ValueError(f"{number!r} is no number of anything")
    return f"{number:,}"


def _value(value) -> str:
    if value is None:
        return "none"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return f"{value:,}" if type(value) is int else f"{value}"
