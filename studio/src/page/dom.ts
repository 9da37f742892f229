// Shorthands for elements.

/** The element of this id, which `index.html` has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found as T;
}

/** A new element with attributes, properties of `dataset` aside. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/** A canvas's context in two dimensions; RangeError if the browser has no memory for it. */
export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new RangeError('out of memory: no canvas');
  return context;
}

/** Lets arrow keys, Home and End move within a group of radio buttons made of `button`s. */
export function radioKeys(group: HTMLElement, choose: (index: number) => void): void {
  group.addEventListener('keydown', (event) => {
    const radios = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
    const at = radios.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || (!step && event.key !== 'Home' && event.key !== 'End')) return;
    event.preventDefault();
    const count = radios.length;
    const next = step ? (at + step + count) % count : event.key === 'Home' ? 0 : count - 1;
    radios[next].focus();
    choose(next);
  });
}
