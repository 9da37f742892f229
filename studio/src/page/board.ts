// The board: draw a sketch, or go on drawing on one.

import { byId, context2d, radioKeys } from './dom';
import { History } from './history';
import { drawStrokes, type Stroke } from './strokes';

/** Largest sketch that can be drawn on: what all browsers give to one canvas. */
export const MAX_BOARD = 16_000_000;

/** A drawing that is not finished; `base` is the picture under the strokes. */
export interface Draft {
  name: string;
  base: Blob | null;
  size: [number, number];
  strokes: Stroke[];
}

/** The board with its tools. */
export class Board {
  private readonly paper = byId<HTMLCanvasElement>('paper');
  private readonly shape = byId<HTMLSelectElement>('page-shape');
  private readonly thickness = byId<HTMLInputElement>('thickness');
  private readonly history: History<Stroke[]>;
  private base: ImageBitmap | null = null;
  private baseFile: Blob | null = null;
  private name = '';
  private size: [number, number] = [900, 1200];
  private stroke: Stroke | null = null;
  private eraser = false;

  /**
   * @param changed Called after every stroke, with all there is.
   * @param done Called with the finished sketch, or with null if it was given up.
   */
  constructor(
    private readonly changed: (draft: Draft) => void,
    private readonly done: (file: Blob | null, name: string) => void,
  ) {
    this.history = new History<Stroke[]>([], () => {
      this.draw();
      this.changed(this.draft);
    });
    const tools = [byId('pen'), byId('eraser')];
    tools.forEach((tool, index) => tool.addEventListener('click', () => this.take(index === 1)));
    radioKeys(tools[0].parentElement!, (index) => this.take(index === 1));
    byId('board-undo').addEventListener('click', () => this.undo());
    byId('board-redo').addEventListener('click', () => this.redo());
    byId('board-cancel').addEventListener('click', () => this.done(null, this.name));
    byId('board-done').addEventListener('click', () => this.finish());
    this.shape.addEventListener('change', () => {
      this.size = this.shape.value.split('x').map(Number) as [number, number];
      this.history.set(this.history.now);
    });
    this.paper.addEventListener('pointerdown', (event) => this.down(event));
    this.paper.addEventListener('pointermove', (event) => this.move(event));
    for (const end of ['pointerup', 'pointercancel']) this.paper.addEventListener(end, () => this.up());
    this.take(false);
  }

  /** What is drawn so far. */
  get draft(): Draft {
    return { name: this.name, base: this.baseFile, size: this.size, strokes: this.history.now };
  }

  /** Begins, or goes on with a draft. Throws what the browser throws if it cannot read the base. */
  async begin(draft: Draft): Promise<void> {
    this.base?.close();
    this.base = draft.base ? await createImageBitmap(draft.base) : null;
    [this.name, this.baseFile, this.size] = [draft.name, draft.base, draft.size];
    this.shape.hidden = draft.base !== null;
    if (!draft.base) this.shape.value = draft.size.join('x');
    // Thin on small pages, thick on large ones.
    this.thickness.max = String(Math.max(12, Math.round(Math.max(...draft.size) / 50)));
    this.history.reset(draft.strokes);
    this.paper.focus({ preventScroll: true });
  }

  /** Takes the last stroke away. */
  undo(): void {
    this.history.undo();
  }

  /** Brings it back. */
  redo(): void {
    this.history.redo();
  }

  private take(eraser: boolean): void {
    this.eraser = eraser;
    [byId('pen'), byId('eraser')].forEach((tool, index) => {
      tool.setAttribute('aria-checked', String((index === 1) === eraser));
      tool.tabIndex = (index === 1) === eraser ? 0 : -1;
    });
  }

  private draw(): void {
    if (this.paper.width !== this.size[0]) this.paper.width = this.size[0];
    if (this.paper.height !== this.size[1]) this.paper.height = this.size[1];
    this.paper.style.aspectRatio = this.size.join(' / ');
    this.paper.style.setProperty('--ratio', String(this.size[0] / this.size[1]));
    const context = context2d(this.paper);
    context.clearRect(0, 0, ...this.size);
    if (this.base) {
      context.drawImage(this.base, 0, 0, ...this.size);
    } else {
      context.fillStyle = '#fff';
      context.fillRect(0, 0, ...this.size);
    }
    drawStrokes(context, this.history.now, this.base !== null);
    if (this.stroke) drawStrokes(context, [this.stroke], this.base !== null);
    byId<HTMLButtonElement>('board-undo').disabled = !this.history.canUndo;
    byId<HTMLButtonElement>('board-redo').disabled = !this.history.canRedo;
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    this.paper.setPointerCapture(event.pointerId);
    const eraser = this.eraser || event.buttons === 32; // the other end of a pen
    const size = Number(this.thickness.value) * (eraser ? 4 : 1);
    this.stroke = { eraser, size, points: this.point(event) };
    this.draw();
  }

  private move(event: PointerEvent): void {
    if (!this.stroke || !event.isPrimary) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.stroke.points.push(...this.point(one));
    drawStrokes(context2d(this.paper), [this.stroke], this.base !== null);
  }

  private up(): void {
    if (!this.stroke) return;
    const stroke = this.stroke;
    this.stroke = null;
    this.history.set([...this.history.now, stroke]);
  }

  private point(event: PointerEvent): number[] {
    const box = this.paper.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.size[0];
    const y = ((event.clientY - box.top) / box.height) * this.size[1];
    return [x, y, event.pointerType === 'pen' ? event.pressure : 0.5];
  }

  private finish(): void {
    this.paper.toBlob((file) => this.done(file, this.name), 'image/png');
  }
}
