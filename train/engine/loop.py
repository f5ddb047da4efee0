"""The loop: Muon, a one-cycle rate, distorted digits, averaged weights."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from lenet.networks.base import Network
from lenet.networks.original import SparseConvolution
from train.data.digits import Digits, as_float
from train.engine.augment import shift, warp, warps
from train.engine.muon import Muon
from train.engine.parallel import Group
from train.recipe import Recipe


class TrainingError(Exception):
    """The training cannot go on; the message says why."""


@dataclass(frozen=True)
class Score:
    """How a network did on a set of digits."""

    images: int
    wrong: int
    loss: float

    @property
    def error(self) -> float:
        return self.wrong / self.images

    def as_dict(self) -> dict:
        errors = {"errors": self.wrong, "error": self.error}
        return {"images": self.images, **errors, "uncalibrated_loss": self.loss}


def initialise(model: Network) -> None:
    """Xavier's normal weights with the gain of tanh; a last linear layer small, so that training starts undecided.

    For ReLU, whose gain is nearly tanh's, the same; for the sparse C3, whose maps see three to six others, by how many.
    """
    gain = nn.init.calculate_gain("tanh")
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_normal_(layer.weight, gain=gain)
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, SparseConvolution):
            fan_in, fan_out = (layer.seen.sum((d, 2, 3)).float().mean() for d in (1, 0))
            nn.init.normal_(layer.weight, std=float(gain * (2 / (fan_in + fan_out)).sqrt()))
    if isinstance(model.output, nn.Linear):
        with torch.no_grad():
            model.output.weight *= 0.3


@torch.inference_mode()
def score(model: nn.Module, digits: Digits, batch_size: int = 1_000) -> Score:
    """Wrong answers and mean cross-entropy of `model` on `digits`, undistorted."""
    model.eval()
    wrong, loss = 0, 0.0
    for start in range(0, len(digits), batch_size):
        batch = digits[start : start + batch_size]
        logits = model(as_float(batch.images))
        wrong += int((logits.argmax(1) != batch.labels).sum())
        loss += float(nn.functional.cross_entropy(logits, batch.labels, reduction="sum"))
    return Score(len(digits), wrong, loss / len(digits))


class Trainer:
    """A network in training: what changes from epoch to epoch, which is what a checkpoint holds."""

    def __init__(self, model: Network, training: Digits, recipe: Recipe, group: Group | None = None):
        self.training, self.recipe, self.group = training, recipe, group or Group()
        device = training.labels.device
        # Channels last is 1.2-1.8 times faster than the default layout on a CPU.
        self.model = model.to(device, memory_format=torch.channels_last)
        self.generator = torch.Generator(device).manual_seed(recipe.seed)
        output = {id(parameter) for parameter in model.output.parameters()}
        matrices = [p for p in model.parameters() if p.ndim > 1 and id(p) not in output]
        others = [p for p in model.parameters() if p.ndim == 1 or id(p) in output]
        self.optimizer = Muon(matrices, others, recipe.lr, recipe.bias_lr, recipe.momentum, recipe.weight_decay)
        steps = math.ceil(len(training) / recipe.batch_size)
        self.schedule = LambdaLR(self.optimizer, one_cycle(recipe.epochs * steps, recipe.warmup))
        self.averaged = AveragedModel(model, multi_avg_fn=exponential_moving_average(recipe.ema_decay))
        self.history: list[dict] = []

    def state(self) -> dict:
        """All that the next epoch depends on."""
        return {
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "history": self.history,
        }

    def restore(self, state: dict) -> None:
        """Go back to where `state()` was called."""
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"].cpu())
        self.history = state["history"]

    def epoch(self, validation: Digits, progress: bool = False) -> dict:
        """See every picture once; the row of figures, which is also the history's last."""
        recipe, began, number = self.recipe, time.perf_counter(), len(self.history) + 1
        device = self.training.labels.device
        total, right = torch.zeros((), device=device), torch.zeros((), device=device)
        self.model.train()
        order = torch.randperm(len(self.training), generator=self.generator, device=device)
        bar = tqdm(
            order.split(recipe.batch_size),
            desc=f"epoch {number}/{recipe.epochs}",
            unit=" images",
            unit_scale=recipe.batch_size,
            disable=not progress,
            leave=False,
        )
        for index in bar:
            loss, hits = self.step(index)
            total, right = total + loss, right + hits
        self.group.add([total, right])
        if not math.isfinite(float(total)):
            raise TrainingError(f"the loss is no longer finite in epoch {number}; try a lower --lr")
        seconds = time.perf_counter() - began  # of the training alone
        held_out = score(self.averaged, validation)
        row = {
            "epoch": number,
            "training_loss": float(total) / len(order),
            "training_accuracy": float(right) / int((self.training.labels >= 0).sum()),
            "validation_loss": held_out.loss,
            "validation_error": held_out.error,
            "seconds": round(seconds, 2),
        }
        self.history.append(row)
        return row

    def step(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """One step down on the pictures `index`; this process's sum of losses and number of right answers.

        Every process draws the distortions of the whole batch and takes its share, so that any number of processes
        sees what one would. The gradients' sum over all is that of the batch's mean loss.
        """
        mine = self.group.share(len(index))
        batch = self.training[index[mine]]
        ink = as_float(batch.images)
        if self.recipe.augment == "shift":
            ink = shift(ink, self.generator)
        elif self.recipe.augment == "distort":
            ink = warp(ink, warps(len(index), *ink.shape[2:], self.recipe.distortion, self.generator)[mine])
        scores = self.model(ink.contiguous(memory_format=torch.channels_last))
        weights = torch.where(batch.labels < 0, self.recipe.outlier_weight, 1.0)
        loss = (self.model.losses(scores, batch.labels) * weights).sum()
        self.optimizer.zero_grad(set_to_none=True)
        (loss / len(index)).backward()
        self.group.add([parameter.grad for parameter in self.model.parameters()])
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.model)
        return loss.detach(), (scores.argmax(1) == batch.labels).sum()

    def result(self) -> Network:
        """The averaged network, in the default layout."""
        return self.averaged.module.to(memory_format=torch.contiguous_format)


def fit(
    model: Network,
    training: Digits,
    validation: Digits,
    recipe: Recipe,
    after_epoch: Callable[[dict], None] = lambda _row: None,
) -> tuple[Network, list[dict]]:
    """Train `model` in place; return the averaged network and a row of figures for each epoch.

    `training` lies on the model's device. The same recipe and data on the same machine give the same weights.
    """
    trainer = Trainer(model, training, recipe)
    for _ in range(recipe.epochs):
        after_epoch(trainer.epoch(validation))
    return trainer.result(), trainer.history


def one_cycle(steps: int, warmup: float) -> Callable[[int], float]:
    """The rate at each step as a share of its peak: up along a line, then down along half a cosine to near zero."""
    peak = warmup * steps

    def factor(step: int) -> float:
        if step < peak:
            return (step + 1) / (peak + 1)
        return 0.5 * (1 + math.cos(math.pi * (step - peak) / (steps - peak)))

    return factor


def exponential_moving_average(decay: float) -> Callable:
    """Exponential moving average; its decay grows at first, so that the first weights are soon forgotten."""

    def average(averaged: list[Tensor], current: list[Tensor], steps: Tensor | int) -> None:
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + int(steps)) / (10 + int(steps))))

    return average
