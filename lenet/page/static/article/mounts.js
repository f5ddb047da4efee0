// The figures of the article that are modules of their own, by name: each exports `mount`.
import { mount as averages } from "./averages.js";
import { mount as counting } from "./counting.js";
import { mount as curve } from "./curve.js";
import { mount as errors } from "./errors.js";
import { mount as kernel } from "./kernel.js";
import { mount as subsampling } from "./subsampling.js";
import { mount as table } from "./table.js";

/** @type {Record<string, Mount>} */
export const MOUNTS = { averages, counting, curve, errors, kernel, subsampling, table };
