"""When, where and by whom a work was published, and what kind of work it is, as its first pages tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from corpus.study import IDENTIFIERS, Proposal, Source
from corpus.text import one_line
from ingest.front.years import MONTH, YEAR, years

_EARLY, _COLOPHON = 2, 4  # pages
_SHORT = 90  # letters: a line of a cover or a colophon, not of running text

_WORD = rf"(?!(?i:accepted|forthcoming|published|doi|vol|available|{MONTH})\b)[A-ZÅÄÖ][\w&’'-]*"
_JOURNAL = rf"(?P<journal>{_WORD}(?::?\s(?:of|and|the|in|for|on|an?|och|för|i|&|{_WORD})){{0,9}})"
_PAGES = r"(?:pp?\.\s?)?(?P<page>e?\d+(?:[-–]\d+)?)(?![\w(])"
_VOLUME = (
    r",?\s(?i:vol(?:ume|\.)?\s?)?(?P<volume>\d{1,4})\b"
    r"(?:\s?\((?!(?:19|20)\d{2}\))(?P<issue>\d[\d–/-]*)\)|,?\s(?i:issue|no\.?|nr\.?)\s?(?P<number>\d+)"
    r"|:(?P<part>\d+)(?=,))?"
    rf"(?:\s?\((?P<year>{YEAR})\))?(?:[,:]?\s?{_PAGES})?"
)
_WITH_VOLUME = re.compile(_JOURNAL + _VOLUME)
# "J Exp Criminol (2020) 16:1–25", "Sustainability 2020, 12, 2021", "2019, Vol. 16(3) 301–320"
_YEAR_FIRST = re.compile(
    rf"(?:{_JOURNAL}\.?,?\s)?\(?(?:{MONTH}\s)?(?P<year>{YEAR})\)?[,;]?\s(?i:vol(?:ume|\.)?\s?)?(?P<volume>\d{{1,4}})"
    rf"(?:\s?\((?P<issue>\d+)\)|,?\s(?i:issue|no\.?)\s?(?P<number>\d+))?(?P<part>)(?:[,:]?\s?{_PAGES})?"
)
_TO_APPEAR = re.compile(
    r"(?i:\bforthcoming\s(?:in|at)|\bpublished\sin|\bappears?\sin|\baccepted\s(?:in|by|at)|\bin press,?(?:\sin"
    r"|\sat)?)[:\s]+"
    r"(?:the\s(?=[Jj]ournal))?" + _JOURNAL + rf"(?:{_VOLUME})?",
)
_JOURNAL_LINE = re.compile(
    r"(?:the\s)?(?:[A-Z][\w-]+\s){0,5}Journal(?:\s(?:of|for|on)\s[\w,& -]+)?|[A-ZÅÄÖ]\w+ tidskrift(?:\sför\s.+)?"
)
_BOOKISH = re.compile(r"handbook|companion|encyclopedia|edited by|handbok|antologi", re.IGNORECASE)

_SERIES = re.compile(
    r"(?P<series>(?:[A-ZÅÄÖ][\w&.-]*\s){0,4}?(?:[\w-]*rapport(?:er)?|[\w-]*report|working paper|discussion paper"
    r"|arbetsrapport|meddelande|PM|skriftserie|FoU))"
    r"[\s,:]*(?:series\s)?(?:nr\.?\s|no\.?\s|nummer\s|#)?(?P<number>\d{4}[:/.–-]\d{1,4}|\d{1,4}[:/](?:19"
    r"|20)\d{2}|[A-Z]{1,4}-?\d{2,4}(?:[:/.-]\d+)?|\d{1,5})\.?",
    re.IGNORECASE,
)
_CODED = re.compile(r"(?:FOI-R--\d+--SE|TRITA-[A-Z-]+ \d{4}:\d+|LIU-[A-Z-]+--\d+/\d+--SE)")
_REGULATION = re.compile(r"(?P<series>[A-ZÅÄÖ]{2,6}(?:-FS)?|[A-Z]{3,8}FS)\s(?P<number>(?:19|20)\d{2}:\d{1,4})")
_OFFICIAL_SERIES = frozenset({"SOU", "SFS", "DS", "DIR", "PROP", "SKR"})
_PUBLISHER = re.compile(
    r"^(?:utgivare|utgiven av|publisher|published by|ansvarig utgivare"
    r"|förlag)\s*:?\s+(?P<name>[A-ZÅÄÖ][^\n,;©\d]{2,80}?)\s*[.,]?$",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    rf"(?:©|\(c\)|copyright)\s*(?:({YEAR})\b)?[\s,:]*(?P<name>[A-ZÅÄÖ][^\n,.;©\d()]{{2,80}}?)\s*(?:,?\s*(?:19"
    rf"|20)\d{{2}})?[.,]?$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"universi|högskol|institut|rådet\b|verket\b|myndighet|kommun\b|region\b|stiftelse|press\b|förlag|publish"
    r"|springer|elsevier|wiley"
    r"|sage\b|emerald|routledge|taylor|council|office|agency|ministry|departement|foundation|forum\b|center"
    r"|centre|brå\b|association",
    re.IGNORECASE,
)
_BY_JOURNAL = frozenset({"citation", "page 1", "masthead"})  # the details of proposals that name a journal
_BODY = re.compile(  # a line that is the name of a public body or a university and nothing else
    r"(?:[A-ZÅÄÖ][\w-]*\s(?:(?:och|för|of|for|and)\s)?){0,4}"
    r"(?:[\w-]*(?:kommun|rådet|verket|myndigheten|styrelsen|universitet|universitetet|högskola|högskolan)"
    r"|Region\s\w+|University|Council)"
)
_MINISTRY = re.compile(r"^\((?P<name>[A-ZÅÄÖ][\w-]+(?:\soch\s[\w-]+)?departementet)\)$")

_THESES = (
    (
        r"doktorsavhandling|akademisk avhandling|doctoral (?:thesis|dissertation)|ph\.?\s?d\.?[ -](?:thesis"
        r"|dissertation)",
        "doctoral thesis",
    ),
    (r"licentiatavhandling|licentiatuppsats|licentiate thesis", "licentiate thesis"),
    (r"examensarbete|masteruppsats|magisteruppsats|master(?:['’]?s)?[ -](?:thesis|dissertation)", "master's thesis"),
    (r"kandidatuppsats|c-uppsats|självständigt arbete|bachelor(?:['’]?s)? thesis", "bachelor's thesis"),
)
_KINDS = {
    "prop": "bill",
    "skr": "government communication",
    "dir": "directive",
    "sou": "government inquiry",
    "ds": "ministry paper",
    "sfs": "statute",
}
_RESPONSE = re.compile(r"^(?:remissvar|remissyttrande|yttrande)\b", re.IGNORECASE)
_REVIEW = re.compile(r"^(?:book review|review of|bokrecension|recension)\b", re.IGNORECASE)


def imprint(texts: Sequence[str], front: Sequence[str], title: str, found: Sequence[Proposal]) -> Iterator[Proposal]:
    """Year, journal or series, publisher and kind. `found` are the numbers that were found before."""
    where = list(_where(texts, front, title))
    known = sorted([*found, *where], key=lambda p: p.confidence)
    numbers = {p.field: str(p.value) for p in known if p.field in IDENTIFIERS and p.confidence >= 0.3}
    yield from where
    yield from years(texts, front, title, numbers)
    yield from _publishers(texts, front, where)
    yield from _kinds(texts, front, title, numbers, where)


# Where


def _where(texts: Sequence[str], front: Sequence[str], title: str) -> Iterator[Proposal]:
    early = one_line(" ".join(texts[:_EARLY]))
    if cited := _cited_journal(early, title):
        yield Proposal("published_in", cited, Source.PAGES, 0.95, "citation")
    for found in list(_TO_APPEAR.finditer(one_line(texts[0][:6_000]) if texts else ""))[:4]:
        if "journal" in found["journal"].casefold() or len(found["journal"].split()) > 1:
            yield Proposal("published_in", _issue(found), Source.PAGES, 0.85 if found["volume"] else 0.8, "page 1")
    yield from _mastheads([line.strip() for line in front])
    yield from _series([*front, *(line for text in texts[:_COLOPHON] for line in text.split("\n"))])


def _mastheads(front: Sequence[str]) -> Iterator[Proposal]:
    """A journal that fills a line of the first page, with its volume there or in the next line."""
    for line, below in zip(front, [*front[1:], ""], strict=False):
        volume = _volume_in(line)
        if volume and volume["journal"]:
            yield Proposal("published_in", _issue(volume), Source.PAGES, 0.8, "masthead")
            yield Proposal("year", int(volume["year"]), Source.PAGES, 0.9, "masthead")
        elif _JOURNAL_LINE.fullmatch(line):
            volume = _volume_in(below)
            issue = _issue(volume, line) if volume and not volume["journal"] else line
            yield Proposal("published_in", issue, Source.PAGES, 0.8 if volume else 0.7, "masthead")
        elif volume:
            yield Proposal("year", int(volume["year"]), Source.PAGES, 0.9, "masthead")


def _volume_in(line: str) -> re.Match[str] | None:
    """A line that begins with a year and a volume, after a journal or alone; a date is none."""
    for pattern in (_WITH_VOLUME, _YEAR_FIRST):
        found = pattern.match(line)
        if found and found["year"] and (found["page"] or found["issue"] or found["number"]):
            return found
    return None


def _cited_journal(text: str, title: str) -> str:
    """The journal after the work's own title, in the line that says how to cite it."""
    end = re.escape(one_line(title)[-40:].rstrip(". "))
    pattern = re.sub("['’]", "['’]", re.sub(r"\\ ", r"\\s", end))
    for match in re.finditer(rf"{pattern}[.,]{{0,2}}\s+", text, re.IGNORECASE) if len(title) > 12 else ():
        found = _WITH_VOLUME.match(text, match.end())
        if found and (found["issue"] or found["number"] or found["part"] or found["year"]):
            return _issue(found)
    return ""


def journal_in(text: str) -> str:
    """The journal and issue that a text begins with, as publishers write them into a file's own information."""
    found = _WITH_VOLUME.match(text.strip())
    return _issue(found) if found else ""


def _issue(found: re.Match[str], journal: str = "") -> str:
    """The journal, volume, issue and page as `corpus.reference` reads them: "Journal 9(95):302"."""
    journal = re.sub(r"(?:\s(?:of|and|the|in|for|on|an?|och|för|i|&))+$", "", journal or found["journal"])
    if not found["volume"]:
        return journal
    issue = found["issue"] or found["number"] or found["part"]
    page = (found["page"] or "").replace("-", "–")
    return f"{journal} {found['volume']}" + (f"({issue})" if issue else "") + (f":{page}" if page else "")


def _series(lines: Sequence[str]) -> Iterator[Proposal]:
    """A number in a series that fills a line of its own, or stands in most running heads."""
    for line in (line.strip() for line in lines if len(line) < _SHORT):
        if coded := _CODED.search(line):
            yield Proposal("report", coded.group(), Source.PAGES, 0.85, line)
            return
        own = _SERIES.fullmatch(line) or _REGULATION.fullmatch(line)
        if own and own["series"].upper() not in _OFFICIAL_SERIES:
            yield Proposal("report", own["number"].replace("–", "-"), Source.PAGES, 0.85, line)
            yield Proposal("published_in", f"{own['series']} {own['number']}", Source.PAGES, 0.8, line)
            return


def _publishers(texts: Sequence[str], front: Sequence[str], where: Sequence[Proposal]) -> Iterator[Proposal]:
    for line in front:
        if ministry := _MINISTRY.match(line.strip()):
            yield Proposal("publisher", ministry["name"], Source.PAGES, 0.7, "page 1")
    is_in_journal = any(p.detail in _BY_JOURNAL for p in where)
    for line in () if is_in_journal else [*front[:12], *front[-4:]]:
        if _BODY.fullmatch(line.strip()):
            yield Proposal("publisher", line.strip(), Source.PAGES, 0.4, "page 1")
    for line in (line.strip() for text in texts[:_COLOPHON] for line in text.split("\n") if len(line) < 2 * _SHORT):
        for pattern, sure in ((_PUBLISHER, 0.8), (_HOLDER, 0.6)):
            named = pattern.search(line)
            if named and _ORGANISATION.search(named["name"]):
                yield Proposal("publisher", one_line(named["name"]), Source.PAGES, sure, line[:_SHORT])


# Kind


def _kinds(
    texts: Sequence[str], front: Sequence[str], title: str, numbers: Mapping[str, str], where: Sequence[Proposal]
) -> Iterator[Proposal]:
    for body in (name for name in _KINDS if name in numbers):
        yield Proposal("kind", _KINDS[body], Source.PAGES, 0.95, body)
    if any(_RESPONSE.match(line) for line in (title, *front)):
        yield Proposal("kind", "consultation response", Source.PAGES, 0.96, "page 1")
    lines = [*front, *(line for text in texts[:3] for line in text.split("\n"))]
    for pattern, kind in _THESES:
        if any(re.search(pattern, line, re.IGNORECASE) for line in lines if len(line) < _SHORT):
            yield Proposal("kind", kind, Source.PAGES, 0.85, "first pages")
            return
    if any(map(_REVIEW.match, front[:8])):
        yield Proposal("kind", "book review", Source.PAGES, 0.85, "page 1")
    yield from _by_place(where, numbers)


def _by_place(where: Sequence[Proposal], numbers: Mapping[str, str]) -> Iterator[Proposal]:
    for place in where:
        if place.field != "published_in":
            continue
        if _REGULATION.fullmatch(str(place.value)):
            yield Proposal("kind", "regulation", Source.PAGES, 0.9, place.detail)
        elif place.detail not in _BY_JOURNAL:
            yield Proposal("kind", "report", Source.PAGES, 0.8, place.detail)
        elif _BOOKISH.search(str(place.value)):
            yield Proposal("kind", "book chapter", Source.PAGES, 0.8, place.detail)
        else:
            yield Proposal("kind", "article", Source.PAGES, 0.8, place.detail)
    if "doi" in numbers and "isbn" not in numbers:
        yield Proposal("kind", "article", Source.PAGES, 0.6, "doi")
