// What stands in place of results: a picture for each state, so that none is taken for another.
import { button, element } from "./dom.js";

const signs = {
  start: "M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0M16 16l5 5", none: "M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0M16 16l5 5M8 11h6",
  empty: "M3 9l9-5 9 5v9l-9 5-9-5zM3 9l9 5 9-5M12 14v9", key: "M4 15a4 4 0 1 0 8 0a4 4 0 1 0-8 0M11 12l9-9M16 7l3 3",
  away: "M4 4l16 16M8 8a8 8 0 0 1 12 2M4 10a12 12 0 0 1 2-1.500M8 14a5 5 0 0 1 6-.5M12 19h.01", slow: "M12 3a9 9 0 1 0 .01 0M12 7v5l3 3",
};
const faults = {
  key: ["key", "This service asks for a key", "Searches need one. It stays in this tab."],
  forbidden: ["key", "This key may not do that", "Ask the operator of the service for a key with this scope."],
  gone: ["away", "embed-star does not answer", "It may have been stopped, or the network is away. The search is repeated as soon as it is back."],
  hanging: ["slow", "embed-star takes too long", "The database or the provider may be hanging. Try again in a moment."],
  database: ["away", "The database does not answer", "Repositories cannot be read until it is back. The search is repeated then."],
  provider: ["away", "The embedding provider does not answer", "Meaning cannot be compared now. Ranking by words works without the provider."],
  limited: ["slow", "Too many searches at once", "The rate limit of the service or its provider is reached. Try again in a moment."],
  invalid: ["none", "This cannot be searched for", ""],
  unknown: ["none", "There is no such repository here", "It may have been renamed or deleted, or is private."],
  other: ["away", "Something went wrong", "The service's log says more."],
};

function sign(name) {
  const space = "http://www.w3.org/2000/svg";
  const image = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  image.setAttribute("viewBox", "0 0 24 24");
  image.setAttribute("aria-hidden", "true");
  path.setAttribute("d", signs[name]);
  image.append(path);
  return image;
}

/** The picture of a state: a sign, a title, a text, and what can be done. */
export function picture(name, kind, title, text, ...actions) {
  const node = element("div", { className: "picture" }, sign(name), element("h2", { textContent: title }),
    text ? element("p", { textContent: text }) : null, actions.length ? element("div", { className: "actions" }, ...actions) : null);
  node.dataset.kind = kind;
  return node;
}

/** actions: retry, enterKey and byWords, called when their buttons are pressed. */
export function faultPicture(fault, actions) {
  const [name, title, text] = faults[fault.kind] ?? faults.other;
  const isNews = fault.message && ["invalid", "other", "limited"].includes(fault.kind);
  const buttons = [];
  if (fault.kind === "key" || fault.kind === "forbidden") buttons.push(button("Enter the key", actions.enterKey, { className: "primary" }));
  else if (!["invalid", "unknown"].includes(fault.kind)) buttons.push(button("Try again", actions.retry, { className: "primary" }));
  if (["provider", "hanging"].includes(fault.kind) && actions.byWords) buttons.push(button("Rank by words", actions.byWords));
  return picture(name, fault.kind, title, isNews ? fault.message : text, ...buttons);
}

export function skeletons(count) {
  const rows = Array.from({ length: count }, () => element("div", { className: "skeleton" }, element("i"), element("div", {}, element("b"), element("b"), element("b"))));
  return element("div", { "aria-hidden": "true" }, ...rows);
}
