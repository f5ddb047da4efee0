// A worker of explore/train.js. One of them, the coordinator, trains; the others compute their share of each batch for it.
import { Digits } from "../network/digits.js";
import { serve } from "../network/peers.js";
import { Local } from "../network/training.js";
import { Coordinator } from "./coordinator.js";

/**
 * @import { Parts } from "../network/training.js"
 * @import { Begun, Report } from "./coordinator.js"
 */

/** @type {Parts} */
let digits;
/** @type {Coordinator} */
let coordinator;

/** @type {Record<string, (message: any) => void>} */
const kinds = {
  /** @param {{ training: Digits, test: Digits }} parts what is left of them after the way here */
  digits({ training, test }) {
    const part = (/** @type {Digits} */ { images, labels }) => new Digits(images, labels);
    digits = { training: part(training), test: part(test) };
  },
  /** @param {{ description: NetworkDescription, port: MessagePort }} message */
  serve: ({ description, port }) => serve(new Local(description, digits), port),
  /** @param {{ runs: Begun[] }} message */
  begin({ runs }) {
    const post = (/** @type {Report} */ report) => self.postMessage(report, { transfer: [report.weights.buffer] });
    coordinator = new Coordinator(runs, digits, post);
  },
  tell: (message) => coordinator.tell(message),
};

self.addEventListener("message", ({ data }) => kinds[data.kind](data));
