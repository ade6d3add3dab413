"""What we export for reference managers comes back whole: the CSL item made from the import is the one it came from."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports import CorpusStamp, export
from corpus.description import resolve
from corpus.reference import csl_item
from corpus.starter import CATALOGUE
from corpus.study import Description, Study, TextState
from ingest.records.importers import read_records
from retriever.answer import Citation
from tests.api.test_exports import STUDIES, made

FORMS = ("ris", "bibtex", "csl_json")


def exported(studies: Sequence[Study], form: str) -> bytes:
    """An answer that cites each of the studies, taken out."""
    cited = tuple(
        Citation(n, study.id, "", study.title, (), None, 1, "1", "en", "Quote.", 0, 6)
        for n, study in enumerate(studies, 1)
    )
    known = {study.id: study for study in studies}
    text = export(form).make(made(citations=cited, more=()), known, "apa", CorpusStamp("f", date(2026, 11, 24), 1, 1))
    return text.encode() if isinstance(text, str) else text


def back(studies: Sequence[Study], form: str) -> list[Study]:
    """What an import makes of the export."""
    reading = read_records(f"answer{export(form).suffix}", exported(studies, form))
    assert reading.bad == ()
    assert reading.form == {"csl_json": "csl"}.get(form, form)
    return [Study("", resolve(r.proposals), r.languages, TextState.NO_FILE, ()) for r in reading.records]


def told(study: Study) -> dict[str, Any]:
    """What has to come back: all of the CSL item but its id, and the sentence that says what an evidence note is.

    A thesis that does not say which comes back as "thesis" or, from BibTeX, as "dissertation".
    """
    item = {name: value for name, value in csl_item(study).items() if name not in ("id", "note")}
    if item["type"] == "thesis" and item.get("genre") in ("thesis", "dissertation"):
        del item["genre"]
    return item


def catalogued() -> list[Study]:
    read = read_records("catalogue.csv", CATALOGUE.read_bytes()).records
    return [
        Study(str(n), resolve(record.proposals), record.languages, TextState.NO_FILE, ())
        for n, record in enumerate(read)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_work_of_the_catalogue_comes_back(form: str) -> None:
    works = catalogued()
    assert [told(study) for study in back(works, form)] == [told(study) for study in works]


@pytest.mark.parametrize("form", FORMS)
def test_notes_articles_and_inquiries_come_back(form: str) -> None:
    studies = list(STUDIES.values())
    assert [told(study) for study in back(studies, form)] == [told(study) for study in studies]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "title",
    [
        "Friåkare, ägare & övriga: 100 % trygghet på Ångströms_torg #1",
        "Braces {so} and {{so}} and \\so, ~ and ^ and $5",
        'Said "so" and ’so’ – or “so”',
        "Årsrapport i Göteborg, Ø, æ, ß, é and ñ",
        "A title; with semicolons, commas @ signs: and colons? Yes",
    ],
)
def test_signs_that_a_form_uses_itself_come_back(form: str, title: str) -> None:
    study = Study(
        "x",
        Description(
            title,
            ("Åström-Öberg, Ä.", "von Hofer, H.", "Brottsförebyggande rådet"),
            2019,
            "Tidskrift för {trygghet} & mer 12(3):45-67",
            identifiers=(("doi", "10.5555/a_b(c)12"), ("url", "https://example.org/a_b?c=%C3%A5&d=1")),
        ),
        ("sv",),
        TextState.NO_FILE,
        (),
    )
    assert [told(one) for one in back([study], form)] == [told(study)]


word = st.text(st.sampled_from("abcdeåäöéøæßABCÅÄÖ{}\\&%$#_^~\"'`,;:!?()[]=<>/|+@é0123456789-"), min_size=1, max_size=9)
prose = st.lists(word, min_size=1, max_size=8).map(lambda words: " ".join(["Trygghet", *words, "torg"]))
family = st.sampled_from(["Åström", "Öberg", "von Hofer", "Di Rocco", "O'Brien", "Ferreira-Lopes"])
given_name = st.sampled_from(["A.", "A.-K.", "Bo", "J. M.", "Élise"])
people = st.lists(st.tuples(family, given_name).map(", ".join), min_size=1, max_size=3, unique=True)
places = st.one_of(
    st.just(("quasi-experiment", "Tidskrift för ägare 12(3):45-67")),
    st.just(("RCT", "Journal of Place 92:388-406")),
    st.just(("government report", "Brå rapport 2015:21")),
    st.just(("report", "Malmö högskola, FoU-rapport 2017:1")),
    st.just(("dissertation", "Malmö University")),
    st.just(("handbook", "Statens förlag")),
    st.just(("article", "Nordic Journal of Places")),
    st.just(("case study", "In The Book of Places, Routledge, pp. 13-21")),
    st.just(("", "Handelns Forskningsinstitut (HFI)")),
)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    kind, where = draw(places)
    numbers = draw(st.sets(st.sampled_from([("doi", "10.5555/abc.12-3"), ("isbn", "978-91-87335-55-6")])))
    described = Description(
        draw(prose),
        tuple(draw(people)),
        draw(st.integers(1900, 2026)),
        where,
        kind=kind,
        identifiers=tuple(sorted(numbers)),
    )
    return Study("x", described, (draw(st.sampled_from(["sv", "en"])),), TextState.NO_FILE, ())


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=150, deadline=None)
@given(study=studies())
def test_any_work_comes_back(form: str, study: Study) -> None:
    assert [told(one) for one in back([study], form)] == [told(study)]
