"""The training loop: Muon, a one-cycle learning rate, distorted images, averaged weights."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from lenet.networks.base import Network
from lenet.networks.original import SparseConvolution
from train.data.digits import Digits, as_float
from train.engine.augment import distort, random_grids, random_shift
from train.engine.muon import Muon, matrices
from train.engine.parallel import Group
from train.engine.snapshots import half, snapshot_steps
from train.errors import CommandError
from train.recipe import Recipe


class TrainingError(CommandError):
    """The training cannot continue; the message says why."""


@dataclass(frozen=True)
class Score:
    """The errors and the loss of a network on a set of digits."""

    images: int
    wrong: int
    loss: float

    @property
    def error(self) -> float:
        return self.wrong / self.images

    def as_dict(self) -> dict:
        errors = {"errors": self.wrong, "error": self.error}
        return {"images": self.images, **errors, "uncalibrated_loss": self.loss}


def initialize(model: Network) -> None:
    """Xavier normal initialization with the gain of tanh, which is close to that of ReLU.

    A linear output layer is scaled down, so that the initial probabilities are nearly uniform. The sparse C3, whose
    maps are connected to three to six others, is initialized by its mean fan-in and fan-out.
    """
    gain = nn.init.calculate_gain("tanh")
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_normal_(layer.weight, gain=gain)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, SparseConvolution):
            fan_in, fan_out = (layer.seen.sum((d, 2, 3)).float().mean() for d in (1, 0))
            nn.init.normal_(layer.weight, std=float(gain * (2 / (fan_in + fan_out)).sqrt()))
    if isinstance(model.output, nn.Linear):
        with torch.no_grad():
            model.output.weight *= 0.3


@torch.inference_mode()
def score(model: nn.Module, digits: Digits, batch_size: int = 1_000) -> Score:
    """The errors and the mean cross-entropy of `model` on `digits`, without distortions."""
    model.eval()
    wrong, loss = 0, 0.0
    for start in range(0, len(digits), batch_size):
        batch = digits[start : start + batch_size]
        logits = model(as_float(batch.images))
        wrong += int((logits.argmax(1) != batch.labels).sum())
        loss += float(nn.functional.cross_entropy(logits, batch.labels, reduction="sum"))
    return Score(len(digits), wrong, loss / len(digits))


class Trainer:
    """The training of a network: everything that changes from epoch to epoch, and is saved in a checkpoint."""

    def __init__(self, model: Network, training: Digits, recipe: Recipe, group: Group | None = None):
        self.training, self.recipe, self.group = training, recipe, group or Group()
        device = training.labels.device
        # On a CPU, channels last is 1.2 to 1.8 times as fast as the default layout.
        self.model = model.to(device).to(memory_format=torch.channels_last)
        self.generator = torch.Generator(device).manual_seed(recipe.seed)
        self.optimizer = Muon(*matrices(model), recipe.lr, recipe.bias_lr, recipe.momentum, recipe.weight_decay)
        steps = math.ceil(len(training) / recipe.batch_size)
        self.schedule = LambdaLR(self.optimizer, one_cycle(recipe.epochs * steps, recipe.warmup))
        self.averaged = AveragedModel(model, multi_avg_fn=exponential_moving_average(recipe.ema_decay))
        self.history: list[dict] = []
        self.snapshot_steps = set(snapshot_steps(recipe.epochs * steps))
        self.snapshots: dict[int, dict[str, Tensor]] = {}
        self._keep_snapshot(0)

    def _keep_snapshot(self, step: int) -> None:
        if step in self.snapshot_steps:
            self.snapshots[step] = half(self._average())

    def state_dict(self) -> dict:
        """Everything that the next epoch depends on."""
        return {
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "history": self.history,
            "snapshots": self.snapshots,
        }

    def load_state_dict(self, state: dict) -> None:
        """Restore what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"].cpu())
        self.history = state["history"]
        self.snapshots = state["snapshots"]

    def train_epoch(self, validation: Digits, progress: bool = False) -> dict:
        """Train on every image once, then validate; return the metrics, which are also appended to `history`."""
        recipe, start, number = self.recipe, time.perf_counter(), len(self.history) + 1
        device = self.training.labels.device
        loss, correct = torch.zeros((), device=device), torch.zeros((), device=device)
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
            batch_loss, batch_correct = self.step(index)
            loss, correct = loss + batch_loss, correct + batch_correct
        self.group.all_reduce([loss, correct])
        if not math.isfinite(float(loss)):
            raise TrainingError(f"the loss is no longer finite in epoch {number}; try a lower --lr")
        seconds = time.perf_counter() - start  # without the validation
        result = score(self.averaged, validation)
        metrics = {
            "epoch": number,
            "training_loss": float(loss) / len(order),
            "training_accuracy": float(correct) / int((self.training.labels >= 0).sum()),  # outliers have no class
            "validation_loss": result.loss,
            "validation_error": result.error,
            "seconds": round(seconds, 2),
        }
        self.history.append(metrics)
        return metrics

    def step(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """One optimizer step on the images `index`; the sum of the losses and the number correct, of this process.

        Every process draws the distortions of the whole batch and uses its share of them, so that the result does not
        depend on the number of processes. The gradients, summed over the processes, are those of the batch's mean loss.
        """
        share = self.group.share(len(index))
        batch = self.training[index[share]]
        ink = as_float(batch.images)
        if self.recipe.augment == "shift":
            ink = random_shift(ink, self.generator)
        elif self.recipe.augment == "distort":
            height, width = ink.shape[2:]
            grids = random_grids(len(index), height, width, self.recipe.distortion, self.generator)
            ink = distort(ink, grids[share])
        scores = self.model(ink.contiguous(memory_format=torch.channels_last))
        loss = self._losses(scores, batch.labels).sum()
        self.optimizer.zero_grad(set_to_none=True)
        (loss / len(index)).backward()
        self.group.all_reduce([p.grad for p in self.model.parameters() if p.grad is not None])
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.model)
        self._keep_snapshot(int(self.averaged.n_averaged))
        return loss.detach(), (scores.argmax(1) == batch.labels).sum()

    def _losses(self, scores: Tensor, labels: Tensor) -> Tensor:
        """The loss of each image, shape (N,). Outliers count less, and even less where they look like a digit.

        Some of the generated outliers happen to be digits. -log(p) of the probability p that it is none would push the
        network hardest where it is surest that it sees a digit; -log(p + doubt) no longer does.
        """
        losses = self.model.losses(scores, labels)
        doubtful = -torch.log(torch.exp(-losses) + self.recipe.outlier_doubt)
        return torch.where(labels < 0, self.recipe.outlier_weight * doubtful, losses)

    def averaged_model(self) -> Network:
        """The network with the averaged weights, in the default memory layout."""
        return self._average().to(memory_format=torch.contiguous_format)

    def _average(self) -> Network:
        return cast(Network, self.averaged.module)  # a copy of `model`


def one_cycle(steps: int, warmup: float) -> Callable[[int], float]:
    """The learning rate of each step, relative to its peak: linear warmup, then cosine annealing to nearly zero."""
    peak = warmup * steps

    def factor(step: int) -> float:
        if step < peak:
            return (step + 1) / (peak + 1)
        return 0.5 * (1 + math.cos(math.pi * (step - peak) / (steps - peak)))

    return factor


def exponential_moving_average(decay: float) -> Callable:
    """Exponential moving average with a smaller decay in the first steps, so that the initial weights do not linger."""

    def average(averaged: list[Tensor], current: list[Tensor], steps: Tensor | int) -> None:
        now = min(decay, (1 + int(steps)) / (10 + int(steps)))
        get_ema_multi_avg_fn(now)(averaged, current, steps)

    return average
