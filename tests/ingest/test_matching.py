"""Which study is this? Certain by what names a work, likely by its title, else new."""

import itertools
import re
import unicodedata

import pytest

from corpus.description import resolve
from corpus.library import Library
from corpus.starter import CATALOGUE
from corpus.study import Description, Proposal, Source, State, Study, StudyFile, TextState
from ingest.records.importers import read_records
from ingest.records.matching import BAR, Match, Shelf, match, wanted_for

TITLE = "Belysning på Sturetorget och Medborgarplatsen"
AUTHOR = "Åström, Ä."
NEW = Match("new")


def about(title: str = "En annan titel om något helt annat", **values: object) -> Description:
    identifiers = tuple((name, str(value)) for name, value in values.items() if name not in Description.__slots__)
    known = {name: value for name, value in values.items() if name in Description.__slots__}
    return Description(title, identifiers=identifiers, **known)  # type: ignore[arg-type]


def study(described: Description, key: str = "one", file: str = "") -> Study:
    files = (StudyFile("a" * 64, file, 1, 1),) if file else ()
    return Study(key, described, ("sv",), TextState.NO_FILE, files)


@pytest.mark.parametrize(
    ("name", "held", "given"),
    [
        ("doi", "10.5555/ABC.1", "https://doi.org/10.5555/abc.1"),
        ("isbn", "978-91-87335-55-6", "9789187335556"),
        ("isbn", "0-306-40615-2", "978-0-306-40615-7"),
        ("urn", "URN:NBN:SE:BRA-624", "urn:nbn:se:bra-624"),
        ("sou", "2025:5", "2025:5"),
        ("prop", "2022/23:43", "2022/23:43"),
        ("sfs", "2023:196", "2023:196"),
        ("catalogue", "BID001", "bid001"),
    ],
)
def test_the_same_number_is_certain_however_it_is_written(name: str, held: str, given: str) -> None:
    found = match(about(TITLE, **{name: given}), [study(about(**{name: held}))])
    assert found == Match("certain", "one", (f"same_{name}",))


def test_the_same_number_in_the_same_series_is_certain() -> None:
    held = study(about("Slutrapport", authors=("Brottsförebyggande rådet",), published_in="rapport 2015:21"))
    assert match(about(published_in="Brå rapport 2015:21"), [held]).why == ("same_report",)
    assert match(about(published_in="Boverket, rapport 2015:21"), [held]) == NEW
    assert match(about(published_in="Brå rapport 2015:22"), [held]) == NEW


def test_a_file_that_a_record_names_is_certain_unless_many_files_are_called_that() -> None:
    held = study(about(), file="Åström 2015 Belysning.pdf")
    assert match(about(TITLE), [held], ["åström 2015 belysning.pdf"]).why == ("same_file",)
    assert match(about(TITLE), [study(about(), file="FULLTEXT01.pdf")], ["fulltext01.pdf"]) == NEW
    assert match(about(TITLE), [study(about(), file="rapport (2).pdf")], ["rapport (2).pdf"]) == NEW


@pytest.mark.parametrize("year", [2015, None])
def test_the_same_title_is_certain_in_the_same_year_or_where_one_is_unknown(year: int | None) -> None:
    held = study(about("BELYSNING på Sture-torget, och Medborgarplatsen", year=2015))
    assert match(about(TITLE, year=year), [held]) == Match("certain", "one", ("same_title",))


def test_the_same_title_of_another_year_is_told_and_not_taken() -> None:
    held = study(about(TITLE, year=2015, authors=(AUTHOR,)))
    assert match(about(TITLE, year=2016, authors=("Ä. Åström",)), [held]) == Match("likely", "one", ("like_title",))
    assert match(about(TITLE, year=2016, authors=("Öberg, B.",)), [held]) == NEW


def test_a_short_title_is_never_certain() -> None:
    held = study(about("Årsrapport", year=2015, authors=(AUTHOR,)))
    assert match(about("Årsrapport", year=2015), [held]).kind == "likely"
    assert match(about("Årsrapport", year=2014), [held]) == NEW


def test_a_title_is_compared_with_its_subtitle_and_without_its_number() -> None:
    held = study(about("Belysning på torg", subtitle="en utvärdering av Brå", year=2015))
    assert match(about("Belysning på torg: en utvärdering av Brå", year=2015), [held]).kind == "certain"
    assert match(about("Belysning på torg: en utvärdering av Brå (rapport 2015:21)"), [held]).kind == "certain"


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("doi", "10.5555/a", "10.5555/b"), ("urn", "urn:nbn:se:a-1", "urn:nbn:se:a-2"), ("catalogue", "BID002", "BID003")],
)
def test_works_with_other_numbers_are_never_the_same(name: str, one: str, other: str) -> None:
    held = study(about(TITLE, year=2015, authors=(AUTHOR,), **{name: one}), file="Åström 2015.pdf")
    assert match(about(TITLE, year=2015, authors=(AUTHOR,), **{name: other}), [held], ["Åström 2015.pdf"]) == NEW


def test_two_chapters_of_one_book_are_two_works() -> None:
    held = study(about(isbn="978-91-87335-55-6", doi="10.5555/b.1"))
    assert match(about(TITLE, isbn="978-91-87335-55-6", doi="10.5555/b.2"), [held]) == NEW


def test_another_isbn_is_another_edition_where_the_doi_is_the_same_and_only_likely_where_it_is_not() -> None:
    first = {"year": 2015, "authors": (AUTHOR,), "isbn": "978-91-87335-55-6"}
    second = {**first, "isbn": "978-91-85664-84-9"}
    assert (
        match(about(TITLE, **second, doi="10.5555/b"), [study(about(TITLE, **first, doi="10.5555/b"))]).kind
        == "certain"
    )
    assert match(about(TITLE, **second), [study(about(TITLE, **first))]).kind == "likely"


def test_two_studies_that_both_match_are_told_and_none_is_chosen() -> None:
    held = [study(about(TITLE, year=2015), "one"), study(about(TITLE), "two")]
    assert match(about(TITLE, year=2015), held) == Match("likely", None, ("same_title",), ("one", "two"))


def test_a_number_decides_between_two_of_one_title() -> None:
    held = [study(about(TITLE, doi="10.5555/a"), "one"), study(about(TITLE), "two")]
    assert match(about(TITLE, doi="10.5555/a"), held) == Match("certain", "one", ("same_doi",))


def test_an_evidence_note_is_not_the_work_it_is_about() -> None:
    note = study(about(TITLE, kind="evidence note", year=2015, about="BRA004"))
    assert match(about(TITLE, year=2015, catalogue="BRA004"), [note]) == NEW
    assert match(about(TITLE, kind="evidence note", year=2015), [note]).kind == "certain"


def test_a_number_that_a_page_only_cites_says_nothing() -> None:
    cited = resolve([Proposal("title", TITLE, Source.PAGES, 0.8), Proposal("doi", "10.5555/a", Source.PAGES, 0.08)])
    assert match(cited, [study(about(doi="10.5555/a"))]) == NEW
    assert match(cited, [study(about(TITLE, doi="10.5555/b"))]).why == ("same_title",)


def test_what_an_earlier_record_said_still_names_the_work_after_a_person_corrected_it() -> None:
    before = Proposal("doi", "10.5555/wrong", Source.RECORD, 0.9)
    after = Proposal("doi", "10.5555/right", Source.PERSON, 1.0)
    held = study(resolve([Proposal("title", TITLE, Source.RECORD, 0.9), before, after]))
    assert match(about(doi="10.5555/wrong"), [held]).kind == "certain"
    assert match(about(doi="10.5555/right"), [held]).kind == "certain"


# How likely is told


def damaged(title: str) -> dict[str, str]:
    """A title as it may stand in a PDF or in another catalogue."""
    words = title.split()
    return {
        "four wrong letters": re.sub(r"(?<=\w{5})(\w)", "x", title, count=4) if len(title) > 60 else title[1:],
        "no accents": unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode(),
        "lost letters": re.sub("[åäö]", "?", title),
        "parted words": re.sub(r"(\w{4})(\w{4})", r"\1- \2", title, count=3),
        "a subtitle more": f"{title}: slutrapport",
        "a number before": f"Rapport 2019:3 {title}",
        "cut": " ".join(words[: max(3, len(words) * 4 // 5)]) if len(title) > 40 else title,
    }


def catalogued() -> list[Study]:
    """The works of the catalogue whose titles are confirmed, without their numbers."""
    read = read_records("catalogue.csv", CATALOGUE.read_bytes()).records
    found = [resolve(record.proposals) for record in read if not record.title.startswith("[")]
    return [study(Description(d.title, d.authors, d.year, kind=d.kind), f"{n}") for n, d in enumerate(found)]


def test_damaged_titles_of_the_catalogue_are_found_and_no_other_work_is_taken_for_them() -> None:
    held = catalogued()
    shelf = Shelf(held)
    for one in held:
        for damage, title in damaged(one.title).items():
            found = shelf.match(Description(title, one.description.authors, one.description.year))
            assert found.kind != "new", f"{damage}: {title}"
            assert one.id in (found.study_id, *found.others), f"{damage}: {title}"


def test_of_all_works_of_the_catalogue_only_a_working_paper_and_its_article_are_told_as_alike() -> None:
    held = catalogued()
    alike = [
        (one.title[:30], other.title[:30])
        for one, other in itertools.combinations(held, 2)
        if match(one.description, [other]).kind != "new"
    ]
    assert alike == [("Public safety through private ", "Public safety through private ")]
    assert BAR == 88.0


# A file for a wanted study


def test_a_file_that_comes_for_a_wanted_study_finds_it(library: Library) -> None:
    wanted = Study("w1", about(TITLE, doi="10.5555/a"), ("sv",), TextState.NO_FILE, (), state=State.WANTED)
    received = Study("r1", about(TITLE, urn="urn:nbn:se:x-1"), ("sv",), TextState.NO_FILE, (), state=State.RECEIVED)
    assert wanted_for(about(doi="10.5555/A"), library.record) is None
    library.record.add_wanted(wanted)
    library.record.add_wanted(received)
    assert wanted_for(about(doi="10.5555/A"), library.record) == wanted
    assert wanted_for(about(urn="urn:nbn:se:x-1"), library.record) is None
    library.record.remove("w1")
    assert wanted_for(about(doi="10.5555/A"), library.record) is None
