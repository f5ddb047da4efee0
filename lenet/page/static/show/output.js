// The output layer: for each digit its score, and the probability that softmax makes of the ten scores.
import { element, find, findAll } from "../dom.js";
import { number, percentage, range, rangeText } from "./format.js";

export class OutputRow {
  /**
   * `temperature`: the scores are divided by it before softmax, so that probabilities are calibrated.
   *
   * @param {HTMLElement} section
   * @param {number} temperature
   */
  constructor(section, temperature) {
    this.range = find(section, ".range");
    const table = element("table", { className: "outputs" });
    table.innerHTML = `<thead><tr><th scope="col">digit</th><th scope="col" colspan="2">score</th>
      <th scope="col" colspan="2">probability: softmax(score / ${number(temperature)})</th></tr></thead><tbody></tbody>`;
    this.rows = Array.from({ length: Number(section.dataset.shape) }, (_, digit) => {
      const row = table.tBodies[0].insertRow();
      row.innerHTML = `<th scope="row"><button type="button" data-unit="${digit}" aria-label="Output, digit ${digit}">${digit}</button></th><td><span class="bar"><span class="score"></span></span></td>
        <td class="number"></td><td><span class="bar"><span class="probability"></span></span></td><td class="number"></td>`;
      const [score, probability] = findAll(row, ".bar span");
      const [scoreText, probabilityText] = findAll(row, ".number");
      return { row, score, probability, scoreText, probabilityText };
    });
    find(section, ".maps").append(table);
  }

  /**
   * The scores and probabilities, whatever the other layers show.
   *
   * @param {Reading | null} reading
   */
  show(reading) {
    const scores = reading?.outputs.output;
    const [lowest, highest] = range(scores ?? [0, 1]);
    const [low, high] = [Math.min(0, lowest), Math.max(0, highest)];
    const best = scores ? scores.indexOf(highest) : -1;
    this.rows.forEach(({ row, score, probability, scoreText, probabilityText }, digit) => {
      const value = scores?.[digit] ?? 0;
      // Bars from zero to the score, on an axis from the lowest to the highest.
      score.style.insetInlineStart = `${(100 * (Math.min(0, value) - low)) / (high - low)}%`;
      score.style.inlineSize = `${(100 * Math.abs(value)) / (high - low)}%`;
      probability.style.inlineSize = `${100 * (reading?.probabilities[digit] ?? 0)}%`;
      scoreText.textContent = scores ? number(value) : "\u00a0";
      probabilityText.textContent = reading ? percentage(reading.probabilities[digit]) : "\u00a0";
      row.classList.toggle("best", digit === best);
    });
    this.range.textContent = scores ? rangeText(lowest, highest) : "\u00a0";
  }
}
