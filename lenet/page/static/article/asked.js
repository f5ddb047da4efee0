// A figure and its settings, as the query of an address has them: ?embed=kernel&map=2. Without the document.

const OURS = ["embed", "network"]; // `network` is which one the page opens with
const OTHERS = /^(__|utm_)|^(fb|g|ms)clid$/; // Gradio's, and what is added to links that somebody counts

/**
 * What is asked for. Throws what is accepted, a sentence for each fault.
 *
 * @param {URLSearchParams} query
 * @param {Accepted} figures
 * @param {string[]} networks
 * @returns {{ figure: string, settings: FigureSettings }} "network" for the whole network
 */
export function askedFor(query, figures, networks) {
  const figure = query.get("embed") ?? "";
  if (figure !== "network" && !Object.hasOwn(figures, figure)) {
    throw new Error(`There is no figure "${figure}". Figures are ${["network", ...Object.keys(figures)].join(", ")}.`);
  }
  /** @type {string[]} */
  const refused = [];
  const network = query.get("network");
  if (network !== null && !networks.includes(network)) {
    refused.push(`There is no network "${network}". Networks are ${networks.join(", ")}.`);
  }
  const known = figures[figure] ?? {};
  /** @type {FigureSettings} */
  const settings = {};
  for (const [name, text] of query) {
    if (OURS.includes(name) || OTHERS.test(name)) continue;
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      const accepted = names.length ? `Those of ${figure} are ${names.join(", ")}.` : `${figure} has none.`;
      refused.push(`There is no setting "${name}". ${accepted}`);
      continue;
    }
    const value = accepted(text, known[name]);
    if (value === null) refused.push(`"${text}" is no ${name} of ${figure}. Accepted: ${known[name].expected}.`);
    else settings[name] = value;
  }
  if (refused.length) throw new Error(refused.join(" "));
  return { figure, settings };
}

/**
 * null if it is not accepted.
 *
 * @param {string} text
 * @param {Accepted[string][string]} rule
 */
function accepted(text, { values, range, whole, pattern }) {
  if (range) {
    const number = Number(text);
    const isOne = /^[-+.\de]+$/i.test(text.trim()) && (!whole || Number.isInteger(number)); // not 0x10
    return isOne && number >= range[0] && number <= range[1] ? number : null;
  }
  if (pattern) return new RegExp(`^(?:${pattern})$`).test(text) ? text : null;
  return values?.find((value) => String(value) === text) ?? null;
}
