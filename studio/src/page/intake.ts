// Ways in for a sketch: drop, paste, pick, samples.

import { byId, element } from './dom';
import { alarm } from './notices';
import { text } from './texts';

declare const __SAMPLES__: string[];

/** Sets them all up; `take` is called with every file that comes in, and its name. */
export function setUpIntake(take: (file: Blob, name: string) => void): void {
  const input = byId<HTMLInputElement>('file');
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) take(file, stem(file.name));
    input.value = ''; // so that the same file can be picked again
  });
  for (const button of document.querySelectorAll('[data-act=choose]')) button.addEventListener('click', () => input.click());
  for (const button of document.querySelectorAll('[data-act=paste]')) button.addEventListener('click', () => void pasted(take));

  const over = (event: DragEvent, on: boolean) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.toggle('dropping', on);
  };
  document.addEventListener('dragover', (event) => over(event, true));
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) over(event, false);
  });
  document.addEventListener('drop', (event) => {
    over(event, false);
    const file = event.dataTransfer?.files[0];
    if (file) take(file, stem(file.name));
  });
  document.addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (file) take(file, stem(file.name) || text('pasted'));
  });

  for (const name of __SAMPLES__) {
    const button = element('button', { type: 'button', class: 'sample', 'data-sample': name });
    const url = new URL(`samples/${name}.png`, document.baseURI).href;
    button.append(element('img', { src: url, alt: '', loading: 'lazy' }));
    button.addEventListener('click', () => {
      fetch(url)
        .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(response.statusText))))
        .then((file) => take(file, name))
        .catch(() => alarm('notPicture'));
    });
    byId('samples').append(button);
  }
  relabelSamples();
}

/** Names the samples anew, in another language. */
export function relabelSamples(): void {
  for (const button of byId('samples').querySelectorAll<HTMLElement>('[data-sample]')) {
    button.setAttribute('aria-label', text('sample', { name: button.dataset.sample! }));
  }
}

async function pasted(take: (file: Blob, name: string) => void): Promise<void> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((one) => one.startsWith('image/'));
      if (type) return take(await item.getType(type), text('pasted'));
    }
  } catch {
    /* refused by the browser or the artist */
  }
  alarm('noClipboard');
}

function stem(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
