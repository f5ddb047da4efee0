"""The model card: README.md of a model's repository on the Hub. No figure in it is typed."""

from collections.abc import Collection

from train.publish import card_sections as sections
from train.publish.card_sections import listed, percent

# By these tags of the card that lies there, `publish` sees what it would replace.
NETWORK_TAG, DRY_TAG = "lenet-5-", "dry-run"


def model_card(metrics: dict, config: dict, repo_id: str, pictures: Collection[str] = (), code: str | None = None):
    """A huggingface_hub.ModelCard of the weights that `config` and `metrics` go with.

    `pictures` are the files of `evaluate` that lie beside it, `code` is where a reader gets this project. Raises
    ValueError where the metrics lack what training and `evaluate` write.
    """
    from huggingface_hub import ModelCard

    try:
        if metrics["recipe"]["variant"] != config["variant"]:
            raise ValueError(f"it is of {metrics['recipe']['variant']}, the weights are of {config['variant']}")
        data = _front_matter(metrics, config["variant"], repo_id)
        parts = [
            sections.head(metrics, config["variant"], code),
            sections.use(repo_id, code),
            sections.reads(metrics),
            sections.gets_wrong(metrics, pictures),
            sections.training(metrics, config, pictures, code),
            sections.limits(metrics, pictures),
            sections.licences(metrics, pictures),
        ]
    except KeyError as missing:
        raise ValueError(f"it lacks {missing}") from missing
    except (TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it is not as training writes it: {error}") from error
    return ModelCard("---\n" + data.to_yaml() + "\n---\n\n" + "\n\n".join(parts) + "\n")


def _front_matter(metrics: dict, variant: str, repo_id: str):
    from huggingface_hub import ModelCardData

    return ModelCardData(
        license="mit",
        library_name="lenet",  # of no list of the Hub's: the tag tells what is under it
        pipeline_tag="image-classification",
        tags=[
            *("pytorch", "lenet", "lenet-5", f"{NETWORK_TAG}{variant}", "mnist", "handwritten-digits"),
            *([DRY_TAG] if metrics["dry_run"] else []),
        ],
        datasets=["ylecun/mnist"],
        model_name=repo_id.split("/")[-1],
        # A dry run is measured on a part of the test: a leaderboard must not list it beside the whole.
        eval_results=None if metrics["dry_run"] else _results(metrics),
    )


def _results(metrics: dict) -> list:
    """What a leaderboard reads: accuracy and error on MNIST's test digits, accuracy on drawn ones where measured."""
    from huggingface_hub import EvalResult

    def result(data: dict, kind: str, value: float, name: str):
        percent(value)  # raises where it is none
        task = {"task_type": "image-classification", "task_name": "Image Classification"}
        return EvalResult(**task, **data, metric_type=kind, metric_value=round(value, 6), metric_name=name)

    mnist = {"dataset_type": "ylecun/mnist", "dataset_name": "MNIST", "dataset_split": "test"}
    error = metrics["test"]["error"]
    rows = [
        result(mnist, "accuracy", 1 - error, "Accuracy of the likeliest digit, refused or not"),
        result(mnist, "error_rate", error, "Error rate"),
    ]
    if "sketches" in metrics:
        sketches = metrics["sketches"]
        drawn = {"dataset_type": "pen-strokes", "dataset_name": f"Pen digits of writers {listed(sketches['writer'])}"}
        rows.append(result(drawn, "accuracy", sketches["accuracy"], "Accuracy, refused digits count as wrong"))
    return rows
