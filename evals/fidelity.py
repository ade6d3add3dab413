"""Is a quote really in the PDF? Read again from the bytes by pdfium, not from the record."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium

_HYPHENS = re.compile("[\u0002\ufffe\u00ad]\\s*|(?<=\\w)-\\s+(?=\\w)")


def reread(path: Path, number: int, quote: str) -> bool:
    """Does pdfium find the quote on this page (from 1) of the file, line breaks and hyphenation aside?"""
    return _bare(quote) in _page(path, number)


@lru_cache(maxsize=256)
def _page(path: Path, number: int) -> str:
    document = pdfium.PdfDocument(path)
    try:
        return _bare(document[number - 1].get_textpage().get_text_range())
    finally:
        document.close()


def _bare(text: str) -> str:
    """Compatibility forms folded, hyphens at line ends and all white space gone; letters, figures and marks stay."""
    folded = unicodedata.normalize("NFKC", _HYPHENS.sub("", text)).casefold()
    return re.sub(r"[\s\-‐‑–]+", "", folded)
