// Reads what the page needs to know from a TFLite file of this project, and gives it another size.
// Source: tensorflow/lite/schema/schema.fbs.

/** An input or output. */
interface TensorInfo {
  name: string;
  type: 'float32' | 'uint8';
  shape: number[];
}

/** `proposals`, `precision` and `schemes` are from what `sgru-export tflite` stored in the file. */
export interface ModelInfo {
  width: number;
  height: number;
  proposals: number;
  precision: string;
  inputs: TensorInfo[];
  hints: boolean;
  /** Skin, hair, clothes and eyes of each proposal, "#rrggbb"; none where the network was not trained in schemes. */
  schemes: string[][];
}

/** Reads a file; throws an Error if it is no TFLite file, or none of this project. */
export function readModel(bytes: Uint8Array): ModelInfo {
  const file = new Flat(bytes);
  if (file.text(4, 4) !== 'TFL3') throw new Error('not a TFLite file');
  const { model, inputs } = parts(file);
  const buffers = file.tables(model, 4);
  const entry = file.tables(model, 6).find((table) => file.string(table, 0) === 'sgru_tf');
  if (entry === undefined) throw new Error('not a model of sgru_tf');
  const data = file.vector(buffers[file.number(entry, 1)], 0);
  const metadata = JSON.parse(file.text(data.start, data.count));
  const { width, height, proposals, precision } = metadata;
  const schemes = metadata.config?.schemes ?? [];
  const described = inputs.map((tensor) => describe(file, tensor));
  const hints = described.some((one) => one.name === 'hints');
  return { width, height, proposals, precision, inputs: described, hints, schemes };
}

/**
 * Gives a copy of a file with another size: only the shapes of inputs and outputs are written, as
 * the runtime works out those between when it loads the file.
 */
export function resizedModel(bytes: Uint8Array, width: number, height: number): Uint8Array {
  const copy = bytes.slice();
  const file = new Flat(copy);
  const { inputs, outputs } = parts(file);
  for (const tensor of [...inputs, ...outputs]) {
    for (const field of [0, 7]) {
      const shape = file.vector(tensor, field);
      if (shape.count !== 4) continue;
      file.view.setInt32(shape.start + 4, height, true);
      file.view.setInt32(shape.start + 8, width, true);
    }
  }
  return copy;
}

function parts(file: Flat) {
  const model = file.follow(0);
  const graph = file.tables(model, 2)[0];
  const tensors = file.tables(graph, 0);
  return { model, inputs: file.ints(graph, 1).map((i) => tensors[i]), outputs: file.ints(graph, 2).map((i) => tensors[i]) };
}

function describe(file: Flat, tensor: number): TensorInfo {
  const type = file.byte(tensor, 1);
  if (type !== 0 && type !== 3) throw new Error(`an input of type ${type}`);
  return { name: file.string(tensor, 3), type: type ? 'uint8' : 'float32', shape: file.ints(tensor, 0) };
}

/** The few ways through a flatbuffer that are needed here. Tables are known by where they begin. */
class Flat {
  readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  private field(table: number, index: number): number {
    const layout = table - this.view.getInt32(table, true);
    const at = 4 + 2 * index;
    const offset = at < this.view.getUint16(layout, true) ? this.view.getUint16(layout + at, true) : 0;
    return offset ? table + offset : 0;
  }

  number(table: number, index: number): number {
    const at = this.field(table, index);
    return at ? this.view.getUint32(at, true) : 0;
  }

  byte(table: number, index: number): number {
    const at = this.field(table, index);
    return at ? this.view.getUint8(at) : 0;
  }

  vector(table: number, index: number): { start: number; count: number } {
    const at = this.field(table, index);
    if (!at) return { start: 0, count: 0 };
    const start = this.follow(at);
    return { start: start + 4, count: this.view.getUint32(start, true) };
  }

  ints(table: number, index: number): number[] {
    const { start, count } = this.vector(table, index);
    return Array.from({ length: count }, (_, i) => this.view.getInt32(start + 4 * i, true));
  }

  tables(table: number, index: number): number[] {
    const { start, count } = this.vector(table, index);
    return Array.from({ length: count }, (_, i) => this.follow(start + 4 * i));
  }

  string(table: number, index: number): string {
    const { start, count } = this.vector(table, index);
    return this.text(start, count);
  }

  text(start: number, count: number): string {
    return new TextDecoder().decode(this.bytes.slice(start, start + count));
  }
}
