// A list of results.
import { ago, compact, grouped, hue, initials } from "./format.js";
import { languageColour, readableColour } from "./languages.js";
import { button, element } from "./dom.js";
import { markedPieces, reasons, relevance } from "./ranking.js";

// Where pictures of owners come from, if whoever runs the service lets the page ask there; that tells others what is looked at.
const avatars = document.querySelector("meta[name='avatars']")?.content;

const pageAddress = hit => (/^https?:\/\//.test(hit.url ?? "") ? hit.url : "https://github.com/" + hit.full_name);

export function marked(text, query) {
  return markedPieces(text ?? "", query ?? "").map(piece => (piece.isMarked ? element("mark", { textContent: piece.text }) : piece.text));
}

/** A square with the owner's picture, or else initials. */
export function ownerTile(hit) {
  const owner = hit.full_name.split("/")[0];
  const tile = element("span", { className: "tile", textContent: initials(owner), "aria-hidden": "true" });
  tile.style.setProperty("--hue", hue(owner));
  if (avatars && pageAddress(hit).startsWith("https://github.com/")) {
    const image = element("img", { alt: "", loading: "lazy", src: avatars + "/" + encodeURIComponent(owner) + "?s=80" });
    image.onload = () => tile.replaceChildren(image);
    image.onerror = () => image.remove();
    tile.append(image);
  }
  return tile;
}

export function languageDot(language) {
  const dot = element("span", { className: "dot" });
  const colour = languageColour(language);
  dot.style.background = colour;
  // Browsers without light-dark() keep the plain colour.
  dot.style.background = "light-dark(" + colour + ", " + readableColour(colour, true) + ")";
  return dot;
}

export function nameLink(hit, query) {
  const [owner, name] = hit.full_name.split("/");
  return element("a", { className: "name", href: pageAddress(hit), rel: "noreferrer", "data-name": hit.full_name },
    element("span", {}, ...marked(owner, query), "/", element("wbr")), element("strong", {}, ...marked(name, query)));
}

export function facts(hit) {
  const items = [];
  if (hit.language) items.push(element("span", {}, languageDot(hit.language), hit.language));
  items.push(element("span", { title: grouped(hit.stars ?? 0) + " stars" }, "★ " + compact(hit.stars ?? 0), element("span", { className: "unseen", textContent: " stars" })));
  if (ago(hit.updated_at)) items.push(element("span", { textContent: "updated " + ago(hit.updated_at), title: hit.updated_at }));
  if (hit.is_private) items.push(element("span", { className: "badge", textContent: "private" }));
  if (hit.is_archived) items.push(element("span", { className: "badge", textContent: "archived" }));
  if (hit.is_fork) items.push(element("span", { className: "badge", textContent: "fork" }));
  return items;
}

/** acts: similar(name), topic(name), point(name or null), example("like" or "unlike", name); offersExamples: whether that says something. */
function resultItem(hit, index, bar, query, acts, offersExamples) {
  const why = reasons(hit);
  const meter = element("span", { className: "meter" }, element("i"));
  meter.firstChild.style.width = Math.round(100 * bar) + "%";
  const cosine = hit.similarity;
  const chips = (hit.topics ?? []).slice(0, 6).map(topic => button(topic, () => acts.topic(topic), { className: "chip", "aria-label": "Only those with the topic " + topic }));
  const item = element("li", { "data-name": hit.full_name },
    element("div", { className: "rank", "aria-hidden": "true" }, ownerTile(hit), element("span", { textContent: index + 1 })),
    element("div", { className: "what" }, nameLink(hit, query),
      hit.description ? element("p", { className: "about", dir: "auto" }, ...marked(hit.description, query)) : null,
      element("div", { className: "facts" }, ...facts(hit)),
      chips.length ? element("div", { className: "chips" }, ...chips) : null),
    element("div", { className: "side" },
      element("div", { className: "why", title: cosine == null ? "Found by its words" : "Similarity of the meanings: " + cosine.toFixed(2) },
        meter, element("span", { textContent: why.length ? why.join(", ") : "meaning" })),
      element("div", { className: "acts" }, button("Similar", () => acts.similar(hit.full_name), { "aria-label": "Similar to " + hit.full_name, className: "quiet" }),
        ...(offersExamples ? [["like", "+", "More"], ["unlike", "−", "Less"]] : []).map(([kind, sign, word]) =>
          button(sign, () => acts.example(kind, hit.full_name), { "aria-label": word + " like " + hit.full_name, title: word + " like this", className: "quiet " + kind })))));
  for (const kind of ["pointerenter", "focusin"]) item.addEventListener(kind, () => acts.point(hit.full_name));
  item.addEventListener("pointerleave", () => acts.point(null));
  return item;
}

/** The items of a list; before weak ones it is said that they are. */
export function resultItems(hits, query, acts, { isWeak = false, offersExamples = false } = {}) {
  const bars = relevance(hits);
  const items = hits.map((hit, index) => resultItem(hit, index, bars[index], query, acts, offersExamples));
  const note = element("li", { className: "divider", textContent: "Nothing matches well; these are the nearest" });
  return isWeak && items.length ? [note, ...items] : items;
}
