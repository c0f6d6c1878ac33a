// Making elements.

export const byId = id => document.getElementById(id);

/** An element with properties; names with a dash, "role" and "for" are attributes. Null children are left out. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter(child => child != null));
  return node;
}

export function button(text, press, properties = {}) {
  return element("button", { type: "button", textContent: text, onclick: press, ...properties });
}

/** Tells what happened to those who do not see it, once it has settled. */
export function announce(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => { byId("announcement").textContent = text; }, 600);
}
let announcing = 0;

/** Runs what a button starts, and shows on the button that it runs; no error escapes. */
export async function working(target, work, complain) {
  const text = target.textContent;
  target.setAttribute("aria-disabled", "true");
  target.textContent = "Working…";
  try {
    return await work();
  } catch (error) {
    complain(error.message);
  } finally {
    target.removeAttribute("aria-disabled");
    target.textContent = text;
  }
}

/** Asks, and shows what has come unless it has been asked for anew meanwhile: an older answer may be the later one. */
export function newestOf(learn, show) {
  let asked = 0;
  return async () => {
    const mine = ++asked, found = await learn();
    if (mine === asked) show(found);
  };
}

/** Puts text into the clipboard, also where the page is not served by HTTPS or from this machine. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { value: text, className: "unseen" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce("Copied.");
}
