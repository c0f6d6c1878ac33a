// The operator's corner: the pipeline over time, failures by cause, and the parts of the service.
import { Fault, ask, answer } from "./api.js";
import { announce, button, byId, element, newestOf, working } from "./dom.js";
import { duration, grouped, plural, sentence } from "./format.js";
import { groupFailures, pausedWords, pipelineStates, providerWords, replicaWords, share } from "./conditions.js";
import { failures, service, setPaused } from "./pipeline.js";
import { learnScopes, may } from "./permissions.js";
import { repoPath } from "./address.js";
import { here } from "./router.js";

const remembered = 180;
const rates = [];
let lastSample = null;

/** Repositories a second between two statuses of the pipeline; kept for a chart of the last minutes. */
function sample(status) {
  const now = performance.now();
  if (lastSample && now > lastSample.time + 200) {
    const done = Math.max(0, status.processed - lastSample.processed);
    rates.push({ time: now, rate: 1000 * done / (now - lastSample.time) });
    if (rates.length > remembered) rates.shift();
  }
  lastSample = { time: now, processed: status.processed };
}

/** The line of a chart 100 wide and 30 high, from old on the left to new on the right. */
export function chartPath(samples) {
  if (samples.length < 2) return "";
  const first = samples[0].time, last = samples[samples.length - 1].time, most = Math.max(1e-9, ...samples.map(entry => entry.rate));
  return samples.map(({ time, rate }, index) => (index ? "L" : "M") + (100 * (time - first) / (last - first)).toFixed(1) + " " + (29 - 28 * rate / most).toFixed(1)).join("");
}

export function onStatus({ status }, before) {
  if (!status || status === before.status) return;
  sample(status);
  if (here().view !== "status") return;
  showFacts(status);
  if (status.failed !== before.status?.failed) showFailures();
  if (status.replicas !== before.status?.replicas || status.standby !== before.status?.standby) showParts();
}
export function showStatus() {
  if (service.status) showFacts(service.status);
  showFailures();
  showParts();
  showSettings();
}

function row(name, text, className = "") {
  return [element("dt", { textContent: name }), element("dd", { textContent: text, className })];
}
function showFacts(status) {
  const done = share(status);
  byId("progress").value = done;
  byId("rate-line").setAttribute("d", chartPath(rates));
  const most = Math.max(0, ...rates.map(entry => entry.rate));
  byId("rate-line").parentNode.toggleAttribute("hidden", most === 0);
  byId("rate-most").textContent = rates.length > 1 && most > 0 ? "at most " + most.toFixed(most < 10 ? 1 : 0) + " a second since this page was opened" : "nothing has been embedded since this page was opened";
  const isBad = ["disconnected", "stopped"].includes(status.state);
  const rows = [
    ["State", (pipelineStates[status.state] ?? status.state) + (status.state === "paused" ? pausedWords(status) : ""), isBad ? "bad" : ""],
    ["Embedded", grouped(status.embedded) + " of " + grouped(status.total) + (status.total ? " (" + Math.floor(100 * done) + " %)" : "")],
    ["Waiting", grouped(status.pending)],
  ];
  if (status.failed) rows.push(["Failed", grouped(status.failed), "bad"]);
  if (status.excluded) rows.push(["Private, not embedded", grouped(status.excluded)]);
  const isMoving = status.pending && ["ready", "limited"].includes(status.provider?.state);
  if (isMoving && status.rate_per_second) rows.push(["Speed", status.rate_per_second.toFixed(status.rate_per_second < 10 ? 1 : 0) + " a second"]);
  if (isMoving && status.eta_seconds) rows.push(["Time left", duration(status.eta_seconds)]);
  rows.push(["Provider", providerWords(status.provider), status.provider?.state === "ready" ? "good" : "bad"]);
  if (status.provider?.error) rows.push(["Reason", status.provider.error, "bad"]);
  rows.push(["Model", status.model ?? "not known yet"]);
  byId("facts").replaceChildren(...rows.flatMap(parts => row(...parts)));
  byId("pause").hidden = status.state === "stopped" || !may("admin");
  if (!byId("pause").hasAttribute("aria-disabled")) byId("pause").textContent = status.state === "paused" ? "Resume" : "Pause…";
}

let listed = "";
const whatFailed = () => failures().catch(fault => (["key", "forbidden"].includes(fault.kind) ? [] : null));
const showFailures = newestOf(whatFailed, list => {
  byId("retry").hidden = !may("admin");
  // Without an answer, and for the same one, what is unfolded stays so, and the button that is being pressed.
  const contents = JSON.stringify([list, may("write")]);
  if (!list || contents === listed) return;
  listed = contents;
  byId("failed").hidden = list.length === 0;
  const groups = groupFailures(list).map(({ cause, failures: group }) => {
    const items = group.slice(0, 50).map(failure => element("li", {}, failure.full_name, element("small", { textContent: failure.attempts === 1 ? " tried once" : " tried " + failure.attempts + " times" })));
    const again = button("Retry", event => retry(event.target, group.map(failure => repoPath(failure.full_name) + "/reprocess")), { "aria-label": "Retry " + plural(group.length, "repository", "repositories") });
    return element("li", {}, element("details", {}, element("summary", {}, cause + " ", element("small", { textContent: plural(group.length, "repository", "repositories") })), element("ol", {}, ...items)), may("write") ? again : null);
  });
  byId("failures").replaceChildren(...groups);
});
function retry(target, paths) {
  return working(target, async () => {
    for (const path of paths) {
      const response = await ask(path, { method: "POST" });
      // What has been deleted meanwhile needs no retry.
      if (!response.ok && response.status !== 404) throw new Fault("other", "The service answered " + response.status + ".");
    }
    announce("They are being retried.");
  }, tellProblem).then(showFailures);
}
function tellProblem(text) {
  byId("status-note").textContent = text;
  announce(text);
}

const partNames = { database: "Database", provider: "Provider", pipeline: "Pipeline", search: "Search index" };
const healthWords = { ok: "ok", degraded: "degraded", down: "down" };
async function askParts() {
  // Health has a port of its own where monitoring has.
  const health = await ask("/health").then(response => (response.status === 404 ? null : response.json())).catch(() => null);
  const info = await answer("/info").catch(() => null);
  await learnScopes();
  return { health, info, named: may("admin") ? await answer("/pipeline/replicas").catch(() => null) : null };
}
const showParts = newestOf(askParts, ({ health, info, named }) => {
  const rows = [];
  for (const [name, label] of Object.entries(partNames)) {
    const part = health?.[name];
    if (part) rows.push([label, healthWords[part.status] + (part.detail ? ": " + part.detail : ""), part.status === "ok" ? "" : "bad"]);
  }
  for (const [list, label] of [["replicas", "Replicas that embed"], ["standby", "Replicas on standby"]]) {
    const count = named?.[list]?.length ?? service.status?.[list];
    if (count || (count === 0 && list === "replicas")) rows.push([label, replicaWords(count, named?.[list]), list === "standby" ? "bad" : ""]);
  }
  if (info) rows.push(["Model", info.model_id + ", " + plural(info.dimensions ?? 0, "dimension")], ["Longest input", grouped(info.max_input_length ?? 0) + " tokens"], ["Largest request", plural(info.max_client_batch_size ?? 0, "text")]);
  if (health) rows.push(["Up since", new Date(Date.now() - 1000 * health.uptime_seconds).toLocaleString()], ["Version", health.version]);
  byId("parts").replaceChildren(...rows.flatMap(parts => row(...parts)));
});

/** Only whoever runs the service is told; for others there is no such part of the page. */
async function showSettings() {
  await learnScopes();
  const found = may("admin") ? await answer("/settings").catch(() => null) : null;
  byId("settings").hidden = !found;
  if (!found) return;
  const rows = isDefault => found.settings.filter(setting => (setting.source === "default") === isDefault)
    .flatMap(({ name, value, source }) => row(name, (value || "not set") + (isDefault ? "" : " (" + source + ")")));
  byId("settings-set").replaceChildren(...rows(false));
  byId("settings-default").replaceChildren(...rows(true));
}

export function startStatus() {
  byId("retry").onclick = event => working(event.target, async () => {
    await answer("/pipeline/failures/retry", { method: "POST" });
    announce("All are being retried.");
  }, tellProblem).then(showFailures);
  byId("pause").onclick = () => (service.status?.state === "paused" ? pauseOrResume(false) : byId("pause-dialog").showModal());
  byId("pause-dialog").onclose = () => { if (byId("pause-dialog").returnValue === "pause") pauseOrResume(true); byId("pause-dialog").returnValue = ""; };
}
function pauseOrResume(isPaused) {
  return working(byId("pause"), async () => {
    await setPaused(isPaused);
    byId("status-note").textContent = "";
    announce(sentence(isPaused ? "paused" : "resumed"));
  }, tellProblem);
}
