#!/usr/bin/env python3
"""Writes Sources/Search/Text/FoldingTable.swift: what each character is compared as.

That is its compatibility form (NFKD) without case and without the marks that are left out or put in at will: accents of
Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic, what joins and what shows nothing. Marks that make another
letter stay (the voiced kana, the vowels of India and Thailand). Syllables of Hangul are put together instead, by rule.
"""

import pathlib
import textwrap
import unicodedata

MARKS = (
    (0x00AD, 0x00AD), (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2),
    (0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x200B, 0x200F), (0x2060, 0x2060), (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF),
)  # fmt: skip
# Letters that Unicode does not take apart, as a keyboard without them writes them.
LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t", "ŋ": "n",
}  # fmt: skip
HANGUL = range(0xAC00, 0xD7A4)
JAMO = range(0x1100, 0x1200)
TARGET = pathlib.Path(__file__).parent.parent / "Sources/Search/Text/FoldingTable.swift"

HEAD = '''\
/// Made by scripts/folding-table.py from Unicode {version}: what each character is compared as, in hexadecimal.
///
/// `a>b_c` stands for one character that becomes two, `a>` for one that is left out; `a+n>b` for `n` characters from `a`
/// on that become those from `b` on; `a/n>b` for every second one; `a*n>b` for `n` that all become `b`.
enum FoldingTable {{
    static let rules: StaticString = """
{rules}
        """
}}
'''


def fold(character):
    folded = character
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    return "".join(LETTERS.get(part, part) for part in folded if not is_mark(part))


def is_mark(character):
    return any(first <= ord(character) <= last for first, last in MARKS)


def folded():
    """What becomes of each character that does not stay as it is."""
    table = {}
    for code in range(0x80, 0x110000):
        character = chr(code)
        if code in HANGUL or unicodedata.category(character) in ("Cn", "Co", "Cs"):
            continue
        becomes = fold(character)
        if becomes != character and not any(ord(part) in JAMO for part in becomes):
            table[code] = becomes
    return table


def run(table, code, step, rise):
    """How many characters, each `step` after the last, become what is `rise` after what the last became."""
    count = 1
    while table.get(code + count * step) == chr(ord(table[code]) + count * rise):
        if step == 2 and code + count * step - 1 in table:
            break
        count += 1
    return count


def rules(table):
    """The rules, longest runs first where two could begin."""
    done = set()
    for code, becomes in sorted(table.items()):
        if code in done:
            continue
        count, sign, step = 1, "+", 1
        if len(becomes) == 1:
            forms = (("+", 1, 1), ("/", 2, 2), ("*", 1, 0))
            count, sign, step = max(((run(table, code, step, rise), sign, step) for sign, step, rise in forms), key=lambda form: form[0])
        done.update(range(code, code + count * step, step))
        yield f"{code:x}{f'{sign}{count:x}' if count > 1 else ''}>{' '.join(f'{ord(part):x}' for part in becomes)}"


def main():
    lines = textwrap.wrap(";".join(rules(folded())).replace(" ", "_"), 100, break_on_hyphens=False, break_long_words=True)
    body = "\n".join(f"        {line}\\" for line in lines)[:-1]
    TARGET.write_text(HEAD.format(version=unicodedata.unidata_version, rules=body))


main()
