"""Text as a list of words that looks the same to a reader has the same letters: without case, width, accents, disguise."""

import unicodedata
from functools import lru_cache

# Letters of other scripts that a reader takes for a Latin one, small and capital, as those who disguise words use them.
# Chosen from Unicode's confusables (UTS 39) by hand: the whole table would also make "rn" an "m" and hold innocent words.
_LOOK_ALIKES = {
    # Cyrillic
    "а": "a", "ᴀ": "a", "в": "b", "ь": "b", "с": "c", "ԁ": "d", "ɗ": "d", "е": "e", "є": "e", "ҽ": "e", "ә": "e",
    "ғ": "f", "ԍ": "g", "һ": "h", "н": "h", "і": "i", "ї": "i", "ӏ": "i", "ј": "j", "к": "k", "ҝ": "k", "м": "m",
    "п": "n", "о": "o", "ө": "o", "р": "p", "ԛ": "q", "г": "r", "я": "r", "ѕ": "s", "т": "t", "ц": "u", "ѵ": "v",
    "ѡ": "w", "ш": "w", "ԝ": "w", "х": "x", "ҳ": "x", "у": "y", "ү": "y", "ʐ": "z",
    # Greek
    "α": "a", "β": "b", "ϲ": "c", "δ": "d", "ε": "e", "ϝ": "f", "η": "n", "ι": "i", "ϳ": "j", "κ": "k", "μ": "m",
    "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "ς": "s", "τ": "t", "υ": "u", "χ": "x", "γ": "y", "ω": "w", "ζ": "z",
    # Latin and phonetic letters that no decomposition reaches, small capitals among them
    "ɑ": "a", "ɐ": "a", "ʙ": "b", "ƀ": "b", "ɓ": "b", "ᴄ": "c", "ɔ": "c", "đ": "d", "ð": "d", "ᴅ": "d", "ᴇ": "e",
    "ɛ": "e", "ɘ": "e", "ǝ": "e", "ꜰ": "f", "ƒ": "f", "ɡ": "g", "ɢ": "g", "ǥ": "g", "ʜ": "h", "ħ": "h", "ɦ": "h",
    "ı": "i", "ɪ": "i", "ɩ": "i", "ᴊ": "j", "ȷ": "j", "ᴋ": "k", "ƙ": "k", "ʟ": "l", "ł": "l", "ƚ": "l", "ᴍ": "m",
    "ɴ": "n", "ŋ": "n", "ɲ": "n", "ᴏ": "o", "ø": "o", "ɵ": "o", "ᴘ": "p", "ƥ": "p", "ʀ": "r", "ɾ": "r", "ꜱ": "s",
    "ʂ": "s", "ᴛ": "t", "ŧ": "t", "ƭ": "t", "ᴜ": "u", "ʋ": "v", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ƴ": "y", "ᴢ": "z",
    "ƶ": "z", "æ": "ae", "œ": "oe",
    # Armenian and Cherokee
    "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "ա": "w", "Ꭺ": "a", "Ꭼ": "e", "Ꮋ": "h", "Ꮮ": "l", "Ꮇ": "m",
    "Ꮲ": "p", "Ꭱ": "r", "Ꮪ": "s", "Ꭲ": "t", "Ꮩ": "v", "Ꮤ": "w", "Ꮓ": "z",
}  # fmt: skip
# Figures and signs that stand for a letter in a disguised word, and for themselves elsewhere.
_DISGUISES = {
    "@": "a", "€": "e", "$": "s", "§": "s", "£": "l", "¥": "y", "0": "o", "3": "e", "4": "a", "5": "s", "7": "t",
    "8": "b", "9": "g", "6": "b",
}  # fmt: skip
# One stroke, which may be an i or an l; capital i and small l are one in many typefaces.
_STROKES = {"1", "!", "|", "¡", "ǀ"}
_CAPITAL_I = {"I", "Ι", "І", "Ӏ"}
_MAY_DISGUISE = _DISGUISES.keys() | _STROKES | _CAPITAL_I
# At a word's end they close a sentence and disguise nothing.
_CLOSING = "!|¡@$€£¥§.,;:?)]}\"'…"
# Marks that decorate a letter, and may go. Those of Indic scripts are vowels and stay.
_DECORATIONS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
)  # fmt: skip
# Nothing to see: zero-width characters, soft hyphens, direction marks (all of category Cf), and these fillers.
_INVISIBLE = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0"}
# Written without spaces between words: there a word on a list is looked for anywhere.
_SPACELESS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
# A single letter between separators, so many times in a row, is a word that was spaced out.
SPACED_OUT = 3

BREAK = " "
WORD_PART = "\0"  # stands for punctuation inside a word while both readings of it are open


def is_spaceless(letter: str) -> bool:
    """Whether the letter's script puts no spaces between words."""
    return _within(ord(letter), _SPACELESS)


def words(text: str) -> str:
    """The text's plain reading: folded words with one space between them."""
    return _joined(_folded(text), BREAK)


def readings(text: str) -> str:
    """Every reading of the text in which a listed word may hide, one a line; at most nine times as long as the text.

    Plain, and where figures or signs may stand for letters, with these read so (a stroke once as i and once as l); of
    each also the one with punctuation inside of words left out ("via-gra"), and the one with words that were spaced
    out closed up ("v i a g r a").
    """
    folded = [_folded(text)]
    if not _MAY_DISGUISE.isdisjoint(text):
        open_ended = " ".join([word.rstrip(_CLOSING) if len(word) > 1 else word for word in text.split()])
        folded += [_folded(open_ended, "i"), _folded(open_ended, "l")]
    found: list[str] = []
    for letters in folded:
        plain = _joined(letters, BREAK)
        found += [plain, _joined(letters, ""), _closed_up(plain)]
    return "\n".join(dict.fromkeys(reading for reading in found if reading))


def _folded(text: str, stroke: str = "") -> str:
    """The letters of the text; with a stroke, disguises are read as letters, and strokes as this one."""
    return "".join([_fold(letter, stroke) for letter in text])


def _joined(folded: str, part: str) -> str:
    return " ".join(folded.replace(WORD_PART, part).split())


def _closed_up(plain: str) -> str:
    """The runs of single letters, each as one word."""
    runs: list[str] = []
    run: list[str] = []
    for word in [*plain.split(" "), "--"]:
        if len(word) == 1:
            run.append(word)
            continue
        if len(run) >= SPACED_OUT:
            runs.append("".join(run))
        run = []
    return BREAK.join(runs)


@lru_cache(maxsize=20_000)
def _fold(letter: str, stroke: str) -> str:
    """What one character reads as: letters, a space, WORD_PART for punctuation, or nothing."""
    if stroke and (letter in _STROKES or letter in _CAPITAL_I):
        return stroke
    if letter in _INVISIBLE or unicodedata.category(letter) == "Cf":
        return ""
    # Compatibility forms first: full width, mathematical and circled letters, ligatures.
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    return "".join([_plain(part, stroke) for part in parts])


def _plain(letter: str, stroke: str) -> str:
    if _within(ord(letter), _DECORATIONS):
        return ""
    if letter in _LOOK_ALIKES:
        return _LOOK_ALIKES[letter]
    if stroke and letter in _STROKES:
        return stroke
    if stroke and letter in _DISGUISES:
        return _DISGUISES[letter]
    category = unicodedata.category(letter)
    if category[0] in "LN" or category in {"Mn", "Mc", "So", "Sc"}:
        return letter
    return BREAK if category[0] in "ZC" else WORD_PART


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
