// The API as openapi.json describes it, in this page's style.
import { answer } from "./api.js";
import { byId, element } from "./dom.js";

const methods = ["get", "post", "put", "patch", "delete"];
let contract = null;

/** What a reference within the contract leads to; anything else is itself. */
export function resolved(value, whole) {
  const path = value?.$ref?.slice(2).split("/") ?? [];
  return path.length ? path.reduce((place, name) => place?.[name], whole) ?? {} : value;
}

/** The operations under each tag, in the contract's order. */
export function operationsByTag(whole) {
  const groups = new Map((whole.tags ?? []).map(tag => [tag.name, []]));
  for (const [path, item] of Object.entries(whole.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(one => resolved(one, whole));
      for (const tag of operation.tags ?? []) groups.get(tag)?.push({ method, path, parameters, operation });
    }
  }
  return groups;
}

/** A schema in few words: "string, 1 to 100 characters", "Repo", "list of Repo", "one of a, b". */
export function schemaWords(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return "one of " + schema.enum.join(", ");
  if ("const" in schema) return String(schema.const);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map(schemaWords).join(" or ");
  if (schema.type === "array") return "list of " + (schemaWords(schema.items) || "anything");
  const type = [schema.type ?? "anything"].flat().join(" or ");
  const { minimum: least, maximum: most } = schema;
  if (least !== undefined && most !== undefined) return type + ", " + least + " to " + most;
  return schema.format ? type + " (" + schema.format + ")" : type;
}

/** Paragraphs, with `code` as code. */
function prose(text) {
  return (text ?? "").trim().split(/\n\s*\n/).filter(Boolean).map(paragraph => element("p", {},
    ...paragraph.split("`").map((part, index) => (index % 2 ? element("code", { textContent: part }) : part))));
}

const json = value => element("pre", {}, element("code", { textContent: JSON.stringify(value, null, 2) }));

function list(title, rows) {
  if (!rows.length) return null;
  return element("div", {}, element("h4", { textContent: title }), element("dl", { className: "fields" }, ...rows.flat()));
}

const memberRow = (name, words, text) => [
  element("dt", {}, element("code", { textContent: name }), words ? element("small", { textContent: words }) : null),
  element("dd", {}, ...prose(text)),
];

function parameterRow(parameter) {
  const words = [parameter.in, schemaWords(parameter.schema), parameter.required ? "required" : "",
    "example" in parameter ? "such as " + parameter.example : ""].filter(Boolean).join(" · ");
  return memberRow(parameter.name, words, parameter.description);
}

function propertyRows(schema, whole) {
  const own = resolved(schema, whole);
  return Object.entries(own.properties ?? {}).map(([name, property]) => memberRow(name,
    schemaWords(property) + (own.required?.includes(name) ? " · required" : ""), resolved(property, whole).description));
}

function content(title, body, whole) {
  return Object.entries(body?.content ?? {}).map(([type, { schema, example, examples }]) => {
    const shown = example !== undefined ? [example] : Object.values(examples ?? {}).map(one => one.value);
    return element("div", {}, element("h4", { textContent: title + " · " + type }),
      element("p", {}, element("code", { textContent: schemaWords(schema) })), ...shown.map(json),
      list("Members", propertyRows(schema, whole)));
  });
}

function operationCard({ method, path, parameters, operation }, whole) {
  const responses = Object.entries(operation.responses ?? {}).map(([status, response]) => [status, resolved(response, whole)]);
  const good = responses.filter(([status]) => status.startsWith("2"));
  return element("details", { className: "operation", id: "operation-" + operation.operationId },
    element("summary", {}, element("code", { className: "method", textContent: method.toUpperCase() }), " ",
      element("code", { textContent: path }), element("span", { textContent: operation.summary })),
    ...prose(operation.description),
    list("Parameters", parameters.map(parameterRow)),
    ...content("Request", resolved(operation.requestBody, whole), whole),
    ...good.flatMap(([status, response]) => content(status, response, whole)),
    list("Answers", responses.map(([status, response]) => memberRow(status, "", response.description))));
}

/** What bodies and parameters name. */
function schemaCard(name, schema, whole) {
  return element("details", { className: "schema", id: "schema-" + name },
    element("summary", {}, element("code", { textContent: name }), element("span", { textContent: schemaWords(schema) })),
    ...prose(schema.description), list("Members", propertyRows(schema, whole)));
}

/** Shows the contract, which is read once, and opens what the address names: /docs#operation-search, /docs#schema-Repo. */
export async function showReference() {
  if (!contract) await readContract();
  const named = /^#(operation|schema)-/.test(location.hash) && byId(location.hash.slice(1));
  if (named) { named.open = true; named.scrollIntoView(); }
}
async function readContract() {
  const target = byId("reference");
  try {
    contract = await answer("/openapi.json");
  } catch (error) {
    target.replaceChildren(element("p", { className: "bad", textContent: error.message }));
    return;
  }
  const { title, version, license, description } = contract.info;
  const tags = new Map(contract.tags.map(tag => [tag.name, tag.description]));
  target.replaceChildren(
    element("p", { className: "soft", textContent: [title + " " + version, license?.name, "OpenAPI " + contract.openapi].filter(Boolean).join(" · ") }),
    element("details", {}, element("summary", { textContent: "Common to all routes" }), ...prose(description)),
    ...[...operationsByTag(contract)].filter(([, operations]) => operations.length).flatMap(([tag, operations]) => [
      element("h3", { textContent: tag }), ...prose(tags.get(tag)), ...operations.map(one => operationCard(one, contract))]),
    element("h3", { textContent: "Schemas" }),
    ...Object.entries(contract.components.schemas).map(([name, schema]) => schemaCard(name, schema, contract)));
}
