// Places on the map. Coordinates are 0 to 1; a frame says how they fall on a canvas: {width, height, scale, x, y},
// lengths in CSS pixels. Pure functions.

const cells = 96, margin = 18;
export const widestScale = 40;

export const across = (x, frame) => (margin + x * (frame.width - 2 * margin)) * frame.scale + frame.x;
export const down = (y, frame) => (margin + y * (frame.height - 2 * margin)) * frame.scale + frame.y;
export const mapX = (px, frame) => ((px - frame.x) / frame.scale - margin) / (frame.width - 2 * margin);
export const mapY = (py, frame) => ((py - frame.y) / frame.scale - margin) / (frame.height - 2 * margin);

const cellOf = value => Math.min(cells - 1, Math.max(0, value * cells | 0));

/** The points by cells: those of cell c are order[starts[c]] to order[starts[c + 1] - 1]. */
export function makeGrid({ x, y }) {
  const count = x.length, starts = new Uint32Array(cells * cells + 1), order = new Uint32Array(count);
  const cell = index => cellOf(y[index]) * cells + cellOf(x[index]);
  for (let i = 0; i < count; i++) starts[cell(i) + 1]++;
  for (let i = 0; i < cells * cells; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  for (let i = 0; i < count; i++) order[next[cell(i)]++] = i;
  return { starts, order };
}

/** The nearest point to a place on the canvas, -1 when none is within reach. */
export function nearestPoint(points, frame, px, py, reach = 14) {
  const x0 = cellOf(mapX(px - reach, frame)), x1 = cellOf(mapX(px + reach, frame));
  const y0 = cellOf(mapY(py - reach, frame)), y1 = cellOf(mapY(py + reach, frame));
  let best = -1, least = reach * reach;
  for (let row = y0; row <= y1; row++) {
    for (let at = points.grid.starts[row * cells + x0]; at < points.grid.starts[row * cells + x1 + 1]; at++) {
      const index = points.grid.order[at];
      const dx = across(points.x[index], frame) - px, dy = down(points.y[index], frame) - py;
      if (dx * dx + dy * dy < least) { least = dx * dx + dy * dy; best = index; }
    }
  }
  return best;
}

/** The point to which an arrow key leads: ahead, near, and within a quarter circle if any is; -1 when there is none. */
export function nextPoint(points, frame, from, dx, dy) {
  const x = across(points.x[from], frame), y = down(points.y[from], frame);
  let best = -1, least = Infinity;
  for (let i = 0; i < points.x.length; i++) {
    const h = across(points.x[i], frame) - x, v = down(points.y[i], frame) - y;
    const along = h * dx + v * dy, aside = Math.abs(h * dy) + Math.abs(v * dx);
    const far = along + aside * (aside <= along ? 1 : 8);
    if (along > 1 && far < least) { least = far; best = i; }
  }
  return best;
}

/** The frame with another scale, in which (px, py) shows what it showed. */
export function zoomed(frame, factor, px, py) {
  const scale = Math.min(widestScale, Math.max(1, frame.scale * factor)), ratio = scale / frame.scale;
  return held({ ...frame, scale, x: px - (px - frame.x) * ratio, y: py - (py - frame.y) * ratio });
}

/** The frame moved so that the map fills the canvas. */
export function held(frame) {
  const hold = (value, size) => Math.min(0, Math.max(size * (1 - frame.scale), value));
  return { ...frame, x: hold(frame.x, frame.width), y: hold(frame.y, frame.height) };
}

/** The points within a line drawn on the canvas, which is closed between its ends (even-odd rule). */
export function pointsWithin(points, frame, line) {
  if (line.length < 3) return [];
  const shape = line.map(([px, py]) => [mapX(px, frame), mapY(py, frame)]);
  const found = [];
  for (let i = 0; i < points.x.length; i++) if (isWithin(points.x[i], points.y[i], shape)) found.push(i);
  return found;
}
function isWithin(x, y, shape) {
  let isInside = false;
  for (let i = 0, j = shape.length - 1; i < shape.length; j = i++) {
    const [ax, ay] = shape[i], [bx, by] = shape[j];
    if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) isInside = !isInside;
  }
  return isInside;
}

/** The corners of a box on the canvas, as a line around it. */
export const outline = ({ x, y, width, height }) => [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];

/** A box moved by steps, or made larger by them; it stays on the canvas, and is at least a step wide and high. */
export function nudged(box, across, down, isResized, frame) {
  const along = (place, size, steps, whole) => {
    const step = whole / 16, length = isResized ? Math.min(whole - place, Math.max(step, size + steps * step)) : size;
    return [Math.min(whole - length, Math.max(0, place + (isResized ? 0 : steps * step))), length];
  };
  const [x, width] = along(box.x, box.width, across, frame.width), [y, height] = along(box.y, box.height, down, frame.height);
  return { x, y, width, height };
}

/** The box where a label may stand: in its place, or else a little above or below; null when all of that is taken. */
export function roomFor({ x, y, width, height }, frame, taken) {
  const left = Math.min(frame.width - width - 4, Math.max(4, x));
  for (const shift of [0, -1, 1, -2, 2]) {
    const box = { x: left, y: Math.min(frame.height - height - 4, Math.max(4, y + shift * height)), width, height };
    if (claim(box, taken)) return box;
  }
  return null;
}

/** Whether a box is clear of others; if so, it is added to them. */
export function claim(box, taken) {
  const isFree = !taken.some(other => box.x < other.x + other.width && other.x < box.x + box.width && box.y < other.y + other.height && other.y < box.y + box.height);
  if (isFree) taken.push(box);
  return isFree;
}
