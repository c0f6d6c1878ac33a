// Taking in repositories: a file that is chosen or dropped (NDJSON, or a JSON array), or what a GitHub user has starred.
import { answer, ask, post } from "./api.js";
import { announce, byId } from "./dom.js";
import { grouped, plural, sentence } from "./format.js";
import { learnScopes, may } from "./permissions.js";
import { go, here } from "./router.js";

const linesAtOnce = 2000, largestFile = 512 << 20;

/** A file's text as lines of NDJSON. */
export function repoLines(text) {
  if (text.trimStart().startsWith("[")) return JSON.parse(text).map(entry => JSON.stringify(entry));
  return text.split("\n").filter(line => line.trim());
}

export async function importFile(file) {
  if (file.size > largestFile) return tellImport("The file is larger than 512 MiB: use embed-star import.", true);
  let lines;
  try {
    lines = repoLines(await file.text());
  } catch {
    return tellImport("This is neither NDJSON nor a JSON array of repositories.", true);
  }
  const sum = { created: 0, changed: 0, unchanged: 0, rejected: 0 };
  let problem = "";
  for (let at = 0; at < lines.length; at += linesAtOnce) {
    tellImport("Importing " + file.name + ": " + grouped(at) + " of " + grouped(lines.length) + "…");
    try {
      const counts = await sendLines(lines.slice(at, at + linesAtOnce));
      for (const name of Object.keys(sum)) sum[name] += counts[name] ?? 0;
      problem ||= counts.errors?.[0]?.detail ?? "";
    } catch (error) {
      return tellImport(error.message + " " + plural(at, "line was", "lines were") + " imported before.", true);
    }
  }
  const rejected = sum.rejected ? " " + plural(sum.rejected, "line was", "lines were") + " rejected" + (problem ? ": " + sentence(problem) : ".") : "";
  tellImport(grouped(sum.created) + " new, " + grouped(sum.changed) + " changed, " + grouped(sum.unchanged) + " unchanged." + rejected, sum.rejected > 0);
}
async function sendLines(lines) {
  const response = await ask("/repos", { method: "POST", headers: { "Content-Type": "application/x-ndjson" }, body: lines.join("\n") + "\n" });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(sentence(body.detail || "the service answered " + response.status));
  return body;
}
function tellImport(text, isBad = false) {
  // It is told of beside the results.
  if (here().view !== "explore" && byId("import-note").hidden) go({ ...here(), view: "explore" });
  byId("import-note").textContent = text;
  byId("import-note").className = isBad ? "bad" : "";
  byId("import-note").hidden = !text;
  announce(text);
}

/** What an import of stars has come to, as the API tells it. */
export function starsWords({ state, user, created, changed, unchanged, waiting_until, error }) {
  const counts = grouped(created) + " new, " + grouped(changed) + " changed, " + grouped(unchanged) + " unchanged.";
  const until = waiting_until ? " GitHub's rate limit ends at " + new Date(waiting_until).toLocaleTimeString() + "." : "";
  if (state === "done") return "The stars of " + user + ": " + counts;
  if (state === "failed") return sentence(error || "the import failed") + " Before that: " + counts;
  return "Importing the stars of " + user + ": " + counts + until;
}
const isUnderWay = status => ["running", "waiting"].includes(status.state);
async function importStars(user) {
  tellImport("Asking GitHub for the stars of " + user + "…");
  try {
    await followImport(await post("/import/github", { user }).catch(error => {
      // One runs already: that is the one to tell of.
      if (error.status === 409) return answer("/import/github");
      throw error;
    }));
  } catch (error) {
    tellImport(error.message, true);
  }
}
async function followImport(status) {
  for (; isUnderWay(status); status = await answer("/import/github")) {
    tellImport(starsWords(status));
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
  tellImport(starsWords(status), status.state === "failed");
}
/** An import that was started elsewhere, or before the page was loaded anew, is told of here, too. */
async function resumeImport() {
  await learnScopes();
  const status = may("admin") ? await answer("/import/github").catch(() => null) : null;
  if (status && isUnderWay(status)) await followImport(status).catch(error => tellImport(error.message, true));
}

/** Asks what to import; whose key may not do it sees no way there. */
export function openImport() {
  byId("import-stars").hidden = byId("import-start").hidden = !may("admin");
  byId("import-dialog").returnValue = "";
  byId("import-dialog").showModal();
}
export function showImportButton() { byId("import-button").hidden = !may("write"); }

export function startImporting() {
  byId("import-button").onclick = openImport;
  byId("import-choose").onclick = () => { byId("import-dialog").close(); byId("import-file").click(); };
  byId("import-dialog").onclose = () => {
    const user = byId("import-user").value.trim();
    if (byId("import-dialog").returnValue === "stars" && user) importStars(user);
  };

  byId("import-file").onchange = event => { if (event.target.files[0]) importFile(event.target.files[0]); event.target.value = ""; };
  const hasFile = event => may("write") && [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragover", event => { if (hasFile(event)) { event.preventDefault(); document.body.classList.add("dropping"); } });
  addEventListener("dragleave", event => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  addEventListener("drop", event => {
    document.body.classList.remove("dropping");
    if (!hasFile(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files[0]) importFile(event.dataTransfer.files[0]);
  });
  resumeImport();
}
