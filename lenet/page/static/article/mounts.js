// The figures of the article that are modules of their own, by name: each exports `mount`.

/** @type {Record<string, Mount>} */
export const MOUNTS = {};
