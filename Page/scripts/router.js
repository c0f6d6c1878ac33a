// The address and the way through the page: every place has an address, and Back leads where one came from.
import { placed, placeLabel, placeTitle, readAddress, writeAddress } from "./address.js";

let place = readAddress("http://localhost/"), onArrival = () => {};

export const here = () => place;
const isSettled = () => history.state?.isSettled !== false;

/** The places that led to this one, the earliest first. */
export const trail = () => history.state?.trail ?? [];

/**
 * Goes to a place. Typing makes one entry in the history, which changes until something is settled: Enter, leaving the
 * field, following a result.
 */
export function go(next, { isTyped = false, focus = null } = {}) {
  const address = writeAddress(next), isSame = address === writeAddress(place);
  const state = { isSettled: !isTyped, trail: next.q ? [] : nextTrail(next) };
  if (isSame) {
    if (!isTyped) history.replaceState({ ...history.state, isSettled: true }, "", placed(address));
  } else if (isTyped && !isSettled()) {
    history.replaceState(state, "", placed(address));
  } else if (!isTyped && !isSettled() && next.q && isContinued(next)) {
    history.replaceState(state, "", placed(address));
  } else {
    history.pushState(state, "", placed(address));
  }
  place = next;
  arrive({ focus });
}
/** Enter before the typed text was taken over: it is the same entry. */
const isContinued = next => next.view === place.view && !next.similar && !place.similar && next.q.startsWith(place.q);

function nextTrail(next) {
  const label = placeLabel(place), target = placeLabel(next);
  // Among examples one changes one's mind: that is no way to go back.
  if (!label || !target || label === target || (place.like.length && next.like.length)) return target ? trail() : [];
  const before = trail().filter(step => step.label !== label && step.label !== target);
  return [...before, { label, address: placed(writeAddress(place)) }].slice(-5);
}

/** From now on this entry of the history stays. */
export function settle() {
  if (!isSettled()) history.replaceState({ ...history.state, isSettled: true }, "");
}

function arrive(options = {}) {
  document.title = placeTitle(place);
  onArrival(place, options);
}

function takeAddress() {
  place = readAddress(location.href);
  history.replaceState(history.state, "", placed(writeAddress(place) + (place.view === "docs" ? location.hash : "")));
  arrive();
}

/** callback(place, {focus}) shows a place. */
export function startRouter(callback) {
  onArrival = callback;
  addEventListener("popstate", takeAddress);
  document.addEventListener("click", event => {
    const link = event.target.closest?.("a[data-inner]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    settle();
    go(readAddress(link.href), { focus: "heading" });
  });
  takeAddress();
}
