"""The network against the paper's table and against arithmetic done without torch."""

import math

import numpy as np
import pytest
import torch

from lenet import LeNet5

# LeCun et al. 1998, section II.B, with S2 and S4 without coefficients, a full C3 and a linear output:
# stage, shape, parameters worked out by hand.
TABLE = [
    ("input", (1, 32, 32), 0),
    ("c1", (6, 28, 28), 156),
    ("s2", (6, 14, 14), 0),
    ("c3", (16, 10, 10), 2_416),
    ("s4", (16, 5, 5), 0),
    ("c5", (120,), 48_120),
    ("f6", (84,), 10_164),
    ("output", (10,), 850),
]


@pytest.fixture
def model() -> LeNet5:
    torch.manual_seed(0)
    return LeNet5().eval()


@pytest.fixture
def ink() -> torch.Tensor:
    return torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("stage", "shape", "count"), TABLE, ids=[row[0] for row in TABLE])
def test_each_stage_has_the_papers_shape_and_parameters(model, ink, stage, shape, count):
    """Every row of the table holds for the built network."""
    assert tuple(model.features(ink)[stage].shape) == (3, *shape)
    module = getattr(model, stage, torch.nn.Identity())
    assert sum(p.numel() for p in module.parameters()) == count


def test_the_sum_of_parameters_is_61706(model):
    """No parameter lies outside the named layers."""
    assert sum(p.numel() for p in model.parameters()) == 61_706


def test_stages_come_in_the_papers_order(model, ink):
    """features() names the stages from the input to the output."""
    assert list(model.features(ink)) == [row[0] for row in TABLE]


def test_forward_is_the_last_stage(model, ink):
    """forward() and features() are one computation."""
    assert torch.equal(model(ink), model.features(ink)["output"])


def test_input_is_the_ink_itself(model, ink):
    """The stage "input" is what was given, before the network's own normalisation."""
    assert torch.equal(model.features(ink)["input"], ink)


def test_one_unit_of_c1_worked_by_hand(model):
    """A vertical edge under a kernel of known weights gives the sum a person gets on paper."""
    model = LeNet5(mean=0.5, std=0.25)
    with torch.no_grad():
        model.c1.weight.zero_()
        model.c1.bias.zero_()
        model.c1.weight[2, 0] = torch.tensor([0.01, 0.02, 0.03, 0.04, 0.05]).expand(5, 5)
        model.c1.bias[2] = 0.1
    ink = torch.zeros(1, 1, 32, 32)
    ink[..., 10:] = 1.0
    c1 = model.features(ink)["c1"][0, 2].detach()
    # Ink 0 becomes (0 - 0.5) / 0.25 = -2 and ink 1 becomes +2. At column 7 the kernel covers columns 7 to 11: three
    # white, two black. Each row gives -2 * (0.01 + 0.02 + 0.03) + 2 * (0.04 + 0.05) = 0.06; five rows 0.3; bias 0.1.
    assert float(c1[13, 7]) == pytest.approx(math.tanh(0.4), abs=1e-6)
    # All white: 5 * -2 * 0.15 + 0.1 = -1.4. All black: +1.6.
    assert float(c1[0, 0]) == pytest.approx(math.tanh(-1.4), abs=1e-6)
    assert float(c1[27, 27]) == pytest.approx(math.tanh(1.6), abs=1e-6)


def convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Cross-correlation by plain loops, float64."""
    maps, _, k, _ = weight.shape
    side = x.shape[1] - k + 1
    out = np.empty((maps, side, side))
    for m in range(maps):
        for i in range(side):
            for j in range(side):
                out[m, i, j] = (x[:, i : i + k, j : j + k] * weight[m]).sum() + bias[m]
    return out


def average(x: np.ndarray) -> np.ndarray:
    return (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4


def test_the_whole_pass_agrees_with_plain_loops(model, ink):
    """Every stage equals the same network written in numpy loops, float64."""
    w = {name: p.detach().double().numpy() for name, p in model.named_parameters()}
    x = (ink[0].double().numpy() - model.mean) / model.std
    expected = {}
    expected["c1"] = np.tanh(convolve(x, w["c1.weight"], w["c1.bias"]))
    expected["s2"] = average(expected["c1"])
    expected["c3"] = np.tanh(convolve(expected["s2"], w["c3.weight"], w["c3.bias"]))
    expected["s4"] = average(expected["c3"])
    expected["c5"] = np.tanh(convolve(expected["s4"], w["c5.weight"], w["c5.bias"]).ravel())
    expected["f6"] = np.tanh(w["f6.weight"] @ expected["c5"] + w["f6.bias"])
    expected["output"] = w["output.weight"] @ expected["f6"] + w["output.bias"]
    features = model.features(ink[:1])
    for name, values in expected.items():
        np.testing.assert_allclose(features[name][0].detach().numpy(), values, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 1, 28, 28), (2, 3, 32, 32), (32, 32)])
def test_wrong_shapes_are_refused(model, shape):
    """What is not (N, 1, 32, 32) is named in the error."""
    with pytest.raises(ValueError, match=r"takes ink of shape \(N, 1, 32, 32\)"):
        model(torch.zeros(shape))


@pytest.mark.parametrize("std", [0, -1, float("nan")])
def test_a_std_that_cannot_divide_is_refused(std):
    """A configuration that would give infinities is refused at once."""
    with pytest.raises(ValueError, match="std must be above 0"):
        LeNet5(std=std)
