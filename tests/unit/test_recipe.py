"""The recipe: its values as options, invalid values, named recipes."""

import dataclasses
import json
import math

import pytest

from lenet import NETWORKS
from train.recipe import DEFAULT_BIAS_LR, DEFAULT_LR, OPTIONS, RECIPES, Recipe


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("epochs", 0, "epochs must be at least 1"),
        ("batch_size", -1, "batch_size must be at least 1"),
        ("validation_size", 0, "validation_size must be at least 1"),
        ("warmup", 1, "warmup must be at least 0 and below 1"),
        ("ema_decay", 1, "ema_decay must be at least 0 and below 1"),
        ("outlier_doubt", 1, "outlier_doubt must be at least 0 and below 1"),
        ("momentum", 0, "momentum must be above 0 and below 1"),
        ("weight_decay", math.nan, "weight_decay must be 0 or more"),
        ("outlier_weight", math.inf, "outlier_weight must be 0 or more"),
        ("outliers", -1, "outliers must be 0 or more"),
        ("styles", -1, "styles must be 0 or more"),
        ("copies", -1, "copies must be 0 or more"),
        ("augment", "fold", "augment must be distort, shift or none, not fold"),
        ("seed", 99999999999999999999, "seed must be from 0"),
        ("lr", -1, "lr must be above 0"),
        ("bias_lr", -1, "bias_lr must be above 0"),
        ("variant", "2012", "variant must be one of textbook, tutorial, original"),
    ],
)
def test_a_value_out_of_range_is_named(field, value, message):
    """With the values that are accepted."""
    with pytest.raises(ValueError, match=message):
        Recipe(**{field: value})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "epochs must be at least 1"),
        (("--epochs", "many"), "invalid int value"),
        (("--seeds", "0"), "--seeds must be at least 1"),
        (("--recipe", "marathon"), "--recipe must be one of full, sprint, not marathon"),
        (("--device", "abacus"), "--device must be one of auto, cuda, mps, cpu, not abacus"),
        (("--validation-size", "300"), "leaves none of the 300 training images"),
        (
            ("--lr", "1e38", "--validation-size", "50", "--epochs", "1", "--recipe", "sprint", "--batch-size", "32"),
            "no longer finite in epoch 1",
        ),
    ],
)
def test_bad_arguments_are_named(small_data, tmp_path, error_of, arguments, message):
    """The command exits with code 2 and names the argument; nothing is written."""
    assert message in error_of("--data-dir", small_data, "--output", tmp_path / "run", *arguments)
    assert not (tmp_path / "run").exists()


RATES_AND_SHARES = ["warmup", "ema_decay", "momentum", "lr", "bias_lr", "weight_decay", "outlier_weight"]


@pytest.mark.parametrize("name", RATES_AND_SHARES)
def test_no_value_may_be_nan(name):
    """Every comparison with NaN is false, so it is outside of any bounds."""
    with pytest.raises(ValueError, match=f"{name} must be"):
        dataclasses.replace(Recipe(), **{name: math.nan})


@pytest.mark.parametrize("variant", NETWORKS)
def test_learning_rates_default_to_those_of_the_variant(variant):
    """Unless they are specified."""
    assert Recipe(variant=variant).lr == DEFAULT_LR[variant]
    assert Recipe(variant=variant).bias_lr == DEFAULT_BIAS_LR[variant]
    assert Recipe(variant=variant, bias_lr=0.07).bias_lr == 0.07


@pytest.mark.parametrize("name", RECIPES)
def test_every_named_recipe_is_valid(name):
    """Its values are fields of Recipe and differ from the defaults."""
    recipe = Recipe(**RECIPES[name])
    default = Recipe()
    assert all(getattr(recipe, key) != getattr(default, key) for key in RECIPES[name])


def test_a_recipe_survives_json():
    """The recipe in metrics.json can be loaded again, so that a run can be reproduced."""
    recipe = Recipe(variant="original", seed=3)
    loaded = json.loads(json.dumps(recipe.as_dict()))
    assert loaded == recipe.as_dict()
    given = {field.name: loaded[field.name] for field in OPTIONS}
    assert Recipe(**given) == recipe
    assert set(loaded) - set(given) == {"distortion"}


def test_a_recipe_is_immutable():
    """It does not change during a run."""
    for field in dataclasses.fields(Recipe):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(Recipe(), field.name, 3)
