"""The head of the page's HTML: what is preloaded, and what a site that shows a link to the page finds."""

import io
import re

import httpx
from PIL import Image


def properties(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<meta\s+(?:property|name)="([^"]+)"\s+content="([^"]*)"', html):
        found.setdefault(name, []).append(value)
    return found


def test_there_is_one_preview_and_it_is_ours(app_url):
    """Title, description and a picture with an absolute address that exists."""
    found = properties(httpx.get(app_url).text)
    assert found["og:title"] == ["LeNet-5: draw a digit and look inside"]
    assert len(found["og:description"]) == len(found["description"]) == 1
    assert "LeNet-5" in found["og:description"][0]
    [picture] = found["og:image"]
    assert picture.startswith(app_url)
    assert Image.open(io.BytesIO(httpx.get(picture).content)).size == (1200, 630)


def test_behind_a_proxy_the_picture_has_the_visitors_address(app_url):
    """As the headers of the proxy give it."""
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "digits.example"}
    [picture] = properties(httpx.get(app_url, headers=headers).text)["og:image"]
    assert picture.startswith("https://digits.example/static-")


def test_everything_that_is_preloaded_exists(app_url):
    """The icon, the stylesheet, the module, the examples and the weights, each from the app itself."""
    html = httpx.get(app_url).text
    links = re.findall(
        r'<link rel="(icon|stylesheet|modulepreload|preload)"[^>]* href="[.](/(?:static|network)-[^"]+)"', html
    )
    names = {path.rsplit("/", 1)[1] for _, path in links}
    assert names == {"page.css", "page.js", "model.safetensors", "examples.json", "favicon.svg"}
    for _, path in links:
        assert httpx.get(app_url + path).status_code == 200, path
