"""The bundle of the browser's modules, run by a browser."""

from lenet.page.bundle import bundle

SOURCES = {
    "start.js": 'import { sum as add, ONE } from "./lib/sum.js";\nimport * as sums from "./lib/sum.js";\n'
    "export const result = [add(ONE, 2), sums.sum(3, 4), new (class extends sums.Base {})().x];\n",
    "lib/sum.js": 'import { zero } from "../zero.js";\nexport const ONE = zero + 1;\n'
    "export function sum(a, b) { return a + b + zero; }\nexport class Base { x = hidden; }\nconst hidden = 9;\n",
    "zero.js": "export const zero = 0;\nconst hidden = 1;\n",
}


def test_a_bundle_does_what_its_modules_do(chromium):
    """Renamed and namespace imports, names that two modules use for different things, and the entry's exports."""
    page = chromium.new_page()
    url = "data:text/javascript," + bundle(SOURCES, "start.js").replace("\n", "%0A")
    assert page.evaluate("(url) => import(url).then(({ result }) => result)", url) == [3, 7, 9]
    page.close()
