"""The model card, README.md of a repository on the Hub: front matter here, text in card.md.jinja.

Every figure in it is read from metrics.json or config.json.
"""

import math
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, UndefinedError

from lenet.networks import NETWORKS
from train.publish.preview import PREVIEW
from train.publish.space_card import HUB

# `publish` reads these tags of the card that is already on the Hub, to see what it would replace.
NETWORK_TAG, DRY_TAG = "lenet-5-", "dry-run"
FEW = 100  # images; a percentage of fewer would suggest more precision than there is


def model_card(
    metrics: dict,
    config: dict,
    repo_id: str,
    plots: Collection[str] = (),
    code: str | None = None,
    extras: Collection[str] = (),
    space: str | None = None,
    onnx: bool = False,
):
    """A huggingface_hub.ModelCard for the weights that `config` and `metrics` belong to.

    `plots` are the names of the plots in the same folder, `extras` those of the files for the page, `code` is the
    address of this project, `space` the USER/NAME of the Space on which to draw, and `onnx` whether there is a
    model.onnx. Raises ValueError if the metrics lack a value that training or `evaluate` writes, or hold a wrong one.
    """
    from huggingface_hub import ModelCard

    try:
        variant = config["variant"]
        if metrics["recipe"]["variant"] != variant:
            raise ValueError(f"it is of {metrics['recipe']['variant']}, but the weights are of {variant}")
        parameters = sum(p.numel() for p in NETWORKS[variant]().parameters())
        files = {"plots": plots, "extras": extras, "onnx": onnx}
        values = {"metrics": metrics, "config": config, "repo_id": repo_id, "code": code, "space": space, **files}
        text = _template().render(**values, variant=variant, parameters=parameters)
        data = _front_matter(metrics, variant, repo_id, code, onnx)
    except KeyError as missing:
        raise ValueError(f"it lacks {missing}") from missing
    except UndefinedError as missing:
        raise ValueError(f"it lacks a value: {missing}") from missing
    except (TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it is not as training writes it: {error}") from error
    return ModelCard(f"---\n{data.to_yaml()}\n---\n\n{text}")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,  # a missing value is an error, not an empty string
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = (percent, share, count, number, value, most_confused, subdomain)
    environment.filters |= {function.__name__: function for function in filters}
    return environment.get_template("card.md.jinja")


def _front_matter(metrics: dict, variant: str, repo_id: str, code: str | None, onnx: bool):
    from huggingface_hub import ModelCardData

    return ModelCardData(
        license="mit",
        library_name="lenet",  # not in the Hub's list of libraries: people search by the tags
        pipeline_tag="image-classification",
        tags=[
            *("pytorch", "lenet", "lenet-5", f"{NETWORK_TAG}{variant}", "mnist", "handwritten-digits"),
            *(["onnx"] if onnx else []),
            *([DRY_TAG] if metrics["dry_run"] else []),
        ],
        datasets=["ylecun/mnist"],
        model_name=repo_id.split("/")[-1],
        thumbnail=f"{HUB}/{repo_id}/resolve/main/{PREVIEW}",  # other sites show it beside a link, hence absolute
        # A dry run is evaluated on a part of the test set: it must not enter a leaderboard.
        eval_results=None if metrics["dry_run"] else _results(metrics, code),
    )


def _results(metrics: dict, code: str | None) -> list:
    """What a leaderboard reads: accuracy and error rate on MNIST's test images, accuracy on pen digits if evaluated."""
    from huggingface_hub import EvalResult

    def result(dataset: dict, kind: str, value: float, name: str):
        task = {"task_type": "image-classification", "task_name": "Image Classification"}
        return EvalResult(
            **task,
            **dataset,
            metric_type=kind,
            metric_value=round(value, 6),
            metric_name=name,
            source_name="python -m train evaluate" if code else None,
            source_url=code,
        )

    mnist = {"dataset_type": "ylecun/mnist", "dataset_name": "MNIST"}
    mnist |= {"dataset_config": "mnist", "dataset_split": "test"}
    rows = [
        result(mnist, "accuracy", metrics["test"]["accuracy"], "Accuracy"),
        result(mnist, "error_rate", metrics["test"]["error"], "Error rate"),
    ]
    if "sketches" in metrics:
        writers = ", ".join(metrics["sketches"]["by_writer"])
        drawn = {"dataset_type": "pen-strokes", "dataset_name": f"Pen digits of writers {writers}"}
        rows.append(result(drawn, "accuracy", metrics["sketches"]["accuracy"], "Accuracy"))
    return rows


# The filters of the template. They raise ValueError instead of printing what is not a number.


def percent(fraction: float) -> str:
    """0.0035 as `0.35 %`."""
    if type(fraction) not in (int, float) or not 0 <= fraction <= 1:  # not NaN, either
        raise ValueError(f"{fraction!r} is not a fraction from 0 to 1")
    return f"{fraction:.2%}".replace("%", " %")


def share(fraction: float, images: int) -> str:
    """A percentage of at least FEW images, `23 of 35` for fewer."""
    text = percent(fraction)
    return text if images >= FEW else f"{count(round(fraction * images))} of {count(images)}"


def count(integer: int) -> str:
    """10000 as `10,000`."""
    if type(integer) is not int or integer < 0:
        raise ValueError(f"{integer!r} is not a count")
    return f"{integer:,}"


def number(value: float) -> str:
    """Any finite number, with up to six significant digits."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return f"{value:,}" if type(value) is int else f"{value:g}"


def value(setting: str | float) -> str:
    """A setting of the recipe: a word or a number."""
    return setting if isinstance(setting, str) else number(setting)


def most_confused(confusion: list[list[int]]) -> list[tuple[int, int, int]]:
    """The three most frequent errors of a confusion matrix: how many, the true digit, the predicted digit."""
    errors = [(n, d, p) for d, row in enumerate(confusion) for p, n in enumerate(row) if p != d and n]
    return sorted(errors, key=lambda error: -error[0])[:3]


def subdomain(space: str) -> str:
    """The address at which the Hub runs a Space, USER/NAME."""
    return f"https://{re.sub(r'[^a-z0-9]', '-', space.lower())}.hf.space"
