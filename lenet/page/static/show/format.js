// Numbers as text.

/**
 * The smallest and the largest value.
 *
 * @param {Float32Array | number[]} values
 * @returns {[low: number, high: number]}
 */
export function range(values) {
  let [low, high] = [values[0], values[0]];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * @param {number} low
 * @param {number} high
 */
export function rangeText(low, high) {
  return `values ${number(low)} to ${number(high)}`;
}

/**
 * A width and a height, with the multiplication sign.
 *
 * @param {number} width
 * @param {number} height
 */
export function sizeText(width, height = width) {
  return `${width}\u00d7${height}`;
}

/**
 * With `decimals` digits after the point.
 *
 * @param {number} value
 * @param {number} decimals
 */
export function decimal(value, decimals) {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

/** @param {number} value */
export function number(value) {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0).replace("-", "\u2212");
}

/**
 * With one decimal; never rounded to 0 or 100 %.
 *
 * @param {number} p
 */
export function percentage(p) {
  if (p > 0.999) return "> 99.9 %";
  if (p < 0.001) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/**
 * Which one of several digits the layers are of, in words: "digit 2 from the left".
 *
 * @param {Pick<Reading, "part">} reading
 */
export function ordinalDigit({ part = 0 }) {
  return `digit ${part + 1} from the left`;
}

/**
 * The answer of a reading in words.
 *
 * @param {Pick<Reading, "digit" | "number">} reading
 */
export function answerText({ digit, number }) {
  return digit === null && !number ? "rejected" : `read as ${number ?? digit}`;
}

/**
 * Why a reading has no digit, in words, as in `lenet.rejection`; whatever else the server may say, as it says it.
 *
 * @param {string} reason
 */
export function reasonText(reason) {
  return REASONS[reason] ?? reason;
}

/** @type {Record<string, string>} */
const REASONS = {
  blank: "no ink was found",
  "too little ink": "only a dot or a filled shape",
  "several digits": "several digits, but not sure which",
  "not a digit": "not recognized as a digit",
};

/**
 * A number of any size, with about three digits.
 *
 * @param {number} value
 */
export function compact(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  const small = Math.max(3, 2 - Math.floor(Math.log10(size)));
  if (size >= 0.001 && size < 10_000) return decimal(value, size < 10 ? small : size < 1_000 ? 1 : 0);
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${digits.replace("-", "\u2212")} \u00b7 ${powerOfTen(Number(exponent))}`;
}

/** @param {number} exponent */
export function powerOfTen(exponent) {
  return `10${[...String(exponent)].map((c) => SUPERSCRIPTS[c]).join("")}`;
}

/** @type {Record<string, string>} */
const SUPERSCRIPTS = {
  "-": "\u207b",
  ...Object.fromEntries([..."\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"].map((c, i) => [i, c])),
};

/** @param {string} text */
export function firstUpper(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/**
 * "a" or "an".
 *
 * @param {number} digit
 */
export function article(digit) {
  return digit === 8 ? "an" : "a";
}
