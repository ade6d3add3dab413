"""Pages to passages that know page and character span, follow sentences and fit the model's window."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from corpus.language import FUNCTION_WORDS, Span, language_of, sentence_spans, tokens
from corpus.study import Draft, PassageKind
from corpus.text import letters
from ingest.read import ReadPage

CountPieces = Callable[[Sequence[str]], list[int]]
"""Word pieces in each of some texts, by the embedding model's own tokenizer."""

_LEAST_LETTERS = 20
_EDGE_LINES = 3
_LANGUAGE_LETTERS = 60
_REFERENCES = re.compile(
    r"^\W*(\d+\.?\s+)?(references( cited)?|bibliography|works cited|literature cited|referenser|referenslista"
    r"|litteratur|litteraturförteckning|källförteckning|källor)\W*$",
    re.IGNORECASE,
)
_YEARISH = re.compile(r"\b(?:1[89]|20)\d{2}[a-z]?\b")
_REFERENCE_LIKE = re.compile(r"\b(?:doi|pp?\.|vol|journal|university press|eds?\.|http)", re.IGNORECASE)


_ENTRY = re.compile(
    r"[^\W\d_][\w'’-]+,\s+(?:[A-ZÅÄÖ]\.[\s-]*){1,3}"  # Welsh, B. C.
    r"|\((?:1[89]|20)\d{2}[a-z]?(?:,\s[^()]{3,20})?\)[.,]"  # (2022).
    r"|\b\d+\s?\(\d+(?:[-–/]\d+)?\)[,:]\s*(?:pp?\.\s*)?\d+|\b\d+,\s\d+[-–]\s?\d+"  # 23(4), 451-471
    r"|\bdoi\b|https?:|\bIn [A-Z]\.|\([Ee]ds?\.\)|University Press|\bRetrieved\b"
)
_ENTRY_MARKS, _ENTRY_WORDS = 3, 12


def chunk(pages: Sequence[ReadPage], language: str, count_pieces: CountPieces, budget: int) -> list[Draft]:
    """Passages of all pages, in order. Each lies on one page and holds at most `budget` word pieces.

    Running heads and feet are left out at the edges of a page, never inside a passage.
    """
    furniture = _furniture(pages)
    spans = [list(_sentences(page.text, furniture)) for page in pages]
    texts = [page.text[a:b] for page, found in zip(pages, spans, strict=True) for a, b in found]
    counts = iter(count_pieces(texts))
    drafts: list[Draft] = []
    in_references = False
    for page, found in zip(pages, spans, strict=True):
        sized = [(span, next(counts)) for span in found]
        for start, end in _packed(page.text, sized, budget, count_pieces):
            text = page.text[start:end]
            in_references = _still_references(text, in_references)
            kind = PassageKind.REFERENCES if in_references else _kind(text)
            drafts.append(Draft(page.number, start, end, text, _language(text, language), kind))
    return drafts


def _language(text: str, usual: str) -> str:
    """A passage's own language where its grammar tells so, else the study's."""
    found = language_of(text, tuple(dict.fromkeys((usual, "sv", "en"))))
    if found == usual or len(letters(text)) < _LANGUAGE_LETTERS:
        return usual
    words = tokens(text)
    said, expected = (sum(word in FUNCTION_WORDS.get(name, ()) for word in words) for name in (found, usual))
    return found if said > 2 * expected else usual


# Where sentences are


def _sentences(text: str, furniture: frozenset[str]) -> Iterator[Span]:
    """Sentences of a page, less its running head and foot; headings of a reference list stand alone."""
    start, end = _body(text, furniture)
    for a, b in sentence_spans(text[start:end]):
        yield start + a, start + b


def _furniture(pages: Sequence[ReadPage]) -> frozenset[str]:
    """Lines that stand at the edge of at least three pages and a quarter of all, numbers aside."""
    edges = Counter(line for page in pages for line in {_shape(line) for line in _edge_lines(page.text)})
    return frozenset(line for line, seen in edges.items() if seen >= max(3, len(pages) / 4))


def _edge_lines(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if line.strip()]
    return lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip().casefold())


def _body(text: str, furniture: frozenset[str]) -> Span:
    """The span of a page without the furniture lines at its top and bottom."""
    lines = text.split("\n")
    first, last = 0, len(lines)
    while first < last and _is_furniture(lines[first], furniture):
        first += 1
    while last > first and _is_furniture(lines[last - 1], furniture):
        last -= 1
    start = sum(len(line) + 1 for line in lines[:first])
    return start, start + len("\n".join(lines[first:last]))


def _is_furniture(line: str, furniture: frozenset[str]) -> bool:
    return not letters(line) or _shape(line) in furniture or line.strip().isdigit()


# How sentences are packed


def _packed(text: str, sized: Sequence[tuple[Span, int]], budget: int, count: CountPieces) -> Iterator[Span]:
    """Whole sentences, as many as fit, evenly filled; a sentence that is too long by itself is cut at a word."""
    sized = [piece for item in sized for piece in _fitting(text, item, budget, count)]
    target = _even_target([pieces for _, pieces in sized], budget)
    last = sized[-1][0][1] if sized else 0
    start, end, filled = -1, -1, 0
    for (a, b), pieces in sized:
        full = filled + pieces > budget or (filled >= target and not _is_scrap(text[a:last]))
        if start >= 0 and (full or _parts_references(text[start:end], text[a:b])):
            yield start, end
            start, filled = -1, 0
        start = a if start < 0 else start
        end, filled = b, filled + pieces
    if start >= 0 and not _is_scrap(text[start:end]):
        yield start, end


def _is_scrap(text: str) -> bool:
    return len(letters(text)) < _LEAST_LETTERS


def _parts_references(before: str, sentence: str) -> bool:
    """Does a reference list begin here? The number of its heading stays with it."""
    return bool(_REFERENCES.match(sentence)) and not before.rstrip(".").isdigit()


def _even_target(counts: Sequence[int], budget: int) -> float:
    """Split a page into equal passages rather than full ones and a scrap."""
    total = sum(counts)
    parts = max(1, -(-total // max(1, int(budget * 0.9))))
    return total / parts * 0.95


def _fitting(text: str, item: tuple[Span, int], budget: int, count: CountPieces) -> Iterator[tuple[Span, int]]:
    (start, end), pieces = item
    if pieces <= budget:
        yield item
        return
    middle = (start + end) // 2
    cut = next((i for i in sorted(range(start + 1, end), key=lambda i: abs(i - middle)) if text[i].isspace()), middle)
    halves = [(start, cut), (cut + text[cut].isspace(), end)]
    for half, size in zip(halves, count([text[a:b] for a, b in halves]), strict=True):
        if half[0] < half[1]:
            yield from _fitting(text, (half, size), budget, count)


# Tables and reference lists


def _kind(text: str) -> PassageKind:
    """A passage with more than one digit to two letters is a table: no sentence to quote, no meaning to embed."""
    digits, alphabetic = sum(c.isdigit() for c in text), sum(c.isalpha() for c in text)
    return PassageKind.TABLE if digits * 2 > alphabetic else PassageKind.BODY


def is_bibliography(text: str) -> bool:
    """Are these entries of a reference list, wherever they stand?

    Authors with initials, years in brackets, volumes and pages: three marks at least, and one in twelve words.
    """
    marks = sum(1 for _ in _ENTRY.finditer(text))
    return marks >= _ENTRY_MARKS and marks * _ENTRY_WORDS >= len(text.split())


def _still_references(text: str, before: bool) -> bool:
    """Does a reference list begin with this passage, or go on through it?

    Years and bibliographic words come thick there: two at least, and one in 45 words.
    """
    if is_bibliography(text):
        return True
    marks = len(_YEARISH.findall(text)) + len(_REFERENCE_LIKE.findall(text))
    thick = marks >= max(2, len(text.split()) / 45)
    return thick and (before or bool(_REFERENCES.match(text.split("\n", 1)[0])))
