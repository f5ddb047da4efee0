"""The article: sections of one idea each, with a figure and exercises, as data for the browser.

A file of `sections/` is a section: its number and name are the file's, its title the heading. Beside the prose it has
one figure, one or two exercises, and perhaps a correction of what is often wrong elsewhere:

    ```figure unit
    caption: What the figure shows.
    settings: {unit: c3.0}
    more: {figure: breaking, change: rotation}
    ```

    ```correction
    says: "Often wrong: .... [table I](lecun1998)"
    ```

    ```exercise field
    check: sees
    settings: {layer: c3}
    question: How wide is the part of the drawing that a unit of C3 sees?
    tolerance: 0.2
    why: What the answer means, shown when it is revealed.
    ```

Placeholders in an exercise may name its settings. `more` is another figure, which a button below the first one opens.
`options` has the words for each outcome of a choice; `networks` lists those that the exercise is for, by default all;
`unit` follows a number; `shows` is a figure that the answer opens. `draw` says what is to be drawn before one predicts,
and `meant` asks what it is, which only the reader knows.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from lenet.networks import NETWORKS
from lenet.page.article.exercises import CHECKS, CHOICE, NUMBER
from lenet.page.article.figures import FIGURES, NETWORK, as_data, check_settings
from lenet.page.article.markdown import (
    FOLDER,
    Block,
    Fill,
    UnknownNumberError,
    Words,
    from_table,
    read,
    sources,
    words,
)
from lenet.page.article.numbers import confusion, numbers
from lenet.weights.model import Weights

SECTIONS = FOLDER / "sections"
MOST_WORDS = 120  # of the prose of a section
MOST_WORDS_OF_A_LINE = 40  # of a correction, a question, and what explains an answer
OPTIONAL = ("preprocessed", "network")  # settings that an exercise may leave out
# Kinds of blocks, and how many of each a section has: exercises for each network are counted apart.
BLOCKS = {"figure": (1, 1), "exercise": (1, 6), "correction": (0, 1)}
KEYS = {
    "figure": ("caption", "settings", "more"),
    "exercise": (
        *("check", "settings", "question", "options", "networks", "tolerance", "within", "unit", "why", "shows"),
        *("draw", "meant"),
    ),
    "correction": ("says",),
}
TYPES = {str: "a text", dict: "NAME: VALUE", list: "a list", float: "a number"}
Value = TypeVar("Value")


@dataclass(frozen=True)
class Shown:
    """A figure and its settings."""

    name: str
    settings: dict[str, Any]

    def as_dict(self) -> dict:
        return {"figure": self.name, "settings": self.settings}


@dataclass(frozen=True)
class Exercise:
    """Predict, then reveal. A number may be off by `within`, or by `tolerance`, a share of the answer."""

    name: str
    check: str
    settings: dict[str, Any]
    question: Words
    options: dict[str, Words]
    networks: tuple[str, ...]
    tolerance: float
    within: float
    unit: str
    why: Words
    shows: Shown | None
    draw: str
    meant: str

    def own(self, fill: Fill) -> Fill:
        """Its settings are placeholders, too."""
        return lambda name: str(self.settings[name]) if name in self.settings else fill(name)

    def as_dict(self, fill: Fill) -> dict:
        """What the browser needs to check; texts are HTML. The question stands in the section's."""
        own = self.own(fill)

        return {
            "name": self.name,
            "check": self.check,
            "settings": self.settings,
            "answer": CHECKS[self.check].answer,
            "options": {outcome: text.html(own) for outcome, text in self.options.items()},
            "tolerance": self.tolerance,
            "within": self.within,
            "unit": self.unit,
            "why": self.why.html(own),
            "shows": self.shows and self.shows.as_dict(),
            "isOfDrawing": CHECKS[self.check].of_drawing,
            "draw": self.draw,
            "meant": self.meant,
        }


@dataclass(frozen=True)
class Section:
    """`correction` is None where no popular text is corrected, `more` where there is one figure."""

    name: str
    title: Words
    prose: list[Words]
    figure: Shown
    caption: Words
    more: Shown | None
    correction: Words | None
    exercises: list[Exercise]

    def known(self, fill: Fill) -> list[Words]:
        """The paragraphs all of whose numbers are known."""
        return [text for text in self.prose if _or_none(text.plain, fill) is not None]

    def count_words(self, fill: Fill) -> int:
        """Words of the prose, without citations."""
        return sum(len(text.plain(fill).split()) for text in self.known(fill))

    def as_dict(self, fill: Fill, variant: str) -> dict:
        """Name, title, HTML and exercises, as far as they are for the network."""
        exercises = [one for one in self.exercises if variant in one.networks]
        return {
            "name": self.name,
            "title": self.title.plain(fill),
            "html": self._html(fill, exercises),
            "exercises": [one.as_dict(fill) for one in exercises],
        }

    def _html(self, fill: Fill, exercises: list[Exercise]) -> str:
        prose = "".join(f"<p>{text.html(fill)}</p>" for text in self.known(fill))
        correction = f'<p class="correction">{self.correction.html(fill)}</p>' if self.correction else ""
        settings = escape(json.dumps(self.figure.settings))
        more = f' data-more="{escape(json.dumps(self.more.as_dict()))}"' if self.more else ""
        asked = "".join(
            f'<div class="exercise" data-exercise="{one.name}"><p>{one.question.html(one.own(fill))}</p></div>'
            for one in exercises
        )
        return (
            f'<section data-section="{self.name}" aria-labelledby="article-{self.name}">'
            f'<h2 id="article-{self.name}">{self.title.html(fill)}</h2>'
            f'<div class="prose">{prose}{correction}</div>'
            f'<figure data-figure="{self.figure.name}" data-settings="{settings}"{more}>'
            f"<figcaption>{self.caption.html(fill)}</figcaption></figure>"
            f'<div class="exercises">{asked}</div></section>'
        )


def article(weights: Weights) -> dict:
    """The article about a network, as JSON: sections, what they cite, the confusion matrix, and all figures."""
    fill = from_table(numbers(weights))
    return {
        "sections": [section.as_dict(fill, weights.model.variant) for section in sections()],
        "sources": [{"title": source.title, "url": source.url} for source in sources().values()],
        "confusion": confusion(weights.metrics),
        "figures": as_data(),
    }


@cache
def sections() -> list[Section]:
    """The sections in order. Raises ValueError for what is not understood, naming file and line."""
    return [section(path) for path in sorted(SECTIONS.glob("*.md"))]


def section(path: Path) -> Section:
    """The section of a file."""
    if (name := re.fullmatch(r"\d\d-([a-z0-9]+)", path.stem)) is None:
        raise ValueError(f"{path.name}: expected a name such as 03-counting.md")
    match read(path):
        case [part]:
            pass
        case parts:
            raise ValueError(f"{path.name}: expected one heading, got {len(parts)}")
    kinds = {kind: [block for block in part.blocks if block.kind == kind] for kind in BLOCKS}
    for block in part.blocks:
        if block.kind not in BLOCKS:
            raise ValueError(f"{block.where}: unknown block {block.kind}, expected one of {', '.join(BLOCKS)}")
    for kind, (least, most) in BLOCKS.items():
        if not least <= len(kinds[kind]) <= most:
            raise ValueError(f"{path.name}: expected {least} to {most} of {kind}, got {len(kinds[kind])}")
    (figure,) = kinds["figure"]
    found = Section(
        name=name[1],
        title=part.title,
        prose=part.paragraphs,
        figure=_shown(figure.name, _take(figure, "settings", {}), figure.where),
        caption=_line(figure, "caption"),
        more=_other(figure, "more"),
        correction=_line(kinds["correction"][0], "says") if kinds["correction"] else None,
        exercises=[_exercise(block) for block in kinds["exercise"]],
    )
    if found.correction and not found.correction.citations:
        raise ValueError(f"{found.correction.where}: a correction needs a source: [table I](lecun1998)")
    if not any(text.citations for text in found.prose):
        raise ValueError(f"{path.name}: the prose needs a source: [II.B](lecun1998)")
    _check_length(found.prose, MOST_WORDS, f"{path.name}: the prose")
    asked = [text for one in found.exercises for text in (one.question, one.why)]
    for text in [found.caption, *asked, *([found.correction] if found.correction else [])]:
        _check_length([text], MOST_WORDS_OF_A_LINE, f"{text.where}: this text")
    for variant in NETWORKS:
        if not 1 <= sum(variant in one.networks for one in found.exercises) <= 2:
            raise ValueError(f"{path.name}: expected one or two exercises for {variant}")
    return found


def _check_length(texts: list[Words], most: int, what: str) -> None:
    """Raises ValueError if there are too many words; a placeholder counts as one."""
    if (count := sum(len(text.plain(lambda _: "0").split()) for text in texts)) > most:
        raise ValueError(f"{what} has {count} words, more than {most}")


def _exercise(block: Block) -> Exercise:
    where, name = block.where, _take(block, "check", "")
    if not re.fullmatch("[a-z0-9]+", block.name):
        raise ValueError(f"{where}: an exercise needs a name of small letters, to which links can lead")
    if (check := CHECKS.get(name)) is None:
        raise ValueError(f"{where}: unknown check {name}, expected one of {', '.join(CHECKS)}")
    settings = _take(block, "settings", {})
    check_settings(settings, {**check.settings, **NETWORK}, where)
    if missing := [one for one in check.settings if one not in settings and one not in OPTIONAL]:
        raise ValueError(f"{where}: {name} needs the settings {', '.join(missing)}")
    options = _take(block, "options", {})
    if set(options) != set(check.outcomes if check.answer == CHOICE else ()):
        raise ValueError(f"{where}: expected options for {', '.join(check.outcomes) or 'nothing'}")
    for key in ("tolerance", "within"):
        if (value := _take(block, key, 0.0)) < 0 or (value and check.answer != NUMBER):
            raise ValueError(f"{where}: {key}: {value}: expected a positive number, where the answer is one")
    networks = tuple(map(str, _take(block, "networks", list(NETWORKS))))
    if unknown := set(networks) - set(NETWORKS):
        raise ValueError(f"{where}: unknown network {unknown.pop()}, expected one of {', '.join(NETWORKS)}")
    return Exercise(
        name=block.name,
        check=name,
        settings=settings,
        question=_line(block, "question"),
        options={outcome: words(str(text), where) for outcome, text in options.items()},
        networks=networks,
        tolerance=_take(block, "tolerance", 0.0),
        within=_take(block, "within", 0.0),
        unit=_take(block, "unit", ""),
        why=_line(block, "why"),
        shows=_other(block, "shows"),
        draw=_take(block, "draw", ""),
        meant=_take(block, "meant", ""),
    )


def _other(block: Block, key: str) -> Shown | None:
    """Another figure than the section's own, with its settings; None if a block has none."""
    settings = dict(_take(block, key, {}))
    return _shown(settings.pop("figure", ""), settings, block.where) if settings else None


def _shown(name: str, settings: Mapping[str, object], where: str) -> Shown:
    if name not in FIGURES:
        raise ValueError(f"{where}: unknown figure {name}, expected one of {', '.join(FIGURES)}")
    check_settings(settings, {**FIGURES[name].settings, **NETWORK}, where)
    return Shown(name, dict(settings))


def _line(block: Block, key: str) -> Words:
    """A text of a block. Raises ValueError if it is missing."""
    if not (text := _take(block, key, "")):
        raise ValueError(f"{block.where}: {key} is missing")
    return words(text, block.where)


def _take(block: Block, key: str, default: Value) -> Value:
    """A value of a block, of the same type as what it is by default. Raises ValueError for others, and unknown keys."""
    for name in block.content:
        if name not in KEYS[block.kind]:
            raise ValueError(f"{block.where}: unknown {name}, expected one of {', '.join(KEYS[block.kind])}")
    value = block.content.get(key, default)
    if not _is_like(value, default):
        raise ValueError(f"{block.where}: {key}: {value}: expected {TYPES[type(default)]}")
    return value


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, type(default))


def _or_none(call: Callable[[Fill], Value], fill: Fill) -> Value | None:
    try:
        return call(fill)
    except UnknownNumberError:
        return None
