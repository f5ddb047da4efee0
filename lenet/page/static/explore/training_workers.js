// The workers of a training: one coordinates its runs and computes, the others compute for it.
import { workersFor } from "./training_settings.js";

/**
 * @import { Parts } from "../network/training.js"
 * @import { Begun, Report } from "./coordinator.js"
 */

/**
 * Whom the workers report to: another panel of the page, once a training is handed over to that.
 *
 * @typedef {{ receive: (report: Report) => void, fail: () => void }} Listeners
 */

/**
 * Start as many workers as the machine has room for; the first one, which coordinates, waits to be told to go on. `receive` is
 * given its reports; `fail` is called if one of them cannot be loaded, or breaks.
 *
 * @param {() => Worker} startWorker
 * @param {Parts} digits
 * @param {Pick<Begun, "description" | "settings">[]} runs
 * @param {Listeners} listeners
 */
export function startRuns(startWorker, digits, runs, listeners) {
  const workers = Array.from({ length: workersFor(navigator.hardwareConcurrency || 1) }, () => startWorker());
  for (const worker of workers) {
    worker.addEventListener("error", () => listeners.fail());
    worker.postMessage({ kind: "digits", ...digits });
  }
  const [coordinator, ...peers] = workers;
  const begun = runs.map((run) => ({ ...run, ports: peers.map((peer) => portTo(peer, run.description)) }));
  coordinator.addEventListener("message", ({ data }) => listeners.receive(data));
  coordinator.postMessage(
    { kind: "begin", runs: begun },
    begun.flatMap(({ ports }) => ports),
  );
  return workers;
}

/**
 * @param {Worker} peer which is told what it computes
 * @param {NetworkDescription} description
 */
function portTo(peer, description) {
  const { port1, port2 } = new MessageChannel();
  peer.postMessage({ kind: "serve", description, port: port1 }, [port1]);
  return port2;
}
