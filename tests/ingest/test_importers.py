"""Records from RIS, BibTeX, CSL-JSON, MODS and CSV."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.study import Source
from corpus.words import Fault
from ingest.records.bibtex import plain
from ingest.records.imported import Imported, file_names_in, language_codes, numbers_in
from ingest.records.importers import MOST, NothingIn, NotRecords, TooMany, form_of, read_records
from ingest.records.table import NoTitleColumn
from tests.ingest.records import BIBTEX, CSL, CSV, MODS, RIS, SAMPLES, described, read, sentences

FORMS = {"lista.ris": "ris", "lista.bib": "bibtex", "lista.json": "csl", "diva.xml": "mods", "lista.csv": "csv"}
REPORT = {"lista.ris": 1, "lista.bib": 5, "lista.json": 2, "diva.xml": 3, "lista.csv": 3}
ARTICLE = {"lista.ris": 18, "lista.bib": 20, "lista.json": 11, "diva.xml": 25, "lista.csv": 4}


def report_of(name: str) -> Imported:
    return read(name, SAMPLES[name]).records[0]


# What all forms give


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_says_the_same_in_each_form(name: str) -> None:
    report = described(report_of(name))
    assert report.title == "Belysning på Sturetorget: en utvärdering"
    assert report.authors == ("Åström, Ä.", "Öberg, B.-E.")
    assert report.year == 2015
    assert report.published_in.casefold() == "brå, rapport 2015:21"
    assert report.kind == "report"
    assert report.languages == ("sv",)
    assert report.abstract == "Vi mätte före och efter."
    assert report.topics == ("belysning", "torg")
    numbers = dict(report.identifiers)
    assert numbers["isbn"].replace("-", "") == "9789187335556"
    assert (numbers["urn"], numbers["report"]) == ("urn:nbn:se:bra-624", "2015:21")


@pytest.mark.parametrize("name", SAMPLES)
def test_an_article_says_the_same_in_each_form(name: str) -> None:
    article = described(read(name, SAMPLES[name]).records[1])
    assert (article.title, article.authors, article.year) == ("Light & squares", ("Smith, J.",), 2019)
    assert (article.published_in, article.kind) == ("Journal of Places 12(3):45-67", "article")
    assert article.languages == ("en",)
    assert dict(article.identifiers)["doi"] == "10.5555/ABC.12"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_form_is_known_by_what_it_holds_whatever_it_is_called(name: str) -> None:
    assert form_of("without-ending", SAMPLES[name]) == FORMS[name]
    assert form_of("wrong.ris", SAMPLES[name]) == FORMS[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_proposal_says_which_line_of_which_file_it_is_from(name: str) -> None:
    report, article = read(name, SAMPLES[name]).records
    assert (report.line, article.line) == (REPORT[name], ARTICLE[name])
    assert {p.detail for p in report.proposals} == {f"{name}, line {REPORT[name]}"}
    assert {p.source for p in report.proposals} == {Source.RECORD}


@pytest.mark.parametrize("name", ["lista.ris", "lista.bib", "lista.json", "lista.csv"])
def test_the_files_a_reference_manager_keeps_are_named_without_their_folders(name: str) -> None:
    assert report_of(name).file_names == ("Åström och Öberg - Belysning.pdf",)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_older_encodings_are_read(name: str, encoding: str) -> None:
    if name == "diva.xml" and encoding == "latin-1":
        data = MODS.replace("UTF-8", "ISO-8859-1").encode(encoding)
    else:
        data = SAMPLES[name].encode(encoding)
    assert read(name, data).records[0].title == "Belysning på Sturetorget: en utvärdering"


@pytest.mark.parametrize("name", SAMPLES)
def test_lines_may_end_as_windows_ends_them(name: str) -> None:
    reading = read(name, SAMPLES[name].replace("\n", "\r\n"))
    assert [record.line for record in reading.records] == [REPORT[name], ARTICLE[name]]


# RIS


def test_ris_without_its_beginning_is_told_by_its_first_line_and_the_next_record_is_read() -> None:
    reading = read("a.ris", "TI  - Lost\nAU  - A, B.\nER  - \n" + RIS)
    assert sentences(reading) == [
        "Line 1: the tag TI stands outside any record. A record in RIS begins with the tag TY."
    ]
    assert len(reading.records) == 2


def test_ris_without_its_end_is_told_and_the_next_record_is_read() -> None:
    reading = read("a.ris", "TY  - JOUR\nTI  - Lost\n\n" + RIS + "TY  - JOUR\nTI  - Cut off")
    assert [bad.code for bad in reading.bad] == ["record_no_end", "record_no_end"]
    assert [bad.values["line"] for bad in reading.bad] == [1, 34]
    assert len(reading.records) == 2


def test_ris_lines_that_only_look_like_tags_go_on_with_the_text_before() -> None:
    (record,) = read("a.ris", "TY  - JOUR\nTI  - One\nER  -x\nTY  -x\ntwo\nER  - \n").records
    assert record.title == "One ER -x TY -x two"


def test_ris_of_official_print_has_its_number_as_identifier() -> None:
    (record,) = read(
        "a.ris", "TY  - BILL\nTI  - Trygga torg\nAU  - Regeringen\nM1  - Prop. 2022/23:43\nER  - \n"
    ).records
    assert described(record).identifiers == (("prop", "2022/23:43"),)
    assert described(record).kind == "government bill"


# BibTeX


def test_an_entry_that_is_not_closed_is_told_and_the_next_is_read() -> None:
    reading = read("a.bib", "@article{a,\n  title = {Lost,\n  year = 2001\n\n" + BIBTEX.strip())
    assert [(bad.code, bad.values["line"]) for bad in reading.bad] == [("record_unclosed", 1)]
    assert [record.title[:5] for record in reading.records] == ["Belys", "Light"]


def test_a_key_used_twice_names_both_lines() -> None:
    reading = read("a.bib", "@book{k, title = {One}}\n\n@book{k, title = {Two}}\n")
    assert sentences(reading) == ["Line 3: the key 'k' was used on line 1 already. Give this entry another."]
    assert [record.title for record in reading.records] == ["One"]


def test_a_field_given_twice_is_told() -> None:
    reading = read("a.bib", "@book{a, title = {One}, title = {Two}}\n@book{b, title = {Three}}")
    assert sentences(reading) == ["Line 1: the entry has title twice. Take one of them out."]
    assert [record.title for record in reading.records] == ["Three"]


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"G{\"o}teborg", "Göteborg"),
        (r"G\"oteborg", "Göteborg"),
        (r"G\"{o}teborg", "Göteborg"),
        (r"{\AA}str{\"o}m", "Åström"),
        (r"\aa{} \o{} \ae", "å ø æ"),
        (r"Caf\'e, na{\"\i}ve", "Café, naïve"),
        (r"\v{C}ech, Fran\c cois, Erd\H{o}s", "Čech, François, Erdős"),
        (r"100\% of \$5 \& more\_so", "100% of $5 & more_so"),
        (r"{BID}s in {\emph{Malm{\"o}}}", "BIDs in Malmö"),
        (r"\textbraceleft{}so\textbraceright{}", "{so}"),
        (r"von~Hofer", "von Hofer"),
        (r"a \textbackslash{} b \textasciitilde{} c", "a \\ b ~ c"),
    ],
)
def test_tex_becomes_plain_text(tex: str, text: str) -> None:
    assert plain(tex) == text


def test_a_body_in_braces_is_one_author() -> None:
    (record,) = read("a.bib", "@book{a, title={T}, author={{Simon and Schuster} and Ivert, A.-K.}}").records
    assert described(record).authors == ("Simon and Schuster", "Ivert, A.-K.")


# CSL-JSON


def test_an_item_without_title_costs_itself_only() -> None:
    reading = read("a.json", '[{"type": "book"},\n 7,\n {"title": "Kept", "issued": {"literal": "in press"}}]')
    assert [(bad.code, bad.values["line"]) for bad in reading.bad] == [("record_no_title", 1), ("record_no_item", 2)]
    assert [record.title for record in reading.records] == ["Kept"]


def test_json_that_breaks_off_is_told_by_line_and_column_and_what_came_before_is_kept() -> None:
    reading = read("a.json", CSL[: CSL.index('"Smith"')])
    assert len(reading.records) == 1
    (bad,) = reading.bad
    assert bad.code == "record_not_json"
    assert (bad.values["line"], bad.values["column"]) == (13, 27)


def test_a_missing_comma_between_items_is_told() -> None:
    reading = read("a.json", '[{"title": "One"}\n {"title": "Two"}]')
    assert [record.title for record in reading.records] == ["One"]
    assert [(bad.code, bad.values["line"], bad.values["column"]) for bad in reading.bad] == [("record_not_json", 2, 2)]


@pytest.mark.parametrize("text", ['{"title": "One"}', '{"items": [{"title": "One"}]}', '[{"title": "One"}]'])
def test_one_item_or_a_list_under_items_is_read_too(text: str) -> None:
    assert [record.title for record in read("a.json", text).records] == ["One"]


# MODS


def test_xml_that_is_not_well_formed_costs_one_record() -> None:
    broken = MODS.replace("<title>Belysning på Sturetorget</title>", "<title>Belysning på Sturetorget")
    reading = read("a.xml", broken)
    assert [record.title for record in reading.records] == ["Light & squares"]
    assert sentences(reading) == ["Line 6: the record is not well-formed XML from here on."]


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<modsCollection>'
    reading = read("a.xml", bomb + "<mods><titleInfo><title>&b;</title></titleInfo></mods></modsCollection>")
    assert (reading.records, [bad.code for bad in reading.bad]) == ((), ["record_not_xml"])


def test_records_in_oai_pmh_with_prefixed_names_are_read() -> None:
    text = (
        '<OAI-PMH xmlns:mods="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink"><ListRecords>'
        "<record><metadata><mods:mods><mods:titleInfo><mods:title xlink:x='1'>Torg</mods:title></mods:titleInfo>"
        "</mods:mods></metadata></record></ListRecords></OAI-PMH>"
    )
    assert [record.title for record in read("oai.xml", text).records] == ["Torg"]


def test_a_thesis_without_person_has_a_body_as_author() -> None:
    (record,) = read(
        "a.xml",
        "<mods><genre>studentThesis</genre><titleInfo><title>T</title></titleInfo>"
        "<name type='corporate'><namePart>KTH</namePart><namePart>Samhällsplanering</namePart></name></mods>",
    ).records
    assert (described(record).kind, described(record).authors) == ("student thesis", ("KTH, Samhällsplanering",))


# CSV


def test_a_row_with_too_many_fields_costs_itself_only() -> None:
    reading = read("lista.csv", CSV)
    assert [(bad.code, bad.values["line"]) for bad in reading.bad] == [("record_fields", 2)]
    assert sentences(reading)[0].startswith("Line 2: the row has 6 fields, and the headings are 14.")
    assert len(reading.records) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_may_be_parted_by_comma_semicolon_or_tab(delimiter: str) -> None:
    text = f"Titel{delimiter}År\nBänkar{delimiter}2001\n"
    (record,) = read("a.csv", text).records
    assert (described(record).title, described(record).year) == ("Bänkar", 2001)


@pytest.mark.parametrize("year", ["20l9", "3019", "0999", "nyss"])
def test_a_year_that_is_none_is_told_by_its_line(year: str) -> None:
    reading = read("a.csv", f"title,year\nOne,2001\nTwo,{year}\nThree,2003\n")
    assert sentences(reading)[0].startswith(f"Line 3: the year is '{year}', which is no year.")
    assert [record.title for record in reading.records] == ["One", "Three"]


@pytest.mark.parametrize("year", ["", "u.å.", "n.d.", "in press"])
def test_a_work_may_have_no_year(year: str) -> None:
    (record,) = read("a.csv", f"title,year\nOne,{year}\n").records
    assert described(record).year is None


def test_a_quotation_mark_that_is_not_closed_does_not_take_the_next_rows_with_it() -> None:
    reading = read("a.csv", 'title,year\n"One,2001\nTwo,2002\n"Three\nlines",2003\nFour,2004\n')
    assert [(bad.code, bad.values["line"]) for bad in reading.bad] == [("record_quotes", 2)]
    assert [record.title for record in reading.records] == ["Two", "Three lines", "Four"]


def test_a_table_without_titles_is_refused_with_its_headings() -> None:
    with pytest.raises(NoTitleColumn, match=r"names no column with titles.*It has: name,year"):
        read("a.csv", "name,year\nOne,2001\n")


def test_dates_of_a_legal_source_are_dates() -> None:
    reading = read("a.csv", "title,valid_from,last_checked\nLag,2023-07-01,2026-11-01\nAnnan,i fjol,\n")
    assert described(reading.records[0]).valid_from == date(2023, 7, 1)
    assert described(reading.records[0]).last_checked == date(2026, 11, 1)
    assert [bad.code for bad in reading.bad] == ["record_bad_date"]


# What cannot be read at all


@pytest.mark.parametrize(
    "data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\0" * 100, b"[]", b"<modsCollection></modsCollection>"]
)
def test_a_file_without_records_is_told(data: bytes) -> None:
    name = "a.xml" if data.startswith(b"<") else "a.json"
    with pytest.raises((NothingIn, NotRecords)):
        read_records(name, data)


@pytest.mark.parametrize("data", [b"%PDF-1.7 x", b"<html><body>Hej</body></html>", b"Bara en text.", b"PK\x03\x04zip"])
def test_a_file_of_something_else_is_told_with_what_is_wanted(data: bytes) -> None:
    with pytest.raises(NotRecords, match="Give a file in RIS, BibTeX, CSL-JSON, MODS or CSV"):
        read_records("fil", data)


@pytest.mark.parametrize(
    ("name", "begin", "one", "end"),
    [
        ("a.ris", "", "TY  - JOUR\nTI  - T\nER  - \n", ""),
        ("a.bib", "", "@book{x, title={T}}\n", ""),
        ("a.json", "[", '{"title":"T"},', "{}]"),
        ("a.xml", "", "<mods></mods>", ""),
        ("a.csv", "title\n", "T\n", ""),
    ],
)
def test_more_records_than_can_be_taken_are_refused(name: str, begin: str, one: str, end: str) -> None:
    with pytest.raises(TooMany, match=f"more than {MOST} records"):
        read(name, begin + one * (MOST + 1) + end)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ris", "TY  - JOUR\nTI  - {}\nER  - \n"),
        ("a.bib", "@book{{a, title={{{}}}}}"),
        ("a.json", '[{{"title": "{}"}}]'),
        ("a.xml", "<mods><titleInfo><title>{}</title></titleInfo></mods>"),
        ("a.csv", "title\n{}\n"),
    ],
)
def test_a_title_as_long_as_a_book_is_told(name: str, text: str) -> None:
    reading = read(name, text.format("x" * 100_000))
    assert sentences(reading)[0].endswith(
        "the field title has 100000 characters, and at most 2000 are taken. Shorten it."
    )


def test_nulls_and_other_unseen_signs_are_left_out() -> None:
    (record,) = read("a.ris", "TY  - JOUR\nTI  - A\0B\u202e C\x1b[0m\nER  - \n").records
    assert record.title == "AB C[0m"


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from([*SAMPLES]),
    at=st.floats(0, 1),
    junk=st.text(st.sampled_from('{}"\\@,;=()[]<>\n\t\0åTYER -&'), max_size=8),
    lost=st.integers(0, 40),
)
def test_a_damaged_file_gives_sentences_and_never_anything_else(name: str, at: float, junk: str, lost: int) -> None:
    whole = SAMPLES[name]
    place = int(at * len(whole))
    try:
        reading = read(name, whole[:place] + junk + whole[place + lost :])
    except Fault as fault:
        assert fault.sentence("sv") != fault.sentence("en")
    else:
        assert all(bad.sentence("sv").startswith("Rad ") for bad in reading.bad)
        assert all(record.title for record in reading.records)


# Its parts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("https://doi.org/10.1136/ip.2009.024943.", [("doi", "10.1136/ip.2009.024943")]),
        ("(doi:10.5555/a(b)1).", [("doi", "10.5555/a(b)1")]),
        ("[10.5555/S0140-6736(05)]", [("doi", "10.5555/S0140-6736(05)")]),
        ("ISBN 978-91-7104-721-2 (tryckt)", [("isbn", "978-91-7104-721-2")]),
        ("0-306-40615-2", [("isbn", "0-306-40615-2")]),
        ("1234-5679", [("issn", "1234-5679")]),
        ("1234-5678", []),
        ("127-157", []),
        ("http://urn.kb.se/resolve?urn=URN:NBN:SE:BRA-624", [("urn", "urn:nbn:se:bra-624")]),
    ],
)
def test_numbers_are_found_in_a_text(text: str, numbers: list[tuple[str, str]]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ("files/1/a b.pdf", ["a b.pdf"]),
        (r"C:\Zotero\storage\X\a.PDF;D:\b.pdf", ["a.PDF", "b.pdf"]),
        ("Full Text:files/1/a%20b.pdf:application/pdf", ["a b.pdf"]),
        ("snapshot.html", []),
    ],
)
def test_file_names_are_found_in_paths(paths: str, names: list[str]) -> None:
    assert file_names_in(paths) == names


def test_languages_are_known_by_name_and_code() -> None:
    assert language_codes(["swe", "en-GB", "Svenska; norsk", "tlh", ""]) == ("sv", "en", "no")
