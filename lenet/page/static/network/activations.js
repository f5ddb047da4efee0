// The activation functions, each described once: how it is computed, and how that is written down.

/**
 * What the activation function of a description does: `apply` to a number, its `slope` where it has a value, and the
 * `formula` for a number as text. Throws if there is no such function.
 *
 * @param {Activation} activation
 * @returns {{ apply: (x: number) => number, slope: (value: number) => number, formula: (x: string) => string }}
 */
export function activationOf(activation) {
  switch (activation.kind) {
    case "tanh": {
      const { amplitude, slope, name } = activation;
      return {
        apply: (x) => amplitude * Math.tanh(slope * x),
        slope: (value) => slope * (amplitude - value ** 2 / amplitude),
        formula: (x) => (amplitude === 1 ? `tanh(${x})` : name.replace("2x/3", `2 \u00b7 ${x} / 3`)),
      };
    }
    case "relu":
      return { apply: (x) => Math.max(0, x), slope: (value) => Number(value > 0), formula: (x) => `max(0, ${x})` };
    case "identity":
      return { apply: (x) => x, slope: () => 1, formula: (x) => x };
    default:
      throw new Error("unknown activation function");
  }
}
