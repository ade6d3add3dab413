"""Look-ups of a DOI at Crossref, Unpaywall and OpenAlex: only where they are turned on, and a person asks."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from corpus.desk import propose
from corpus.library import Library
from corpus.reference import clean
from corpus.settings import Settings
from corpus.study import Proposal, Source, Study
from corpus.words import Fault
from ingest.records.csl import read_item
from ingest.records.imported import BadRecord, address, language_codes

TIMEOUT = 20
"""Most seconds without a word from a service."""
PAUSE = 1.0
"""Seconds between two questions to services that are not on this machine."""

_LONGEST_WAIT = 60
_WHOLE_ANSWER = 60
_LARGEST = 5 << 20
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TYPES = {
    "journal-article": "article-journal",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book-chapter": "chapter",
    "book-section": "chapter",
    "dissertation": "thesis",
    "proceedings-article": "paper-conference",
    "report-component": "report",
}


class LookupsOff(Fault):
    """Look-ups are not turned on."""

    code = "lookups_off"


class NoDoi(Fault):
    """The study has no DOI to be looked up by."""

    code = "lookup_no_doi"


class NoContact(Fault):
    """The service wants an address to be asked under, and none is set."""

    code = "lookup_no_contact"


class NotReached(Fault):
    """No answer came: no network, or the service is down."""

    code = "lookup_not_reached"


class UnknownDoi(Fault):
    """The service knows no such DOI."""

    code = "lookup_unknown_doi"


class Busy(Fault):
    """The service takes no more questions now."""

    code = "lookup_busy"


class Refused(Fault):
    """The service would not answer."""

    code = "lookup_refused"


class Elsewhere(Fault):
    """The service sent on to another address, which was not followed."""

    code = "lookup_elsewhere"


class Unreadable(Fault):
    """The answer cannot be read, or is of another work."""

    code = "lookup_unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """What the services said of one DOI, and what went wrong; `retracted` where one says so of the work."""

    doi: str
    proposals: tuple[Proposal, ...] = ()
    faults: tuple[Fault, ...] = ()
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a look-up did for one study; `fields` are those that something was proposed for."""

    study: Study
    found: Found

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that something was proposed for."""
        return tuple(dict.fromkeys(proposal.field for proposal in self.found.proposals))


def look_up(doi: str, settings: Settings) -> Found:
    """Ask each service for a DOI, one after another. Raises LookupsOff; all else that fails is in `Found.faults`."""
    if not settings.lookups:
        raise LookupsOff()
    proposals: list[Proposal] = []
    faults: list[Fault] = []
    retracted = False
    for ask in (_crossref, _unpaywall, _openalex):
        try:
            found = ask(doi, settings)
            proposals += found.proposals
            retracted |= found.retracted
        except Fault as fault:
            faults.append(fault)
    return Found(doi, tuple(proposals), tuple(faults), retracted)


def look_up_studies(library: Library, study_ids: Iterable[str], by: str) -> Iterator[LookedUp]:
    """Look studies up by their DOI and add what is said to their proposals. Raises LookupsOff or UnknownStudy."""
    if not library.settings.lookups:
        raise LookupsOff()
    for study in [library.study(study_id) for study_id in study_ids]:
        doi = doi_of(study)
        if not doi:
            yield LookedUp(study, Found("", faults=(NoDoi(study=study.id, title=study.title[:120]),)))
            continue
        found = look_up(doi, library.settings)
        known = propose(library, study.id, found.proposals, by, "looked_up") if found.proposals else study
        yield LookedUp(known, found)


def doi_of(study: Study) -> str:
    """The study's DOI, or ""."""
    return dict(study.description.identifiers).get("doi", "")


# The services


def _crossref(doi: str, settings: Settings) -> Found:
    """https://api.crossref.org/works/{doi}: the whole description, as its publisher deposited it."""
    query = {"mailto": settings.contact} if settings.contact else {}
    item = _object(_ask("Crossref", settings.crossref_url, f"works/{_in_path(doi)}", query, doi).get("message"))
    if str(item.get("DOI", "")).casefold() != doi.casefold():
        raise Unreadable(service="Crossref", doi=doi)
    kind = str(item.get("type", ""))
    title = ": ".join(filter(None, (_first(item, "title"), _first(item, "subtitle"))))
    item |= {"type": _TYPES.get(kind, kind), "title": title, "keyword": ""}
    try:
        record = read_item("crossref", 1, item)
    except BadRecord:
        raise Unreadable(service="Crossref", doi=doi) from None
    return Found(doi, _from(record.proposals, "crossref", 0.9))


def _unpaywall(doi: str, settings: Settings) -> Found:
    """https://api.unpaywall.org/v2/{doi}: the address of a copy that may be read for nothing."""
    if not settings.contact:
        raise NoContact(service="Unpaywall")
    answer = _ask("Unpaywall", settings.unpaywall_url, f"v2/{_in_path(doi)}", {"email": settings.contact}, doi)
    if str(answer.get("doi", "")).casefold() != doi.casefold():
        raise Unreadable(service="Unpaywall", doi=doi)
    place = _object(answer.get("best_oa_location") or {})
    url = str(place.get("url_for_pdf") or place.get("url") or "")
    urls = [Proposal("url", value, Source.LOOKUP, 0.8) for name, value in address(url) if name == "url"]
    return Found(doi, _from(urls, "unpaywall", 0.8))


def _openalex(doi: str, settings: Settings) -> Found:
    """https://api.openalex.org/works/doi:{doi}: its own reading of the work, with the words of the abstract."""
    query = {"mailto": settings.contact} if settings.contact else {}
    if settings.openalex_key:
        query["api_key"] = settings.openalex_key.get_secret_value()
    work = _ask("OpenAlex", settings.openalex_url, f"works/doi:{_in_path(doi)}", query, doi)
    if not str(work.get("doi") or "").casefold().endswith(doi.casefold()):
        raise Unreadable(service="OpenAlex", doi=doi)
    people = [_object(_object(a).get("author") or {}).get("display_name") for a in _list(work.get("authorships"))]
    keywords = [str(_object(k).get("display_name", "")) for k in _list(work.get("keywords"))]
    item = {
        "title": work.get("title"),
        "author": [{"literal": name} for name in people if isinstance(name, str)],
        "issued": work.get("publication_year"),
        "abstract": plain_abstract(work.get("abstract_inverted_index")),
        "keyword": ";".join(keywords),
        "language": " ".join(language_codes([str(work.get("language") or "")])),
    }
    try:
        record = read_item("openalex", 1, item)
    except BadRecord:
        raise Unreadable(service="OpenAlex", doi=doi) from None
    return Found(doi, _from(record.proposals, "openalex", 0.7), retracted=work.get("is_retracted") is True)


def plain_abstract(index: object) -> str:
    """An abstract from OpenAlex's index of it: each word with the places, counted from 0, at which it stands."""
    if not isinstance(index, dict):
        return ""
    places = [(place, word) for word, at in index.items() for place in _list(at) if isinstance(place, int)]
    return " ".join(word for _, word in sorted(places))


def _from(proposals: Iterable[Proposal], service: str, confidence: float) -> tuple[Proposal, ...]:
    made = date.today().isoformat()
    return tuple(
        replace(p, source=Source.LOOKUP, confidence=min(confidence, p.confidence), detail=service, made=made)
        for p in proposals
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(item: Mapping[str, Any], field: str) -> str:
    return next((text for text in _list(item.get(field)) if isinstance(text, str)), "")


def _in_path(doi: str) -> str:
    return quote(doi, safe="/")


# Asking


class _StayHere(HTTPRedirectHandler):
    """Follows a redirect to another path of the same host, and to nowhere else."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        """The request that follows a redirect. Raises Elsewhere."""
        if urlsplit(req.full_url)[:2] != urlsplit(newurl)[:2]:
            fp.close()
            raise Elsewhere(host=clean(urlsplit(newurl).netloc)[:80])
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _ask(service: str, base: str, path: str, query: Mapping[str, str], doi: str) -> dict[str, Any]:
    """One question, asked once more where the service says when to. Raises one of the faults above."""
    if not _host(base):
        raise NotReached(service=service, why=clean(base)[:120])
    asked = f"?{urlencode(query)}" if query else ""
    contact = query.get("mailto") or query.get("email")
    agent = "amp-research-assistant/0.1" + (f" (mailto:{contact})" if contact else "")
    if _host(base) not in _LOOPBACK:
        time.sleep(PAUSE)
    opener = build_opener(_StayHere)
    try:
        headers = {"User-Agent": agent, "Accept": "application/json"}
        request = Request(f"{base.rstrip('/')}/{path}{asked}", headers=headers)
        body = _again(lambda: _read(opener, request))
        answer = json.loads(body)
    except HTTPError as error:
        error.close()
        raise _refusal(service, doi, error.code) from None
    except (URLError, http.client.HTTPException, OSError) as error:
        why = getattr(error, "reason", None) or error or type(error).__name__
        raise NotReached(service=service, why=clean(str(why))[:120]) from None
    except (ValueError, RecursionError):
        raise Unreadable(service=service, doi=doi) from None
    if not isinstance(answer, dict):
        raise Unreadable(service=service, doi=doi)
    return answer


def _host(base: str) -> str:
    """The host of a service's address, "" where that is no web address."""
    try:
        parts = urlsplit(base)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _again(ask: Callable[[], bytes]) -> bytes:
    """Ask, and once more if the service says how long to wait first."""
    try:
        return ask()
    except HTTPError as error:
        wait = error.headers.get("Retry-After", "")
        if error.code not in (429, 503) or not wait.isdecimal() or int(wait) > _LONGEST_WAIT:
            raise
        error.close()
        time.sleep(int(wait))
    return ask()


def _read(opener: OpenerDirector, request: Request) -> bytes:
    """The body of an answer, if it is not too large and does not take too long."""
    until = time.monotonic() + _WHOLE_ANSWER
    parts: list[bytes] = []
    with opener.open(request, timeout=TIMEOUT) as response:
        while part := response.read1(1 << 16):
            parts.append(part)
            if sum(map(len, parts)) > _LARGEST:
                raise ValueError("too large")
            if time.monotonic() > until:
                raise TimeoutError("timed out")
    return b"".join(parts)


def _refusal(service: str, doi: str, status: int) -> Fault:
    if status == 404:
        return UnknownDoi(service=service, doi=doi)
    if status in (429, 503):
        return Busy(service=service)
    return Refused(service=service, status=status)
