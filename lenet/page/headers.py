"""Headers of every response that keep other sites from using the page against its visitors."""

import os

# Spaces are shown in a frame of the Hub's; LENET_FRAME_ANCESTORS adds other sites, separated by spaces.
FRAME_ANCESTORS = "'self' https://huggingface.co https://*.hf.space"
# Gradio compiles scripts of the page from strings, has scripts in its HTML, and loads this one on a Space.
SCRIPTS = "'self' 'unsafe-inline' 'unsafe-eval' blob: https://cdnjs.cloudflare.com/ajax/libs/iframe-resizer/"


def security_headers() -> dict[str, str]:
    """For every response: no guessing of content types, short referrers, and the content security policy."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Content-Security-Policy": content_security_policy(),
    }


def content_security_policy() -> str:
    """The page loads nothing from elsewhere, and only named sites may frame it."""
    ancestors = f"{FRAME_ANCESTORS} {os.environ.get('LENET_FRAME_ANCESTORS', '')}".strip()
    return (
        f"default-src 'self'; script-src {SCRIPTS}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
        f"base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
    )
