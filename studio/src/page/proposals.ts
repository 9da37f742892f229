// The proposals as a grid of radio buttons.

import { byId, context2d, element, radioKeys } from './dom';
import { text } from './texts';

/** The grid; `chosen` is called with the number of a proposal, from 0. */
export class Proposals {
  private readonly grid = byId('proposals');
  private buttons: HTMLButtonElement[] = [];

  constructor(private readonly chosen: (index: number) => void) {
    radioKeys(this.grid, (index) => this.choose(index));
  }

  /** Makes room for so many, empty as yet. */
  expect(count: number): void {
    if (this.buttons.length === count) return this.wait();
    this.buttons = Array.from({ length: count }, (_, index) => {
      const button = element('button', { type: 'button', role: 'radio', class: 'proposal waiting' });
      button.append(element('canvas', { width: '150', height: '200' }), element('span', {}, String(index + 1)));
      button.addEventListener('click', () => this.choose(index));
      return button;
    });
    this.grid.replaceChildren(...this.buttons);
    this.relabel();
    this.mark(0);
  }

  /** All are being made anew. */
  wait(): void {
    for (const button of this.buttons) button.classList.add('waiting');
  }

  /** Shows the pictures. `heads` tells which output of the network each one is. */
  show(pictures: ImageBitmap[], heads: number[]): void {
    this.expect(pictures.length);
    this.buttons.forEach((button, index) => {
      const canvas = button.querySelector('canvas')!;
      [canvas.width, canvas.height] = [pictures[index].width, pictures[index].height];
      context2d(canvas).drawImage(pictures[index], 0, 0);
      pictures[index].close();
      button.dataset.head = String(heads[index]);
      button.classList.remove('waiting');
    });
  }

  /** Marks a proposal as the chosen one, without telling anyone. */
  mark(index: number): void {
    this.buttons.forEach((button, i) => {
      button.setAttribute('aria-checked', String(i === index));
      button.tabIndex = i === index ? 0 : -1;
    });
  }

  /** Chooses a proposal, if there is one of this number. */
  choose(index: number): void {
    if (!this.buttons[index] || this.buttons[index].classList.contains('waiting')) return;
    this.mark(index);
    this.chosen(index);
  }

  /** Names the buttons anew, in another language. */
  relabel(): void {
    this.buttons.forEach((button, index) => button.setAttribute('aria-label', text('proposal', { n: index + 1 })));
  }
}
