// What is the matter with the service, in words. Pure functions.
import { duration, grouped, plural, sentence } from "./format.js";

export const pipelineStates = {
  starting: "starting", idle: "up to date", draining: "embedding", paused: "paused", waiting: "waiting for the provider",
  disconnected: "the database does not answer", standby: "on standby, another model is in use", stopped: "stopped",
};

const again = time => (time ? " It is tried again at " + new Date(time).toLocaleTimeString() + "." : "");

/** Since when and by whom it is paused, as far as that is known. */
export function pausedWords({ paused_since, paused_by }) {
  return (paused_since ? " since " + new Date(paused_since).toLocaleString() : "") + (paused_by ? ", by the key " + paused_by.slice(0, 8) + "…" : "");
}

/** Replicas by host and process; what else tells them apart is of no use to people. */
export const replicaWords = (count, names) => grouped(count) + (names?.length ? ": " + names.map(name => name.replace(/-\d+$/, "")).join(", ") : "");

export function providerWords(provider) {
  const until = provider?.retry_at ? ", again at " + new Date(provider.retry_at).toLocaleTimeString() : "";
  const names = { ready: "ready", preparing: "is loading its model", limited: "rate limit reached", open: "does not answer", stopped: "rejects requests" };
  return (names[provider?.state] ?? provider?.state ?? "not known yet") + until;
}

/**
 * What the banner says; null when all is well.
 * link: how the service was last reached: "connecting", "open", "gone" or "key". status: the pipeline's, null before the first.
 */
export function condition(link, status) {
  if (link === "gone") return { level: "bad", title: "embed-star does not answer.", text: "This page tries again every few seconds. Is the service still running?" };
  if (link === "key") return { level: "warn", title: "This service asks for a key.", text: "Nothing can be shown without one.", action: "key" };
  if (!status) return null;
  const provider = status.provider ?? {};
  if (status.state === "disconnected") {
    return { level: "bad", title: "The database does not answer.", text: "What is shown may be out of date, and nothing is stored until it is back." };
  }
  if (provider.state === "stopped") {
    return { level: "bad", title: "The embedding provider rejects requests.", text: (provider.error ? sentence(provider.error) + " " : "") + "Searches use words alone until the key or the settings are corrected." };
  }
  if (provider.state === "preparing") {
    return { level: "info", title: "The model is not there yet.", text: sentence(provider.error) + " Until then nothing is embedded, and searches use words alone." };
  }
  if (provider.state === "open") {
    return { level: "bad", title: "The embedding provider does not answer.", text: "Searches use words alone." + again(provider.retry_at) };
  }
  if (status.state === "paused") {
    return { level: "warn", title: "Embedding is paused" + pausedWords(status) + ".", text: status.pending ? plural(status.pending, "repository waits.", "repositories wait.") : "New and changed repositories will wait.", action: "resume" };
  }
  if (status.state === "standby") {
    return { level: "warn", title: "Other replicas embed with another model.", text: "This replica embeds no repositories. The model in use is " + status.other_model + "." };
  }
  if (provider.state === "limited" && status.pending) {
    return { level: "info", title: "The provider's rate limit slows embedding down.", text: again(provider.retry_at).trim(), progress: share(status) };
  }
  if (status.pending && status.embedded < status.total) return { level: "info", ...progressWords(status), progress: share(status) };
  return null;
}
export const share = status => (status.total ? Math.min(1, status.embedded / status.total) : 0);

function progressWords(status) {
  const parts = [];
  if (status.rate_per_second) parts.push(status.rate_per_second.toFixed(status.rate_per_second < 10 ? 1 : 0) + " a second");
  if (status.eta_seconds) parts.push(duration(status.eta_seconds) + " left");
  return {
    title: "Embedding " + grouped(status.embedded) + " of " + grouped(status.total) + (parts.length ? ", " + parts.join(", ") : "") + ".",
    text: "Words find everything now; meaning finds what is embedded.",
  };
}

export function summary(status) {
  if (!status.total) return "No repositories yet";
  return status.pending ? grouped(status.embedded) + " of " + grouped(status.total) + " embedded" : plural(status.embedded, "repository", "repositories");
}

/** Failures of the same cause together, the most frequent cause first. */
export function groupFailures(failures) {
  const groups = new Map();
  for (const failure of failures) {
    const cause = failure.error.replace(/^[a-z_]+: /, "");
    // Numbers and quoted parts differ from one repo to the next.
    const kind = cause.replace(/"[^"]*"|'[^']*'|\d+/g, "…");
    if (!groups.has(kind)) groups.set(kind, { cause: sentence(cause), failures: [] });
    groups.get(kind).failures.push(failure);
  }
  return [...groups.values()].sort((one, other) => other.failures.length - one.failures.length);
}
