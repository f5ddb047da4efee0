"""The page's gradients of the loss beside PyTorch's autograd: `python -m benchmarks.gradients`.

For each of the page's 1,000 test digits of MNIST and each network, the gradient for every parameter, for every unit and
for the pixels of the input. The digit of the loss is a random one of those that the network does not read: for the
likeliest one, all gradients of a sure answer are zero but for rounding. Autograd computes in double precision, the page
in single precision. Prints for each tensor the largest difference, relative to the largest number of the tensor for the
same digit, and fails if that is not below 1e-4.
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
from lenet.weights.model import bundled, load_weights

BATCH = 50  # digits in a file
LARGEST = 1e-4

# Of a batch: for each tensor, the largest relative difference.
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
const most = {};
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
    most[name] = Math.max(most[name] ?? 0, Number.isFinite(apart) && size ? apart / size : Infinity);
  }
}
console.log(JSON.stringify(most));
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--digits", type=int, default=1_000, help="test digits (default: %(default)s)")
    parser.add_argument("--variants", default=",".join(NETWORKS), help="networks (default: all)")
    options = parser.parse_args()
    ink, _ = page_digits("test", options.digits)
    worst = {variant: compare(variant, ink) for variant in options.variants.split(",")}
    for variant, tensors in worst.items():
        for name, difference in tensors.items():
            print(f"{variant}, {name}: {difference:.1e}")
        print(f"{variant}: at most {max(tensors.values()):.1e} for each of {len(ink):,} digits")
    return int(any(difference >= LARGEST for tensors in worst.values() for difference in tensors.values()))


def compare(variant: str, ink: torch.Tensor) -> dict[str, float]:
    """The largest relative difference of each tensor, by name."""
    weights = load_weights(bundled(variant))
    exact = exactly(weights.model)
    others = torch.randint(1, 10, (len(ink),), generator=torch.Generator().manual_seed(0))
    labels = (exact(ink.double()).argmax(1) + others) % 10
    most: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "description.json").write_text(json.dumps(description(weights)))
        (Path(folder) / "model.safetensors").write_bytes((bundled(variant) / "model.safetensors").read_bytes())
        command = ["node", "--input-type=module", "-e", SCRIPT, folder, str(ROOT / "lenet/page/static")]
        for part, named in zip(ink.split(BATCH), labels.split(BATCH), strict=True):
            tensors = expected(exact, part, named)
            save_file(tensors, Path(folder) / "batch.safetensors")
            result = subprocess.run(command, env=node.environment(), check=True, capture_output=True, text=True)
            found = json.loads(result.stdout)
            most = {name: max(difference, most.get(name, 0)) for name, difference in found.items()}
    return most


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
