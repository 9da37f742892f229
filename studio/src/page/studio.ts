// What the artist works on, and what happens when something of it changes.

import { failureOf, type Failure } from '../errors';
import type { Dab } from '../pixels/dabs';
import type { Opened, SaveKind, SketchInfo } from '../protocol';
import { Board, type Draft, MAX_BOARD } from './board';
import { byId, element } from './dom';
import { Hints } from './hints';
import { relabelSamples } from './intake';
import { Network } from './network';
import { alarm, calm, repeatNotices, status } from './notices';
import { Proposals } from './proposals';
import { Stage } from './stage';
import { Store } from './store';
import { text } from './texts';

/** How much of a sketch has to be opaque for its transparency to be kept from the start: line art on a
 * transparent layer would hide its own colours. */
const MOSTLY_OPAQUE = 0.5;

/** What is kept besides the sketch. */
interface Kept {
  dabs: Dab[];
  chosen: number;
  keepAlpha: boolean;
}

/** The whole page at work. */
export class Studio {
  private readonly network = new Network((network) => this.opened(network), (asked) => this.emptied(asked));
  private readonly client = this.network.client;
  private readonly store = new Store();
  private readonly stage = new Stage();
  private readonly proposals = new Proposals((index) => void this.choose(index));
  private readonly hints = new Hints(this.stage, () => this.dabsChanged());
  private readonly board = new Board((draft) => void this.store.set('draft', draft), (file, name) => void this.drawn(file, name));
  private readonly keepAlpha = byId<HTMLInputElement>('keep-alpha');
  private sketch: { file: Blob; name: string; info: SketchInfo } | null = null;
  private taking: { file: Blob; name: string; kept?: Kept } | null = null;
  private given = false; // to the worker
  private chosen = 0;
  private coloured = false;
  private colouring: 'idle' | 'busy' | 'again' = 'idle';
  private restoring = false;

  constructor() {
    this.keepAlpha.addEventListener('change', () => {
      this.keep();
      void this.paint();
    });
    byId('another').addEventListener('click', () => this.view('empty'));
    byId('edit').addEventListener('click', () => void this.edit());
    for (const button of document.querySelectorAll<HTMLElement>('[data-save]')) {
      button.addEventListener('click', () => void this.save(button.dataset.save as SaveKind));
    }
    this.proposals.expect(9);
    this.hints.allow(null);
  }

  /** Loads the network and, meanwhile, what was open last. */
  async start(): Promise<void> {
    await Promise.all([this.network.open(), this.restore()]);
  }

  /** Colours a new sketch, or one `again`, which leaves the view as it is. The old one stays if this one cannot be
   * read. */
  async take(file: Blob, name: string, kept?: Kept, again = false): Promise<boolean> {
    const taking = { file, name, kept };
    this.taking = taking;
    calm();
    status('reading', {}, null);
    busy(true);
    try {
      const info = await this.client.call('sketch', { file });
      this.sketch = { file, name, info };
      [this.given, this.coloured] = [true, false];
      this.chosen = kept?.chosen ?? 0;
      byId('alpha').hidden = !info.hasAlpha;
      this.keepAlpha.checked = kept?.keepAlpha ?? (info.hasAlpha && info.opaqueShare > MOSTLY_OPAQUE);
      if (!again) this.view('work');
      this.stage.showSketch(info.preview, info.width, info.height);
      this.proposals.wait();
      this.proposals.mark(this.chosen);
      this.restoring = true; // the dabs are not new
      this.hints.begin(info.width, info.height, kept?.dabs ?? []);
      this.restoring = false;
      if (!kept) {
        void this.store.set('sketch', { file, name });
        this.keep();
      }
      status(null);
      void this.colour();
      return true;
    } catch (error) {
      tell(error, 'damaged', this.sketch && !this.given ? () => this.again() : undefined);
      return false;
    } finally {
      busy(false);
      if (this.taking === taking) this.taking = null;
    }
  }

  /** Opens the board with a blank page. */
  draw(): void {
    void this.openBoard({ name: text('drawing'), base: null, size: [900, 1200], strokes: [] });
  }

  /** Says all anew in another language. */
  relabel(): void {
    relabelSamples();
    this.proposals.relabel();
    this.hints.show();
    repeatNotices();
  }

  /** Keys for the whole page; true if the key was one. */
  key(event: KeyboardEvent): boolean {
    const view = document.body.dataset.view;
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z';
    if (undo && view !== 'empty') {
      const on = view === 'board' ? this.board : this.hints;
      if (event.shiftKey) on.redo();
      else on.undo();
      return true;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || view !== 'work') return false;
    if (/^[1-9]$/.test(event.key)) this.proposals.choose(Number(event.key) - 1);
    else if (event.key === '+' || event.key === '=') this.stage.zoomBy(1);
    else if (event.key === '-') this.stage.zoomBy(-1);
    else if (event.key === '0') this.stage.zoomBy(-99);
    else return false;
    return true;
  }

  private view(name: 'empty' | 'work' | 'board'): void {
    document.body.dataset.view = name;
  }

  private opened(network: Opened): void {
    this.proposals.expect(network.proposals);
    this.hints.allow(network.hints);
    void this.colour();
  }

  /** Goes on with another worker: with the sketch that was being read, unless that may have ended the one before. */
  private emptied(asked: boolean): void {
    [this.given, this.coloured, this.colouring] = [false, false, 'idle'];
    this.proposals.wait();
    if (asked && this.taking) void this.take(this.taking.file, this.taking.name, this.taking.kept);
    else this.again();
  }

  private again(): void {
    if (this.sketch) void this.take(this.sketch.file, this.sketch.name, this.kept, true);
  }

  private async restore(): Promise<void> {
    const draft = await this.store.get<Draft>('draft');
    const sketch = await this.store.get<{ file: Blob; name: string }>('sketch');
    const kept = await this.store.get<Kept>('kept');
    if (sketch && !this.sketch && !(await this.take(sketch.file, sketch.name, kept)) && !this.taking) {
      await this.store.set('sketch', undefined); // it would fail, or end the worker, each time
    }
    if (draft?.strokes.length) await this.openBoard(draft);
  }

  private get kept(): Kept {
    return { dabs: this.hints.dabs, chosen: this.chosen, keepAlpha: this.keepAlpha.checked };
  }

  private keep(): void {
    if (this.sketch) void this.store.set('kept', this.kept);
  }

  private dabsChanged(): void {
    if (this.restoring) return;
    this.keep();
    void this.colour();
  }

  /** Colours with the hints as they are; what changes meanwhile is coloured afterwards. */
  private async colour(): Promise<void> {
    if (!this.network.ready() || !this.given) return;
    if (this.colouring !== 'idle') {
      this.colouring = 'again';
      return;
    }
    busy(true);
    try {
      do {
        this.colouring = 'busy';
        status('colouring', {}, null);
        const result = await this.client.call('colour', { dabs: this.hints.dabs });
        this.proposals.show(result.thumbnails, result.heads);
        this.coloured = true;
        if (this.chosen >= result.heads.length) this.proposals.mark((this.chosen = 0)); // kept from another model
        const painted = await this.paint();
        const { dataset } = document.body; // for tests and measurements
        [dataset.engine, dataset.network] = [result.engine, result.network.toFixed(0)];
        dataset.time = result.time.toFixed(0);
        if (painted) status('done', { seconds: (result.time / 1000).toFixed(1) });
      } while ((this.colouring as string) === 'again');
    } catch (error) {
      tell(error, 'networkFailed', () => void this.colour());
    } finally {
      this.colouring = 'idle';
      busy(false);
    }
  }

  private async choose(index: number): Promise<void> {
    this.chosen = index;
    this.keep();
    await this.paint();
  }

  private async paint(): Promise<boolean> {
    if (!this.network.ready() || !this.coloured) return false;
    try {
      const index = this.chosen;
      const picture = await this.client.call('paint', { index, keepAlpha: this.keepAlpha.checked });
      if (index === this.chosen) this.stage.showResult(picture);
      byId('after').dataset.shown = String(index);
      return true;
    } catch (error) {
      tell(error, 'noMemory');
      return false;
    }
  }

  private async save(kind: SaveKind): Promise<void> {
    if (!this.network.ready() || !this.coloured || !this.sketch) return;
    const number = kind === 'ora' ? '' : `_${this.chosen + 1}`;
    const name = `${this.sketch.name}${number}${kind === 'colour' ? '_colour' : ''}.${kind === 'ora' ? 'ora' : 'png'}`;
    const given = { kind, index: this.chosen, keepAlpha: this.keepAlpha.checked, dabs: this.hints.dabs };
    try {
      status('saving', {}, 0);
      const file = await this.client.call('save', given, (done, all) => status('saving', {}, done / all));
      const url = URL.createObjectURL(file);
      element('a', { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      status('saved', { name });
    } catch (error) {
      status(null);
      tell(error, 'noMemory');
    }
  }

  private async edit(): Promise<void> {
    if (!this.sketch) return;
    const { file, name, info } = this.sketch;
    if (info.width * info.height > MAX_BOARD) alarm('tooLargeToDraw');
    else await this.openBoard({ name, base: file, size: [info.width, info.height], strokes: [] });
  }

  private async openBoard(draft: Draft): Promise<void> {
    try {
      this.view('board');
      await this.board.begin(draft);
    } catch (error) {
      this.view(this.sketch ? 'work' : 'empty');
      tell(error, 'noMemory');
    }
  }

  private async drawn(file: Blob | null, name: string): Promise<void> {
    if (!file) this.view(this.sketch ? 'work' : 'empty');
    else if (!(await this.take(file, name))) return this.view('board');
    await this.store.set('draft', undefined);
  }
}

/** Tells why something could not be done, unless that is the loss of the worker or of its state: the network tells
 * of that, or another sketch is about to come. */
function tell(error: unknown, otherwise: Failure, retry?: () => void): void {
  const failure = failureOf(error, otherwise);
  if (failure.failure === 'lost') return;
  status(null);
  alarm(failure, retry);
}

let tasks = 0;

function busy(on: boolean): void {
  tasks += on ? 1 : -1;
  byId('work').ariaBusy = String(tasks > 0);
}
