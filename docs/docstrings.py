"""Fields of classes for the site's Python API. Griffe, which reads the docstrings, loads this as an extension."""

import re

import griffe


class Fields(griffe.Extension):
    """Makes of each `name: text` in a class's docstring the docstring of that attribute, which has its type, too."""

    def on_class_members(self, *, cls: griffe.Class, **_) -> None:
        if cls.docstring is None:
            return
        kept = []
        for paragraph in cls.docstring.value.split("\n\n"):
            name, *_ = paragraph.split(":")
            if name not in cls.members:
                kept.append(paragraph)
                continue
            for field in re.split(r"^(?=\w+: )", paragraph, flags=re.MULTILINE)[1:]:
                name, _, text = field.partition(": ")
                cls.members[name].docstring = griffe.Docstring(
                    text[0].upper() + " ".join(text[1:].split()), parent=cls.members[name]
                )
        cls.docstring.value = "\n\n".join(kept)
