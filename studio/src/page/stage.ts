// The large picture: sketch and result over each other, divider, zoom.

import { byId, context2d } from './dom';

const STEPS = [1, 1.5, 2, 3, 4, 6, 8];

/** Shows pictures; coordinates are pixels of the sketch. */
export class Stage {
  private readonly stage = byId('stage');
  private readonly sheet = byId('sheet');
  private readonly before = byId<HTMLCanvasElement>('before');
  private readonly after = byId<HTMLCanvasElement>('after');
  private readonly slider = byId<HTMLInputElement>('compare');
  private size: [number, number] = [1, 1];
  private zoom = 0;

  constructor() {
    new ResizeObserver(() => this.fit()).observe(this.stage);
    this.slider.addEventListener('input', () => this.compare());
    byId('zoom-in').addEventListener('click', () => this.zoomBy(1));
    byId('zoom-out').addEventListener('click', () => this.zoomBy(-1));
    byId('zoom-fit').addEventListener('click', () => this.zoomBy(-STEPS.length));
    this.dragDivider(byId('divider'));
  }

  /** Shows a sketch; the result is the sketch itself until there is one. */
  showSketch(preview: ImageBitmap, width: number, height: number): void {
    this.size = [width, height];
    this.zoom = 0;
    for (const canvas of [this.before, this.after]) draw(canvas, preview);
    preview.close();
    this.slider.value = '100';
    this.compare();
    this.fit();
  }

  /** Shows a result over the sketch. */
  showResult(picture: ImageBitmap): void {
    draw(this.after, picture);
    picture.close();
  }

  /** The colour of the result at a place, `#rrggbb`. */
  colourAt(x: number, y: number): string {
    const column = Math.floor(((x + 0.5) / this.size[0]) * this.after.width);
    const row = Math.floor(((y + 0.5) / this.size[1]) * this.after.height);
    const [r, g, b] = context2d(this.after).getImageData(column, row, 1, 1).data;
    return `#${((1 << 24) | (r << 16) | (g << 8) | b).toString(16).slice(1)}`;
  }

  /** Where in the sketch a pointer is; whole pixels inside of it. */
  placeOf(event: MouseEvent): { x: number; y: number } {
    const box = this.sheet.getBoundingClientRect();
    const at = (pointer: number, start: number, length: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(((pointer - start) / length) * count)));
    return {
      x: at(event.clientX, box.left, box.width, this.size[0]),
      y: at(event.clientY, box.top, box.height, this.size[1]),
    };
  }

  /** Zooms by steps, about the middle of what is seen. */
  zoomBy(steps: number): void {
    this.zoom = Math.min(STEPS.length - 1, Math.max(0, this.zoom + steps));
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = this.stage;
    const [x, y] = [(scrollLeft + clientWidth / 2) / scrollWidth, (scrollTop + clientHeight / 2) / scrollHeight];
    this.fit();
    this.stage.scrollTo(x * this.stage.scrollWidth - clientWidth / 2, y * this.stage.scrollHeight - clientHeight / 2);
  }

  private fit(): void {
    const style = getComputedStyle(this.stage);
    const room = [
      this.stage.clientWidth - 2 * Number.parseFloat(style.paddingLeft),
      this.stage.clientHeight - 2 * Number.parseFloat(style.paddingTop),
    ];
    const scale = Math.max(0.01, Math.min(room[0] / this.size[0], room[1] / this.size[1])) * STEPS[this.zoom];
    this.sheet.style.width = `${Math.floor(this.size[0] * scale)}px`;
    this.sheet.style.height = `${Math.floor(this.size[1] * scale)}px`;
    this.stage.classList.toggle('zoomed', this.zoom > 0);
  }

  private compare(): void {
    this.sheet.style.setProperty('--split', `${this.slider.value}%`);
    this.sheet.classList.toggle('split', Number(this.slider.value) < 100);
  }

  private dragDivider(divider: HTMLElement): void {
    divider.addEventListener('pointerdown', (event) => {
      divider.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const box = this.sheet.getBoundingClientRect();
      this.slider.value = String(((event.clientX - box.left) / box.width) * 100);
      this.compare();
    });
  }
}

function draw(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  if (canvas.width !== picture.width) canvas.width = picture.width;
  if (canvas.height !== picture.height) canvas.height = picture.height;
  context2d(canvas).drawImage(picture, 0, 0);
}
