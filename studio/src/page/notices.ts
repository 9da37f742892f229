// What goes on, and what went wrong.

import type { StudioError } from '../errors';
import { byId, element } from './dom';
import { text, type TextName } from './texts';

let shown: [TextName, Record<string, string | number>] | null = null;

/** Says what goes on in one line, and how far it is: a share of 1, null while nobody knows, undefined for no bar. */
export function status(name: TextName | null, values: Record<string, string | number> = {}, share?: number | null): void {
  shown = name ? [name, values] : null;
  const line = byId('status');
  const words = name ? text(name, values) : '';
  if (line.textContent !== words) line.textContent = words;
  const bar = byId<HTMLProgressElement>('progress');
  bar.hidden = share === undefined;
  if (typeof share === 'number') bar.value = share;
  else bar.removeAttribute('value');
}

/** Says the present line anew, in another language. */
export function repeatStatus(): void {
  if (shown) byId('status').textContent = text(...shown);
}

/** Tells of a failure in a box that can be dismissed, in the place of the box before; `retry` puts a button into it.
 * A `lasting` failure is not of the last thing done: its box stays beside the others until `calm(true)`. */
export function alarm(failure: StudioError | TextName, retry?: () => void, lasting = false): void {
  const [name, values] = typeof failure === 'string' ? [failure, {}] : [failure.failure, failure.values];
  const kind = lasting ? 'alert lasting' : 'alert';
  const box = element('div', { class: kind, role: 'alert', 'data-failure': name });
  box.append(element('p', {}, text(name, values)));
  const button = (label: TextName, act?: () => void) => {
    const made = element('button', { type: 'button', class: 'quiet' }, text(label));
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
