// Brings the page to life.

import { setUpIntake } from './page/intake';
import { setUpSettings } from './page/settings';
import { Studio } from './page/studio';

setUpSettings(() => studio.relabel());
const studio = new Studio();
setUpIntake((file, name) => void studio.take(file, name));
for (const button of document.querySelectorAll('[data-act=draw]')) button.addEventListener('click', () => studio.draw());
document.addEventListener('keydown', (event) => {
  if ((event.target as HTMLElement).closest('input[type=text], textarea, select')) return;
  if (studio.key(event)) event.preventDefault();
});
void studio.start();
