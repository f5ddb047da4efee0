"""The loop by itself: score, rate, average, and a network that learns small digits by heart."""

import dataclasses

import pytest
import torch

from lenet import NETWORKS, LeNet5
from train.data.corpus import load_corpus
from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.engine.augment import Distortion
from train.engine.loop import Score, Trainer, exponential_moving_average, fit, initialise, one_cycle, score
from train.recipe import DEFAULT_BIAS_LR, Recipe

STILL = Distortion(0, 0, 0, 0, 0)


@pytest.mark.parametrize("variant", ["tutorial", "original"])
def test_the_other_networks_learn_too(small_data, variant):
    """Each by its own loss and rate: a few epochs bring the loss down and the error under chance by far."""
    training, validation = split(load_mnist(small_data, train=True), 50, 0)
    torch.manual_seed(0)
    model = NETWORKS[variant](*training.mean_and_std())
    initialise(model)
    lr = DEFAULT_BIAS_LR[variant] / 4  # for steps of 16 pictures in place of 64
    recipe = Recipe(variant=variant, bias_lr=lr, epochs=10, batch_size=16, validation_size=50, ema_decay=0.9)
    averaged, history = fit(model, training, validation, recipe)
    assert history[-1]["training_loss"] < 0.5 * history[0]["training_loss"]
    assert score(averaged, validation).error < 0.5
    assert averaged.variant == variant


def test_fit_learns_drawn_digits_by_heart(small_data):
    """With no distortion and steps enough the network gets nearly every small digit right."""
    training, validation = split(load_mnist(small_data, train=True), 50, 0)
    torch.manual_seed(0)
    model = LeNet5(*training.mean_and_std())
    initialise(model)
    recipe = dataclasses.replace(Recipe(epochs=8, batch_size=16, validation_size=50, ema_decay=0.9), distortion=STILL)
    averaged, history = fit(model, training, validation, recipe)
    assert score(averaged, training).wrong <= 2
    assert score(averaged, validation).wrong <= 5
    assert [row["epoch"] for row in history] == list(range(1, 9))


def trainer(digits: Digits, **recipe) -> Trainer:
    torch.manual_seed(0)
    model = LeNet5(*digits.mean_and_std())
    initialise(model)
    return Trainer(model, digits, Recipe(**{"epochs": 4, "batch_size": 32, "validation_size": 50, **recipe}))


@pytest.mark.parametrize("augment", ["distort", "shift", "none"])
def test_a_restored_trainer_goes_on_as_the_first_would(small_data, augment):
    """Two epochs, then two in another trainer with the state of the first, are four epochs, bit for bit."""
    training, validation = split(load_mnist(small_data, train=True), 50, 0)
    straight, first, second = (trainer(training, augment=augment) for _ in range(3))
    rows = [straight.epoch(validation) for _ in range(4)]
    for _ in range(2):
        first.epoch(validation)
    second.restore(first.state())
    for _ in range(2):
        second.epoch(validation)
    for one, other in zip(straight.result().parameters(), second.result().parameters(), strict=True):
        assert torch.equal(one, other)
    assert [{**row, "seconds": 0} for row in rows] == [{**row, "seconds": 0} for row in second.history]


def test_the_training_accuracy_is_of_the_digits(small_data):
    """Drawings that are no digit have no right answer and are not asked: learnt by heart, all digits are right."""
    corpus = load_corpus(small_data, Recipe(validation_size=50, copies=0, outliers=100))
    assert int((corpus.training.labels < 0).sum()) == 100
    learner = trainer(corpus.training, epochs=12, batch_size=16, ema_decay=0.9)
    for _ in range(12):
        row = learner.epoch(corpus.mnist_validation)
    assert 0.95 < row["training_accuracy"] <= 1


def test_outliers_without_weight_teach_nothing(small_data):
    """One step with such drawings at weight 0 moves the network as half a step on the digits beside them does.

    Half a step of what is not made orthogonal: that has no size of its own.
    """
    digits = split(load_mnist(small_data, train=True), 50, 0)[0][:16]
    both = Digits(torch.cat([digits.images, digits.images]), torch.cat([digits.labels, torch.full((16,), -1)]))
    steps = []
    for data, lr in ((both, 0.1), (digits, 0.05)):
        learner = trainer(data, bias_lr=lr, outlier_weight=0, weight_decay=0, warmup=0)
        learner.recipe = dataclasses.replace(learner.recipe, distortion=STILL)
        before = [parameter.detach().clone() for parameter in learner.model.parameters()]
        learner.step(torch.arange(len(data)))
        steps.append([after.detach() - b for after, b in zip(learner.model.parameters(), before, strict=True)])
    for one, other in zip(*steps, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-3)
    assert max(float(step.abs().max()) for step in steps[0]) > 1e-3


def test_score_counts_what_a_person_counts():
    """Two of three wrong, and the mean of the three losses."""

    class Fixed(torch.nn.Module):
        def forward(self, ink):
            return torch.eye(10)[[1, 2, 3]] * 2.0

    digits = Digits(torch.zeros(3, 1, 32, 32, dtype=torch.uint8), torch.tensor([1, 0, 0]))
    result = score(Fixed(), digits)
    norm = torch.tensor(float(torch.e) ** 2 + 9).log()
    assert (result.images, result.wrong) == (3, 2)
    assert result.loss == pytest.approx(float((norm - 2 + norm + norm) / 3), abs=1e-5)
    assert result == Score(3, 2, result.loss)


@pytest.mark.parametrize("warmup", [0, 0.125, 0.15, 0.99])
@pytest.mark.parametrize("steps", [1, 8, 1000])
def test_the_rate_goes_up_to_its_peak_and_down_to_nothing(steps, warmup):
    """Never above the peak, never below zero, highest where the warm-up ends, lowest at the end."""
    rates = [one_cycle(steps, warmup)(step) for step in range(steps)]
    assert all(0 < rate <= 1 for rate in rates)
    peak = max(range(steps), key=rates.__getitem__)
    assert peak == pytest.approx(warmup * steps, abs=1)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    if steps == 1000 and warmup < 0.5:
        assert rates[-1] < 1e-4
        assert rates[peak] > 0.99


def test_ema_forgets_the_start():
    """After n steps the decay is (1 + n) / (10 + n) until it reaches its value."""
    averaged, current = [torch.zeros(1)], [torch.ones(1)]
    exponential_moving_average(0.999)(averaged, current, 0)
    assert float(averaged[0]) == pytest.approx(0.9)
    averaged = [torch.zeros(1)]
    exponential_moving_average(0.5)(averaged, current, 1_000)
    assert float(averaged[0]) == pytest.approx(0.5)
