// Who may do what: "read", "write" or "admin". Controls are shown only to whom they work.
import { answer } from "./api.js";

let scopes = null;

/** Whether the key of this tab, or nobody's key where none is needed, may do it; so long as nothing is known, yes. */
export const may = scope => scopes === null || scopes.includes(scope);

export function setScopes(names) { scopes = Array.isArray(names) ? names : null; }

/** Asks what this tab's key may do. The service has the last word: what cannot be learned is not hidden. */
export const learnScopes = () => answer("/access").then(found => setScopes(found.scopes), () => setScopes(null));
