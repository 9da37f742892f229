// The network in the browser: LiteRT.js and one TFLite file, at whatever size a sketch needs.

import { type CompiledModel, getDefaultEnvironment, loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { failureOf, StudioError } from '../errors';
import type { Working } from '../pixels/colouring';
import { rint } from '../pixels/rounding';
import { fetchBytes, type Progress } from './fetching';
import { type ModelInfo, readModel, resizedModel } from './tflite';

declare const __FILES__: Record<string, number>;
declare const __MODEL__: string;

/** How to open the network; `base` is the address of the page. */
export interface OpenOptions {
  base: string;
  threads: boolean;
  webgpu: boolean;
}

/** The network's answer: (N, height, width, 3), RGB. */
export interface Answer {
  data: Uint8Array;
  shape: [number, number];
}

// What the runtime prints as errors.
const complaints: string[] = [];

function heard(line: string): void {
  if (/^ERROR/.test(line)) complaints.push(line);
  if (!/^INFO|npu_registry/.test(line)) console.warn(line);
}

/** A network that is ready to colour; open it with `openNetwork`. */
export class Network {
  private compiled: { model: CompiledModel; shape: [number, number] } | null = null;
  private resizable = true;

  /** @param bytes The TFLite file. */
  constructor(
    private readonly bytes: Uint8Array,
    readonly info: ModelInfo,
    readonly threads: number,
    private accelerator: 'wasm' | 'webgpu',
  ) {}

  /** What runs it: `webgpu`, or `wasm` with its threads. */
  get engine(): string {
    return this.accelerator === 'webgpu' ? 'webgpu' : `wasm × ${this.threads}`;
  }

  /** The long side at which it looks at a sketch. */
  get workingSize(): number {
    return Math.max(this.info.width, this.info.height);
  }

  /**
   * Colours a sketch. Throws what the runtime throws.
   *
   * @param hints (working.height, working.width, 4), RGB 0-255 and a mask 0-1; for models that take them.
   */
  async run(working: Working, hints: Float32Array | null): Promise<Answer> {
    const own = this.ownShape;
    const fits = own[0] >= working.padded[0] && own[1] >= working.padded[1];
    // As sgru_tf/litert.py does: at the size of the sketch if the file can be resized, else on a page of white.
    const shapes = [...(this.resizable ? [working.padded] : []), ...(fits ? [own] : [])];
    for (const shape of shapes) {
      try {
        complaints.length = 0;
        const answer = await this.runAt(shape, working, hints);
        // The runtime may print that it failed, go on, and colour everything black.
        if (complaints.length) throw new Error(complaints.join('\n'));
        return answer;
      } catch (error) {
        this.forget();
        // A larger sketch may be too large; that tells nothing of others.
        if (shape.join() === own.join() || !fits) throw error;
        this.resizable = false;
      }
    }
    throw new Error('the file cannot be resized, and is too small');
  }

  private async prepare(shape: [number, number]): Promise<CompiledModel> {
    if (this.compiled?.shape.join() !== shape.join()) {
      this.forget();
      const bytes = shape.join() === this.ownShape.join() ? this.bytes : resizedModel(this.bytes, ...shape);
      try {
        this.compiled = { model: await this.compile(bytes), shape };
      } catch (error) {
        throw failureOf(error, 'badModel');
      }
    }
    return this.compiled!.model;
  }

  private get ownShape(): [number, number] {
    return [this.info.width, this.info.height];
  }

  private forget(): void {
    this.compiled?.model.delete();
    this.compiled = null;
  }

  private async runAt(shape: [number, number], working: Working, hints: Float32Array | null): Promise<Answer> {
    const model = await this.prepare(shape);
    const inputs: Record<string, Tensor> = {};
    let outputs: Record<string, Tensor> = {};
    try {
      for (const { name, type } of this.info.inputs) {
        const channels = name === 'hints' ? 4 : 1;
        const values = name === 'hints' ? hints : working.grey;
        const room = padded(values, working, shape, channels, name === 'hints' ? 0 : 255);
        if (name === 'hints' && type === 'uint8') for (let i = 3; i < room.length; i += 4) room[i] *= 255;
        const data = type === 'uint8' ? Uint8Array.from(room, rint) : room;
        inputs[name] = new Tensor(data, [1, shape[1], shape[0], channels]);
      }
      outputs = await model.run(inputs);
      const data = await Object.values(outputs)[0].data();
      return { data: data instanceof Uint8Array ? data.slice() : clipped(data), shape };
    } finally {
      for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor.delete();
    }
  }

  private async compile(bytes: Uint8Array): Promise<CompiledModel> {
    if (this.accelerator === 'webgpu') {
      try {
        return await loadAndCompile(bytes, { accelerator: 'webgpu' });
      } catch (error) {
        console.warn('WebGPU cannot run this model; wasm does', error);
        complaints.length = 0;
        this.accelerator = 'wasm';
      }
    }
    return loadAndCompile(bytes, { accelerator: 'wasm' });
  }
}

/** Loads the runtime and the model. Throws StudioError. */
export async function openNetwork(options: OpenOptions, progress: Progress): Promise<Network> {
  if (!('CompressionStream' in self) || !('OffscreenCanvas' in self)) throw new StudioError('oldBrowser');
  const [variant, threads] = await chooseVariant(options);
  const wasm = `wasm/litert_wasm_${variant}internal.wasm`;
  const total = __FILES__[wasm] + __FILES__[__MODEL__];
  let loaded = 0;
  const each = (bytes: number) => progress(Math.min((loaded += bytes), total), total);
  const [wasmBinary, bytes] = await Promise.all([
    fetchBytes(new URL(wasm, options.base).href, 'noRuntime', each),
    fetchBytes(new URL(__MODEL__, options.base).href, 'noModel', each),
  ]);
  const info = readOrFail(bytes);
  const script = new URL(wasm.replace('.wasm', '.js'), options.base).href;
  let count: number;
  try {
    count = await loadRuntime(script, wasmBinary, threads);
  } catch (error) {
    if (!threads) throw failureOf(error, 'noRuntime');
    console.warn(error); // some devices refuse the memory that threads share
    return openNetwork({ ...options, threads: false }, progress);
  }
  const gpu = options.webgpu && getDefaultEnvironment().webGpuDevice !== null;
  return new Network(bytes, info, count, gpu ? 'webgpu' : 'wasm');
}

function readOrFail(bytes: Uint8Array): ModelInfo {
  try {
    return readModel(bytes);
  } catch (error) {
    console.warn(error); // also a RangeError, where the file ends too early
    throw new StudioError('badModel');
  }
}

/** Threads want an isolated page; old browsers, and Safari, lack the newest vector instructions. */
async function chooseVariant({ threads, webgpu }: OpenOptions): Promise<[string, boolean]> {
  // A function with i32x4.relaxed_trunc_f32x4_s, which only browsers with relaxed SIMD accept.
  const code = [3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11];
  const probe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, ...code);
  if (!WebAssembly.validate(probe)) return ['compat_', false];
  const possible = threads && !webgpu && self.crossOriginIsolated && navigator.hardwareConcurrency > 1;
  return possible ? ['threaded_', true] : ['', false];
}

async function loadRuntime(script: string, wasmBinary: Uint8Array, threads: boolean): Promise<number> {
  const folder = new URL('.', script).href;
  // Emscripten's settings: the file was fetched already, and helpers start from the same script.
  const settings = {
    wasmBinary,
    mainScriptUrlOrBlob: script,
    locateFile: (name: string) => folder + name,
    print: heard,
    printErr: heard,
  };
  (self as unknown as { Module: object }).Module = settings;
  const runtime = await loadLiteRt(folder, { threads });
  return runtime.liteRtWasm.getThreadCount();
}

function padded(
  values: ArrayLike<number> | null,
  { width, height }: Working,
  shape: [number, number],
  channels: number,
  beyond: number,
): Float32Array {
  const room = new Float32Array(shape[0] * shape[1] * channels).fill(beyond);
  if (!values) return room;
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < row; i++) room[y * shape[0] * channels + i] = values[y * row + i];
  }
  return room;
}

function clipped(data: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(data, (value) => Math.min(255, Math.max(0, rint(value))));
}
