// What goes on, and what went wrong.

import type { StudioError } from '../errors';
import { byId, element } from './dom';
import { text, type TextName } from './texts';

type Said = [TextName, Record<string, string | number>];
type Line = [...Said, number | null | undefined];

let shown: Line | null = null;
let behind: Line | null = null;
const boxes = new Map<HTMLElement, Said>();

/** Says what goes on in one line, and how far it is: a share of 1, null while nobody knows, undefined for no bar. */
export function status(name: TextName | null, values: Record<string, string | number> = {}, share?: number | null): void {
  shown = name ? [name, values, share] : null;
  show();
}

/** Says what goes on all the while, where `status` has nothing to say. */
export function background(name: TextName | null, values: Record<string, string | number> = {}, share?: number | null): void {
  behind = name ? [name, values, share] : null;
  show();
}

function show(): void {
  const [name, values, share] = shown ?? behind ?? [null, {}, undefined];
  const line = byId('status');
  const words = name ? text(name, values) : '';
  if (line.textContent !== words) line.textContent = words;
  const bar = byId<HTMLProgressElement>('progress');
  bar.hidden = share === undefined;
  if (typeof share === 'number') bar.value = share;
  else bar.removeAttribute('value');
}

/** Says the present line and the boxes anew, in another language. */
export function repeatNotices(): void {
  show();
  for (const [box, said] of boxes) {
    if (box.isConnected) box.querySelector('p')!.textContent = text(...said);
    else boxes.delete(box);
  }
}

/** Tells of a failure in a box that can be dismissed, in the place of the box before; `retry` puts a button into it.
 * A `lasting` failure is not of the last thing done: its box stays beside the others until `calm(true)`. */
export function alarm(failure: StudioError | TextName, retry?: () => void, lasting = false): void {
  const [name, values] = typeof failure === 'string' ? [failure, {}] : [failure.failure, failure.values];
  const kind = lasting ? 'alert lasting' : 'alert';
  const box = element('div', { class: kind, role: 'alert', 'data-failure': name });
  box.append(element('p', {}, text(name, values)));
  boxes.set(box, [name, values]);
  const button = (label: TextName, act?: () => void) => {
    const made = element('button', { type: 'button', class: 'quiet', 'data-t': label }, text(label));
    made.addEventListener('click', () => {
      box.remove();
      act?.();
    });
    box.append(made);
  };
  if (retry) button('retry', retry);
  button('dismiss');
  calm(lasting);
  byId('alerts').append(box);
}

/** Whether the box of a lasting failure is there. */
export function told(): boolean {
  return byId('alerts').querySelector('.lasting') !== null;
}

/** Takes away the box of the last thing done, or of a lasting failure. */
export function calm(lasting = false): void {
  byId('alerts').querySelector(lasting ? '.lasting' : '.alert:not(.lasting)')?.remove();
}
