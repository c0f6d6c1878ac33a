// Who may do what: "read", "write" or "admin". Controls are shown only to whom they work.
import { answer } from "./api.js";

let scopes = null, learning = null, learntFor;

/** Whether the key of this tab, or nobody's key where none is needed, may do it; so long as nothing is known, yes. */
export const may = scope => scopes === null || scopes.includes(scope);

export function setScopes(names) { scopes = Array.isArray(names) ? names : null; }

/** Asks what this tab's key may do, once a key. The service has the last word: what cannot be learned is not hidden. */
export async function learnScopes() {
  if (learntFor === sessionStorage.getItem("key")) return;
  learning ??= answer("/access").then(found => found.scopes, () => null);
  setScopes(await learning);
  learning = null;
  learntFor = scopes ? sessionStorage.getItem("key") : undefined;
}
/** After the service was gone, its keys may be others. */
export function forgetScopes() { learntFor = undefined; }
