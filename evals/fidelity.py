"""Is a quote really in the PDF? Read again from the bytes by pdfium, not from the record."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium

_HYPHENS = re.compile("[\u0002\ufffe\u00ad]\\s*|(?<=\\w)-\\s+(?=\\w)")


def reread(path: Path, number: int, quote: str) -> bool:
    """Loose: does pdfium find the quote on this page (from 1), line breaks, hyphenation and case aside?"""
    return bool(_bare(quote)) and _bare(quote) in _bare(_page(path, number))


def reread_strictly(path: Path, number: int, quote: str) -> bool:
    """Strict: does pdfium find the quote on this page (from 1) letter for letter, white space aside (NFC)?"""
    return bool(quote.split()) and _plain(quote) in _plain(_page(path, number))


@lru_cache(maxsize=256)
def _page(path: Path, number: int) -> str:
    """A page's text as pdfium gives it; empty where the file has no such page."""
    document = pdfium.PdfDocument(path)
    try:
        if not 1 <= number <= len(document):
            return ""
        return str(document[number - 1].get_textpage().get_text_range())
    finally:
        document.close()


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=512)
def _bare(text: str) -> str:
    """Compatibility forms folded, hyphens at line ends and all white space gone; letters, figures and marks stay."""
    folded = unicodedata.normalize("NFKC", _HYPHENS.sub("", text)).casefold()
    return re.sub(r"[\s\-‐‑–]+", "", folded)
