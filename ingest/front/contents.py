"""What the text of a work tells of it: its language, its abstract, and the country that its data are from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.language import language_of
from corpus.study import Proposal, Source
from corpus.text import letters
from ingest.front.lines import tidy

_EARLY = 3  # pages on which an abstract stands
_SHORTEST = 150  # letters of an abstract
_LANGUAGES = ("sv", "en", "da", "no")
_LATIN = re.compile(r"[a-zåäöæøéü]")
_SAMPLE, _ENOUGH = 6_000, 200  # letters that tell the language, and Latin ones among them, at least
_ABSTRACT = re.compile(
    r"^\W*(abstract|a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|sammanfattning|propositionens huvudsakliga innehåll"
    r"|skrivelsens huvudsakliga innehåll|referat)\W*",
    re.IGNORECASE,
)
_AFTER_ABSTRACT = re.compile(
    r"^\W*(?:\d\.?\s)?(?:keywords?|key words|nyckelord|introduction|inledning|jel\b|acknowledge?ments?|funding"
    r"|statement of need|background$"
    r"|bakgrund$|contents|innehåll|table of contents|ämnesord|corresponding author|references|©|copyright|citation:)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"(?<=[.!?])\s\d{1,4}$")
_PLACES = {
    "Sweden": r"Sweden|Swedish|Sverige|svensk\w*",
    "USA": r"(?:the )?United States|U\.S\.(?:A\.)?|USA?|American",
    "UK": r"(?:the )?United Kingdom|UK|U\.K\.|Great Britain|England(?: and Wales)?|Scotland|London|British",
    "Norway": r"Norway|Norwegian|Norge|norsk\w*",
    "Denmark": r"Denmark|Danish|Danmark|dansk\w*",
    "Finland": r"Finland|Finnish|finländsk\w*|finsk\w*",
    "Netherlands": r"(?:the )?Netherlands|Dutch|Nederländerna|nederländsk\w*",
    "Germany": r"Germany|German|Tyskland|tysk\w*",
    "Canada": r"Canada|Canadian|Kanada|kanadensisk\w*",
    "Australia": r"Australia|Australian|Australien|australisk\w*",
}
_OF_DATA = (
    r"\b(?:data|survey\w*|sample\w*|interview\w*|respondents|officers|residents|agencies|participants|deputies"
    r"|experiment\w*|cities"
    r"|enkät\w*|intervju\w*|undersök\w*|respondent\w*|register\w*|fallstudie\w*|kommuner|boende)\b"
)


def contents(texts: Sequence[str], front: Sequence[tuple[str, float]], title: str) -> Iterator[Proposal]:
    """Language, abstract and evidence from, with the confidence each was found to deserve."""
    whole = " ".join(texts)
    sample = whole[len(whole) // 3 :][:_SAMPLE] if len(whole) > 3 * _SAMPLE else whole[:_SAMPLE]
    if len(_LATIN.findall(sample)) > _ENOUGH:
        yield Proposal("languages", (language_of(sample, _LANGUAGES),), Source.PAGES, 0.95)
    abstract, sure = _abstract(texts, front)
    yield Proposal("abstract", abstract, Source.PAGES, sure, "first pages")
    places = _places(f"{title}. {abstract}")
    if len(places) == 1:
        yield Proposal("evidence_from", places[0], Source.PAGES, 0.6, "abstract")


def _abstract(texts: Sequence[str], front: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """What stands between "Abstract" or its like and the next heading, on the first pages; and how sure that is."""
    headings = _headings(front)
    for text in texts[:_EARLY]:
        lines = text.split("\n")
        for i, line in enumerate(lines):
            begun = _ABSTRACT.match(line)
            if begun and (len(line) <= begun.end() or _is_run_in(line, begun)):
                found = [line[begun.end() :], *_until_heading(lines[i + 1 :], headings)]
                abstract = _PAGE_NUMBER.sub("", tidy("\n".join(found)))
                if len(abstract) > _SHORTEST:
                    return abstract, 0.85 if len(found) < len(lines) - i else 0.7
    return "", 0.0


def _until_heading(lines: Sequence[str], headings: frozenset[str]) -> Iterator[str]:
    for line in lines:
        if _AFTER_ABSTRACT.match(line) or letters(line) in headings:
            return
        yield line


def _is_run_in(line: str, begun: re.Match[str]) -> bool:
    """Whether the abstract begins on the line of its heading: "Abstract: …", "ABSTRACT We …"."""
    return begun[1].isupper() or line[begun.end(1) : begun.end(1) + 1] in (":", ".", "—", "–")


def _headings(front: Sequence[tuple[str, float]]) -> frozenset[str]:
    """The lines of the first page that are set larger than most of it."""
    sizes = sorted(size for line, size in front for _ in range(len(line)))
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    return frozenset(letters(line) for line, size in front if size > 1.1 * middle and letters(line))


def _places(text: str) -> list[str]:
    """The countries a text says its data are from, if no other is named in it."""
    named = [place for place, words in _PLACES.items() if re.search(rf"\b(?:{words})(?!\w)", text)]
    return [place for place in named if len(named) == 1 and _says_data_from(text, _PLACES[place])]


def _says_data_from(text: str, words: str) -> bool:
    """Whether data, or people who may have given them, are said to be of a country; "us" is not "US"."""
    near = rf"(?i:{_OF_DATA})[^.;]{{0,80}}\b(?:in|from|of|across|i|från|bland)\s(?:\w+\s)?(?:{words})(?!\w)"
    people = rf"\b(?:{words})\s(?:\w+[\s-]){{0,2}}(?i:{_OF_DATA})"
    return bool(re.search(near, text) or re.search(people, text))
