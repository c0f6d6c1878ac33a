// Searching: from the form and the address to one request, and from its answer to what is shown.
import { Fault, answer, askForKey, post } from "./api.js";
import { changed, filterNames, placeLabel, placed, repoPath, searchRequest, wholeNumber, withExample, withoutExample } from "./address.js";
import { announce, button, byId, copyText, element, working } from "./dom.js";
import { plural, shellQuoted } from "./format.js";
import { may } from "./permissions.js";
import { faultPicture, picture, skeletons } from "./pictures.js";
import { caveats } from "./ranking.js";
import { facts, marked, nameLink, ownerTile, resultItems } from "./results.js";
import { service } from "./pipeline.js";
import { countOf, hitsOf, markOnMap, pointAt, regionNames, selectOnMap } from "./map.js";
import { go, here, settle, trail } from "./router.js";

const ideas = ["run language models on my laptop", "vector database in rust", "static site generator", "terminal file manager"];
const pageSize = 20, largestSelection = 100;
// What is shown or asked for now: its request and that as text, what gives it up, its last answer with all hits so far,
// or its fault.
let current = { request: null, key: null, abort: null, answer: null, fault: null };
// The answer that came with the page, to what its address asks without a key.
let firstAnswer = location.hash || sessionStorage.getItem("key") ? "" : byId("given").textContent;

export const acts = {
  similar: name => { settle(); go(changed(here(), { similar: name }), { focus: "subject" }); },
  topic: name => { settle(); go({ ...here(), topic: name }); },
  example: (kind, name) => { settle(); go(withExample(here(), kind, name), { focus: "subject" }); },
  point: name => pointAt(name),
};

function placeFromForm() {
  const place = { ...here(), q: "", mode: byId("mode").value }, q = byId("query").value.trim();
  for (const name of filterNames) place[name] = byId(name).value.trim();
  return q ? changed(place, { q }) : place;
}

/** Fills the form from a place; a field that already says it, or is being typed into, is left alone. */
export function fillForm(place) {
  for (const [id, value] of [["query", place.q], ["mode", place.mode], ...filterNames.map(name => [name, place[name]])]) {
    const field = byId(id);
    if (field.value.trim() !== value) field.value = value;
  }
  const count = filterNames.filter(name => place[name]).length + (place.mode !== "hybrid");
  byId("filters").firstElementChild.textContent = count ? "Filters (" + count + ")" : "Filters";
  // On a small screen they would push away what is filtered.
  byId("filters").open ||= count > 0 && innerWidth > 640;
}

/** Shows what a place asks for, and is done when it is shown. What is already answered or on its way is not asked again. */
export function showPlace(place = here(), { isAgain = false } = {}) {
  if (place.min_stars && wholeNumber(place.min_stars) === null) {
    return fail(new Fault("invalid", "Minimum stars must be a whole number."), null, place);
  }
  const request = searchRequest(place, pageSize), key = JSON.stringify(request);
  if (request && key === current.key && !isAgain && !current.fault) return;
  current.abort?.abort();
  if (!request) return showStart();
  const own = current = { request, key, place, abort: new AbortController(), answer: null, hits: [], isWeak: false, fault: null };
  showTrail(place);
  showSubject(place);
  const slow = setTimeout(() => { if (own === current) wait(); }, 150);
  byId("found").setAttribute("aria-busy", "true");
  return find(own).finally(() => {
    clearTimeout(slow);
    if (own === current) byId("found").removeAttribute("aria-busy");
  });
}
async function find(own) {
  try {
    const found = firstAnswer ? JSON.parse(firstAnswer) : await askFor(own.request, own);
    if (own === current) showAnswer(own, found);
  } catch (error) {
    if (own !== current) return;
    fail(error instanceof Fault ? error : new Fault("other", ""), own, own.place);
  } finally { firstAnswer = ""; }
}
const askFor = ({ path, body }, { abort: { signal } }) => (body ? post(path, body, { signal }) : answer(path, { signal }));
const wait = () => showInstead("", skeletons(5));

/** Puts a note and pictures in the place of results. A focus that stood in them stays near, and is not lost. */
function showInstead(note, ...pictures) {
  const isHeld = byId("found").contains(document.activeElement);
  byId("results").replaceChildren();
  byId("picture").replaceChildren(...pictures);
  byId("note").textContent = note;
  if (isHeld && document.activeElement === document.body) byId("found").focus({ preventScroll: true });
}

function showAnswer(own, found) {
  const { place } = own, isEmpty = found.results.length === 0;
  own.isWeak = found.weak === true;
  showInstead([...(isEmpty ? [] : [heading(place, found)]), ...caveats(found)].join(" "), ...(isEmpty ? [nothingFound(place)] : []));
  byId("copy").hidden = isEmpty;
  addHits(own, found);
  announce(isEmpty ? "Nothing found." : plural(own.hits.length, "result") + ".");
}
function addHits(own, found) {
  const { place, isWeak } = own;
  own.answer = found;
  own.hits = [...own.hits, ...found.results];
  const items = resultItems(own.hits, place.q, acts, { isWeak, offersExamples: !place.q });
  byId("results").append(...items.slice(byId("results").childElementCount));
  byId("more").hidden = !found.next;
  markOnMap(own.hits.map(hit => hit.full_name), place.similar || place.like[0]);
}
/** What follows comes below what is shown, and the focus with it. */
async function showMore() {
  const own = current, before = byId("results").childElementCount;
  const found = await askFor(searchRequest(own.place, pageSize, own.answer.next), own);
  if (own !== current) return;
  addHits(own, found);
  byId("results").children[before]?.querySelector("a, button")?.focus();
  announce(plural(own.hits.length, "result") + ".");
}
const heading = (place, found) => (place.q ? "Results for “" + place.q + "”" : "Nearest in meaning") + " (" + Math.max(1, Math.round(found.took_ms)) + "\u00a0ms).";
function nothingFound(place) {
  const isFiltered = filterNames.some(name => place[name]);
  if (!service.status?.total && service.status) return emptyPicture();
  const clear = button("Clear the filters", () => go({ ...place, ...Object.fromEntries(filterNames.map(name => [name, ""])) }));
  return picture("none", "none", "Nothing found", isFiltered ? "Fewer filters or other words may help." : "Other words may help.", ...(isFiltered ? [clear] : []));
}
function fail(fault, own, place) {
  current.abort?.abort();
  current = { request: own?.request ?? null, key: own?.key ?? null, place, abort: null, answer: null, fault };
  byId("more").hidden = byId("copy").hidden = true;
  showInstead("", faultPicture(fault, {
    retry: () => showPlace(here(), { isAgain: true }),
    enterKey: async () => { await askForKey(); showPlace(here(), { isAgain: true }); },
    byWords: place.q && place.mode !== "text" ? () => go({ ...place, mode: "text" }) : null,
  }));
  announce(byId("picture").querySelector("h2").textContent);
  markOnMap([], place.similar);
}

/** What is shown when nothing is asked for: how to begin. */
export function showStart() {
  current = { request: null, key: null, abort: null, answer: null, fault: null };
  for (const id of ["subject", "trail"]) byId(id).replaceChildren();
  byId("more").hidden = byId("copy").hidden = byId("trail").hidden = true;
  byId("found").removeAttribute("aria-busy");
  markOnMap([], "");
  showInstead("", ...startPictures(service));
}
function startPictures({ link, status }) {
  const fault = link === "key" || link === "gone" ? link : status?.state === "disconnected" && !status.total ? "database" : null;
  if (fault) return [faultPicture(new Fault(fault, ""), { retry: () => location.reload(), enterKey: () => askForKey() })];
  return status ? [status.total ? startPicture() : emptyPicture()] : [];
}
function startPicture() {
  const idea = text => button(text, () => { go(changed(here(), { q: text })); byId("query").focus(); }, { className: "idea" });
  const regions = regionNames().slice(0, 12);
  return element("div", { className: "start", "data-kind": "start" },
    element("h2", { textContent: "Find repositories by what they do" }),
    element("p", { textContent: "Describe it in your own words: search compares meaning, words and names." }),
    element("div", { className: "ideas" }, ...ideas.map(idea)),
    regions.length ? element("h3", { textContent: "What is here" }) : null,
    regions.length ? element("div", { className: "ideas" }, ...regions.map(name => button(name, () => go(changed(here(), { q: name })), { className: "chip" }))) : null);
}
function emptyPicture() {
  const stars = button("Import my stars", () => byId("import-button").click(), { className: "primary" });
  const choose = button("Choose a file", () => byId("import-file").click(), { className: may("admin") ? "" : "primary" });
  const node = picture("empty", "empty", "No repositories yet", "Import your stars from GitHub, drop a file of repositories here (NDJSON or JSON), or send them to the API.",
    ...(may("admin") ? [stars] : []), ...(may("write") ? [choose] : []));
  node.append(element("pre", { textContent: "gh api --paginate user/starred | embed-star import -" }));
  return node;
}

/** What was drawn around on the map, the most starred first. */
export function showSelection(indices) {
  current.abort?.abort();
  current = { request: null, key: "selection", place: here(), abort: null, answer: null, fault: null };
  byId("subject").replaceChildren();
  const note = countOf(indices) + " selected on the map" + (indices.length > largestSelection ? ", the first " + largestSelection + " by stars." : ".");
  showInstead(note, ...(indices.length ? [] : [picture("none", "none", "Nothing is within the line", "Draw it around some points of the map.")]));
  byId("results").replaceChildren(...resultItems(hitsOf(indices), "", acts));
  byId("more").hidden = byId("copy").hidden = true;
  markOnMap([], "");
  selectOnMap(indices);
  if (!indices.length) announce("Nothing is within the line.");
}

/** The repository whose neighbours are shown, with the state of its embedding. */
async function showSubject(place) {
  const box = byId("subject");
  if (!place.similar) {
    box.dataset.name = "";
    return box.replaceChildren(...(place.like.length ? [examplesCard(place)] : []));
  }
  if (box.dataset.name === place.similar && box.childElementCount) return;
  box.dataset.name = place.similar;
  box.replaceChildren(subjectCard({ full_name: place.similar }));
  const repo = await answer(repoPath(place.similar)).catch(() => null);
  if (repo && here().similar === place.similar) replaceCard(repo);
}
/** The focus stays where it was. */
function replaceCard(repo) {
  const held = document.activeElement?.closest("#subject") ? document.activeElement.id || "subject-again" : null;
  byId("subject").replaceChildren(subjectCard(repo));
  if (held) byId(held)?.focus({ preventScroll: true });
}
const embeddingWords = { embedded: "embedded", pending: "waiting to be embedded", failed: "could not be embedded", excluded: "private, not embedded" };
function subjectCard(repo) {
  const state = repo.embedding;
  const again = button("Embed again", event => working(event.target, async () => {
    const done = await post(repoPath(repo.full_name) + "/reprocess?force=true&wait=10");
    if (done.full_name) replaceCard(done);
    await showPlace(here(), { isAgain: true });
    announce("Embedded again.");
  }, text => announce(text)), { className: "quiet", id: "subject-again" });
  const words = state ? (embeddingWords[state.state] ?? state.state) + (state.state === "embedded" && state.model ? " with " + state.model : "") : "";
  return element("div", { className: "card" }, ownerTile(repo),
    element("div", {}, element("h2", { tabIndex: -1, id: "subject-name" }, nameLink(repo)),
      repo.description ? element("p", { className: "about", dir: "auto" }, ...marked(repo.description, "")) : null,
      repo.stars == null ? null : element("div", { className: "facts" }, ...facts(repo), words ? element("span", { textContent: words, className: state.state === "failed" ? "bad" : "", title: state.last_error ?? "" }) : null)),
    state && may("write") ? again : null);
}

/** What the results are to be like and unlike; a press on one lets it go. */
function examplesCard(place) {
  const row = (words, names, kind) => element("div", { className: "row" }, element("span", { className: "soft", textContent: words }), ...names.map(name =>
    button(name + " ×", () => go(withoutExample(place, name), { focus: "subject" }), { className: "chip " + kind, "aria-label": "No longer " + words.toLowerCase() + " " + name })));
  return element("div", { className: "card" }, element("div", {}, element("h2", { tabIndex: -1, id: "subject-name", textContent: "More like this, less like that" }),
    row("Like", place.like, "like"), place.unlike.length ? row("Unlike", place.unlike, "unlike") : null));
}

/** The way back: the search and the repositories that led here. */
function showTrail(place) {
  const steps = trail();
  byId("trail").hidden = !steps.length;
  byId("trail").replaceChildren(...steps.map(step => element("a", { href: step.address, textContent: step.label, "data-inner": "" })),
    ...(steps.length ? [element("span", { textContent: placeLabel(place), "aria-current": "page" })] : []));
}

let typing = 0;
export function startSearchForm() {
  const form = byId("search");
  const search = options => { clearTimeout(typing); go(placeFromForm(), options); };
  form.addEventListener("input", event => {
    clearTimeout(typing);
    if (event.isComposing) return;
    typing = setTimeout(() => search({ isTyped: true }), event.target.tagName === "SELECT" ? 0 : 200);
  });
  form.addEventListener("submit", event => { event.preventDefault(); search({}); showPlace(here()); });
  byId("query").addEventListener("blur", settle);
  byId("more").onclick = event => working(event.target, showMore, text => { byId("note").textContent = text; announce(text); });
  for (const item of document.querySelectorAll("#copy [data-copy]")) item.onclick = () => copy(item.dataset.copy);
}
function copy(kind) {
  const { path, body } = current.request, address = placed(path), json = body && JSON.stringify(body);
  const key = sessionStorage.getItem("key") ? " -H 'Authorization: Bearer YOUR_KEY'" : "";
  const texts = {
    link: location.href,
    curl: "curl" + key + (json ? " -H 'Content-Type: application/json' -d " + shellQuoted(json) : "") + " " + shellQuoted(address),
    python: "import requests\n\nanswer = requests." + (json ? "post" : "get") + "(" + JSON.stringify(address) + (json ? ", json=" + json : "") + (key ? ', headers={"Authorization": "Bearer YOUR_KEY"}' : "") + ")\nfor hit in answer.json()[\"results\"]:\n    print(hit[\"full_name\"], hit[\"score\"])\n",
  };
  copyText(texts[kind]);
  byId("copy").open = false;
  byId("copy").querySelector("summary").focus();
}

/** The service came back, or its first status came: what could not be shown is tried again. */
export function onService({ link, status }, before) {
  if (here().view !== "explore") return;
  const isBack = link === "open" && (before.link !== "open" || (before.status?.state === "disconnected" && status.state !== "disconnected"));
  if (current.fault && current.key && isBack && ["gone", "database", "hanging", "key"].includes(current.fault.kind)) return showPlace(here(), { isAgain: true });
  const isNew = link !== before.link || !before.status !== !status || !before.status?.total !== !status?.total || before.status?.state !== status?.state;
  if (current.key === null && !current.fault && isNew) showStart();
}
export function redrawStart() { if (current.key === null && !current.fault && here().view === "explore") showStart(); }
