"""What a study says it is, and where each part of that was found."""

import pytest

from corpus.description import resolve, unproposed
from corpus.study import Description, Proposal, Reader, Source
from ingest.describe import describe
from ingest.read import Document, ReadPage
from tests.ingest.conftest import ReadBytes
from tests.ingest.pdfs import print_pdf

FRONT = (
    ("Street lighting and crime", 20.0),
    ("Anna Berg", 12.0),
    ("This study asks whether better street lighting prevents crime in town centres.", 11.0),
)


def paper(
    *pages: str, front: tuple[tuple[str, float], ...] = FRONT, title: str = "", author: str = "", more: str = ""
) -> Document:
    """A document as read; without pages, one page that holds the front lines and `more`."""
    texts = pages or ("\n".join([*(line for line, _ in front), more]),)
    read = (ReadPage(i, str(i), text, Reader.PYPDF, "") for i, text in enumerate(texts, 1))
    return Document(tuple(read), front, {"title": title, "author": author}, ())


def source(description: Description, name: str) -> str | None:
    return dict(description.sources).get(name)


def values(description: Description, field: str) -> list[object]:
    """All that is proposed for a field."""
    return [p.value for p in description.proposals if p.field == field]


def identifiers(text: str) -> dict[str, str]:
    return dict(describe(paper(text), "file.pdf").identifiers)


# Title


def test_the_files_own_title_is_used_where_its_words_stand_on_the_first_pages() -> None:
    found = describe(paper(title="Street Lighting and Crime"), "file.pdf")
    assert found.title == "Street Lighting and Crime"
    assert source(found, "title") == "pdf metadata"


def test_the_files_own_title_may_stand_on_the_second_page() -> None:
    document = paper("A cover", "Lit squares in small towns\nText", title="Lit squares in small towns")
    assert describe(document, "file.pdf").title == "Lit squares in small towns"


def test_a_title_of_the_file_that_is_nowhere_in_print_is_not_believed() -> None:
    found = describe(paper(title="Template for annual reports"), "file.pdf")
    assert found.title == "Street lighting and crime"
    assert source(found, "title") == "first pages"


@pytest.mark.parametrize(
    "own",
    ["Microsoft Word - x.docx", "Microsoft Word - Street lighting", "untitled", "Namnlös", "lighting.indd", "a.pdf"],
)
def test_a_title_that_a_program_made_is_refused_even_where_it_is_printed(own: str) -> None:
    assert describe(paper(title=own, more=own), "file.pdf").title == "Street lighting and crime"


@pytest.mark.parametrize("own", ["------", "... / ...", "??????????"])
def test_a_title_without_a_letter_is_no_title(own: str) -> None:
    assert describe(paper(title=own), "file.pdf").title == "Street lighting and crime"


def test_else_the_largest_print_on_the_first_page_is_the_title() -> None:
    front = (("Report 3", 10.0), ("Safe and living places", 24.0), ("Text that goes on", 11.0))
    assert describe(paper(front=front), "file.pdf").title == "Safe and living places"


def test_a_title_over_two_lines_of_the_same_print_is_one_title() -> None:
    front = (("Safe and living", 24.0), ("places in small towns", 24.0), ("Text that goes on", 11.0))
    assert describe(paper(front=front), "file.pdf").title == "Safe and living places in small towns"


def test_large_print_that_is_only_a_number_is_passed_over() -> None:
    front = (("2024:17", 40.0), ("Safe and living places", 24.0), ("Text that goes on", 11.0))
    assert describe(paper(front=front), "file.pdf").title == "Safe and living places"


def test_authors_in_the_same_print_below_a_title_are_no_part_of_it() -> None:
    front = (("Safe and living places", 14.0), ("Anna Berg", 14.0), ("Text that goes on", 11.0))
    assert describe(paper(front=front), "file.pdf").title == "Safe and living places"


def test_the_file_name_is_the_last_resort() -> None:
    found = describe(paper("1", front=(("1", 11.0),)), "Rapport om torg.pdf")
    assert found.title == "Rapport om torg"
    assert source(found, "title") == "file name"


def test_print_is_measured_in_a_real_file(read: ReadBytes) -> None:
    pdf = print_pdf([("Rapport 2012", 9), ("Trygga och levande platser", 22), ("Vi undersöker tjugo torg.", 11)])
    found = describe(read(pdf), "file.pdf")
    assert (found.title, source(found, "title")) == ("Trygga och levande platser", "first pages")


def test_a_title_kept_with_ligatures_in_the_file_is_told_in_letters(read: ReadBytes) -> None:
    pdf = print_pdf([("Efficient offices", 20), ("Text that goes on", 11)], title="E\ufb03cient o\ufb03ces")
    assert describe(read(pdf), "file.pdf").title == "Efficient offices"


# Authors


def test_authors_are_believed_when_every_one_of_them_is_printed() -> None:
    document = paper(author="Anna Berg; Carl Dahl", more="Anna Berg and Carl Dahl")
    found = describe(document, "file.pdf")
    assert found.authors == ("Anna Berg", "Carl Dahl")
    assert source(found, "authors") == "pdf metadata"


@pytest.mark.parametrize(
    "own", ["Anna Berg; Carl Dahl", "Anna Berg and Carl Dahl", "Anna Berg & Carl Dahl", "Anna Berg, Carl Dahl"]
)
def test_authors_are_told_apart_however_the_file_lists_them(own: str) -> None:
    document = paper(author=own, more="Anna Berg, Carl Dahl")
    assert describe(document, "file.pdf").authors == ("Anna Berg", "Carl Dahl")


def test_authors_of_whom_one_is_not_printed_are_not_believed() -> None:
    found = describe(paper(author="Anna Berg; Xavier Quill"), "file.pdf")
    assert found.authors == ("Anna Berg",)
    assert source(found, "authors") == "first pages"


def test_whoever_made_the_file_is_not_proposed_where_no_page_names_them() -> None:
    front = (("Street lighting and crime", 20.0), ("The text of the study goes on from here to the end.", 11.0))
    assert values(describe(paper(front=front, author="Xavier Quill"), "file.pdf"), "authors") == []


def test_one_author_alone_in_print_is_believed() -> None:
    assert describe(paper(author="Anna Berg"), "file.pdf").authors == ("Anna Berg",)


def test_one_author_of_the_file_is_not_believed_beside_others_in_print() -> None:
    front = (("Street lighting and crime", 20.0), ("Anna Berg", 12.0), ("Carl Dahl", 12.0), ("The text.", 11.0))
    assert describe(paper(front=front, author="Anna Berg"), "file.pdf").authors == ("Anna Berg", "Carl Dahl")


def test_one_author_of_the_file_within_a_longer_line_is_not_believed() -> None:
    front = (("Street lighting and crime", 20.0), ("Anna Berg, Carl Dahl and Eva Falk", 12.0), ("The text.", 11.0))
    assert describe(paper(front=front, author="Anna Berg"), "file.pdf").authors == (
        "Anna Berg",
        "Carl Dahl",
        "Eva Falk",
    )


@pytest.mark.parametrize("own", ["", "user", "abc"])
def test_a_login_is_no_author(own: str) -> None:
    assert values(describe(paper(author=own, more="user abc"), "file.pdf"), "authors") == [("Anna Berg",)]


# Year


@pytest.mark.parametrize("printed", ["© 2019 The authors", "Published online: May 2019", "Utgiven i maj 2019"])
def test_the_year_is_the_one_the_publisher_printed(printed: str) -> None:
    found = describe(paper(more=printed), "file.pdf")
    assert (found.year, source(found, "year")) == (2019, "first pages")


def test_a_year_in_passing_is_not_the_year_of_the_study() -> None:
    assert describe(paper(more="Crime fell between 2003 and 2009."), "file.pdf").year is None


# Identifiers


def test_a_doi_is_found_in_lower_case_and_without_the_full_stop_after_it() -> None:
    assert identifiers("See https://doi.org/10.1016/J.Cities.2019.01.002.") == {"doi": "10.1016/j.cities.2019.01.002"}


@pytest.mark.parametrize(
    ("printed", "isbn"),
    [
        ("ISBN 978-91-38-12345-4", "978-91-38-12345-4"),
        ("ISBN: 9789138123454", "9789138123454"),
        ("ISBN 0-8044-2957-X", "0-8044-2957-X"),
        ("ISBN 978 91 38 12345 4", "978-91-38-12345-4"),
        ("ISBN 978-91-38-12345-4 (pdf)", "978-91-38-12345-4"),
        ("ISBN (pdf): 978-91-38-12345-4", "978-91-38-12345-4"),
    ],
)
def test_an_isbn_is_found_in_its_forms(printed: str, isbn: str) -> None:
    assert identifiers(f"Stockholm 2012\n{printed}\nTryck") == {"isbn": isbn}


def test_a_national_urn_is_found() -> None:
    assert identifiers("Permanent: urn:nbn:se:uu:diva-12345\nText") == {"urn": "urn:nbn:se:uu:diva-12345"}


@pytest.mark.parametrize(
    ("printed", "kind", "number"),
    [
        ("Prop. 2012/13:144", "prop", "2012/13:144"),
        ("SOU 2021:38", "sou", "2021:38"),
        ("Ds 2019:2", "ds", "2019:2"),
        ("Dir. 2020:33", "dir", "2020:33"),
        ("SFS 2010:900", "sfs", "2010:900"),
    ],
)
def test_an_official_number_in_the_first_lines_is_the_documents_own(printed: str, kind: str, number: str) -> None:
    assert identifiers(f"Regeringskansliet\n{printed}\nEn rapport om torg") == {kind: number}


def test_an_official_number_further_down_is_only_cited() -> None:
    assert identifiers("En rapport om torg. " * 20 + "Se Prop. 2012/13:144.") == {}


def test_a_doi_comes_from_the_first_two_pages_only() -> None:
    pages = ("A cover", "doi 10.1000/first", "doi 10.1000/cited")
    found = describe(paper(*pages), "file.pdf")
    assert found.identifiers == (("doi", "10.1000/first"),)
    assert source(found, "doi") == "first pages"
    assert describe(paper("A cover", "Contents", "doi 10.1000/cited"), "file.pdf").identifiers == ()


# A person's word


def test_a_persons_word_beats_all_that_was_found() -> None:
    given = Description("Ljus på torg", authors=("Eva Falk",), year=2001, identifiers=(("doi", "10.1/x"),))
    document = paper(title="Street lighting and crime", author="Anna Berg", more="© 2019\n10.1016/j.found")
    found = describe(document, "file.pdf", given)
    assert (found.title, found.authors, found.year) == ("Ljus på torg", ("Eva Falk",), 2001)
    assert found.identifiers == (("doi", "10.1/x"),)
    assert {source(found, name) for name in ("title", "authors", "year", "doi")} == {"person"}


def test_what_a_person_beat_is_kept_as_a_proposal() -> None:
    found = describe(paper(more="© 2019"), "file.pdf", Description("Ljus på torg", year=2001))
    years = [(p.value, p.source, p.confidence) for p in found.proposals if p.field == "year"]
    assert years == [(2019, Source.PAGES, 0.88), (2001, Source.PERSON, 1.0)]


def test_what_a_person_left_open_is_still_found() -> None:
    found = describe(paper(more="© 2019"), "file.pdf", Description("Ljus på torg", evidence_from="SE"))
    assert (found.title, found.evidence_from, found.year) == ("Ljus på torg", "SE", 2019)
    assert dict(found.sources).items() >= {"title": "person", "evidence_from": "person", "year": "first pages"}.items()


def test_what_is_given_with_proposals_of_its_own_keeps_their_source() -> None:
    record = Proposal("title", "Lit squares", Source.RECORD, 0.98, "list.ris, line 4")
    found = describe(paper(), "file.pdf", resolve([record]))
    assert (found.title, source(found, "title")) == ("Lit squares", "imported record")


def test_an_identifier_of_another_kind_is_kept_as_given() -> None:
    given = Description("Evidensnotis: Ljus på torg", identifiers=(("about", "LIT002"),))
    assert describe(paper(), "file.pdf", given).identifiers == (("about", "LIT002"),)


def test_the_numbers_in_an_evidence_note_are_of_the_work_it_is_about() -> None:
    front = (("Evidence note: Does lighting reduce crime?", 20.0), ("Reference. doi: 10.1000/of.the.study", 11.0))
    assert describe(paper(front=front), "file.pdf").identifiers == ()


# What every proposal has to be


def test_every_value_has_a_source_and_every_source_a_value() -> None:
    document = paper(author="Anna Berg", more="© 2019\ndoi 10.1000/lit.squares")
    found = describe(document, "file.pdf")
    assert set(dict(found.sources)) == {"title", "authors", "year", "kind", "doi"}
    assert {p.field for p in found.proposals} == set(dict(found.sources))
    assert all(0 < p.confidence <= 1 for p in found.proposals)


def test_a_document_that_says_nothing_has_its_file_name_and_nothing_made_up() -> None:
    found = describe(paper("", front=()), "skannad.pdf")
    assert unproposed(found) == Description("skannad", sources=(("title", "file name"),))
    assert [(p.field, p.value, p.source) for p in found.proposals] == [("title", "skannad", Source.FILE_NAME)]


def test_signs_that_are_not_seen_are_taken_out_of_what_is_found() -> None:
    found = describe(paper(title="Lit\0 squ\u202eares", more="Lit squares", author="An\u200fna Berg"), "fi\u202ele.pdf")
    assert values(found, "title") == ["Lit squares", "Street lighting and crime", "file"]
    assert found.authors == ("Anna Berg",)


def test_a_name_or_title_too_long_to_be_one_is_left_out() -> None:
    name = "Anna " + "B" * 4_000
    found = describe(paper(title="Lit " * 1_000, author=name, more=f"{name}\n{'Lit ' * 1_000}"), "x" * 4_000 + ".pdf")
    assert (found.title, found.authors) == ("Street lighting and crime", ("Anna Berg",))
    assert all(len(str(p.value)) <= 400 for p in found.proposals)


def test_no_more_than_sixty_authors_are_kept() -> None:
    many = ", ".join(f"Anna {chr(65 + i // 26)}{chr(97 + i % 26)}berg" for i in range(90))
    front = (("Street lighting and crime", 20.0), (many[:390], 12.0), (many[390:780], 12.0), (many[780:], 12.0))
    assert len(describe(paper(front=front, author=many), "file.pdf").authors) <= 60


def test_a_crowd_of_values_for_one_field_is_cut_to_the_likeliest() -> None:
    crowd = "\n".join(f"© {year} Somebody" for year in range(1950, 2020)) + "\nPublished: 14 May 2021"
    found = describe(paper(more=crowd), "file.pdf")
    assert len(values(found, "year")) == 8
    assert found.year == 2021
