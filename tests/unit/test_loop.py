"""The training loop: evaluation, learning rate, averaging, and networks that overfit a small data set."""

import dataclasses

import pytest
import torch

from lenet import NETWORKS, LeNet5
from train.data.corpus import load_corpus
from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.engine.augment import Distortion
from train.engine.loop import Score, Trainer, exponential_moving_average, initialize, one_cycle, score
from train.recipe import DEFAULT_BIAS_LR, Recipe

STILL = Distortion(0, 0, 0, 0, 0)


def fit(model, training, validation, recipe):
    """Train all epochs; return the network with the averaged weights, and the metrics of each epoch."""
    trainer = Trainer(model, training, recipe)
    for _ in range(recipe.epochs):
        trainer.train_epoch(validation)
    return trainer.averaged_model(), trainer.history


@pytest.mark.parametrize(("variant", "epochs"), [("tutorial", 4), ("original", 5)])
def test_the_other_networks_learn_too(small_data, variant, epochs):
    """Each with its own loss and learning rate: a few epochs reduce the loss, and the error to less than 50 %."""
    training, validation = split(load_mnist(small_data, train=True), 50, 0)
    torch.manual_seed(0)
    model = NETWORKS[variant](*training.mean_and_std())
    initialize(model)
    lr = DEFAULT_BIAS_LR[variant] / 4  # for batches of 16 images instead of 64
    recipe = Recipe(variant=variant, bias_lr=lr, epochs=epochs, batch_size=16, validation_size=50, ema_decay=0.9)
    averaged, history = fit(model, training, validation, recipe)
    assert history[-1]["training_loss"] < 0.5 * history[0]["training_loss"]
    assert score(averaged, validation).error < 0.5
    assert averaged.variant == variant


def test_fit_overfits_a_small_data_set(small_data):
    """Without distortions, the network classifies nearly all training images correctly."""
    training, validation = split(load_mnist(small_data, train=True), 50, 0)
    torch.manual_seed(0)
    model = LeNet5(*training.mean_and_std())
    initialize(model)
    recipe = dataclasses.replace(Recipe(epochs=3, batch_size=16, validation_size=50, ema_decay=0.9), distortion=STILL)
    averaged, history = fit(model, training, validation, recipe)
    assert score(averaged, training).wrong <= 2
    assert score(averaged, validation).wrong <= 5
    assert [row["epoch"] for row in history] == [1, 2, 3]


def trainer(digits: Digits, **recipe) -> Trainer:
    torch.manual_seed(0)
    model = LeNet5(*digits.mean_and_std())
    initialize(model)
    return Trainer(model, digits, Recipe(**{"epochs": 4, "batch_size": 32, "validation_size": 50, **recipe}))


@pytest.mark.parametrize("augment", ["distort", "shift", "none"])
def test_a_restored_trainer_continues_identically(small_data, augment):
    """An epoch, and another in a trainer with the state of the first, are bit-identical to two epochs."""
    training, validation = split(load_mnist(small_data, train=True), 200, 0)
    whole, first, second = (trainer(training, augment=augment, epochs=2) for _ in range(3))
    rows = [whole.train_epoch(validation[:20]) for _ in range(2)]
    first.train_epoch(validation[:20])
    second.load_state_dict(first.state_dict())
    second.train_epoch(validation[:20])
    for one, other in zip(whole.averaged_model().parameters(), second.averaged_model().parameters(), strict=True):
        assert torch.equal(one, other)
    assert [{**row, "seconds": 0} for row in rows] == [{**row, "seconds": 0} for row in second.history]


def test_the_training_accuracy_is_that_on_the_digits(small_data):
    """Outliers have no correct class and are not counted: after overfitting, the accuracy is nearly 100 %."""
    corpus = load_corpus(small_data, Recipe(validation_size=200, copies=0, styles=0, outliers=40))
    assert int((corpus.training.labels < 0).sum()) == 40
    learner = trainer(corpus.training, epochs=6, batch_size=16, ema_decay=0.9)
    rows = [learner.train_epoch(corpus.mnist_validation[:20]) for _ in range(6)]
    assert 0.95 < rows[-1]["training_accuracy"] <= 1


def test_outliers_without_weight_teach_nothing(small_data):
    """With weight 0 for half of a batch, the update is half of that from the digits alone.

    That is, of parameters whose updates are not orthogonalized: orthogonalized updates do not depend on the scale.
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


def test_outliers_that_look_like_a_digit_count_less(small_data):
    """With a doubt, the loss does not push where the network is sure of a digit; elsewhere it does, as for digits."""
    digits = split(load_mnist(small_data, train=True), 50, 0)[0][:16]
    labels = torch.tensor([-1, -1, 3])
    gradients = []
    for doubt in (0, 0.03):
        scores = torch.zeros(3, 10).index_fill(1, torch.tensor([3]), 9.0)
        scores[1] = -9  # surely not a digit already
        scores.requires_grad_()
        learner = trainer(digits, outlier_weight=0.5, outlier_doubt=doubt)
        (gradient,) = torch.autograd.grad(learner._losses(scores, labels).sum(), scores)
        gradients.append(gradient[:, 3])
    plain, doubtful = gradients
    assert plain[0] == pytest.approx(0.5, abs=0.01)
    assert doubtful[0] < 0.01 * plain[0]
    assert doubtful[1:].tolist() == pytest.approx(plain[1:].tolist(), rel=0.05)


def test_score_is_as_computed_by_hand():
    """Two of three are wrong, and the loss is the mean of three."""

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
def test_the_learning_rate_rises_to_its_peak_and_falls_to_nearly_zero(steps, warmup):
    """It is positive, at most the peak, highest at the end of the warmup, and lowest in the last step."""
    rates = [one_cycle(steps, warmup)(step) for step in range(steps)]
    assert all(0 < rate <= 1 for rate in rates)
    peak = max(range(steps), key=rates.__getitem__)
    assert peak == pytest.approx(warmup * steps, abs=1)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    if steps == 1000 and warmup < 0.5:
        assert rates[-1] < 1e-4
        assert rates[peak] > 0.99


def test_the_ema_decay_increases_in_the_first_steps():
    """After n steps the decay is (1 + n) / (10 + n), at most its final value."""
    averaged, current = [torch.zeros(1)], [torch.ones(1)]
    exponential_moving_average(0.999)(averaged, current, 0)
    assert float(averaged[0]) == pytest.approx(0.9)
    averaged = [torch.zeros(1)]
    exponential_moving_average(0.5)(averaged, current, 1_000)
    assert float(averaged[0]) == pytest.approx(0.5)
