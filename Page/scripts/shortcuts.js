// Single keys, for those who keep their hands on the keyboard. They can be turned off (WCAG 2.2, 2.1.4).
import { byId } from "./dom.js";
import { acts } from "./explore.js";
import { go, here } from "./router.js";

const isOn = () => localStorage.getItem("shortcuts") !== "off";
const rows = () => [...document.querySelectorAll("#results > li[data-name]")];
const heldRow = () => document.activeElement?.closest("#results > li[data-name]");

function moveRow(by) {
  const list = rows(), at = list.indexOf(heldRow());
  const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by))];
  next?.querySelector(".name").focus();
}
const shortcuts = {
  "/": () => { if (here().view !== "explore") go({ ...here(), view: "explore" }); byId("query").focus(); byId("query").select(); },
  j: () => moveRow(1), k: () => moveRow(-1),
  s: () => { const row = heldRow(); if (row) acts.similar(row.dataset.name); },
  m: () => { if (here().view === "explore") { setMapOpen(true); byId("map").focus(); } },
  "?": () => byId("help-dialog").showModal(),
};

/** On a small screen either the list or the map is shown. */
export function setMapOpen(isOpen) {
  document.body.classList.toggle("map-open", isOpen);
  byId("show-map").setAttribute("aria-pressed", String(isOpen));
  byId("show-list").setAttribute("aria-pressed", String(!isOpen));
}

function pressKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  // A field that is no longer shown may hold the focus until the next frame: one of a dialog that was just closed.
  const isField = event.target.closest?.("input, select, textarea")?.checkVisibility();
  if (event.key === "Escape" && event.target.id === "query") return byId("query").blur();
  if (isField || !isOn()) return;
  const act = shortcuts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
export function startShortcuts() {
  addEventListener("keydown", pressKey);
  byId("help-button").onclick = () => byId("help-dialog").showModal();
  byId("shortcuts-on").checked = isOn();
  byId("shortcuts-on").onchange = event => { if (event.target.checked) localStorage.removeItem("shortcuts"); else localStorage.setItem("shortcuts", "off"); };
  byId("show-map").onclick = () => setMapOpen(true);
  byId("show-list").onclick = () => setMapOpen(false);
}
