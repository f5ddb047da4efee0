// What the browser's modules pass to each other, for the type checker and for readers; no browser loads it.

// ---- from the server, as JSON: `lenet.page.settings` and `lenet.page.browser`

/** What the page is told when it starts. */
interface Settings {
  description: ReaderDescription;
  /** Path of the network's files. */
  network: string;
  /** What PyTorch's readings say of the network that made them. */
  identity: string;
  /** The variant that the page opens with, and those that a visitor can choose in place of it. */
  home: string;
  others: string[];
  /** Path of PyTorch's readings; null without a server. */
  read: string | null;
  /** Which weights the page uses, in words. */
  weights: string;
  tour: TourStep[];
  /** The address of the Space that the page is shown on, if it is. */
  space: string | null;
}

/** The page of a network, before it has started. */
interface Page {
  html: string;
  settings: Settings;
}

interface TourStep {
  selector: string;
  words: string;
  unit?: Partial<Unit> & { layer: string };
  mode?: string;
}

interface ReaderDescription {
  network: NetworkDescription;
  preprocessing: Preprocessing;
  rejection: Rejection;
  row: RowConstants;
}

interface NetworkDescription {
  variant: string;
  mean: number;
  std: number;
  border: number;
  activation: Activation;
  temperature: number;
  max_energy: number | null;
  /** Score of the class of what is no digit, in training. */
  outlier_score: number;
  layers: LayerDescription[];
}

type Activation =
  | { kind: "tanh"; amplitude: number; slope: number; name: string }
  | { kind: "relu"; name: string }
  /** Of no network that is trained: the article takes the function out. */
  | { kind: "identity"; name: string };

type Kind =
  | "convolution"
  | "sparse convolution"
  | "average pooling"
  | "max pooling"
  | "subsampling"
  | "fully connected"
  | "RBF";

interface LayerDescription {
  name: string;
  kind: Kind;
  /** [maps, height, width], or [units]. */
  shape: number[];
  activated: boolean;
  /** Side of a kernel, or of a block. */
  size?: number;
  /** Of a sparse convolution: the inputs of each map. */
  table?: number[][];
  /** Of an RBF layer: what each unit compares its input with. */
  centers?: number[][];
}

interface Preprocessing {
  side: number;
  digit_side: number;
  center: number;
  tie: number;
  min_contrast: number;
  crop_threshold: number;
  /** The most pixels of an image, of a JPEG, and per side. */
  size: { pixels: number; reduced: number; side: number };
  specks: Specks;
  paper: PaperConstants;
  photo: PhotoConstants;
  picture: PictureConstants;
  color: ColorConstants;
  frames: FrameConstants;
}
interface PictureConstants {
  solid: number;
  mostly: number;
  same: number;
  border: number;
  uniform: number;
  inner: number;
}
interface ColorConstants {
  side: number;
  ink: number;
  least: number;
  dull: number;
  luma: number[];
  same: number;
  inner: number;
}
interface FrameConstants {
  cells: number;
  span: number;
  length: number;
  thick: number;
  band: number;
  middle: number;
  digit: number;
  straight: number;
}
interface PaperConstants {
  working_side: number;
  min_contrast: number;
  min_photo: number;
  noise_factor: number;
  flat: number;
  quadratic: [number, number][];
  same: number;
  inner: number;
}
interface PhotoConstants {
  side: number;
  thin_stroke: number;
  widest: number;
  noise: [number, number];
  soft: number;
  min_contrast: number;
  clear: number;
  thin: number;
  line: number;
  filled: number;
  central: number;
  near: number;
  stray: number;
  slopes: number[];
}
interface Specks {
  cells: number;
  small: number;
  light: number;
  far: number;
}
interface Rejection {
  clear: number;
  solid: number;
  squarish: number;
  tall: number;
  wide: number;
}
interface RowConstants {
  rows: number;
  overlap: number;
  most: number;
  main: number;
  narrow: number;
  near: number;
  thick: number;
  widest: number;
  cut: number;
  least: number;
  least_cut: number;
  shortest: number;
  shortest_one: number;
  shortest_one_cut: number;
  shortest_ones: number;
}

/** PyTorch's reading of an image. */
interface ServerReading {
  digit: number | null;
  reason: string | null;
  probabilities: number[];
  digits: DigitProbability[] | null;
  network: string;
}

// ---- images

/** An image, row by row. */
interface Raster<Data = Float32Array> {
  data: Data;
  width: number;
  height: number;
}
/** An image of several channels, red, green and blue or gray, in [0, 1]. */
interface Picture {
  channels: Float32Array[];
  width: number;
  height: number;
}
/** An image as it is decoded: red, green, blue and opacity of each pixel, 0 to 255, whole rows at a time. */
interface Pixels {
  strips(): Iterable<Uint8ClampedArray>;
  width: number;
  height: number;
}
/** A part of an image, and where it starts there. */
interface Cropped extends Raster {
  left: number;
  top: number;
}
interface Piece extends Raster {
  left: number;
  /** Whether it was cut off from the previous one. */
  cut: boolean;
}
/** `bottom` and `right` are outside of it. */
interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}
interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}
/** Where the digit is, in the drawing and in the input. */
interface Placement {
  from: Rectangle;
  to: Rectangle;
}
/** What the preprocessing makes of a drawing or an image. */
interface Preprocessed {
  /** The network's input: 32x32 numbers in [0, 1]. */
  ink: Float32Array;
  /** null if there is no ink, or if it is not known. */
  placement: Placement | null;
  cropped: Cropped | null;
}
type Point = [x: number, y: number];
/** In units of the pad. Files of examples and collected drawings have only the points of each. */
interface Stroke {
  width: number;
  points: Point[];
}
/** An image that has been opened: how it is shown, on paper of a color, and what it is read from. */
interface OpenImage extends Preprocessed {
  canvas: HTMLCanvasElement;
  paper: string;
  /** Whether it is a digit of the test, which is answered as there. */
  test?: boolean;
  /** The digit that it is, if that is known. */
  label?: number;
}
/** The content of the pad. */
type PadState = { strokes: Stroke[]; label?: number; image?: undefined } | { image: OpenImage; strokes?: undefined };
/** The same without how it is shown. */
type Drawing = { strokes: Stroke[]; image?: undefined } | { image: Preprocessed; strokes?: undefined };
type AnyContext = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

// ---- networks and readings

interface Tensor {
  /** As in the file that it is from, if it is. */
  dtype?: string;
  shape: number[];
  data: Float32Array | Uint8Array;
}
type Tensors = Record<string, Tensor>;
/** Values by layer: "input", "c1", ..., "output". */
type Layers = Record<string, Float32Array>;
/** For each layer, the numbers of the maps or units that are replaced by zeros. */
type Muted = Record<string, Set<number>>;
type DigitProbability = [digit: number, probability: number];

/** All values of the layers, and the same before the activation function; "input" is normalized there. */
interface Features {
  outputs: Layers;
  before: Layers;
}

/** Numbers for everything that a network learns, by layer and name: weights, or gradients for them. */
type Learned = Record<string, Layers>;

interface Reading extends Features {
  /** null, with a reason, if the input is rejected. */
  digit: number | null;
  reason: string | null;
  /** Why it would be rejected, of a test digit, which is answered all the same. */
  rejected?: string;
  probabilities: number[];
  /** The three most likely digits. */
  top: DigitProbability[];
  /** Several digits side by side, if they can be read, and the same as text: "37". */
  digits: DigitProbability[] | null;
  number: string | null;
  /** Where in the input the drawing is, if that is known. */
  placement?: Placement | null;
  /** What was read of each of them, and the most probable numbers: [["37", 0.9], ...]. */
  parts?: RowPart[];
  numbers?: [number: string, probability: number][];
  /** Which one the layers are of. */
  part?: number;
  /** The ink of several digits, cropped. */
  cropped?: Raster;
  /** What was drawn, 0 to 255, if it was changed before it was read. */
  opacity?: Uint8Array;
}

/** One of several digits. */
interface RowPart extends Preprocessed {
  probabilities: number[];
  likeliest: DigitProbability;
}

/** In layers without feature maps, `map` is the number of the unit, and row and column are 0. */
interface Unit {
  layer: string;
  map: number;
  row: number;
  column: number;
}
interface Cell {
  index: number;
  row: number;
  column: number;
}
/** The maps and the square of a layer that a unit depends on. */
interface Field extends Box {
  maps: number[];
}

interface Term {
  map: number;
  patch: Float64Array;
  kernel: Float32Array;
  products: Float64Array;
  sum: number;
}
/** What a unit was computed from; what its kind of layer does not have is empty. */
interface Parts {
  /** Of a convolution, for each map that it is connected to. */
  terms: Term[];
  bias: number;
  /** Of pooling and subsampling: four values; of RBF units: all of the layer before. */
  inputs: Float32Array | Float64Array;
  coefficient: number;
  /** Of fully connected units: weight times input; of RBF units: the negative squared differences. */
  contributions: Float32Array;
  center: number[];
}
interface Explanation extends Parts {
  kind: Kind | "input";
  activated: boolean;
  source: string;
  value: number;
  before: number;
}

/** What a kind of layer can do, once it is connected to its input and weights. */
interface Connected {
  /** From the layer's input to its output before the activation function. */
  compute(input: Float32Array): Float32Array;
  /** The gradient of a loss for the input, from that for the output before the activation function. */
  inputGradient(gradient: Float32Array, input: Float32Array): Float32Array;
  /** What the layer learns, by name; and add the gradient for that to `sums`. */
  tensors: Layers;
  addGradients?(gradient: Float32Array, input: Float32Array, sums: Layers): void;
  /** What a unit was computed from. */
  explain(input: Float32Array, unit: Unit): Partial<Parts>;
  /** The part of the input that a part of the output depends on. */
  field(part: Field): Field;
  /** Of convolutions: the inputs of each map, and the kernels of a map. */
  sees?: number[][];
  kernels?(map: number): { map: number; kernel: Float32Array }[];
  /** Of layers with a weight per connection: map by map, or unit by unit, and in each the inputs in order. */
  weight?: Float32Array;
  /** Of layers that can be the output: the difference of the scores of two units as a sum over the inputs. */
  contrast?(input: Float32Array, first: number, second: number): { contributions: Float32Array; bias: number };
}
interface LayerInput {
  maps: number;
  side: number;
}
interface Layer extends LayerDescription, Connected {
  input: LayerInput;
}

// ---- the figure, in CSS pixels from its corner

type FigureKind = "wide" | "short" | "phone";
interface FigureSize {
  kind: FigureKind;
  width: number;
  /** The most that the tiles may be high. */
  tall: number;
  /** Where they begin. */
  top: number;
  /** Pixels of the screen per CSS pixel. */
  density: number;
  /** Pixels that a row of examples is high, and that the tools beside the input are. */
  row?: number;
  tools?: number;
}
/** A map, a part of one, or a unit, as it is shown. */
interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Geometry {
  kind: FigureKind;
  width: number;
  /** Of the tiles, which begin at `top`. */
  height: number;
  top: number;
  /** The unit of the gaps between columns. */
  gap: number;
  /** Between two maps of C3. */
  between: number;
  /** How high the lanes between rows of maps are. */
  lanes: { c3: number; s4: number };
  /** From the edge of the output to the middle of its digits. */
  label: number;
  columns: Record<string, Tile>;
  /** Those of each layer that is shown. */
  tiles: Record<string, Tile[]>;
  kernels: Tile[];
  /** null where they are beside the figure. */
  pad: Tile | null;
  answer: Tile | null;
  /** How many examples stand in a row. */
  examples: number;
}
/** Points from a tile to the edge of its column, and from the edge of the next column to a tile there. */
interface Connection {
  from: Point[];
  to: Point[];
}
interface Signal extends Connection {
  value: number;
}
/** A link that is lit. Values are compared within a group; null: it only passes something on. */
interface Lit extends Connection {
  value: number | null;
  group: string;
}
/** What is lit for a unit. */
interface Lights {
  unit: Tile | null;
  /** What it depends on, and what it feeds. */
  fields: { layer: string; map: number; tile: Tile; back: boolean }[];
  links: Lit[];
  /** LAYER.MAP of all that is part of it. */
  touched: Set<string>;
  /** The square of the input that it depends on. */
  input: Box | null;
}

// ---- changes of the input

/** A square of the input that is erased, or filled with ink. */
interface Square {
  kind: "erase" | "add";
  top: number;
  left: number;
  size: number;
}
interface Tried extends Square {
  effect: number;
}
interface Change extends Square {
  amount: number;
}

// ---- the view

/** What a reading comes from, if not from the drawing and the network as they are. */
interface Source {
  note: string;
  /** What a link to it does not have, as a sentence. */
  unlinked?: string;
  /** Whether the input is not that of the drawing. */
  isChanged?: boolean;
  read(): Reading;
  /** For another network only. */
  reader?: import("./static/network/reader.js").Reader;
}
/** What a worker needs to build a network. */
interface WorkerNetwork {
  description: ReaderDescription;
  tensors: Tensors;
}
/** A taught or edited network, or one from a file, in place of the page's: in words, and its reader; each has another `version`. */
interface ChangedNetwork {
  note: string;
  reader: import("./static/network/reader.js").Reader;
  version: number;
}
/**
 * What is set in a mode: in Break the change, its value and whether there is preprocessing; in Learn the step; in Train the
 * settings as a text, see explore/training_settings.js; in Fool method, digit and budget as a text, see explore/attack_text.js.
 */
interface Sliders {
  change: string;
  /** null: where the change begins. */
  value: number | null;
  preprocessed: boolean;
  /** null: the end of the training. */
  step: number | null;
  training: string;
  attack: string;
}
type State = "live" | "checked" | "unchecked" | "overloaded" | "alone" | "local" | "example";

// ---- the article

/** What its figures and exercises are given. */
interface Context {
  root: HTMLElement;
  store: import("./static/store.js").Store;
  pad: import("./static/pad/pad.js").Pad;
  /** Of the page's network as it is stored. The store has the one that is shown, and `changed` one that is taught or edited. */
  reader: import("./static/network/reader.js").Reader;
  /** Strokes of an example of each digit. */
  examples: Stroke[][];
  /** The reader of one of the three networks; of the page's own as it is now, also without a name. */
  readerOf(variant?: string): Promise<import("./static/network/reader.js").Reader>;
  /** Files that belong to the weights of the page, and to one of the three networks: see server.js. */
  fetchOwn(name: string, waiting: (text: string) => void): Promise<ArrayBuffer>;
  fetchOther: import("./static/explore/networks.js").FetchOther;
  loadDigits: import("./static/network/digits.js").LoadDigits;
  background: import("./static/explore/background.js").Background;
  startTrainer(): Worker;
  /** What checks exercises, which is loaded when somebody answers one. */
  loadChecks(): Promise<typeof import("./static/article/question.js")>;
  /** Numbers of test digits: a row for each true digit, a column for what it is taken for; null if nobody has counted. */
  confusion: number[][] | null;
}
/** How each figure can be set: one of some values, a number in a range, or a text of a pattern; and that in words. */
type Accepted = Record<
  string,
  Record<
    string,
    { expected: string; values?: (string | boolean)[]; range?: [number, number]; whole?: boolean; pattern?: string }
  >
>;
type FigureSettings = Record<string, string | number | boolean>;
/** A figure in its element. `update`: there is another reading. */
interface Mounted {
  update(): void;
  remove(): void;
}
type Mount = (element: HTMLElement, context: Context, settings: FigureSettings) => Mounted;

// ---- elements

/** What `element` sets: properties, and `dataset` and `attributes`. */
type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], "dataset" | "attributes" | "style" | "children">
> & { dataset?: Record<string, string | number>; attributes?: Record<string, string> };

/** An element that is described, not made: see show/tree.js. */
interface Described {
  tag: string;
  properties: DescribedProperties;
  children: (Described | string)[];
}
interface DescribedProperties {
  attributes?: Record<string, string>;
  dataset?: Record<string, string>;
  style?: Record<string, string>;
  /** Called with the element whenever it has been made or changed. */
  draw?(canvas: HTMLCanvasElement): void;
  onclick?(): void;
  onpointerenter?(event: PointerEvent): void;
  className?: string;
  title?: string;
  scope?: string;
  type?: string;
  width?: number;
  height?: number;
  /** Of details. */
  open?: boolean;
}

/** A line of a sum: text, number, class. */
type LedgerLine = [text: string, number: string, className?: string];
interface Bar {
  name: string;
  value: number;
  /** The unit that it is about: LAYER.UNIT. */
  points?: string;
  /** Makes the name a button. */
  open?(): void;
  /** Whether the button shows `more`, below it. */
  expanded?: boolean;
  more?: Described[];
}

/** The events of a service worker. */
interface ServiceWorkerEvent extends Event {
  request: Request;
  waitUntil(done: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  addEventListener(type: string, listener: (event: ServiceWorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

/** The modules as one: `lenet.page.bundle`. */
declare module "*/static/page.js" {
  export const start: typeof import("./static/start.js").start;
}

// ---- in a notebook: lenet.notebook

/** What anywidget gives a view of the state that it shares with Python. */
interface WidgetModel {
  // biome-ignore lint/suspicious/noExplicitAny: another type for each name
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}
/** What a pad is made of. */
interface WidgetPage {
  html: string;
  description: ReaderDescription;
  weights: ArrayBuffer | ArrayBufferView;
  examples: { label: number; strokes: Point[][] }[];
}
/** What is on the pad; `key` says who has drawn it, and is another one each time. Of strokes, how they look is in `png`. */
interface WidgetDrawing {
  key: string;
  penDown: boolean;
  strokes: Stroke[];
  png?: DataView;
  /** Of an image, the ink, 0 to 255. */
  ink?: ArrayBuffer | ArrayBufferView;
  width?: number;
  height?: number;
}
