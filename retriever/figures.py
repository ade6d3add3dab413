"""The figures a sentence gives: shares, money, counts, durations, ratios, and the interval each one has.

A figure is a number with a unit after it, or behind a currency or the name of a measure ("OR = 1.23"). So a year, a
page, a paragraph of law, an id or the number of a table never is one. What the sentence says is given as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from retriever.answer import Figure

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure at its place in the sentence."""

    start: int
    end: int
    unit: str


# Numbers

_YEAR = r"(?:1[89]|20)\d\d(?![\d.,]?\d)"
_DIGITS = r"(?:\d{1,3}(?:[ \u00a0,.]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
_SIGNED = rf"[-−–+]?{_DIGITS}"
_IN_WORDS = "|".join(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety två tre fyra fem sex sju åtta nio tio elva tolv
    tretton fjorton femton sexton sjutton arton nitton tjugo trettio fyrtio femtio sextio sjuttio åttio nittio
    """.split()
)
_WORD = re.compile(rf"\b(?:{_IN_WORDS})\b", re.IGNORECASE)
_FIRST = rf"(?:(?<![\w.,:/§–−-])(?!{_YEAR})(?:(?<![^\s(\[])[-−–+])?{_DIGITS}(?![\d:/])|\b(?:{_IN_WORDS})\b)"
_SECOND = rf"(?:(?!{_YEAR}){_SIGNED}(?![\d:/])|(?:{_IN_WORDS})\b)"
_JOINED = r"(?:\s?[–-]\s?|\s(?:to|and|or|till|och|eller)\s)"
_VALUE = re.compile(
    rf"(?:\b(?P<from>between|from|mellan|från)\s)?{_FIRST}(?:(?P<range>{_JOINED}){_SECOND})?", re.IGNORECASE
)

# Units

_PER_CENT = r"(?:%|per\s?cent\b|procents?\b)"
_CURRENCIES = {
    "NOK": r"NOK|norska kronor",
    "DKK": r"DKK|danska kronor",
    "SEK": r"SEK|kronor|kr|mnkr|mkr|tkr|mdkr",
    "USD": r"USD|US\$|\$|(?:US )?dollars?",
    "EUR": r"EUR|€|euros?",
    "GBP": r"GBP|£|pounds?|pund",
}
_MANY = r"(?:\s?(?:thousand|million|billion|tusen|miljon(?:er)?|miljard(?:er)?|milj\.|mn|bn))?"
_MONEY = "|".join(f"(?P<{code}>(?:{words})(?!\\w))" for code, words in _CURRENCIES.items())
_TIME = r"years?|months?|weeks?|days?|hours?|minutes?|år|månad(?:er)?|mån|veckor|dagar|dygn|timmar|minuter"
_COUNTED = "|".join(
    r"""
    studies evaluations trials experiments quasi-experiments observations tests reviews surveys interviews respondents
    participants persons people residents households youths officers employees visits visitors municipalities cities
    towns countries sites places squares areas districts BIDs neighbourhoods neighborhoods blocks streets stations stops
    stores shops businesses companies firms properties lots buildings cameras crimes offences offenses incidents
    burglaries robberies assaults arrests calls reports complaints agencies departments jurisdictions cases articles
    activities events
    studier(?:na)? utvärderingar(?:na)? \w*undersökningar(?:na)? försök(?:en)? observationer(?:na)? översikter(?:na)?
    mätningar(?:na)? enkäter intervjuer(?:na)? personer deltagare svarande respondenter(?:na)? invånare boende hushåll
    ungdomar besökare(?:na)? besök kommuner(?:na)? \w*städer(?:na)? orter länder platser(?:na)? torg \w*områden(?:a)?
    stadsdelar kvarter gator stationer(?:na)? hållplatser(?:na)? butiker(?:na)? företag(?:en)? fastigheter(?:na)?
    byggnader kameror(?:na)? \w*brott(?:en)? händelser(?:na)? incidenter \w*anmälningar(?:na)? rån gripanden samtal
    polisdistrikt myndigheter ärenden artiklar aktiviteter evenemang ordningsvakter fastighetsägare medlemmar
    """.split()
)
_NOT_BETWEEN = r"(?:and|or|och|eller|of|av|in|i|to|till|per|procent|percent|at|on|på|by|med|for|för)\b"
_ON_SCALE = r"(?:on|of|på) (?:an? |the |en )?(?:[\w-]+[ -])?(?:\w+gradig(?:a)? |point )?(?:scale|skal(?:a|an|or))\b"
_UNIT = re.compile(
    rf"\s?(?P<points>percentage[ -]points?\b|procentenhet(?:er)?\b|%-enheter\b)"
    rf"|\s?(?P<percent>{_PER_CENT}(?:(?:\s?[–-]\s?|\s(?:to|till)\s){_SIGNED}\s?{_PER_CENT})?)"
    rf"|{_MANY}\s?(?:{_MONEY})"
    rf"|(?:\s[a-zåäö]+)?\s(?P<rate>per 1(?:0{{0,2}}(?:[ \u00a0,.]0{{3}})+|0{{2,6}})(?!\d)(?:\s(?:{_COUNTED})\b)?)"
    rf"|\s(?P<scale>{_ON_SCALE})"
    rf"|\s(?P<score>(?:scale )?points?\b(?! of)|skalpoäng\b|skalsteg\b|poäng\b)"
    rf"|[\s-](?P<time>{_TIME})\b(?!s| olds?\b)"
    rf"|(?:\s(?:(?:out )?of|av)(?:\s(?:the|de))?\s{_SECOND})?(?:\s(?!{_NOT_BETWEEN})[^\W\d_][\w’-]*){{0,2}}?"
    rf"\s(?P<count>(?:{_COUNTED})\b)",
    re.IGNORECASE,
)
_NAMED_UNITS = {"points": "percentage points", "percent": "%", "scale": "scale", "score": "points"}
_MONEY_BEFORE = re.compile(
    rf"(?<!\w)(?P<code>SEK|USD|US\$|EUR|GBP|NOK|DKK|[$€£])\s?{_DIGITS}(?:{_JOINED}{_DIGITS}(?![\d%]))?{_MANY}"
)
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_MEASURED = re.compile(
    r"(?<!\w)(?:(?P<name>a?OR|AOR|I?RR|HR|SMD|(?:odds|risk|rate|hazard) ratio|relative risk|effect size"
    r"|oddskvot(?:en)?|riskkvot(?:en)?|relativ risk|effektstorlek(?:en)?)(?:\s?[=:]\s?|\s(?:of|was|på|var)\s|\s)"
    rf"|(?P<letter>(?:Cohen[’']s )?[dgrbBβ]|beta|η²|R²)\s?=\s?){_SIGNED}"
)

# What is no figure

_LABELLED = re.compile(
    r"\b(?:table|figure|fig\.|tabell|figur|diagram|section|avsnitt|chapter|kapitel"
    r"|(?-i:Model|Modell|Study|Studie|Experiment|Wave|Phase|Fas|Hypothesis|Hypotes)|appendix|bilaga|pages?|pp?\.|sidan?|sid\.|s\.|nr\.?|no\.|vol\.|level|nivån?|LOV)"
    rf"\s?\d+(?:[.:]\d+)*(?!\d|\s?{_PER_CENT})"
    r"|\b(?-i:[A-ZÅÄÖ]{2,})\d+"
    r"|\d+\s?(?:kap\.|(?-i:[a-z]) §|§§?)|§§?\s?\d+(?:[–-]\d+)?",
    re.IGNORECASE,
)

# Intervals and significance

_P_VALUE = rf"\bp\s?[<>=≤≥]\s?{_DIGITS}"
_ENDS = rf"[\[(]?{_SIGNED}\s?%?\s?(?:to|till|and|och|–|-|,|;)\s?{_SIGNED}(?:\s?{_PER_CENT})?[\])]?"
_INTERVAL_WORD = r"(?:\bCI\b|\bKI\b|\bCrI\b|\binterval\b|intervall(?:et)?\b)"
_INTERVALS = re.compile(
    rf"\((?P<within>[^()]*{_INTERVAL_WORD}[^()]*)\)"
    rf"|(?P<level>\b\d{{2}}\s?-?(?:{_PER_CENT}|procentigt)\s(?:[a-zåäö]+\s){{0,2}}\w*{_INTERVAL_WORD}"
    rf"(?:\s?[:=,]|\sof|\sfrom|\spå|\sfrån)?\s?{_ENDS})"
    rf"|(?<=[\w%] )\((?P<ends>(?!{_YEAR}){_SIGNED}\s?%?\s?(?:to|till)\s{_SIGNED}\s?%?)\)"
    rf"|(?<=[\w%] )\((?P<path>(?:from|från) (?!{_YEAR})[^()]*\b(?:to|till) [^()]*)\)",
    re.IGNORECASE,
)
_SIGNIFICANCE = re.compile(
    rf"{_P_VALUE}|\bn\.s\.(?=[\s),;]|$)|\bnot (?:statistically )?significant(?:ly)?\b|\bnon-significant\b"
    r"|\bstatistically (?:in)?significant(?:ly)?\b"
    r"|\b(?:(?:ej|inte|icke) )?(?:statistiskt )?(?:säkerställ(?:d|da|t)|signifikanta?)\b",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r"[;:]|[.!?] |\b(?:but|while|whereas|men|medan)\b")


@lru_cache(maxsize=4096)
def figures(sentence: str, language: str) -> tuple[Figure, ...]:  # noqa: ARG001
    """The figures of a sentence in its order, each with its unit and, where it has one, interval or significance.

    `unit` is "%", "percentage points", "scale", "points", a currency's code, the name of a measure ("OR"), "p",
    "per 100,000", or the noun that was counted ("studies", "månader"). The words of both languages are known in both,
    since reports mix them.
    """
    if not _may_hold(sentence):
        return ()
    intervals = [(match.span(), match.span(str(match.lastgroup))) for match in _INTERVALS.finditer(sentence)]
    whole = [span for span, _ in intervals]
    found = _found(sentence, whole)
    notes = [inner for _, inner in intervals]
    notes += [match.span() for match in _SIGNIFICANCE.finditer(sentence) if not _meets(match.span(), whole)]
    belongs = _belonging(sentence, found, notes)
    return tuple(Figure(sentence[f.start : f.end], f.unit, belongs.get(f.start, "")) for f in found)


def _may_hold(sentence: str) -> bool:
    return any(map(str.isdigit, sentence)) or _WORD.search(sentence) is not None


def _found(sentence: str, intervals: Sequence[Span]) -> list[_Found]:
    """All figures outside intervals, in order; of two that meet, the one that was looked for first."""
    taken = [*intervals, *(match.span() for match in _LABELLED.finditer(sentence))]
    found: list[_Found] = []
    for figure in _candidates(sentence):
        span = (figure.start, figure.end)
        if not _meets(span, taken):
            found.append(figure)
            taken.append(span)
    return sorted(found or _p_values(sentence), key=lambda figure: figure.start)


def _candidates(sentence: str) -> Iterator[_Found]:
    for match in _MONEY_BEFORE.finditer(sentence):
        yield _Found(*match.span(), _SIGNS.get(match["code"], match["code"]))
    for match in _MEASURED.finditer(sentence):
        yield _Found(*match.span(), match["name"] or match["letter"])
    for match in _VALUE.finditer(sentence):
        unit = _UNIT.match(sentence, match.end())
        if unit is not None:
            yield _Found(_start(match), unit.end(), _unit(unit))
        elif match["range"] and (match["from"] or "").lower() in {
            "from",
            "från",
        }:  # "from 3.9 to 4.2", on a scale that was named before
            yield _Found(match.start(), match.end(), "scale")


def _start(value: re.Match[str]) -> int:
    """A range is given with its "between"; a single value without the "from" it happens to follow."""
    return value.start() if value["range"] or not value["from"] else value.end("from") + 1


def _unit(unit: re.Match[str]) -> str:
    kind = str(unit.lastgroup)
    if kind in _CURRENCIES:
        return kind
    return _NAMED_UNITS.get(kind) or unit[kind]


def _p_values(sentence: str) -> Iterator[_Found]:
    """A p value is a figure of its own only where the sentence gives no other."""
    return (_Found(*match.span(), "p") for match in re.finditer(_P_VALUE, sentence, re.IGNORECASE))


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _belonging(sentence: str, found: Sequence[_Found], notes: Sequence[Span]) -> dict[int, str]:
    """The interval or significance of each figure that has one, by where the figure starts.

    It belongs to the last figure before it in the same clause, or else to the first after it; intervals come first.
    """
    belongs: dict[int, str] = {}
    for start, end in notes:
        before = [f for f in found if f.end <= start and not _NEXT_CLAUSE.search(sentence, f.end, start)]
        after = [f for f in found if f.start >= end and not _NEXT_CLAUSE.search(sentence, end, f.start)]
        owner = before[-1:] or after[:1]
        for figure in owner:
            belongs.setdefault(figure.start, sentence[start:end].strip())
    return belongs
