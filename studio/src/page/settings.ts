// Language and theme: buttons, and what was chosen last.

import { currentLanguage, type Language, setLanguage } from './texts';
import { byId } from './dom';

/** Sets both up. `changed` is called after another language was chosen. */
export function setUpSettings(changed: () => void): void {
  const button = byId('language');
  const show = (language: Language) => {
    setLanguage(language);
    button.textContent = language === 'en' ? '日本語' : 'English';
    button.lang = language === 'en' ? 'ja' : 'en';
  };
  const wish = read('language') ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');
  show(wish === 'ja' ? 'ja' : 'en');
  button.addEventListener('click', () => {
    show(currentLanguage() === 'en' ? 'ja' : 'en');
    write('language', currentLanguage());
    changed();
  });

  const root = document.documentElement;
  const theme = read('theme');
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  byId('theme').addEventListener('click', () => {
    const now = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    root.dataset.theme = now === 'dark' ? 'light' : 'dark';
    write('theme', root.dataset.theme);
  });
}

// Storage may be forbidden; the page then begins anew each time.
function read(key: string): string | null {
  try {
    return localStorage.getItem(`studio.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`studio.${key}`, value);
  } catch {
    /* as above */
  }
}
