// Changes of an input that make it another digit, beside PyTorch's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../lenet/page/static/explore/attack_settings.js";
import { encode } from "../../lenet/page/static/explore/attack_text.js";
import { smallestInWords } from "../../lenet/page/static/explore/attack_words.js";
import {
  attackTowards,
  attackWithEachBudget,
  BUDGETS,
  fastGradientSign,
  pixelByPixel,
  projectedGradient,
  smallestBudgets,
} from "../../lenet/page/static/network/attack.js";
import { shifted } from "../../lenet/page/static/network/image.js";
import { arrays, difference, readerOf, VARIANTS } from "./figures.js";

for (const variant of Object.keys(VARIANTS)) {
  const { network } = readerOf(variant);
  const { ink, digits, ...expected } = arrays(`${variant}.attacks`);

  test(`${variant}: one step, ten steps and twenty pixels are those of autograd`, () => {
    ink.forEach((image, i) => {
      const digit = digits[i][0];
      const nth = (count) => {
        const images = pixelByPixel(network, image, digit);
        for (let j = 1; j < count; j++) images.next();
        return images.next().value;
      };
      const found = {
        fgsm: fastGradientSign(network, image, digit, 0.1),
        pgd: projectedGradient(network, image, digit, 0.1),
        pixels: nth(20),
      };
      for (const [method, changed] of Object.entries(found)) {
        assert.ok(difference(changed, expected[method][i]) < 1e-5, `${method}, ${i}`);
      }
    });
  });
}

test("each budget is kept, and the smallest that is enough is found", () => {
  const { ink, digits } = arrays("original.attacks");
  const [image, digit] = [ink[0], digits[0][0]];
  const reader = readerOf("original");
  for (const method of ["fgsm", "pgd", "pixels"]) {
    const attacked = attackWithEachBudget(reader, image, method, digit);
    for (let budget = 0; budget < BUDGETS; budget++) {
      const changed = attacked.images.subarray(budget * 1024, (budget + 1) * 1024);
      const changes = changed.map((x, i) => Math.abs(x - image[i])).filter((x) => x > 0);
      assert.ok(changed.every((x) => x >= 0 && x <= 1));
      if (method === "pixels") assert.ok(changes.length <= budget);
      else assert.ok(Math.max(0, ...changes) <= budget / 100 + 1e-6);
      assert.equal(attacked.answers[budget], String(reader.readInk(changed).digit ?? ""));
    }
    const { answered, likeliest } = smallestBudgets(attacked, digit);
    assert.equal(answered, attacked.answers.indexOf(String(digit)));
    assert.ok(likeliest > 0 && (answered === -1 || likeliest <= answered), `${method}: ${likeliest}, ${answered}`);
  }
});

test("an image is moved, and what leaves it is lost", () => {
  const image = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...shifted(image, 1, 0)], [0, 1, 2, 0, 4, 5, 0, 7, 8]);
  assert.deepEqual([...shifted(image, -1, 1)], [0, 0, 0, 2, 3, 0, 5, 6, 0]);
  assert.deepEqual([...shifted(image, 0, -1)], [4, 5, 6, 7, 8, 9, 0, 0, 0]);
});

test("settings survive a link; what is not valid is not chosen", () => {
  const chosen = { method: "pixels", digit: 0, budget: 12 };
  assert.deepEqual(decode(encode(chosen)), chosen);
  assert.equal(encode({ method: "pgd", digit: null, budget: null }), "");
  assert.deepEqual(decode(encode({ ...chosen, digit: null })), { ...chosen, digit: null });
  for (const text of ["", "__proto__,x,-1", "pgd,10,41", ",,1e1", "pgd,1.5, 3"]) {
    assert.deepEqual(decode(text), { method: "pgd", digit: null, budget: null }, text);
  }
});

test("the smallest change, in words", () => {
  const words = (given) => smallestInWords({ method: "pgd", digit: 8, instead: null, ...given });
  assert.equal(
    words({ answered: 7, likeliest: 7 }),
    "It takes a change of 7 % of full ink in each pixel to make it an 8, the smallest that was found.",
  );
  assert.equal(
    words({ method: "pixels", answered: 9, likeliest: 1 }),
    "It takes a change of 9 pixels to make it an 8, the smallest that was found. With 1 pixel it would be one already, but is rejected.",
  );
  assert.match(
    words({ answered: -1, likeliest: 3 }),
    /^With a change of 3 % of full ink .* it would be an 8, but is rejected; no change tried/,
  );
  assert.equal(
    words({ answered: -1, likeliest: -1 }),
    "No change tried, of up to 40 % of full ink in each pixel, makes it an 8. Try another method.",
  );
  assert.match(words({ method: "pixels", answered: -1, likeliest: -1, instead: 5 }), /makes it an 8\. Try a 5\.$/);
});

test("without a choice, the digit is the one that it takes least to", () => {
  const { ink } = arrays("tutorial.attacks");
  const reader = readerOf("tutorial");
  const { top } = reader.readInk(ink[0]);
  const { digit, answered } = attackTowards(reader, ink[0], "pixels", null);
  assert.notEqual(digit, top[0][0]);
  assert.ok(answered > 0);
  for (const other of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((one) => one !== top[0][0])) {
    const given = attackTowards(reader, ink[0], "pixels", other);
    assert.ok(given.answered < 0 || given.answered >= answered, `${other}: ${given.answered}, ${answered}`);
    assert.equal(given.instead, given.answered < 0 ? digit : null);
  }
});
