"""The page's modules as one."""

import re

import pytest

from lenet.page.assets import BUNDLES, FILES, MODULES, STYLES, WORKERS
from lenet.page.bundle import bundle, bundles, imported

SOURCES = {
    "start.js": 'import { sum as add, ONE } from "./lib/sum.js";\nimport * as sums from "./lib/sum.js";\n'
    "export const result = [add(ONE, 2), sums.sum(3, 4), new (class extends sums.Base {})().x];\n",
    "lib/sum.js": 'import { zero } from "../zero.js";\nexport const ONE = zero + 1;\n'
    "export function sum(a, b) { return a + b + zero; }\nexport class Base { x = [...all()][0]; }\n"
    "export function* all() { yield hidden; }\nconst hidden = 9;\n",
    "zero.js": "export const zero = 0;\nconst hidden = 1;\n",
}


def test_each_module_comes_once_and_after_those_it_imports():
    """Whatever the order of the imports."""
    text = bundle(SOURCES, "start.js")
    assert [text.count(f"// {path}\n") for path in SOURCES] == [1, 1, 1]
    assert text.index("// zero.js") < text.index("// lib/sum.js") < text.index("// start.js")


def test_a_bundle_that_is_loaded_later_takes_what_is_there():
    """From the page's bundle, which offers what others take; what is not there is in the bundle itself."""
    later = (
        'import { sum } from "./lib/sum.js";\nimport { more } from "./more.js";\nexport const more2 = sum(more, 1);\n'
    )
    sources = {**SOURCES, "later.js": later, "more.js": "export const more = 1;\n"}
    found = bundles(sources, "page.js", {"page.js": "start.js", "later.js": "later.js"})
    head = 'import { modules } from "./page.js";\nconst { module_lib_sum } = modules;\n'
    assert found["later.js"].startswith(head)
    assert [f"// {path}\n" in found["later.js"] for path in sources] == [False, False, False, True, True]
    assert found["page.js"] == bundle(sources, "start.js") + "export const modules = { module_lib_sum };\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('import { a } from "./b.js";\n', "start.js imports b.js, which does not exist"),
        ('import { a } from "./start.js";\n', "modules import each other: start.js -> start.js"),
        ('import a from "./zero.js";\n', "start.js: cannot bundle 'import a from \"./zero.js\";'"),
        ("export default 3;\n", "start.js: cannot bundle 'export default 3;'"),
    ],
)
def test_what_is_not_understood_is_an_error(source, message):
    """It is found when the server starts, not in the visitor's browser."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        bundle({**SOURCES, "start.js": source}, "start.js")


def test_comments_and_indentation_are_left_out():
    """With types or without, and empty lines; where there is a quotation mark after it, it may be a string."""
    source = (
        "/** A. */\nexport function f() {\n  // A.\n  /**\n   * @type {number}\n   */\n"
        '  const x = "/** B */"; // A.\n\n  const y = "; // C";\n  f("D"); // it\'s\n}\n'
    )
    text = bundle({"start.js": source}, "start.js")
    kept = ['const x = "/** B */";', 'const y = "; // C";', 'f("D"); // it\'s']
    assert "\n".join(["function f() {", *kept, "}", ""]) in text
    assert "A." not in text
    assert "@type" not in text


def test_the_rules_of_print_are_the_last_of_a_sheet():
    """Those before them may be as specific, and would win if they came later."""
    for name, parts in STYLES.items():
        of_print = [part.endswith("-printing.css") for part in parts]
        assert of_print == sorted(of_print), name


def test_the_page_has_every_module():
    """In one of its bundles, except those of a notebook only, or of a worker, which loads them one by one."""
    text = "".join(FILES[name].decode() for name in BUNDLES)
    missing = {path for path in MODULES if f"// {path}\n" not in text}
    others = ("notebook/widget.js", *WORKERS)
    assert missing <= set[str]().union(*(imported(MODULES, entry) for entry in others)), missing
