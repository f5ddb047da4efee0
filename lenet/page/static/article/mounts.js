// The figures of the article that are modules of their own, by name: each exports `mount`.
import { mount as counting } from "./counting.js";
import { mount as curve } from "./curve.js";
import { mount as kernel } from "./kernel.js";
import { mount as subsampling } from "./subsampling.js";
import { mount as table } from "./table.js";

/** @type {Record<string, Mount>} */
export const MOUNTS = { counting, curve, kernel, subsampling, table };
