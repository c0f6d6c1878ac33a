// The map: what is on it, what of it is marked, and when it is fetched anew.
import { ask } from "./api.js";
import { button, byId, element } from "./dom.js";
import { compact, plural } from "./format.js";
import { languageColour, readableColour } from "./languages.js";
import { languageDot } from "./results.js";
import { held, makeGrid, nearestPoint } from "./map-geometry.js";
import { fitCanvas, paintLayer, paintMarks, pixelOf } from "./map-paint.js";
import { service } from "./pipeline.js";
import { go, here, settle } from "./router.js";

export const points = { x: [], y: [], language: [], stars: [], names: [], languages: [], regions: [], pixels: [], grid: null };
export const view = { frame: { width: 0, height: 0, scale: 1, x: 0, y: 0 }, pointed: -1, line: [], selected: [] };
const legendSize = 10;
let places = new Map(), wanted = { names: [], subject: "" }, marks = [], subject = -1, tag = null, frameRequest = 0, isLayerStale = true;
const mapCanvas = byId("map"), dark = matchMedia("(prefers-color-scheme: dark)");

export const regionNames = () => points.regions.map(region => region.name);
const mapListeners = [];
/** Calls back when another map has come. */
export function onMapChange(listener) { mapListeners.push(listener); }

let timer = 0, due = Infinity;
export function scheduleMap(seconds) {
  const time = performance.now() + 1000 * seconds;
  if (time >= due) return;
  clearTimeout(timer);
  due = time;
  timer = setTimeout(() => { due = Infinity; loadMap(); }, 1000 * seconds);
}
async function loadMap() {
  let wait = 30;
  try {
    if (document.hidden) return;
    const response = await ask("/map", { headers: tag ? { "If-None-Match": tag } : {} });
    if (response.status === 202) wait = 1;
    if (response.status === 202) showCard("The map is being computed…");
    if (response.status !== 200) return;
    const body = await response.json();
    if (response.headers.get("ETag") === tag) return;
    tag = response.headers.get("ETag");
    showMap(body);
  } catch (error) {
    wait = error.kind === "key" ? 2 : 5;
  } finally { scheduleMap(wait); }
}
function showMap(body) {
  if (!body.x.length) return;
  Object.assign(points, {
    x: Float32Array.from(body.x, value => value / 9999), y: Float32Array.from(body.y, value => value / 9999),
    language: body.language, stars: body.stars, names: body.full_name, languages: body.languages,
    regions: (body.regions ?? []).map(region => ({ ...region, x: region.x / 9999, y: region.y / 9999 })),
  });
  points.grid = makeGrid(points);
  places = new Map(points.names.map((name, index) => [name, index]));
  if (view.pointed >= points.names.length) view.pointed = -1;
  view.selected = [];
  byId("map-card").hidden = byId("map-frame").hidden = false;
  byId("languages").replaceChildren(...points.languages.slice(0, 60).map(value => element("option", { value })));
  paintColours();
  makeLegend();
  markOnMap(wanted.names, wanted.subject);
  for (const listener of mapListeners) listener();
}
/** While there is no map, and only where there will be one. */
function showCard(text) {
  if (points.names.length || !service.status?.embedded) return;
  byId("map-card").hidden = false;
  byId("map-note").textContent = text;
}
function paintColours() {
  const colours = points.languages.map(name => pixelOf(readableColour(languageColour(name), dark.matches), 0xd8));
  const other = pixelOf(languageColour(""), 0xd8);
  points.pixels = Uint32Array.from(points.language, index => (index == null ? other : colours[index]));
  redraw();
}

/** The languages by colour; a press filters by one, in the results as well. */
function makeLegend() {
  const names = points.languages.slice(0, legendSize);
  // Those that are there stay, and with them the focus.
  if (names.join("\n") !== [...byId("legend").children].map(item => item.dataset.name).join("\n")) {
    byId("legend").replaceChildren(...names.map(name => {
      const item = button("", () => { settle(); go({ ...here(), language: isChosen(name) ? "" : name }); }, { className: "key", "data-name": name });
      item.append(languageDot(name), name);
      return item;
    }));
  }
  showLegend();
}
const isChosen = name => name.toLowerCase() === here().language.toLowerCase();
export function showLegend() {
  for (const item of byId("legend").children) item.setAttribute("aria-pressed", String(isChosen(item.dataset.name)));
  redraw();
}

/** Marks results in their order, and the repository whose neighbours they are. */
export function markOnMap(names, subjectName) {
  wanted = { names, subject: subjectName };
  marks = names.map(name => places.get(name) ?? -1);
  subject = subjectName ? places.get(subjectName) ?? -1 : -1;
  selectOnMap([]);
}
export function selectOnMap(indices) {
  view.selected = indices;
  tell();
  redraw();
}
/** Rings a repository that is pointed at in the list; there it is told already. */
export function pointAt(name) {
  view.pointed = name === null ? -1 : places.get(name) ?? -1;
  repaint();
}
export function hold(index) {
  if (index === view.pointed) return;
  pointAt(points.names[index] ?? null);
  tell();
}
export const describe = index => [points.names[index], points.languages[points.language[index]], "★ " + compact(points.stars[index])].filter(Boolean).join(" · ");
export const countOf = list => plural(list.length, "repository", "repositories");
function situation() {
  if (view.pointed >= 0) return describe(view.pointed);
  if (view.selected.length) return countOf(view.selected) + " selected; they are in the list";
  if (subject >= 0) return "The star is " + points.names[subject] + "; the numbers are those of the list";
  return marks.some(index => index >= 0) ? "The numbers are those of the list" : countOf(points.names) + "; those near each other have similar meanings";
}
/** Says below the map what is pointed at, or what is to be seen. */
export function tell(text = situation()) {
  if (points.names.length && byId("map-note").textContent !== text) byId("map-note").textContent = text;
}

/** The repositories of points, as hits of a list: most stars first. */
export function hitsOf(indices) {
  return indices.slice(0, 100).map(index => ({ full_name: points.names[index], language: points.languages[points.language[index]], stars: points.stars[index], score: null, matched: [] }));
}
export const nearest = (px, py, reach) => (points.names.length ? nearestPoint(points, view.frame, px, py, reach) : -1);

export function setFrame(frame) {
  view.frame = held({ ...frame, width: mapCanvas.clientWidth, height: mapCanvas.clientHeight });
  mapCanvas.classList.toggle("zoomed", view.frame.scale > 1);
  redraw();
}
export function redraw() { isLayerStale = true; repaint(); }
export function repaint() { frameRequest ||= requestAnimationFrame(paint); }
function paint() {
  frameRequest = 0;
  if (!view.frame.width || !points.names.length) return;
  const began = performance.now();
  const colours = getComputedStyle(document.documentElement), colour = name => colours.getPropertyValue(name);
  const style = { ink: colour("--ink"), soft: colour("--soft"), ground: colour("--field"), accent: colour("--accent") };
  if (fitCanvas(mapCanvas, view.frame) || isLayerStale) paintLayer(points, view.frame, style, dimmed(), [...marks, subject].filter(index => index >= 0));
  isLayerStale = false;
  paintMarks(mapCanvas, points, view.frame, style, { marks, subject, pointed: view.pointed, line: view.line, selected: view.selected });
  performance.measure("map frame", { start: began });
  if (performance.getEntriesByName("map frame").length > 500) performance.clearMeasures("map frame");
}
/** Tells of a point whether a chosen language leaves it out. */
export function dimmed() {
  const wantedLanguage = here().language.toLowerCase();
  const index = wantedLanguage ? points.languages.findIndex(name => name.toLowerCase() === wantedLanguage) : -1;
  return index < 0 ? () => false : i => points.language[i] !== index;
}

export function startMap() {
  new ResizeObserver(() => setFrame(view.frame)).observe(mapCanvas);
  dark.addEventListener("change", paintColours);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) scheduleMap(0); });
  scheduleMap(0);
}
