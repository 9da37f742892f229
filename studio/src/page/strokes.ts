// Strokes of pen and eraser, and how they look.

/** A stroke: x, y and pressure (0-1) in turn; `size` is the width in pixels of the page. */
export interface Stroke {
  eraser: boolean;
  size: number;
  points: number[];
}

/**
 * Draws strokes over a page.
 *
 * @param clear The eraser takes away what is there, instead of painting it white.
 */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], clear: boolean): void {
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    const { points } = stroke;
    context.globalCompositeOperation = stroke.eraser && clear ? 'destination-out' : 'source-over';
    context.strokeStyle = context.fillStyle = stroke.eraser ? '#fff' : '#1b1918';
    let [x, y] = points;
    if (points.length === 3) {
      context.beginPath();
      context.arc(x, y, width(stroke, 2) / 2, 0, 2 * Math.PI);
      context.fill();
    }
    // From middle to middle of the points, bent by the points themselves.
    for (let i = 3; i < points.length; i += 3) {
      const last = i + 3 >= points.length;
      const [px, py] = [points[i - 3], points[i - 2]];
      const [nx, ny] = last ? [points[i], points[i + 1]] : [(px + points[i]) / 2, (py + points[i + 1]) / 2];
      context.beginPath();
      context.lineWidth = width(stroke, i + 2);
      context.moveTo(x, y);
      context.quadraticCurveTo(px, py, nx, ny);
      context.stroke();
      [x, y] = [nx, ny];
    }
  }
  context.globalCompositeOperation = 'source-over';
}

function width({ size, points }: Stroke, at: number): number {
  return size * (0.3 + 1.4 * points[at]);
}
