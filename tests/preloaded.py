"""What processes that are forked have imported already: see tests.processes."""

import train.run  # noqa: F401
from lenet.page.stubs import without_stubs

with without_stubs():
    import lenet.page.serve  # noqa: F401

import pydantic.v1  # noqa: F401  which FastAPI imports with the first route
