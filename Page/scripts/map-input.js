// Pointing, dragging, pinching, selecting, and the keyboard on the map.
import { byId } from "./dom.js";
import { across, down, nextPoint, nudged, outline, pointsWithin, zoomed } from "./map-geometry.js";
import { countOf, describe, dimmed, hold, nearest, points, repaint, setFrame, tell, view } from "./map.js";
import { acts } from "./explore.js";

const surface = byId("map"), tip = byId("map-tip");
const pressed = new Map();
let drag = null, pinch = 0, isSelecting = false, box = null, select = () => {};

function zoom(factor, px = view.frame.width / 2, py = view.frame.height / 2) { setFrame(zoomed(view.frame, factor, px, py)); }

function showTip(index, px, py) {
  tip.hidden = index < 0;
  if (index < 0) return;
  tip.textContent = describe(index);
  tip.style.left = Math.max(4, Math.min(view.frame.width - tip.offsetWidth - 4, px + 14)) + "px";
  tip.style.top = Math.max(4, Math.min(view.frame.height - tip.offsetHeight - 4, py + 18)) + "px";
}
function pointTo(index, px, py) {
  hold(index);
  showTip(index, px, py);
}

function press(event) {
  pressed.set(event.pointerId, event);
  drag = { x: event.offsetX, y: event.offsetY, hasMoved: false };
  if (isSelecting) {
    surface.setPointerCapture(event.pointerId);
    box = null;
    view.line = [[event.offsetX, event.offsetY]];
  }
  if (pressed.size === 2) pinch = spread();
}
function spread() {
  const [one, other] = [...pressed.values()];
  return Math.hypot(one.offsetX - other.offsetX, one.offsetY - other.offsetY);
}
function move(event) {
  if (pressed.has(event.pointerId)) pressed.set(event.pointerId, event);
  if (pressed.size === 2) {
    const [one, other] = [...pressed.values()], wide = spread();
    zoom(wide / (pinch || wide), (one.offsetX + other.offsetX) / 2, (one.offsetY + other.offsetY) / 2);
    pinch = wide;
    drag.hasMoved = true;
    return;
  }
  if (box) return;
  if (isSelecting && view.line.length) {
    view.line.push([event.offsetX, event.offsetY]);
    return repaint();
  }
  if (drag && event.buttons && view.frame.scale > 1) return dragTo(event);
  pointTo(nearest(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
}
function dragTo(event) {
  const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
  if (!drag.hasMoved && dx * dx + dy * dy < 16) return;
  if (!drag.hasMoved) surface.setPointerCapture(event.pointerId);
  drag = { x: event.offsetX, y: event.offsetY, hasMoved: true };
  tip.hidden = true;
  setFrame({ ...view.frame, x: view.frame.x + dx, y: view.frame.y + dy });
}
function release(event) {
  pressed.delete(event.pointerId);
  pinch = 0;
  if (!isSelecting || !view.line.length || box) return;
  drag = null;
  finish();
}
function click() {
  // Where the button went down: a click's own place is rounded, and may be nearer to another point than the one told of.
  const index = drag && !drag.hasMoved ? nearest(drag.x, drag.y) : -1;
  drag = null;
  if (index < 0 || isSelecting) return;
  tip.hidden = true;
  acts.similar(points.names[index]);
}
function setSelecting(isOn) {
  isSelecting = isOn;
  box = null;
  view.line = [];
  byId("lasso").setAttribute("aria-pressed", String(isOn));
  surface.classList.toggle("selecting", isOn);
  tell(isOn ? "Draw a line around repositories on the map" : undefined);
  repaint();
}
/** What is within the line, of the language that is chosen. */
function inLine() {
  const isDim = dimmed();
  return pointsWithin(points, view.frame, view.line).filter(index => !isDim(index));
}
function finish() {
  const found = inLine();
  setSelecting(false);
  select(found);
}

/** Selecting without a pointer: a box in the middle of the map, which the arrow keys move. */
function startBox() {
  const { width, height } = view.frame;
  setSelecting(true);
  surface.focus();
  pointTo(-1);
  setBox({ x: width / 4, y: height / 4, width: width / 2, height: height / 2 });
}
function setBox(next) {
  box = next;
  view.line = outline(box);
  tell(countOf(inLine()) + " in the box; the arrow keys move it and with Shift change its size, Enter selects");
  repaint();
}

/** From the point that is held to the next one in a direction. */
function step(dx, dy) {
  const { width, height } = view.frame;
  const next = view.pointed < 0 ? nearest(width / 2, height / 2, width) : nextPoint(points, view.frame, view.pointed, dx, dy);
  if (next < 0) return;
  const px = across(points.x[next], view.frame), py = down(points.y[next], view.frame);
  if (px < 0 || py < 0 || px > width || py > height) setFrame({ ...view.frame, x: view.frame.x + width / 2 - px, y: view.frame.y + height / 2 - py });
  pointTo(next, across(points.x[next], view.frame), down(points.y[next], view.frame));
}
function arrow(dx, dy, isShifted) {
  if (box) setBox(nudged(box, dx, dy, isShifted, view.frame));
  else step(dx, dy);
}
const mapKeys = {
  ArrowLeft: ({ shiftKey }) => arrow(-1, 0, shiftKey), ArrowRight: ({ shiftKey }) => arrow(1, 0, shiftKey),
  ArrowUp: ({ shiftKey }) => arrow(0, -1, shiftKey), ArrowDown: ({ shiftKey }) => arrow(0, 1, shiftKey), " ": startBox,
  "+": () => zoom(1.6), "=": () => zoom(1.6), "-": () => zoom(1 / 1.6), "0": () => zoom(1 / 1000),
  Escape: () => { setSelecting(false); pointTo(-1); zoom(1 / 1000); },
  Enter: () => { if (box) finish(); else if (view.pointed >= 0) acts.similar(points.names[view.pointed]); },
};
function wheel(event) {
  // A pinch on a touch pad arrives as a wheel with Ctrl; the plain wheel scrolls the page.
  if (!event.ctrlKey) return;
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 150), event.offsetX, event.offsetY);
}

/** onSelect(indices) takes what was drawn around. */
export function startMapInput(onSelect) {
  select = onSelect;
  surface.addEventListener("pointerdown", press);
  surface.addEventListener("pointermove", move);
  for (const kind of ["pointerup", "pointercancel"]) surface.addEventListener(kind, release);
  surface.addEventListener("pointerleave", event => { if (!drag?.hasMoved && event.pointerType !== "touch") pointTo(-1); });
  surface.addEventListener("click", click);
  surface.addEventListener("wheel", wheel, { passive: false });
  surface.addEventListener("blur", () => { if (box) setSelecting(false); pointTo(-1); });
  surface.addEventListener("keydown", event => {
    const act = mapKeys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  });
  byId("zoom-in").onclick = () => zoom(1.6);
  byId("zoom-out").onclick = () => zoom(1 / 1.6);
  // A press of a key has no clicks to count.
  byId("lasso").onclick = ({ detail }) => { if (isSelecting || detail) setSelecting(!isSelecting); else startBox(); };
}
