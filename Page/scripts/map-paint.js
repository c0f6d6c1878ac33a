// Drawing the map: the points into a layer when the frame or the points change, marks and the pointed repo over it.
import { across, claim, down, roomFor } from "./map-geometry.js";

const layer = document.createElement("canvas");
let image = null;

/** Fits the canvas to its place on the screen; whether that changed. */
export function fitCanvas(canvas, frame) {
  const scale = Math.min(2, devicePixelRatio || 1), width = Math.round(frame.width * scale), height = Math.round(frame.height * scale);
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = layer.width = width;
  canvas.height = layer.height = height;
  return true;
}

/** As the bytes of a canvas stand in memory: red first. */
export const pixelOf = (colour, alpha) => (alpha << 24 | parseInt(colour.slice(5, 7) + colour.slice(3, 5) + colour.slice(1, 3), 16)) >>> 0;

/** style: {ink, ground}; isDim(index) for the points of other languages than the chosen one; marks: what is marked later. */
export function paintLayer(points, frame, style, isDim, marks) {
  const context = layer.getContext("2d"), scale = layer.width / frame.width;
  const crowd = points.x.length / (frame.width * frame.height) / (frame.scale * frame.scale);
  const side = Math.round(scale * (crowd > .02 ? 2 : crowd > .004 ? 3 : crowd > .001 ? 5 : 7));
  // Points are written into the pixels: thousands of them take a millisecond, whatever draws the canvas.
  if (image?.width !== layer.width || image.height !== layer.height) image = context.createImageData(layer.width, layer.height);
  const pixels = new Uint32Array(image.data.buffer), row = image.width, bottom = image.height - side;
  pixels.fill(0);
  // What a row of a point leaves free at either end: points are round.
  const ends = Array.from({ length: side }, (_, y) => Math.round(side / 2 - Math.sqrt(side * side / 4 - (y + .5 - side / 2) ** 2)));
  // The most starred come first, and so are drawn last.
  for (let i = points.x.length - 1; i >= 0; i--) {
    const px = Math.round(across(points.x[i], frame) * scale - side / 2), py = Math.round(down(points.y[i], frame) * scale - side / 2);
    if (px < 0 || py < 0 || px + side > row || py > bottom) continue;
    const value = isDim(i) ? (points.pixels[i] & 0xffffff | 0x28000000) >>> 0 : points.pixels[i];
    for (let y = py; y < py + side; y++) pixels.fill(value, y * row + px + ends[y - py], y * row + px + side - ends[y - py]);
  }
  context.putImageData(image, 0, 0);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  // The corner is taken by buttons, and names do not stand where marks will.
  const boxOf = index => ({ x: across(points.x[index], frame) - 12, y: down(points.y[index], frame) - 11, width: 24, height: 22 });
  const taken = [{ x: frame.width - 56, y: 0, width: 56, height: 170 }, ...marks.map(boxOf)];
  paintRegions(context, points, frame, style, taken);
  paintNames(context, points, frame, style, taken);
}

function writeOver(context, text, x, y, style) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = style.ground;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** What a part of the map is about, near its middle; the larger the part the earlier. */
function paintRegions(context, points, frame, style, taken) {
  context.font = "600 13px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = style.ink;
  const most = Math.round(Math.min(20, frame.width / 30) * Math.min(3, frame.scale));
  for (const region of points.regions.slice(0, most)) {
    const x = across(region.x, frame), y = down(region.y, frame), width = context.measureText(region.name).width + 12;
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) continue;
    const box = roomFor({ x: x - width / 2, y: y - 11, width, height: 22 }, frame, taken);
    if (box) writeOver(context, region.name, box.x + 6, box.y + 11, style);
  }
}
/** Names of the most starred repos in view that do not cover each other. */
function paintNames(context, points, frame, style, taken) {
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = style.soft;
  // Where regions have names, single repos are named once one looks closer.
  const most = taken.length + (points.regions.length && frame.scale < 2 ? 0 : frame.width < 420 ? 8 : 16);
  for (let i = 0; i < points.x.length && taken.length < most; i++) {
    const x = across(points.x[i], frame), y = down(points.y[i], frame);
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) continue;
    const text = points.names[i].split("/").pop(), width = context.measureText(text).width;
    const box = { x: x - 8, y: y - 11, width: width + 20, height: 22 };
    if (box.x + box.width > frame.width || !claim(box, taken)) continue;
    writeOver(context, text, x + 7, y, style);
  }
}

/** marks: the points of the results in their order; subject and pointed: a point, or -1; line: a selection being drawn. */
export function paintMarks(canvas, points, frame, style, { marks, subject, pointed, line, selected }) {
  const context = canvas.getContext("2d"), scale = canvas.width / frame.width;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(layer, 0, 0);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.lineWidth = 1;
  context.strokeStyle = style.ink;
  for (const index of selected) ring(context, points, index, 3, frame);
  for (let place = marks.length - 1; place >= 0; place--) paintNumber(context, points, marks[place], place + 1, frame, style);
  if (subject >= 0) paintStar(context, across(points.x[subject], frame), down(points.y[subject], frame), style);
  context.strokeStyle = style.ink;
  context.lineWidth = 2.5;
  if (pointed >= 0) ring(context, points, pointed, 9, frame);
  if (line.length > 1) paintLine(context, line, style);
}
function ring(context, points, index, radius, frame) {
  context.beginPath();
  context.arc(across(points.x[index], frame), down(points.y[index], frame), radius, 0, 7);
  context.stroke();
}
function paintNumber(context, points, index, number, frame, style) {
  if (index < 0) return;
  const x = across(points.x[index], frame), y = down(points.y[index], frame), radius = number <= 9 ? 9 : 7.5;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = style.ink;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = style.ground;
  context.stroke();
  context.font = "600 " + (number <= 9 ? 11 : 9) + "px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = style.ground;
  context.fillText(String(number), x, y + .5);
}
function paintStar(context, x, y, style) {
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const radius = i % 2 ? 5 : 12, angle = Math.PI * (i / 5 - .5);
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = style.accent;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = style.ground;
  context.stroke();
}
function paintLine(context, line, style) {
  context.beginPath();
  for (const [x, y] of line) context.lineTo(x, y);
  context.closePath();
  context.lineWidth = 1.5;
  context.strokeStyle = style.accent;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}
