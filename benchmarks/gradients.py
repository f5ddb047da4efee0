"""The page's gradients of the loss beside PyTorch's autograd: `python -m benchmarks.gradients`.

For each of the page's 1,000 test digits of MNIST and each network, the gradient for every parameter, for every unit and
for the pixels of the input. The digit of the loss is a random one of those that the network does not read: for the
likeliest one, all gradients of a sure answer are zero but for rounding. Autograd computes in double precision, the page
in single precision. Prints for each tensor the largest difference, relative to the largest number of the tensor for the
same digit, and fails if that is not below 1e-4. With max pooling, rounding decides between values of a block that are
equal but for that, and gradients flow to another one: there, digits whose units have other gradients are only counted.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from harness import ROOT, node
from harness.gradients import exactly, gradients
from harness.page_digits import page_digits
from lenet.networks import NETWORKS
from lenet.networks.base import Network
from lenet.page.browser import description
from lenet.weights.model import Weights, bundled, load_weights

BATCH = 50  # digits in a file
LARGEST = 1e-4

# Of a batch: for each tensor, the relative difference of each digit.
SCRIPT = """
import { readFileSync } from "node:fs";
const [folder, modules] = process.argv.slice(1);
const load = (name) => import(`${modules}/network/${name}.js`);
const [{ Reader }, { readSafetensors }, { lossOf }, { emptyWeights }] =
  await Promise.all(["reader", "safetensors", "loss", "training"].map(load));
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}`)).buffer;
const description = JSON.parse(readFileSync(`${folder}/description.json`, "utf8"));
const { network } = Reader.of(description, read("model.safetensors"));
const { input, labels, ...expected } = readSafetensors(read("batch.safetensors")).tensors;
const row = ({ shape, data }, i) => {
  const size = data.length / shape[0];
  return data.subarray(i * size, (i + 1) * size);
};
const differences = {};
for (const [i, label] of labels.data.entries()) {
  const { learned: sums } = emptyWeights(network.description);
  const features = network.forward(row(input, i));
  const { gradient } = lossOf(features.outputs.output, label, network.description.outlier_score);
  const { outputs } = network.backward(features, gradient, { sums, pixels: true });
  const found = { ...outputs, pixels: outputs.input };
  for (const [layer, tensors] of Object.entries(sums)) {
    for (const [name, values] of Object.entries(tensors)) found[`${layer}.${name}`] = values;
  }
  for (const [name, tensor] of Object.entries(expected)) {
    const wanted = row(tensor, i);
    const [apart, size] = [0, 0].map((_, which) =>
      wanted.reduce((most, value, j) => Math.max(most, Math.abs(which ? value : found[name][j] - value)), 0));
    (differences[name] ??= []).push(Number.isFinite(apart) && size ? apart / size : 1e9);
  }
}
console.log(JSON.stringify(differences));
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--digits", type=int, default=1_000, help="test digits (default: %(default)s)")
    parser.add_argument("--variants", default=",".join(NETWORKS), help="networks (default: all)")
    options = parser.parse_args()
    ink, _ = page_digits("test", options.digits)
    is_close = True
    for variant in options.variants.split(","):
        weights = load_weights(bundled(variant))
        differences = compare(weights, bundled(variant), ink)
        ties = any(layer["kind"] == "max pooling" for layer in description(weights)["network"]["layers"])
        counted = {name for name in differences if ties and name not in dict(weights.model.named_parameters())}
        for name, each in differences.items():
            far = sum(one >= LARGEST for one in each)
            is_close = is_close and (not far or name in counted)
            below = max(one for one in each if one < LARGEST)
            print(f"{variant}, {name}: {below:.1e}" + (f", and {far} digits not below {LARGEST:.0e}" if far else ""))
        print(f"{variant}: at most {max(max(differences[n]) for n in differences if n not in counted):.1e}")
    return int(not is_close)


def compare(weights: Weights, folder_of_weights: Path, ink: torch.Tensor) -> dict[str, list[float]]:
    """The relative difference of each tensor for each digit, by name."""
    exact = exactly(weights.model)
    others = torch.randint(1, 10, (len(ink),), generator=torch.Generator().manual_seed(0))
    labels = (exact(ink.double()).argmax(1) + others) % 10
    differences: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "description.json").write_text(json.dumps(description(weights)))
        (Path(folder) / "model.safetensors").write_bytes((folder_of_weights / "model.safetensors").read_bytes())
        command = ["node", "--input-type=module", "-e", SCRIPT, folder, str(ROOT / "lenet/page/static")]
        for part, named in zip(ink.split(BATCH), labels.split(BATCH), strict=True):
            tensors = expected(exact, part, named)
            save_file(tensors, Path(folder) / "batch.safetensors")
            result = subprocess.run(command, env=node.environment(), check=True, capture_output=True, text=True)
            for name, found in json.loads(result.stdout).items():
                differences.setdefault(name, []).extend(found)
    return differences


def expected(exact: Network, ink: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    """The gradients of each digit, one row each, with the inputs and the labels."""
    rows = [of_one(exact, one[None], label[None]) for one, label in zip(ink, labels, strict=True)]
    tensors = {name: torch.stack([row[name].flatten() for row in rows]).float() for name in rows[0]}
    return {"input": ink.flatten(1), "labels": labels.to(torch.uint8), **tensors}


def of_one(exact: Network, ink: torch.Tensor, label: torch.Tensor) -> dict[str, torch.Tensor]:
    pixels = ink.double().requires_grad_()
    features = exact.features(pixels)
    del features["input"]  # the same pixels
    loss = exact.losses(features["output"], label).sum()
    return gradients(loss, {"pixels": pixels, **features, **dict(exact.named_parameters())})


if __name__ == "__main__":
    sys.exit(main())
