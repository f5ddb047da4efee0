"""Teach it, without a page: misread digits of the development data, one at a time: `python -m benchmarks.teaching`.

Each is a digit of MNIST's validation part that a network rejects or reads as another one. The network takes steps on it
until it is read right, at most 40, as the page does; then it is forgotten again. Prints, for each network, how many are
then read right, after how many steps, and how many of 500 old digits are lost: with replay of training digits and
without. The old digits are the last of the validation part: no test digit is used, so rates can be chosen by this.
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
from lenet.networks import NETWORKS
from lenet.page.browser import description
from lenet.weights.model import bundled, load_weights
from train.data.mnist import load_mnist, split
from train.recipe import Recipe

OLD, REPLAYED = 500, 2_000  # digits

SCRIPT = """
import { readFileSync } from "node:fs";
const [folder, modules, options] = [process.argv[1], process.argv[2], JSON.parse(process.argv[3])];
const load = (name) => import(`${modules}/network/${name}.js`);
const [{ Reader }, { readSafetensors }, { descend, isLearned, replayed }] =
  await Promise.all(["reader", "safetensors", "teaching"].map(load));
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}`)).buffer;
const { tensors } = readSafetensors(read("digits.safetensors"));
const pixels = 32 * 32;
const digits = (part) => [...tensors[`${part}.labels`].data].map((label, i) => {
  const ink = Float32Array.from(tensors[`${part}.images`].data.subarray(pixels * i, pixels * (i + 1)), (x) => x / 255);
  return { ink, label };
});
const [validation, old, lessons] = ["validation", "old", "training"].map(digits);
const training = { length: lessons.length, ink: (i) => lessons[i].ink, labels: lessons.map(({ label }) => label) };
const right = (reader) => old.filter(({ ink, label }) => {
  const { output } = reader.network.forward(ink).outputs;
  return output.indexOf(Math.max(...output)) === label;
}).length;
const descriptions = JSON.parse(readFileSync(`${folder}/descriptions.json`, "utf8"));
for (const variant of options.variants) {
  const reader = Reader.of(descriptions[variant], read(`${variant}.safetensors`));
  const misread = validation.filter(({ ink, label }) => reader.readInk(ink).digit !== label).slice(0, options.digits);
  const before = right(reader);
  for (const rate of options.rates) for (const count of [8, 0]) {
    const [steps, lost] = [[], []];
    let learned = 0;
    const began = performance.now();
    for (const lesson of misread) {
      let taught = reader;
      let step = 0;
      while (step < options.most && !isLearned(taught.network, [lesson])) {
        taught = descend(taught, [lesson, ...replayed(training, step, count)], rate).reader;
        step++;
      }
      if (taught.readInk(lesson.ink).digit === lesson.label) {
        learned++;
        steps.push(step);
      }
      lost.push(before - right(taught));
    }
    steps.sort((a, b) => a - b);
    const mean = lost.reduce((a, b) => a + b, 0) / lost.length / 5;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${variant}, rate ${rate}, ${count ? `${count} old digits in each step` : "without old digits"}: `
      + `${learned} of ${misread.length} read right, after ${steps[steps.length >> 1]} steps (median); `
      + `points lost: mean ${mean.toFixed(2)}, worst ${(Math.max(...lost) / 5).toFixed(1)} (${seconds} s)`);
  }
}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("../shared/data"), help="folder of MNIST")
    parser.add_argument("--digits", type=int, default=50, help="misread digits (default: %(default)s)")
    parser.add_argument("--most", type=int, default=40, help="steps at most (default: %(default)s)")
    parser.add_argument("--rates", default="0.0003", help="learning rates (default: %(default)s)")
    parser.add_argument("--variants", default=",".join(NETWORKS), help="networks (default: all)")
    options = parser.parse_args()
    recipe = Recipe()
    training, validation = split(load_mnist(options.data_dir, train=True), recipe.validation_size, recipe.seed)
    parts = {"validation": validation, "old": validation[-OLD:], "training": training[:REPLAYED]}
    tensors = {f"{name}.images": part.images.clone() for name, part in parts.items()}
    tensors |= {f"{name}.labels": part.labels.to(torch.uint8).contiguous() for name, part in parts.items()}
    given = {
        "digits": options.digits,
        "most": options.most,
        "rates": [float(rate) for rate in options.rates.split(",")],
        "variants": options.variants.split(","),
    }
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors, Path(folder) / "digits.safetensors")
        weights = {variant: load_weights(bundled(variant)) for variant in NETWORKS}
        descriptions = {variant: description(loaded) for variant, loaded in weights.items()}
        (Path(folder) / "descriptions.json").write_text(json.dumps(descriptions))
        for variant in NETWORKS:
            (Path(folder) / f"{variant}.safetensors").write_bytes((bundled(variant) / "model.safetensors").read_bytes())
        modules = str(ROOT / "lenet/page/static")
        command = ["node", "--input-type=module", "-e", SCRIPT, folder, modules, json.dumps(given)]
        return subprocess.run(command, env=node.environment()).returncode


if __name__ == "__main__":
    sys.exit(main())
