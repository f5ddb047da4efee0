"""Training in the browser beside libraries: `python -m benchmarks.tab_libraries [--rounds 5]`.

The same network, textbook's LeNet-5, the same digits, batch and optimizer (16, SGD), in one headless Chromium, one
after the other in each round: the page's own code in one thread, TensorFlow.js in plain JavaScript and with WebGL, and
jax-js with WebAssembly. Prints digits a second of each, the median of the rounds, and how many times as fast the page
is.

The libraries are installed from npm into a folder that is deleted afterwards. What a library cannot do here is said.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from harness import node
from harness.browser import launch
from harness.servers import files_of
from lenet import Recognizer
from lenet.page.export import write_site
from lenet.weights.model import bundled

PACKAGES = ("@tensorflow/tfjs@4.22.0", "@jax-js/jax@0.1.25")
BATCH = 16
STEPS = {"page": 30, "TensorFlow.js, cpu": 2, "TensorFlow.js, webgl": 6, "jax-js, wasm": 20}  # about a second each

# window.steps[name](count) takes steps; window.data has a batch of digits, 32x32 with values from 0 to 1, and labels.
PAGE = """async ([base, description, batch]) => {
  const load = (name) => import(`${base}/static/network/${name}.js`);
  const [{ Training }, { readDigits }] = await Promise.all([load("training"), load("digits")]);
  const digits = await readDigits(await (await fetch(`${base}/static/digits.safetensors.gz`)).arrayBuffer());
  const training = new Training(description, { optimizer: "SGD", rate: 0.01, batch, seed: 1 }, digits);
  const ink = new Float32Array(batch * 1024);
  for (let i = 0; i < batch; i++) ink.set(digits.training.ink(i), i * 1024);
  window.data = { ink, labels: Array.from(digits.training.labels.subarray(0, batch)), batch };
  window.steps = { page: async (count) => { for (let i = 0; i < count; i++) await training.step(); } };
}"""

TENSORFLOW = """async ([base, backend]) => {
  if (!window.tf) {
    await new Promise((done, fail) => {
      const script = Object.assign(document.createElement("script"), { onload: done, onerror: fail });
      script.src = `${base}/libraries/@tensorflow/tfjs/dist/tf.min.js`;
      document.head.append(script);
    });
  }
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} does not start`);
  const { ink, labels, batch } = window.data;
  const { conv2d, averagePooling2d, flatten, dense } = tf.layers;
  const model = tf.sequential({ layers: [
    conv2d({ filters: 6, kernelSize: 5, activation: "tanh", inputShape: [32, 32, 1] }),
    averagePooling2d({ poolSize: 2 }),
    conv2d({ filters: 16, kernelSize: 5, activation: "tanh" }),
    averagePooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units: 120, activation: "tanh" }),
    dense({ units: 84, activation: "tanh" }),
    dense({ units: 10 }),
  ] });
  const optimizer = tf.train.sgd(0.01);
  const x = tf.tensor4d(ink, [batch, 32, 32, 1]);
  const y = tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat();
  window.steps[`TensorFlow.js, ${backend}`] = async (count) => {
    await tf.setBackend(backend);
    for (let i = 0; i < count; i++) {
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })), true);
      await loss.data();
      loss.dispose();
    }
  };
}"""

JAX = """async ([base]) => {
  const jax = await import(`${base}/libraries/@jax-js/jax/dist/index.js`);
  const { numpy: np, lax, nn, random, valueAndGrad, jit, init, defaultDevice } = jax;
  await init("wasm");
  defaultDevice("wasm");
  const { ink, labels, batch } = window.data;
  const x = np.array(ink).reshape([batch, 1, 32, 32]);
  const y = np.array(Array.from({ length: batch * 10 }, (_, i) => +(labels[(i / 10) | 0] === i % 10)))
    .reshape([batch, 10]);
  const convolutions = [[6, 1, 5, 5], [1, 6, 1, 1], [16, 6, 5, 5], [1, 16, 1, 1]];
  const shapes = [...convolutions, [400, 120], [120], [120, 84], [84], [84, 10], [10]];
  let weights = shapes.map((shape, i) => random.normal(random.key(i), shape).mul(shape.length === 1 ? 0 : 0.1));
  const pool = (z, maps, side) => np.mean(z.reshape([batch, maps, side / 2, 2, side / 2, 2]), [3, 5]);
  const loss = (w, x, y) => {
    let z = pool(np.tanh(lax.conv(x, w[0], [1, 1], "VALID").add(w[1])), 6, 28);
    z = pool(np.tanh(lax.conv(z, w[2], [1, 1], "VALID").add(w[3])), 16, 10).reshape([batch, 400]);
    z = np.tanh(np.matmul(z, w[4]).add(w[5]));
    z = np.tanh(np.matmul(z, w[6]).add(w[7]));
    return nn.logSoftmax(np.matmul(z, w[8]).add(w[9])).mul(y).sum().mul(-1 / batch);
  };
  const step = jit((w, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(w.map((one) => one.ref), x, y);
    return [value, w.map((one, i) => one.sub(gradients[i].mul(0.01)))];
  });
  window.steps["jax-js, wasm"] = async (count) => {
    for (let i = 0; i < count; i++) {
      const [value, next] = step(weights, x.ref, y.ref);
      weights = next;
      await value.data();
    }
  };
}"""

TIME = """async ([name, count]) => {
  const began = performance.now();
  await window.steps[name](count);
  return performance.now() - began;
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        write_site(site, Recognizer.from_pretrained(bundled("textbook")))
        install = [*node.npm(), "install", "--silent", "--no-audit", "--prefix", folder, *PACKAGES]
        subprocess.run(install, env=node.environment(), check=True)
        (site / "libraries").symlink_to(Path(folder) / "node_modules")
        with files_of(site) as url:
            browser = launch(playwright)
            page = browser.new_page()
            page.goto(url)
            measure(page, url, options.rounds)
            browser.close()
    return 0


def measure(page: Page, url: str, rounds: int) -> None:
    description = page.evaluate(
        "(url) => fetch(url).then((response) => response.json()).then(({ network }) => network)",
        f"{url}/networks/textbook/description.json",
    )
    page.evaluate(PAGE, [url, description, BATCH])
    names = ["page"]
    for name, script, arguments in (
        ("TensorFlow.js, cpu", TENSORFLOW, ["cpu"]),
        ("TensorFlow.js, webgl", TENSORFLOW, ["webgl"]),
        ("jax-js, wasm", JAX, []),
    ):
        try:
            page.evaluate(script, [url, *arguments])
            page.evaluate(TIME, [name, 2])
            names.append(name)
        except Error as error:
            print(f"{name}: does not run here: {error.message.splitlines()[0]}")
    rates: dict[str, list[float]] = {name: [] for name in names}
    for round_ in range(rounds + 1):
        for name in names:
            milliseconds = page.evaluate(TIME, [name, STEPS[name]])
            if round_:  # the first one warms up
                rates[name].append(STEPS[name] * BATCH * 1000 / milliseconds)
    own = statistics.median(rates["page"])
    for name in names:
        rate = statistics.median(rates[name])
        print(f"{name}: {rate:,.0f} digits a second; the page is {own / rate:.1f} times as fast")


if __name__ == "__main__":
    sys.exit(main())
