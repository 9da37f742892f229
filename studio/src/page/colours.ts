// The colour in hand: swatches, an own colour, the pipette.

import { byId, element, radioKeys } from './dom';
import { currentLanguage } from './texts';

const SWATCHES: [colour: string, english: string, japanese: string][] = [
  ['#ffe3cf', 'fair skin', '明るい肌'],
  ['#c98d63', 'tanned skin', '褐色の肌'],
  ['#f3d987', 'blond', '金髪'],
  ['#7b4a2d', 'brown', '茶色'],
  ['#3b3542', 'black', '黒'],
  ['#c5c9d6', 'silver', '銀色'],
  ['#ffffff', 'white', '白'],
  ['#f5a8bb', 'pink', 'ピンク'],
  ['#d5433d', 'red', '赤'],
  ['#f08a3c', 'orange', 'オレンジ'],
  ['#f7d548', 'yellow', '黄'],
  ['#79bd62', 'green', '緑'],
  ['#2f8f83', 'teal', '青緑'],
  ['#86c8ee', 'sky blue', '水色'],
  ['#3d68c4', 'blue', '青'],
  ['#8b63b8', 'purple', '紫'],
];

/** What a colour is called: a swatch's name, or `#rrggbb`. */
export function colourName(colour: string): string {
  const found = SWATCHES.find(([value]) => value === colour);
  return found ? found[currentLanguage() === 'ja' ? 2 : 1] : colour;
}

/** Holds the colour in hand. */
export class Colours {
  private readonly own = byId<HTMLInputElement>('own');
  private readonly pipetteButton = byId('pipette');
  private readonly buttons: HTMLButtonElement[];
  private colour = SWATCHES[7][0];

  constructor() {
    const group = byId('swatches');
    this.buttons = SWATCHES.map(([colour]) => {
      const button = element('button', { type: 'button', role: 'radio', class: 'swatch', style: `--colour: ${colour}` });
      button.addEventListener('click', () => this.choose(colour));
      return button;
    });
    group.append(...this.buttons);
    radioKeys(group, (index) => this.choose(SWATCHES[index][0]));
    this.own.addEventListener('input', () => this.choose(this.own.value));
    this.own.addEventListener('click', () => this.choose(this.own.value));
    this.pipetteButton.addEventListener('click', () => this.hold(!this.pipette));
    this.relabel();
    this.show();
  }

  /** The colour in hand, `#rrggbb`. */
  get now(): string {
    return this.colour;
  }

  /** The next click on the picture takes its colour. */
  get pipette(): boolean {
    return this.pipetteButton.getAttribute('aria-pressed') === 'true';
  }

  /** Takes a colour in hand, and the pipette out of it. */
  choose(colour: string): void {
    this.colour = colour;
    this.hold(false);
    this.show();
  }

  /** Names the swatches anew, in another language. */
  relabel(): void {
    this.buttons.forEach((button, index) => {
      button.setAttribute('aria-label', colourName(SWATCHES[index][0]));
      button.title = colourName(SWATCHES[index][0]);
    });
  }

  private hold(pipette: boolean): void {
    this.pipetteButton.setAttribute('aria-pressed', String(pipette));
    document.body.classList.toggle('pipette', pipette);
  }

  private show(): void {
    const index = SWATCHES.findIndex(([colour]) => colour === this.colour);
    this.buttons.forEach((button, i) => {
      button.setAttribute('aria-checked', String(i === index));
      button.tabIndex = i === Math.max(0, index) ? 0 : -1;
    });
    this.own.parentElement!.classList.toggle('chosen', index < 0);
    if (index < 0) this.own.value = this.colour;
    document.body.style.setProperty('--in-hand', this.colour);
  }
}
