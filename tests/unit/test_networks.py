"""The three networks compared with the paper's figures and with computations without torch."""

import math
import re
from typing import TypeVar

import numpy as np
import pytest
import torch

from lenet import NETWORKS, LeNet5
from lenet.networks import LeNet5Original
from lenet.networks.activation import squash
from lenet.networks.base import Network
from lenet.networks.layers import describe_layer
from lenet.networks.original import RadialBasis, bitmaps
from lenet.networks.summary import layers
from train.engine.loop import initialize

# LeCun et al. 1998, section II.B: layer, shape, trainable parameters, connections; computed by hand.
TEXTBOOK = [  # S2 and S4 without coefficients, C3 connected to all maps, a linear output
    ("input", (1, 32, 32), 0, 0),
    ("c1", (6, 28, 28), 156, 122_304),
    ("s2", (6, 14, 14), 0, 4_704),
    ("c3", (16, 10, 10), 2_416, 241_600),
    ("s4", (16, 5, 5), 0, 1_600),
    ("c5", (120,), 48_120, 48_120),
    ("f6", (84,), 10_164, 10_164),
    ("output", (10,), 850, 850),
]
TUTORIAL = [  # 28x28 without padding: all layers after C1 are smaller
    ("input", (1, 32, 32), 0, 0),
    ("c1", (6, 24, 24), 156, 89_856),
    ("s2", (6, 12, 12), 0, 3_456),
    ("c3", (16, 8, 8), 2_416, 154_624),
    ("s4", (16, 4, 4), 0, 1_024),
    ("c5", (120,), 30_840, 30_840),
    ("f6", (84,), 10_164, 10_164),
    ("output", (10,), 850, 850),
]
ORIGINAL = [  # the paper's own figures
    ("input", (1, 32, 32), 0, 0),
    ("c1", (6, 28, 28), 156, 122_304),
    ("s2", (6, 14, 14), 12, 5_880),
    ("c3", (16, 10, 10), 1_516, 151_600),
    ("s4", (16, 5, 5), 32, 2_000),
    ("c5", (120,), 48_120, 48_120),
    ("f6", (84,), 10_164, 10_164),
    ("output", (10,), 0, 840),
]
TABLES = {"textbook": TEXTBOOK, "tutorial": TUTORIAL, "original": ORIGINAL}
SUMS = {"textbook": (61_706, 429_342), "tutorial": (44_426, 290_814), "original": (60_000, 340_908)}


Kind = TypeVar("Kind", bound=Network)


def build(kind: type[Kind]) -> Kind:
    torch.manual_seed(0)
    network = kind()
    initialize(network)
    return network.eval()


@pytest.fixture
def model() -> LeNet5:
    return build(LeNet5)


@pytest.fixture
def ink() -> torch.Tensor:
    return torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(1))


def test_each_layer_has_the_papers_shape_parameters_and_connections(ink):
    """Every row of the tables holds for the built network, and is what the page says of it."""
    for variant, table in TABLES.items():
        network = build(NETWORKS[variant])
        for row, layer in zip(table, layers(network), strict=True):
            module = getattr(network, layer.name, torch.nn.Identity())
            trainable = sum(p.numel() for p in module.parameters() if p.requires_grad)
            assert tuple(network.features(ink)[layer.name].shape) == (3, *layer.shape), (variant, row)
            assert trainable == layer.parameters, (variant, row)
            assert (layer.name, layer.shape, layer.parameters, layer.connections) == row, variant


def test_the_totals():
    """No parameter is outside the named layers; the original has the paper's 60,000 parameters, 340,908 connections."""
    for variant, sums in SUMS.items():
        network = build(NETWORKS[variant])
        links = sum(layer.connections for layer in layers(network))
        assert (sum(p.numel() for p in network.parameters()), links) == sums, variant


@pytest.mark.parametrize("variant", TABLES)
def test_layers_are_in_the_papers_order(variant, ink):
    """features() lists the layers from input to output; forward() returns the last of them."""
    network = build(NETWORKS[variant])
    features = network.features(ink)
    assert list(features) == [row[0] for row in TEXTBOOK]
    assert torch.equal(features["input"], ink)
    assert torch.equal(network(ink), features["output"])


# Table I of the paper, copied mark by mark: a row per map of S2, a column per map of C3.
TABLE_I = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""


def test_the_original_c3_is_connected_according_to_table_i():
    """Each map of C3 has weights for the maps of S2 that the paper marks, and depends on no other."""
    marks = np.array([[mark == "X" for mark in row] for row in TABLE_I.split()]).T
    c3 = build(LeNet5Original).c3
    assert np.array_equal(c3.seen[:, :, 0, 0].numpy(), marks)
    base = c3(torch.zeros(1, 6, 14, 14))
    for map_of_s2 in range(6):
        changed = torch.zeros(1, 6, 14, 14)
        changed[0, map_of_s2] = 1
        moved = (c3(changed) - base).abs().amax((0, 2, 3)) > 0
        assert np.array_equal(moved.numpy(), marks[:, map_of_s2])


def test_one_unit_of_the_original_s2_computed_by_hand():
    """The sum of four inputs, times the coefficient, plus the bias, through the activation function."""
    network = build(LeNet5Original)
    with torch.no_grad():
        network.s2.coefficient[1], network.s2.bias[1] = 0.5, -0.2
    features = network.features(torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(4)))
    total = float(features["c1"][0, 1, 4:6, 8:10].detach().sum())
    expected = 1.7159 * math.tanh(2 / 3 * (0.5 * total - 0.2))
    assert float(features["s2"][0, 1, 2, 4].detach()) == pytest.approx(expected, abs=1e-5)


def test_the_activation_function_has_fixed_points_at_one():
    """squash(1) = 1 and squash(-1) = -1, as chosen in appendix A."""
    assert squash(torch.tensor([1.0, -1.0, 0.0])).tolist() == pytest.approx([1, -1, 0], abs=1e-4)


def test_the_ten_bitmaps_differ_by_at_least_15_of_84_pixels():
    """Their values are -1 and +1; an F6 equal to a bitmap has distance 0 to that one only."""
    codes = bitmaps()
    assert codes.shape == (10, 84)
    assert set(codes.flatten().tolist()) == {-1.0, 1.0}
    apart = (codes[:, None] != codes).sum(2) + 84 * torch.eye(10, dtype=torch.long)
    assert apart.min() >= 15
    distances = RadialBasis(codes)(codes)
    assert torch.equal(distances, 4.0 * (apart - 84 * torch.eye(10, dtype=torch.long)))


def test_the_loss_of_the_original_computed_by_hand():
    """Equation (9): the distance of the true class plus the log of the sum of e^-j and all e^-distance."""
    network = build(LeNet5Original)
    scores = -torch.arange(1.0, 11.0).repeat(2, 1)
    labels = torch.tensor([0, 3])
    rest = math.log(math.exp(network.outlier_score) + sum(math.exp(-d) for d in range(1, 11)))
    assert network.losses(scores, labels).tolist() == pytest.approx([1 + rest, 4 + rest], abs=1e-6)


@pytest.mark.parametrize("variant", TABLES)
def test_an_outlier_pushes_every_score_down(variant):
    """Label -1 is the eleventh class with a constant score: its loss decreases with each of the ten scores."""
    network = build(NETWORKS[variant])
    scores = torch.zeros(1, 10, requires_grad=True)
    loss = network.losses(scores, torch.tensor([-1])).sum()
    expected = math.log(10 + math.exp(network.outlier_score)) - network.outlier_score
    assert float(loss.detach()) == pytest.approx(expected, abs=1e-6)
    (gradient,) = torch.autograd.grad(loss, scores)
    assert (gradient > 0).all()


def test_the_tutorial_network_crops_the_border_and_uses_relu_and_max_pooling(ink):
    """The two outermost pixels have no effect, activations are not negative, and S2 is a maximum."""
    network = build(NETWORKS["tutorial"])
    framed = ink.clone()
    framed[..., :2, :] = framed[..., -2:, :] = framed[..., :2] = framed[..., -2:] = 0.5
    assert torch.equal(network(framed), network(ink))
    features = network.features(ink)
    assert min(float(features[name].detach().min()) for name in ("c1", "c3", "c5", "f6")) == 0
    assert torch.equal(features["s2"][0, 3, 1, 2], features["c1"][0, 3, 2:4, 4:6].max())


def test_one_unit_of_c1_computed_by_hand(model):
    """A vertical edge under a kernel of known weights gives the sum computed on paper."""
    model = LeNet5(mean=0.5, std=0.25)
    with torch.no_grad():
        weight, bias = model.get_parameter("c1.weight"), model.get_parameter("c1.bias")
        weight.zero_()
        bias.zero_()
        weight[2, 0] = torch.tensor([0.01, 0.02, 0.03, 0.04, 0.05]).expand(5, 5)
        bias[2] = 0.1
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
    """Cross-correlation with plain loops, float64."""
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


def test_the_forward_pass_agrees_with_plain_loops(model, ink):
    """The output of every layer equals that of the same network written with numpy loops, float64."""
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


def test_other_input_shapes_are_rejected():
    """The message says what is expected and what was given."""
    for variant in TABLES:
        network = build(NETWORKS[variant])
        for shape in ((1, 28, 28), (1, 1, 28, 28), (2, 3, 32, 32), (32, 32)):
            expected = f"expected ink of shape (N, 1, 32, 32), got {shape}"
            with pytest.raises(ValueError, match=re.escape(expected)):
                network(torch.zeros(shape))


def test_a_std_that_is_not_positive_is_rejected():
    """It would give infinite or undefined outputs."""
    for std in (0, -1, float("nan")):
        with pytest.raises(ValueError, match=f"std must be positive, got {std}"):
            LeNet5(std=std)


def test_a_layer_of_an_unknown_kind_has_no_description():
    """It is an error that names the layer, not a layer that the page leaves out."""
    network = LeNet5()
    network.set_submodule("s2", torch.nn.Identity())
    with pytest.raises(TypeError, match="no description for s2, a Identity"):
        describe_layer(network, "s2")
