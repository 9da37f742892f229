// Hint dabs on the picture: placed, moved and removed with pointer or keys.

import type { Dab } from '../pixels/dabs';
import { Colours, colourName } from './colours';
import { byId, element } from './dom';
import { History } from './history';
import type { Stage } from './stage';
import { text } from './texts';

const STEP = 0.01;

/** The dabs of the sketch that is open, with their markers, list and buttons. */
export class Hints {
  private readonly overlay = byId('overlay');
  private readonly cross = element('div', { class: 'cross', 'aria-hidden': 'true' });
  private readonly colours = new Colours();
  private readonly history: History<Dab[]>;
  private size: [number, number] = [1, 1];
  private taken = false;
  private at = { x: 0, y: 0 };

  /** @param changed Called after each change of the dabs. */
  constructor(
    private readonly stage: Stage,
    changed: () => void,
  ) {
    this.history = new History<Dab[]>([], () => {
      this.show();
      changed();
    });
    byId('undo').addEventListener('click', () => this.undo());
    byId('redo').addEventListener('click', () => this.redo());
    byId('clear').addEventListener('click', () => this.history.set([]));
    this.overlay.append(this.cross);
    this.overlay.addEventListener('click', (event) => this.click(event));
    this.overlay.addEventListener('keydown', (event) => this.key(event));
    this.show();
  }

  /** The dabs as they are. */
  get dabs(): Dab[] {
    return this.history.now;
  }

  /** Says whether the model takes hints, null while nobody knows; unless it does, the tools are hidden. */
  allow(taken: boolean | null): void {
    this.taken = taken === true;
    byId('no-hints').hidden = taken !== false;
    byId('hint-tools').hidden = !taken;
    this.show();
  }

  /** Begins with the dabs of another sketch. */
  begin(width: number, height: number, dabs: Dab[]): void {
    this.size = [width, height];
    this.at = { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    this.history.reset(dabs);
  }

  /** Goes back by a step. */
  undo(): void {
    if (this.taken) this.history.undo();
  }

  /** Goes forward again. */
  redo(): void {
    if (this.taken) this.history.redo();
  }

  /** Shows all anew, as after a change of language. */
  show(): void {
    this.colours.relabel();
    this.overlay.setAttribute('aria-label', text('overlay'));
    byId('overlay-help').textContent = this.taken ? text('overlayHelp') : '';
    byId<HTMLButtonElement>('undo').disabled = !this.history.canUndo;
    byId<HTMLButtonElement>('redo').disabled = !this.history.canRedo;
    byId<HTMLButtonElement>('clear').disabled = !this.dabs.length;
    const focused = document.activeElement?.getAttribute('data-dab');
    const markers = this.taken ? this.dabs.map((dab, index) => this.marker(dab, index)) : [];
    this.overlay.replaceChildren(this.cross, ...markers);
    byId('dabs').replaceChildren(...this.dabs.map((dab, index) => this.chip(dab, index)));
    if (focused) markers[Math.min(Number(focused), markers.length - 1)]?.focus({ preventScroll: true });
    this.moveCross();
  }

  private click(event: MouseEvent): void {
    if (!this.taken || event.target !== this.overlay) return;
    this.at = this.stage.placeOf(event);
    this.act();
  }

  private act(): void {
    if (this.colours.pipette) this.colours.choose(this.stage.colourAt(this.at.x, this.at.y));
    else this.history.set([...this.dabs, { ...this.at, colour: this.colours.now }]);
  }

  private key(event: KeyboardEvent): void {
    const index = (event.target as HTMLElement).dataset.dab;
    const dab = index === undefined ? null : this.dabs[Number(index)];
    if (!this.taken) return;
    if (dab && (event.key === 'Delete' || event.key === 'Backspace')) {
      this.remove(Number(index));
    } else if (!dab && (event.key === 'Enter' || event.key === ' ')) {
      this.act();
    } else if (/^Arrow/.test(event.key)) {
      const to = this.moved(dab ?? this.at, event);
      if (dab) this.history.set(this.dabs.map((one) => (one === dab ? { ...dab, ...to } : one)));
      else this.at = to;
      this.moveCross();
    } else {
      return;
    }
    event.preventDefault();
  }

  private moved({ x, y }: { x: number; y: number }, event: KeyboardEvent): { x: number; y: number } {
    const step = Math.max(1, Math.round(STEP * Math.max(...this.size))) * (event.shiftKey ? 5 : 1);
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    const within = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
    return { x: within(x + dx * step, this.size[0]), y: within(y + dy * step, this.size[1]) };
  }

  private remove(index: number): void {
    this.history.set(this.dabs.filter((_, i) => i !== index));
    if (!this.dabs.length) this.overlay.focus({ preventScroll: true });
  }

  private marker(dab: Dab, index: number): HTMLElement {
    const { x, y, colour } = dab;
    const label = text('dab', { n: index + 1, colour: colourName(colour), x, y });
    const marker = element('button', { type: 'button', class: 'dab', 'aria-label': label, 'data-dab': String(index) });
    place(marker, dab, this.size);
    marker.style.setProperty('--colour', colour);
    let to: { x: number; y: number } | null = null;
    marker.addEventListener('pointerdown', (event) => marker.setPointerCapture(event.pointerId));
    marker.addEventListener('pointermove', (event) => {
      if (!marker.hasPointerCapture(event.pointerId)) return;
      const now = this.stage.placeOf(event);
      if (!to && Math.hypot(now.x - x, now.y - y) < STEP * Math.max(...this.size)) return;
      to = now;
      place(marker, to, this.size);
    });
    marker.addEventListener('pointerup', () => {
      if (to) this.history.set(this.dabs.map((one) => (one === dab ? { ...dab, ...to } : one)));
    });
    return marker;
  }

  private chip(dab: Dab, index: number): HTMLElement {
    const name = colourName(dab.colour);
    const label = text('removeDab', { n: index + 1, colour: name });
    const button = element('button', { type: 'button', class: 'chip', 'aria-label': label, title: label });
    const colour = element('i', { style: `--colour: ${dab.colour}` });
    button.append(colour, element('span', { 'aria-hidden': 'true' }, '×'));
    button.addEventListener('click', () => {
      this.remove(index);
      (document.querySelectorAll<HTMLElement>('.chip')[index] ?? this.overlay).focus({ preventScroll: true });
    });
    const item = element('li');
    item.append(button);
    return item;
  }

  private moveCross(): void {
    place(this.cross, this.at, this.size);
  }
}

function place(marker: HTMLElement, { x, y }: { x: number; y: number }, [width, height]: [number, number]): void {
  marker.style.left = `${((x + 0.5) / width) * 100}%`;
  marker.style.top = `${((y + 0.5) / height) * 100}%`;
}
