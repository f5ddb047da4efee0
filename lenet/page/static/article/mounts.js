// The figures of the article that are modules of their own, by name: each exports `mount`.
import { mount as counting } from "./counting.js";
import { mount as kernel, table } from "./kernel.js";
import { mount as table } from "./table.js";

/** @type {Record<string, Mount>} */
export const MOUNTS = { counting, kernel, table };
