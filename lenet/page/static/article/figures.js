// The figures of the article by name, as `lenet.page.article.figures` has them. Those with a mode borrow the panel that the
// explorer has for it, if that shows what is set: panels exist once.

/** @type {Record<string, { mode?: string }>} */
export const FIGURES = {
  preprocessing: { mode: "break" },
  kernel: {},
  counting: {},
  subsampling: {},
  table: {},
  unit: { mode: "inspect" },
  bitmaps: {},
  curve: {},
  training: { mode: "learn" },
  errors: {},
  averages: {},
  fool: { mode: "fool" },
  row: {},
  networks: { mode: "compare" },
};
