// The pipeline's status as its events tell it, and what the banner says of it.
import { announce, button, byId, element } from "./dom.js";
import { answer, askForKey, events, post } from "./api.js";
import { condition, summary } from "./conditions.js";
import { forgetScopes, learnScopes, may } from "./permissions.js";

export const service = { link: "connecting", status: null };
const listeners = [];

/** Calls back at every change of the link or the status, with what they were before. */
export function onServiceChange(listener) { listeners.push(listener); }

function change(next) {
  const before = { ...service };
  Object.assign(service, next);
  for (const listener of listeners) listener(service, before);
}

/** Follows the events for as long as the page is looked at; a tab in the background keeps no connection. */
export async function followPipeline() {
  for (;;) {
    await visible();
    const watch = new AbortController();
    const leave = () => { if (document.hidden) watch.abort(); };
    document.addEventListener("visibilitychange", leave);
    try {
      await learnScopes();
      for await (const status of events("/pipeline/events", watch.signal)) change({ link: "open", status });
      change({ link: service.link });
    } catch (error) {
      if (!watch.signal.aborted) {
        forgetScopes();
        change({ link: error.kind === "key" ? "key" : "gone" });
      }
    }
    document.removeEventListener("visibilitychange", leave);
    if (!watch.signal.aborted) await new Promise(resolve => setTimeout(resolve, 2000));
  }
}
function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise(resolve => document.addEventListener("visibilitychange", resolve, { once: true }));
}

let shownTitle = "";
export function showCondition({ link, status }) {
  const chip = byId("summary");
  const found = condition(link, status);
  chip.textContent = link === "gone" ? "Not connected" : status ? summary(status) : link === "key" ? "Key needed" : "Connecting…";
  chip.dataset.level = found?.level ?? (status ? "good" : "");
  const banner = byId("banner");
  banner.hidden = !found;
  if (!found) { shownTitle = ""; return; }
  banner.dataset.level = found.level;
  const act = { key: ["Enter the key", () => askForKey()], resume: ["Resume", () => setPaused(false)] }[found.action];
  const hasAction = act && (found.action === "key" || may("admin"));
  banner.replaceChildren(element("p", {}, element("strong", { textContent: found.title }), " ", found.text ?? ""), ...(hasAction ? [button(...act)] : []),
    ...(found.progress == null ? [] : [element("progress", { max: 1, value: found.progress, "aria-label": "Share of the repositories that are embedded" })]));
  // Progress changes every second; only another condition is worth a word.
  const kind = found.progress == null ? found.title : found.level;
  if (kind !== shownTitle) announce(found.title);
  shownTitle = kind;
}

export const setPaused = isPaused => post(isPaused ? "/pipeline/pause" : "/pipeline/resume");
export const failures = () => answer("/pipeline/failures?limit=200").then(page => page.failures);
