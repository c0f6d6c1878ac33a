// What the address says and how it is written. Pure functions.

export const filterNames = ["language", "min_stars", "owner"];
export const modes = ["hybrid", "vector", "text"];
const paths = { explore: "/", playground: "/playground", status: "/status" };

/** A place within the page: a view, and in the view "explore" what is searched for or whose neighbours are shown. */
export function readAddress(address) {
  const url = new URL(address);
  const view = Object.keys(paths).find(name => paths[name] === url.pathname) ?? "explore";
  // Links of the form /#q=… are as good as /?q=….
  const fragment = new URLSearchParams(url.hash.slice(1));
  const values = fragment.has("q") || fragment.has("similar") ? fragment : url.searchParams;
  const text = name => (values.get(name) ?? "").trim();
  const place = { view, q: text("q").slice(0, 500), mode: modes.includes(text("mode")) ? text("mode") : modes[0], similar: text("similar") };
  for (const name of filterNames) place[name] = text(name);
  return place.similar ? { ...place, q: "" } : place;
}

export function writeAddress(place) {
  if (place.view !== "explore") return paths[place.view];
  const values = new URLSearchParams();
  if (place.similar) values.set("similar", place.similar); else if (place.q) values.set("q", place.q);
  if (values.size && !place.similar && place.mode !== modes[0]) values.set("mode", place.mode);
  for (const name of filterNames) if (place[name]) values.set(name, place[name]);
  return values.size ? "/?" + values : "/";
}

/** "12,000" and "12k" are both 12000; null for what is no whole number. */
export function wholeNumber(text) {
  const match = /^(\d+(?:[,.\s]\d{3})*)(k?)$/i.exec(text.trim());
  return match ? Number(match[1].replace(/[,.\s]/g, "")) * (match[2] ? 1000 : 1) : null;
}

export const repoPath = name => "/repos/" + name.split("/").map(encodeURIComponent).join("/");

/** The request that finds what a place shows; null when it shows nothing. */
export function searchRequest(place, limit) {
  const values = new URLSearchParams();
  if (!place.similar) {
    if (!place.q) return null;
    values.set("q", place.q);
    values.set("mode", place.mode);
  }
  for (const name of filterNames) {
    if (place[name]) values.set(name, name === "min_stars" ? String(wholeNumber(place[name])) : place[name]);
  }
  values.set("limit", String(limit));
  return (place.similar ? repoPath(place.similar) + "/similar?" : "/search?") + values;
}

export function placeTitle(place) {
  const name = { explore: place.similar ? "Similar to " + place.similar : place.q, playground: "Playground", status: "Status" }[place.view];
  return name ? name + " – embed-star" : "embed-star";
}
