// F6 as a map: training digits as points on their two principal axes, and among them the one on the pad.
import { element, shape } from "../dom.js";
import { OnDemand } from "../explore/on_demand.js";
import { inkOf, inputOf, SIDE } from "../network/digits.js";
import { readSafetensors } from "../network/safetensors.js";
import { mnistDigit } from "../pad/images.js";
import { readFile } from "../server.js";
import { article } from "../show/format.js";
import { paint } from "../show/palette.js";
import { ARROWS, picture, statusLine } from "./parts.js";
import { nextPoint, principalAxes, project } from "./projection.js";

/** @import { Projection } from "./projection.js" */

const [WIDTH, HEIGHT, MARGIN] = [600, 440, 16]; // of the drawing

/**
 * @param {HTMLElement} parent
 * @param {Context} context
 * @returns {Mounted}
 */
export function mountMap(parent, { store, reader, pad, fetchOwn }) {
  const says = statusLine();
  const own = statusLine("remark");
  const points = shape("g", {});
  const chosenRing = shape("circle", { class: "chosen-digit", r: 13, visibility: "hidden" });
  const ring = shape("circle", { class: "own-digit", r: 11, visibility: "hidden" });
  const drawing = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` }, points, chosenRing, ring);
  const words = "Map of training digits. Arrow keys go to the nearest digit in a direction";
  const frame = element("div", { className: "map-of-digits", tabIndex: 0, ariaLabel: words }, drawing);
  frame.role = "application";
  frame.ariaRoleDescription = "map of digits";
  const canvas = picture(SIDE);
  const about = element("span", {});
  const load = element("button", { type: "button" }, "Put it onto the pad");
  const opened = element(
    "div",
    { className: "opened-digit" },
    canvas,
    element("div", {}, element("p", {}, about), load),
  );
  opened.hidden = true;
  const body = element("div", { className: "f6-map" }, says, frame, own, opened);
  frame.hidden = true;
  parent.append(body);

  const neighbors = new OnDemand(says, async (say) => {
    const content = await fetchOwn("neighbors.safetensors", say);
    return readFile("This file of digits", () => readSafetensors(content).tensors);
  });
  /** @type {{ projection: Projection, places: Point[], toDrawing: (point: Point) => Point } | null} */
  let map = null;
  let chosen = -1;
  open();

  async function open() {
    await neighbors.load();
    if (!neighbors.value || !body.isConnected) return;
    const { labels, f6 } = neighbors.value;
    const projection = principalAxes(f6.data, labels.data.length);
    const size = f6.data.length / labels.data.length;
    const projected = Array.from(labels.data, (_, i) =>
      project(projection, f6.data.subarray(i * size, (i + 1) * size)),
    );
    const toDrawing = fit(projected);
    const places = projected.map(toDrawing);
    map = { projection, places, toDrawing };
    points.replaceChildren(
      ...places.map(([x, y], i) =>
        shape(
          "text",
          { x: x.toFixed(1), y: (y + 5).toFixed(1), class: `hue-${labels.data[i]}` },
          String(labels.data[i]),
        ),
      ),
    );
    frame.hidden = false;
    const share = `${Math.round(100 * projection.share)} %`;
    says.textContent = `F6 of ${labels.data.length} training digits, on the two directions in which they differ most. These hold ${share} of the differences: digits that look near may be apart in the other 82.`;
    update();
  }

  frame.addEventListener("click", ({ clientX, clientY }) => {
    const { left, top, width } = drawing.getBoundingClientRect();
    const at = [clientX - left, clientY - top].map((pixels) => (pixels * WIDTH) / width);
    choose(nearestTo(/** @type {Point} */ (at)));
  });
  frame.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!map || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(chosen < 0 ? nearestTo([WIDTH / 2, HEIGHT / 2]) : nextPoint(map.places, chosen, step));
    store.announce(about.textContent ?? "");
  });
  load.addEventListener("click", () => {
    const { ink, label } = digit(chosen);
    pad.loadImage(mnistDigit(inputOf(ink), label, { data: ink, width: SIDE, height: SIDE }));
  });

  /** @param {Point} at */
  function nearestTo([x, y]) {
    const distances = map?.places.map(([a, b]) => Math.hypot(a - x, b - y)) ?? [];
    return distances.indexOf(Math.min(...distances));
  }

  /** @param {number} i */
  function digit(i) {
    const { images, labels } = /** @type {Tensors} */ (neighbors.value);
    return { ink: inkOf(images.data.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2)), label: labels.data[i] };
  }

  /** @param {number} i */
  function choose(i) {
    if (!map || i < 0) return;
    chosen = i;
    const { ink, label } = digit(i);
    paint(canvas, ink, 1, "gray");
    about.textContent = `${article(label) === "an" ? "An" : "A"} ${label} of the training digits.`;
    opened.hidden = false;
    place(chosenRing, map.places[i]);
  }

  function update() {
    if (!map || !neighbors.value) return;
    if (chosen >= 0) paint(canvas, digit(chosen).ink, 1, "gray");
    const { complete } = store;
    ring.setAttribute("visibility", complete ? "visible" : "hidden");
    if (!complete) {
      own.textContent = "Draw a digit, and a ring shows where it is.";
      return;
    }
    // The points are of the network as it is stored, and so is the ring.
    const { f6 } = reader.readInk(complete.outputs.input).outputs;
    const at = map.toDrawing(project(map.projection, f6));
    const within = (/** @type {number} */ x, /** @type {number} */ most) =>
      Math.max(MARGIN, Math.min(most - MARGIN, x));
    place(ring, [within(at[0], WIDTH), within(at[1], HEIGHT)]);
    const label = neighbors.value.labels.data[nearestTo(at)];
    own.textContent = `The ring is your digit. The nearest on the map is ${article(label)} ${label}.`;
  }

  return { update, remove: () => body.remove() };
}

/**
 * @param {SVGElement} circle
 * @param {Point} at
 */
function place(circle, [x, y]) {
  circle.setAttribute("cx", x.toFixed(1));
  circle.setAttribute("cy", y.toFixed(1));
  circle.setAttribute("visibility", "visible");
}

/**
 * Where each point is in the drawing: the same scale along both axes, so that distances can be compared.
 *
 * @param {Point[]} points
 * @returns {(point: Point) => Point}
 */
function fit(points) {
  const [left, right, top, bottom] = [0, 0, 1, 1].map((axis, i) => {
    const along = points.map((point) => point[axis]);
    return i % 2 ? Math.max(...along) : Math.min(...along);
  });
  const scale = Math.min((WIDTH - 2 * MARGIN) / (right - left), (HEIGHT - 2 * MARGIN) / (bottom - top));
  return ([x, y]) => [WIDTH / 2 + (x - (left + right) / 2) * scale, HEIGHT / 2 + (y - (top + bottom) / 2) * scale];
}
