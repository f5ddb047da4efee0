// Which pointers draw.
export const CONTROLS = "a, button, input, label, select, summary, textarea, .maps, .sheet";
const PALM = 1_000; // milliseconds after the pen was seen in which a touch is still the hand that holds it

/**
 * Whether a touch is that of the hand that holds a pen.
 *
 * @param {Pick<PointerEvent, "pointerType" | "timeStamp">} event
 * @param {number} lastPen when a pen was seen last, in the time of events
 */
export function isPalm({ pointerType, timeStamp }, lastPen) {
  return pointerType === "touch" && timeStamp - lastPen < PALM;
}
