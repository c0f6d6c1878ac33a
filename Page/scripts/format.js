// Numbers, dates and words as people read them. Pure functions.

export const grouped = value => value.toLocaleString("en");

/** 987, 12.3k, 1.2M. */
export function compact(value) {
  for (const [limit, unit] of [[999_950, "M"], [1000, "k"]]) {
    if (value < limit) continue;
    const scaled = value / (unit === "M" ? 1e6 : 1e3);
    return (scaled < 99.95 ? scaled.toFixed(1).replace(/\.0$/, "") : Math.round(scaled)) + unit;
  }
  return String(value);
}

export function duration(seconds) {
  if (seconds < 60) return Math.ceil(seconds) + " s";
  if (seconds < 3600) return Math.ceil(seconds / 60) + " min";
  const minutes = Math.round(seconds / 60);
  return Math.floor(minutes / 60) + " h " + minutes % 60 + " min";
}

/** How long ago a time of RFC 3339 was, in the largest unit that fits; nothing for what is no time. */
export function ago(text, now = Date.now()) {
  const days = (now - Date.parse(text)) / 86_400_000;
  if (!Number.isFinite(days)) return "";
  if (days < 1) return "today";
  for (const [unit, length] of [["year", 365.25], ["month", 30.44], ["day", 1]]) {
    const count = Math.floor(days / length);
    if (count >= 1) return count + " " + unit + (count === 1 ? "" : "s") + " ago";
  }
  return "";
}

/** One letter or two that stand for a name: "rust-lang" is RL. */
export function initials(name) {
  const parts = name.split(/[-_.\s]+/).filter(Boolean);
  const letters = parts.length > 1 ? [...parts[0]][0] + [...parts[1]][0] : [...name].slice(0, 2).join("");
  return letters.toUpperCase();
}

/** A hue from 0 to 359 that is always the same for a name. */
export function hue(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 3600;
  return Math.floor(sum / 10);
}

export function sentence(text) {
  return text && text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!…]$/.test(text) ? "" : ".");
}

export function plural(count, word, many = word + "s") {
  return grouped(count) + " " + (count === 1 ? word : many);
}

export const shellQuoted = text => "'" + text.replace(/'/g, "'\\''") + "'";
