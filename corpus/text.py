"""The one normalisation: from what a PDF reader gives to the text we store, search and quote.

Steps of `clean`, in order (the quote check in `retriever.cite` and the tests use the same functions):

1. Unicode NFC; typographic ligatures (ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ) become letters; nothing else is "compatibility" folded,
   so that ², ½ and ™ stay as printed.
2. Every kind of line and page break becomes a line break; other control characters and zero-width characters go;
   odd spaces (no-break, thin, en …) become a plain space.
3. pdfium's line-end hyphen marks (U+0002, U+FFFE) become hyphens; soft hyphens go.
4. Hyphens at line ends are mended by `mend`.
5. Runs of spaces become one; spaces at line ends go. Line breaks stay: they carry headings and lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
_LIGATURE = re.compile("[ﬀ-ﬆ]")
_INVISIBLE = re.compile(
    "[\x00\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_SPACES = re.compile(f"{_SPACE}+")
_BREAK_MARK = re.compile("[\u0002\ufffe]\n?")
_SOFT_HYPHEN = re.compile(f"\u00ad{_SPACE}*\n{_SPACE}*|\u00ad")
_LINE_HYPHEN = (
    re.compile(  # a word is begun at its beginning alone, else a long one would cost the square of its length
        r"((?<![^\W\d_])[^\W\d_]+(?:-[^\W\d_]+)*|(?<!\d)\d+)-[ \t]*\n[ \t]*([^\W_][\w]*)"
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HANGING = frozenset("och eller samt respektive resp till som men and or nor to und oder og".split())


def letters(text: str) -> str:
    """Only letters and digits, case folded, compatibility forms folded: what two PDF readers must agree on."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def vocabulary(texts: list[str]) -> frozenset[str]:
    """Every word of a document, lower case, hyphenated words whole: the evidence `mend` decides by."""
    whole = (_LINE_HYPHEN.sub(" ", _plain(text)) for text in texts)
    return frozenset(word.lower() for text in whole for word in _WORD.findall(text))


def clean(text: str, known: Container[str] = frozenset(), swedish: bool = True) -> str:
    """Normalise one page's text (see the module's docstring). `known` is the document's `vocabulary`."""
    text = mend(_plain(text), known, swedish)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def one_line(text: str) -> str:
    """The same words on one line: how quotes are shown and compared."""
    return " ".join(text.split())


def mend(text: str, known: Container[str] = frozenset(), swedish: bool = True) -> str:
    """Join words broken by a hyphen at a line end; keep hanging hyphens ("byggnads- eller") and real ones.

    The word is joined when the document has it whole elsewhere; the hyphen is kept when the document has the
    hyphenated form, before a capital or a digit, and in English when both halves stand alone as words.
    """

    def joined(match: re.Match[str]) -> str:
        left, right = match.group(1), match.group(2)
        if right.lower() in _HANGING:
            return f"{left}- {right}"
        if right[0].isupper() or right[0].isdigit() or left.isdigit():
            return f"{left}-{right}"
        return left + right if _is_one_word(left, right, known, swedish) else f"{left}-{right}"

    while (mended := _LINE_HYPHEN.sub(joined, text)) != text:  # again, for a word broken over three lines
        text = mended
    return text


def _is_one_word(left: str, right: str, known: Container[str], swedish: bool) -> bool:
    last = left.rsplit("-", 1)[-1].lower()
    if last + right.lower() in known:
        return True
    if f"{left}-{right}".lower() in known:
        return False
    return swedish or not (last in known and right.lower() in known)


def _plain(text: str) -> str:
    text = _NEW_LINE.sub("\n", text)
    text = _LIGATURE.sub(lambda match: _LIGATURES[match.group()], text)
    text = _BREAK_MARK.sub("-\n", _INVISIBLE.sub("", text))
    text = _SPACES.sub(" ", _SOFT_HYPHEN.sub("", text))
    return unicodedata.normalize("NFC", text)  # last, since a letter and its accent may only now have met
