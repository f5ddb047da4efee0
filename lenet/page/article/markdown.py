"""Markdown of the page's words: headings, paragraphs, emphasis, citations, placeholders and named blocks.

    # A title

    A paragraph with *emphasis*, a placeholder, {c1.parameters}, and a citation, [table I](lecun1998).

    ```figure unit
    layer: c1
    ```

A citation is a link to a key of `sources.yaml`; a named block is YAML in a fence. Nothing else is Markdown here: other
marks, HTML among them, are shown as they are written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).parent
PARSER = MarkdownIt("zero").enable(["heading", "fence", "emphasis", "link"])
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PAPER = "lecun1998"
# Where in the paper something stands: "II.B", "table I", "fig. 9", "eq. 7", "app. A".
PLACE = re.compile(r"[IVX]+(\.[A-F](\.\d+)?)?|table [IVX]+|fig\. \d+|eq\. \d+|app\. [A-C]")

Fill = Callable[[str], str]


class UnknownNumberError(Exception):
    """A number that these weights do not have, such as a test error that nobody has measured."""


@dataclass(frozen=True)
class Words:
    """A paragraph, or a text of a block: Markdown that has been parsed, and where it stands."""

    tokens: list[Token]
    where: str

    def html(self, fill: Fill) -> str:
        """HTML, everything in it escaped. Raises UnknownNumberError, or ValueError for an unknown placeholder."""
        tokens = [part for token in self.tokens for part in self._shown(token, fill)]
        return PARSER.renderer.render([Token("inline", "", 0, children=tokens)], PARSER.options, {})

    def plain(self, fill: Fill) -> str:
        """The text alone, without citations."""
        return re.sub(r"\s+", " ", "".join(self._filled(token, fill).content or " " for token in self.prose)).strip()

    @property
    def prose(self) -> list[Token]:
        """The tokens outside of citations."""
        depth, found = 0, []
        for token in self.tokens:
            depth += token.nesting if token.type.startswith("link") else 0
            if depth == 0 and token.type in ("text", "softbreak"):
                found.append(token)
        return found

    @property
    def placeholders(self) -> set[str]:
        return {name for token in self.tokens for name in PLACEHOLDER.findall(token.content)}

    @property
    def citations(self) -> list[tuple[str, str]]:
        """(source, place in it) of each."""
        return [
            (str(link.attrs["href"]), " ".join(text.content.split()))
            for link, text in zip(self.tokens, self.tokens[1:], strict=False)
            if link.type == "link_open"
        ]

    def _shown(self, token: Token, fill: Fill) -> list[Token]:
        """The token as it is shown; a citation stands in parentheses, and a place in the paper after its year."""
        if token.type == "link_close":
            return [token, Token("text", "", 0, content=")")]
        if token.type != "link_open":
            return [self._filled(token, fill)]
        key = str(token.attrs["href"])
        attributes = {"class": "source", "href": sources()[key].url, "title": sources()[key].title}
        link = token.copy(attrs={**attributes, "target": "_blank", "rel": "noopener"})
        year = [Token("text", "", 0, content="1998, ")] if key == PAPER else []
        return [Token("text", "", 0, content="("), link, *year]

    def _filled(self, token: Token, fill: Fill) -> Token:
        if token.type != "text":
            return token
        try:
            return token.copy(content=times(PLACEHOLDER.sub(lambda match: fill(match[1]), token.content)))
        except ValueError as error:
            raise ValueError(f"{self.where}: {error}") from None


@dataclass(frozen=True)
class Block:
    """A fence: what kind of block it is, the name that it is given, and its content."""

    kind: str
    name: str
    content: dict[str, Any]
    where: str


@dataclass
class Part:
    """A heading, and what follows it up to the next one."""

    title: Words
    paragraphs: list[Words] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """What is cited: `title` in full."""

    title: str
    url: str


@cache
def sources() -> dict[str, Source]:
    """By the keys with which they are cited."""
    return {key: Source(**source) for key, source in _mapping((FOLDER / "sources.yaml").read_text(), "sources").items()}


def read(path: Path) -> list[Part]:
    """The parts of a file. Raises ValueError, which names file and line, for what is not understood."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str) -> list[Part]:
    """The parts of a text; `name` is that of the file, for errors."""
    parts: list[Part] = []
    tokens = PARSER.parse(text)
    for token, content in zip(tokens, [*tokens[1:], None], strict=True):
        where = f"{name}, line {(token.map or [0])[0] + 1}"
        if token.type == "heading_open" and content:
            parts.append(Part(_words(content.children or [], where)))
        elif token.type in ("paragraph_open", "fence") and not parts:
            raise ValueError(f"{where}: expected a heading first")
        elif token.type == "paragraph_open" and content:
            parts[-1].paragraphs.append(_words(content.children or [], where))
        elif token.type == "fence":
            kind, _, block = token.info.strip().partition(" ")
            parts[-1].blocks.append(Block(kind, block.strip(), _mapping(token.content, where), where))
    return parts


def words(text: str, where: str) -> Words:
    """The text of a block, which is one paragraph."""
    return _words(PARSER.parseInline(text.strip())[0].children or [], where)


def _words(tokens: list[Token], where: str) -> Words:
    found = Words(tokens, where)
    for source, place in found.citations:
        if source not in sources():
            raise ValueError(f"{where}: unknown source {source}, expected one of {', '.join(sources())}")
        if source == PAPER and not all(map(PLACE.fullmatch, place.split(", "))):
            raise ValueError(f"{where}: {place}: cite a section, table, figure or equation of the paper")
    return found


def _mapping(text: str, where: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{where}: not valid YAML: {' '.join(str(error).split())}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ValueError(f"{where}: expected lines of the form NAME: VALUE")
    return content


def from_table(values: Mapping[str, str | None]) -> Fill:
    """Fills in placeholders by their names; None is a number that is not known."""

    def fill(name: str) -> str:
        if name not in values:
            raise ValueError(f"unknown placeholder {{{name}}}")
        if (value := values[name]) is None:
            raise UnknownNumberError(name)
        return value

    return fill


def times(text: str) -> str:
    """With multiplication signs for the x of 5x5 and of 6 x (5x5 + 1)."""
    return re.sub(r"(?<=[\d)])( ?)x( ?)(?=[\d(])", "\\1\u00d7\\2", text)
