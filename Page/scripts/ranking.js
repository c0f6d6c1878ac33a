// What a list of hits says of itself. Pure functions.

/**
 * How long each hit's bar is, 0 to 1: never longer than the one above, whatever a score measures. It is the score's root:
 * scores soon become small, and bars shall still differ.
 */
export function relevance(hits) {
  let last = 1;
  return hits.map((hit, index) => {
    const own = hit.score == null ? last * 0.97 : Math.sqrt(Math.max(0, Math.min(1, hit.score)));
    last = index === 0 ? own || 0.02 : Math.min(last, own);
    return hit.score == null && index === 0 ? (last = 0.9) : Math.max(0.02, last);
  });
}

const reasonNames = { vector: "meaning", name: "name", text: "words" };
export const reasons = hit => (hit.matched ?? []).map(name => reasonNames[name] ?? name);

/** What an answer lacks, in sentences: meaning, where it was asked for, repositories that are not read or embedded yet. */
export function caveats({ reason, coverage }) {
  const parts = reason ? [reason[0].toUpperCase() + reason.slice(1) + "."] : [];
  if (coverage < 0.995) parts.push(Math.floor(100 * coverage) + " % of the repositories are embedded so far.");
  return parts;
}

/** A text in pieces, of which those are marked that begin with a word of the query. */
export function markedPieces(text, query) {
  const words = [...new Set(foldText(query).match(/[\p{L}\p{N}]+/gu) ?? [])].filter(word => word.length > 1 && !stopWords.has(word));
  if (!words.length || !text) return text ? [{ text, isMarked: false }] : [];
  const pieces = [];
  let rest = 0;
  for (const match of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const folded = foldText(match[0]);
    if (!words.some(word => isSameWord(folded, word))) continue;
    if (match.index > rest) pieces.push({ text: text.slice(rest, match.index), isMarked: false });
    pieces.push({ text: match[0], isMarked: true });
    rest = match.index + match[0].length;
  }
  if (rest < text.length) pieces.push({ text: text.slice(rest), isMarked: false });
  return pieces;
}
const stopWords = new Set("a an and are as at be by for from how i in is it my of on or that the this to what with".split(" "));
const foldText = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Endings of a letter or two do not make another word; scripts without spaces match within. */
function isSameWord(word, wanted) {
  if (/[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/u.test(wanted)) return word.includes(wanted);
  return word.startsWith(wanted) || (wanted.length > 3 && word.length > 3 && wanted.startsWith(word) && wanted.length - word.length <= 2);
}
