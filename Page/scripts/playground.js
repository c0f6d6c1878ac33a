// The playground: how near two texts are, and what a request for their embeddings looks like.
import { answer, post } from "./api.js";
import { placed } from "./address.js";
import { announce, byId, copyText, element } from "./dom.js";
import { plural, shellQuoted } from "./format.js";

/** The cosine of the angle between two vectors; 0 when one has no length. */
export function cosine(one, other) {
  let product = 0, left = 0, right = 0;
  for (let i = 0; i < one.length; i++) {
    product += one[i] * other[i];
    left += one[i] * one[i];
    right += other[i] * other[i];
  }
  return left && right ? product / Math.sqrt(left * right) : 0;
}

export function nearness(value) {
  for (const [least, words] of [[0.8, "nearly the same"], [0.55, "close"], [0.3, "related"], [0.12, "hardly related"]]) {
    if (value >= least) return words;
  }
  return "unrelated";
}

const embeddingRequest = () => ({ model: byId("model").value || undefined, input: [byId("text-one").value.trim(), byId("text-other").value.trim()] });

async function compare(event) {
  event.preventDefault();
  const request = embeddingRequest(), note = byId("playground-note");
  if (!request.input.every(Boolean)) { note.textContent = "Enter both texts."; return; }
  byId("compare").setAttribute("aria-disabled", "true");
  const began = performance.now();
  try {
    const body = await post("/v1/embeddings", request);
    const [one, other] = [...body.data].sort((a, b) => a.index - b.index).map(item => item.embedding);
    showComparison(cosine(one, other), one, other, body, performance.now() - began);
    note.textContent = "";
  } catch (error) {
    byId("comparison").hidden = true;
    note.textContent = error.message;
  }
  byId("compare").removeAttribute("aria-disabled");
}
function showComparison(value, one, other, body, took) {
  byId("comparison").hidden = false;
  byId("similarity").textContent = value.toFixed(3);
  byId("similarity-words").textContent = nearness(value);
  byId("similarity-bar").style.width = Math.round(100 * Math.max(0, value)) + "%";
  const facts = [body.model, plural(one.length, "dimension"), plural(body.usage?.total_tokens ?? 0, "token"), Math.max(1, Math.round(took)) + " ms"];
  byId("comparison-facts").textContent = facts.join(" · ");
  byId("vectors").replaceChildren(...[one, other].map((vector, index) => element("figure", {},
    element("figcaption", { textContent: "Text " + (index + 1) + ": " + vector.slice(0, 6).map(number => number.toFixed(4)).join(", ") + ", …" }), strip(vector))));
  announce("Similarity " + value.toFixed(2) + ", " + nearness(value) + ".");
}

/** A vector as a strip of colours: warm above zero, cold below. */
function strip(vector) {
  const image = element("canvas", { width: vector.length, height: 1, className: "strip", role: "img", "aria-label": "The vector's " + vector.length + " numbers as colours" });
  const context = image.getContext("2d"), most = Math.max(...vector.map(Math.abs)) || 1;
  const pixels = context.createImageData(vector.length, 1);
  vector.forEach((number, index) => {
    const strength = Math.min(1, Math.abs(number) / most * 1.6);
    pixels.data.set([...(number > 0 ? [217, 119, 6] : [37, 99, 235]), 255 * strength], 4 * index);
  });
  context.putImageData(pixels, 0, 0);
  return image;
}

function copyRequest(kind) {
  const body = JSON.stringify(embeddingRequest()), address = placed("/v1/embeddings"), hasKey = sessionStorage.getItem("key");
  copyText(kind === "curl"
    ? "curl " + address + (hasKey ? " -H 'Authorization: Bearer YOUR_KEY'" : "") + " -H 'Content-Type: application/json' -d " + shellQuoted(body)
    : "from openai import OpenAI\n\nclient = OpenAI(base_url=" + JSON.stringify(placed("/v1")) + ", api_key=\"YOUR_KEY\")\nanswer = client.embeddings.create(model=" + JSON.stringify(byId("model").value) + ", input=" + JSON.stringify(embeddingRequest().input) + ")\nprint([item.embedding[:4] for item in answer.data])\n");
}

let hasModels = false;
export async function showPlayground() {
  if (hasModels) return;
  const models = await answer("/v1/models").then(list => list.data.map(model => model.id)).catch(() => []);
  if (!models.length) return;
  hasModels = true;
  byId("model").replaceChildren(...models.map(value => element("option", { value, textContent: value })));
}
export function startPlayground() {
  byId("playground-form").addEventListener("submit", compare);
  byId("copy-curl").onclick = () => copyRequest("curl");
  byId("copy-python").onclick = () => copyRequest("python");
}
