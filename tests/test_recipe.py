"""The recipe: its values as options, what makes no sense, what it is made of."""

import dataclasses
import json
import math

import pytest

from lenet import NETWORKS
from train.recipe import DEFAULT_BIAS_LR, DEFAULT_LR, OPTIONS, RECIPES, Recipe


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "epochs must be at least 1"),
        (("--epochs", "many"), "invalid int value"),
        (("--batch-size", "-1"), "batch_size must be at least 1"),
        (("--warmup", "1"), "warmup must be at least 0 and below 1"),
        (("--ema-decay", "1"), "ema_decay must be at least 0 and below 1"),
        (("--momentum", "0"), "momentum must be above 0 and below 1"),
        (("--weight-decay", "nan"), "weight_decay must be 0 or more"),
        (("--outlier-weight", "inf"), "outlier_weight must be 0 or more"),
        (("--outliers", "-1"), "outliers must be 0 or more"),
        (("--copies", "-1"), "copies must be 0 or more"),
        (("--augment", "fold"), "augment must be distort, shift or none, not fold"),
        (("--seed", "99999999999999999999"), "seed must be from 0"),
        (("--seeds", "0"), "--seeds must be at least 1"),
        (("--recipe", "marathon"), "--recipe marathon: there are full, sprint"),
        (("--lr", "-1"), "lr must be above 0"),
        (("--bias-lr", "-1"), "bias_lr must be above 0"),
        (("--variant", "2012"), "variant must be one of textbook, tutorial, original"),
        (("--device", "abacus"), "there are auto, cuda, mps and cpu"),
        (("--validation-size", "300"), "leaves none of the 300 training images"),
        (
            ("--lr", "1e38", "--validation-size", "50", "--epochs", "1", "--recipe", "sprint", "--batch-size", "32"),
            "no longer finite in epoch 1",
        ),
    ],
)
def test_bad_arguments_are_named(small_data, tmp_path, refused, arguments, message):
    """Exit code 2 and a line that names the argument; nothing is written."""
    assert message in refused("--data-dir", small_data, "--output", tmp_path / "run", *arguments)
    assert not (tmp_path / "run").exists()


RATES_AND_SHARES = ["warmup", "ema_decay", "momentum", "lr", "bias_lr", "weight_decay", "outlier_weight"]


@pytest.mark.parametrize("name", RATES_AND_SHARES)
def test_no_value_is_not_a_number(name):
    """NaN passes no comparison, and so none of the bounds."""
    with pytest.raises(ValueError, match=f"{name} must be"):
        Recipe(**{name: math.nan})


@pytest.mark.parametrize("variant", NETWORKS)
def test_the_rates_are_the_variants_own(variant):
    """Unless they are given."""
    assert Recipe(variant=variant).lr == DEFAULT_LR[variant]
    assert Recipe(variant=variant).bias_lr == DEFAULT_BIAS_LR[variant]
    assert Recipe(variant=variant, bias_lr=0.07).bias_lr == 0.07


@pytest.mark.parametrize("name", RECIPES)
def test_every_named_recipe_is_one(name):
    """Its values are fields, differ from the defaults, and make sense together."""
    recipe = Recipe(**RECIPES[name])
    default = Recipe()
    assert all(getattr(recipe, key) != getattr(default, key) for key in RECIPES[name])


def test_a_recipe_survives_json():
    """What metrics.json holds of it makes the same recipe, so that a run can be made again."""
    recipe = Recipe(variant="original", seed=3)
    kept = json.loads(json.dumps(recipe.as_dict()))
    assert kept == recipe.as_dict()
    given = {field.name: kept[field.name] for field in OPTIONS}
    assert Recipe(**given) == recipe
    assert set(kept) - set(given) == {"distortion"}


def test_a_recipe_cannot_be_changed():
    """It is decided before the run."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().epochs = 3
