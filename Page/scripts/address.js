// What the address says and how it is written. Pure functions.

export const filterNames = ["language", "topic", "min_stars", "owner"];
export const modes = ["hybrid", "vector", "text"];
const paths = { explore: "/", playground: "/playground", status: "/status", docs: "/docs" };

/**
 * A place within the page: a view, and in the view "explore" one of what is searched for (q), whose neighbours are shown
 * (similar), and what the results are to be like and unlike (like, unlike: names).
 */
export function readAddress(address) {
  const url = new URL(address);
  const view = Object.keys(paths).find(name => paths[name] === "/" + url.pathname.split("/").at(-1)) ?? "explore";
  // Links of the form /#q=… are as good as /?q=….
  const fragment = new URLSearchParams(url.hash.slice(1));
  const values = ["q", "similar", "like"].some(name => fragment.has(name)) ? fragment : url.searchParams;
  const text = name => (values.get(name) ?? "").trim();
  const names = name => [...new Set(values.getAll(name).filter(isRepoName))].slice(0, mostExamples);
  const place = { view, ...nothing, q: text("q").slice(0, 500), mode: modes.includes(text("mode")) ? text("mode") : modes[0] };
  for (const name of filterNames) place[name] = text(name);
  if (names("like").length) return { ...place, q: "", like: names("like"), unlike: names("unlike") };
  return text("similar") ? { ...place, q: "", similar: text("similar") } : place;
}
const nothing = { q: "", similar: "", like: [], unlike: [] }, mostExamples = 20;
const isRepoName = text => /^[\w.-]+\/[\w.-]+$/.test(text) && text.length <= 140;

/** A place with the same filters that shows something else: one of q, similar, and like with unlike. */
export const changed = (place, subject) => ({ ...place, ...nothing, ...subject });

/** The place whose results are also like, or unlike, a repository; null when that says nothing. */
export function withExample(place, kind, name) {
  const drop = names => names.filter(other => other !== name);
  const like = drop(place.similar ? [place.similar] : place.like), unlike = drop(place.unlike);
  const next = { like, unlike, [kind]: [...{ like, unlike }[kind], name].slice(-mostExamples) };
  return next.like.length ? changed(place, next) : null;
}
/** The place without an example; with none left, nothing is asked for. */
export function withoutExample(place, name) {
  const [like, unlike] = [place.like, place.unlike].map(names => names.filter(other => other !== name));
  if (like.length === 1 && !unlike.length) return changed(place, { similar: like[0] });
  return changed(place, like.length ? { like, unlike } : {});
}

/** What a place is called where it is led back to. */
export function placeLabel(place) {
  if (place.like.length) return "like " + place.like[0] + (place.like.length + place.unlike.length > 1 ? " and others" : "");
  return place.similar || (place.q ? "“" + place.q + "”" : "");
}

export function writeAddress(place) {
  if (place.view !== "explore") return paths[place.view];
  const values = new URLSearchParams();
  for (const kind of ["like", "unlike"]) for (const name of place[kind]) values.append(kind, name);
  if (place.similar) values.set("similar", place.similar); else if (place.q) values.set("q", place.q);
  if (place.q && place.mode !== modes[0]) values.set("mode", place.mode);
  for (const name of filterNames) if (place[name]) values.set(name, place[name]);
  return values.size ? "/?" + values : "/";
}

/** A path of the service as seen from this page, which a proxy may have put below another path: it has one level. */
export const placed = path => new URL("." + path, location.href).href;

/** "12,000" and "12k" are both 12000; null for what is no whole number. */
export function wholeNumber(text) {
  const match = /^(\d+(?:[,.\s]\d{3})*)(k?)$/i.exec(text.trim());
  return match ? Number(match[1].replace(/[,.\s]/g, "")) * (match[2] ? 1000 : 1) : null;
}

export const repoPath = name => "/repos/" + name.split("/").map(encodeURIComponent).join("/");

/**
 * The request that finds what a place shows, {path, body} with a body where it is posted; null when it shows nothing.
 * cursor: where the answer before ended.
 */
export function searchRequest(place, limit, cursor) {
  const filters = {};
  for (const name of filterNames) if (place[name]) filters[name] = name === "min_stars" ? wholeNumber(place[name]) : place[name];
  const rest = { ...filters, limit, ...(cursor ? { cursor } : {}) };
  if (place.like.length) {
    return { path: "/search", body: { like: place.like, ...(place.unlike.length ? { unlike: place.unlike } : {}), ...rest } };
  }
  if (!place.similar && !place.q) return null;
  const values = new URLSearchParams({ ...(place.similar ? {} : { q: place.q, mode: place.mode }), ...rest });
  return { path: (place.similar ? repoPath(place.similar) + "/similar?" : "/search?") + values };
}

export function placeTitle(place) {
  const name = { explore: place.similar ? "Similar to " + place.similar : place.q || placeLabel(place), playground: "Playground", status: "Status", docs: "API" }[place.view];
  return name ? name + " – embed-star" : "embed-star";
}
