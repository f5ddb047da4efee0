"""Upload a network to the Hub, for `from_pretrained`: weights, configuration and a short card.

What `python -m train publish` uploads of a run has more: the figures and pictures of its evaluation, and an ONNX model.
"""

import json
import tempfile
from pathlib import Path

from lenet.extras.files import EXTRAS
from lenet.hub.upload import Upload, upload
from lenet.weights.files import METRICS
from lenet.weights.guard import check_repository
from lenet.weights.model import Weights, save_model

CARD = """\
---
library_name: lenet
pipeline_tag: image-classification
tags: [pytorch, lenet, lenet-5, lenet-5-{variant}, handwritten-digits]
---

# LeNet-5, `{variant}`

Recognizes one handwritten digit in an image, with the package `lenet`:

```python
from lenet import Recognizer
reading = Recognizer.from_pretrained("{repo_id}").read("digit.png")
print(reading.digit, reading.top(3))
```
"""
# Of the weights that are replaced, as `publish` uploads them.
PICTURES = ("curves.png", "confusion.png", "misread.png", "reliability.png", "rejections.png", "preview.png")
OUTDATED = (METRICS, *EXTRAS, "model.onnx", *PICTURES)


def push(weights: Weights, repo_id: str, private: bool = False) -> str:
    """Upload in one commit, and return its address. Raises HubError."""
    variant, metrics = weights.model.variant, weights.metrics
    is_dry_run = metrics is not None and metrics.get("dry_run") is True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_model(weights.model, folder, weights.calibration)
        (folder / "README.md").write_text(CARD.format(variant=variant, repo_id=repo_id))
        if metrics is not None:
            (folder / METRICS).write_text(json.dumps(metrics, indent=2) + "\n")
        done = upload(
            Upload(
                folder,
                repo_id,
                f"LeNet-5, {variant}",
                private=private,
                stale=OUTDATED.__contains__,
                check=lambda info: check_repository(info, repo_id, variant, is_dry_run, force=None),
            )
        )
    return f"{done.url}/tree/{done.sha}"
