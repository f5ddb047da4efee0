"""Whether a Space may be overwritten: only if it holds this page, or nothing. Of models: `lenet.weights.guard`."""

from lenet.weights.guard import refuse

PAGES = (  # the files by which this page is recognized in a Space, as Gradio's and as a static one
    {"app.py", "lenet/page/__init__.py"},
    {"index.html", "static/page.js"},
)
UNIMPORTANT = {".gitattributes", "README.md", ".gitignore"}  # what a new repository may hold already


def check_space(info, space: str, force: bool = False) -> None:
    """Raise HubError if the Space of `info`, the Hub's SpaceInfo, holds something other than this page."""
    files = {sibling.rfilename for sibling in info.siblings or []}
    if files <= UNIMPORTANT or any(page <= files for page in PAGES):
        return
    others = sorted(files - UNIMPORTANT)
    refuse(info, space, f"something other than this page ({', '.join(others[:3])})", f"{space}-lenet-5", force)
