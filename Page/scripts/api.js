// Asking the service. Every failure is a Fault whose kind says which picture to show; no message of JavaScript gets out.
import { sentence } from "./format.js";
import { placed } from "./address.js";
import { byId } from "./dom.js";

export class Fault extends Error {
  /** kind: key, forbidden, gone, hanging, database, provider, limited, invalid, unknown or other. */
  constructor(kind, message, status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

export function faultKind(status, detail) {
  if (status === 401) return "key";
  if (status === 403) return "forbidden";
  if (status === 404) return "unknown";
  if (status === 429) return "limited";
  if (status >= 400 && status < 500) return "invalid";
  if (/database/.test(detail)) return "database";
  if (status === 504) return "hanging";
  return status === 502 || status === 503 ? "provider" : "other";
}

// The key of this tab, asked for when the service answers 401. Whoever declines is asked again only on a button.
let asking = null, hasDeclined = false;
export function askForKey() {
  hasDeclined = false;
  asking ??= new Promise(resolve => {
    const dialog = byId("key-dialog");
    byId("key-note").textContent = sessionStorage.getItem("key")
      ? "The key was not accepted." : "It is kept in this tab, and gone when the tab is closed.";
    dialog.returnValue = "";
    dialog.onclose = () => {
      const key = byId("key").value.trim();
      byId("key").value = "";
      hasDeclined = dialog.returnValue !== "use" || !key;
      if (!hasDeclined) sessionStorage.setItem("key", key);
      byId("key-button").hidden = !hasDeclined;
      asking = null;
      resolve();
    };
    dialog.showModal();
    byId("key").focus();
  });
  return asking;
}

const patience = 35_000;

/** The response to a request with this tab's key, whatever its status. Throws a Fault, or AbortError when given up. */
export async function ask(path, options = {}) {
  for (;;) {
    if (asking) await asking;
    if (hasDeclined) throw new Fault("key", "This service asks for a key.", 401);
    const key = sessionStorage.getItem("key");
    const response = await send(path, options, key ? { Authorization: "Bearer " + key } : {});
    if (response.status !== 401) return response;
    // Whoever declined while this was under way is not asked again.
    if (!hasDeclined && key === sessionStorage.getItem("key")) await askForKey();
  }
}
async function send(path, { isEndless = false, signal, headers, ...options }, authorization) {
  const limit = isEndless ? [] : [AbortSignal.timeout(patience)];
  try {
    return await fetch(placed(path), { ...options, headers: { ...headers, ...authorization }, signal: AbortSignal.any([...limit, ...(signal ? [signal] : [])]) });
  } catch (error) {
    throw given(error, signal);
  }
}
function given(error, signal) {
  if (signal?.aborted) return error;
  if (error.name === "TimeoutError") return new Fault("hanging", "The service takes too long to answer.");
  return new Fault("gone", "The service does not answer. Is it still running?");
}

/** The JSON of a good answer. */
export async function answer(path, options = {}) {
  const response = await ask(path, options);
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    body = null;
  }
  if (response.ok && body) return body;
  const detail = body?.detail || body?.error?.message || body?.title || (response.ok ? "the service gave an answer that makes no sense" : "the service answered " + response.status);
  throw new Fault(response.ok ? "other" : faultKind(response.status, detail), sentence(detail), response.status);
}

export const post = (path, body, options = {}) => answer(path, {
  method: "POST", ...options, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
});

/** The data of server-sent events, as JSON, until the stream ends. */
export async function* events(path, signal) {
  const response = await ask(path, { headers: { Accept: "text/event-stream" }, isEndless: true, signal });
  if (!response.ok) throw new Fault(faultKind(response.status, ""), "The service answered " + response.status + ".", response.status);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (text + value).split("\n\n");
    text = pieces.pop();
    for (const piece of pieces) {
      const data = piece.split("\n").filter(line => line.startsWith("data:")).map(line => line.slice(5)).join("\n");
      if (data) yield JSON.parse(data);
    }
  }
}
