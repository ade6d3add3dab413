"""Which countries a text names, and on which side of the border a study's evidence lies; words in `places.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from corpus.words import Language
from retriever.answer import Side
from retriever.wordlist import WordList

HOME = "Sweden"
_UNKNOWN = "unknown"
_SWEDISH = "swedish"
_PARTS = re.compile(r"[/,;&+]|\b(?:and|och|samt)\b")
_ASIDE = re.compile(r"\([^()]*\)")


@cache
def _tables() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "places.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _named() -> WordList:
    """All words that name a country; a small first letter may be a capital in a text."""
    words: dict[str, tuple[str, str]] = {}
    tables = {country: lists for country, lists in _tables().items() if country not in (_UNKNOWN, _SWEDISH)}
    for kind in ("not", "words"):  # "Northern Ireland" is no Ireland, and is the UK
        for country, lists in tables.items():
            written = lists.get(kind, [])
            words |= dict.fromkeys([*written, *(word[0].upper() + word[1:] for word in written)], (country, kind))
    return WordList(words)


@lru_cache(maxsize=512)
def countries(text: str) -> tuple[str, ...]:
    """The countries that a text names, by their own names, their people's or a clear place in them, in its order."""
    return tuple(dict.fromkeys(country for _, _, country, kind in _named().find(text) if kind == "words"))


@lru_cache(maxsize=512)
def side_of(evidence_from: str) -> Side:
    """On which side evidence lies, by what it is said to be from; "not_stated" where that is nothing or both."""
    said = [part.strip() for part in _PARTS.split(_ASIDE.sub("", evidence_from))]
    known = [
        part for part in said if any(map(str.isalpha, part)) and part.casefold() not in _tables()[_UNKNOWN]["words"]
    ]
    at_home = {HOME in countries(part) for part in known}
    if len(at_home) != 1 or any(len(countries(part)) > 1 for part in known):
        return "not_stated"
    return "swedish" if at_home.pop() else "international"


@lru_cache(maxsize=512)
def called(evidence_from: str, language: Language) -> str:
    """Where evidence is from, with its countries as a reader's language calls them; descriptions are in English."""
    names = _tables()[_SWEDISH] if language == "sv" else {}
    for english, swedish in names.items():
        evidence_from = re.sub(rf"(?<!New )\b{re.escape(english)}\b", swedish, evidence_from)
    return evidence_from
