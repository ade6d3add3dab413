"""The term list: what staff may write in the two files, and what is said of a row that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.terms import (
    CLASSES,
    FILES,
    GLOSSARY,
    LEXICON,
    LONGEST_TERM,
    BadTerm,
    Term,
    TermList,
    read_terms,
    terms_sha256,
)

GLOSSARY_HEADER = "sv,en,sv_variants,en_variants,area,note"
LEXICON_HEADER = "sv,en,class,forms"
GOOD_GLOSSARY = "trygghetsvärd,safety host,trygghetsvakt,community warden,guards,no legal powers"
GOOD_LEXICON = "gata,street,noun,"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the two files, a header and some rows each, and gives their folder."""

    def written(glossary: tuple[str, ...] = (GOOD_GLOSSARY,), lexicon: tuple[str, ...] = (GOOD_LEXICON,)) -> Path:
        (tmp_path / GLOSSARY).write_text("\n".join([GLOSSARY_HEADER, *glossary]) + "\n", "utf-8")
        (tmp_path / LEXICON).write_text("\n".join([LEXICON_HEADER, *lexicon]) + "\n", "utf-8")
        return tmp_path

    return written


def headwords(terms: TermList) -> list[str]:
    return [term.sv for term in terms.terms]


def only_fault(terms: TermList) -> BadTerm:
    assert len(terms.faults) == 1
    return terms.faults[0]


# What a row means


def test_a_row_of_the_glossary_is_a_term_of_the_domain(write: Write) -> None:
    row = (
        "trygghet,perceived safety,upplevd trygghet; trygghetskänsla,sense of safety; feeling of safety,core,a feeling"
    )
    terms = read_terms(write(glossary=(row,)))
    assert terms.faults == ()
    assert terms.terms[0] == Term(
        sv="trygghet",
        en=("perceived safety", "sense of safety", "feeling of safety"),
        word_class="",
        forms=("upplevd trygghet", "trygghetskänsla"),
        file=GLOSSARY,
        row=2,
        area="core",
        note="a feeling",
    )


def test_a_row_of_the_lexicon_gives_its_equivalents_likeliest_first(write: Write) -> None:
    terms = read_terms(write(glossary=(), lexicon=("bra,good; well; fine,adj,bättre; bäst",)))
    assert terms.faults == ()
    assert terms.terms == (Term("bra", ("good", "well", "fine"), "adj", ("bättre", "bäst"), LEXICON, 2),)
    assert terms.terms[0].spellings == ("bra", "bättre", "bäst")


def test_terms_of_the_glossary_come_before_those_of_the_lexicon(write: Write) -> None:
    assert headwords(read_terms(write())) == ["trygghetsvärd", "gata"]


def test_a_headword_of_several_words_is_a_phrase_whatever_its_row_says(write: Write) -> None:
    terms = read_terms(write(glossary=("utsatt område,vulnerable area,,,core,",), lexicon=("i dag,today,adv,",)))
    assert [term.word_class for term in terms.terms] == ["phrase", "phrase"]


def test_only_terms_of_the_glossary_have_an_area_even_where_none_is_given(write: Write) -> None:
    terms = read_terms(write(glossary=("kvarter,block,,,,",)))
    assert [bool(term.area) for term in terms.terms] == [True, False]


def test_a_field_with_a_comma_stands_between_quotation_marks(write: Write) -> None:
    terms = read_terms(write(glossary=('Boverket,"Board of Housing, Building and Planning",,,authority,',)))
    assert terms.faults == ()
    assert terms.terms[0].en == ("Board of Housing, Building and Planning",)


def test_spaces_around_fields_headings_and_meanings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / GLOSSARY).write_text(f"{GLOSSARY_HEADER}\n", "utf-8")
    (tmp_path / LEXICON).write_text(
        "sv , en,class,forms \n gata ,  street ;;  main  road ; , noun , gator ;\n", "utf-8"
    )
    terms = read_terms(tmp_path)
    assert terms.faults == ()
    assert terms.terms == (Term("gata", ("street", "main road"), "noun", ("gator",), LEXICON, 2),)


def test_the_columns_may_stand_in_another_order_and_beside_others(tmp_path: Path) -> None:
    (tmp_path / GLOSSARY).write_text(f"{GLOSSARY_HEADER}\n", "utf-8")
    (tmp_path / LEXICON).write_text("class,forms,checked,en,sv\nnoun,gator,yes,street,gata\n", "utf-8")
    terms = read_terms(tmp_path)
    assert terms.faults == ()
    assert terms.terms == (Term("gata", ("street",), "noun", ("gator",), LEXICON, 2),)


def test_empty_lines_are_passed_over_and_rows_are_counted_as_an_editor_counts_lines(write: Write) -> None:
    terms = read_terms(write(lexicon=("gata,street,noun,", "", "", "torg,square,noun,")))
    assert terms.faults == ()
    assert [(term.sv, term.row) for term in terms.terms if term.file == LEXICON] == [("gata", 2), ("torg", 5)]


def test_lines_may_end_as_windows_ends_them(write: Write) -> None:
    folder = write()
    for name in FILES:
        (folder / name).write_bytes((folder / name).read_bytes().replace(b"\n", b"\r\n"))
    terms = read_terms(folder)
    assert terms.faults == ()
    assert headwords(terms) == ["trygghetsvärd", "gata"]


@pytest.mark.parametrize("word_class", sorted(CLASSES))
def test_every_word_class_that_is_offered_is_taken(write: Write, word_class: str) -> None:
    terms = read_terms(write(lexicon=(f"ord,word,{word_class},",)))
    assert terms.faults == ()
    assert terms.terms[-1].word_class == word_class


def test_one_word_may_stand_in_several_word_classes_and_in_both_files(write: Write) -> None:
    terms = read_terms(write(glossary=("bra,good,,,core,",), lexicon=("bra,good,adj,", "bra,well,adv,")))
    assert terms.faults == ()
    assert headwords(terms) == ["bra", "bra", "bra"]


def test_a_term_of_200_characters_is_still_taken(write: Write) -> None:
    terms = read_terms(write(lexicon=(f"{'a' * LONGEST_TERM},street,noun,",)))
    assert terms.faults == ()
    assert headwords(terms) == ["trygghetsvärd", "a" * 200]


def test_a_file_may_begin_with_a_byte_order_mark(write: Write) -> None:
    folder = write()
    for name in FILES:
        (folder / name).write_bytes(b"\xef\xbb\xbf" + (folder / name).read_bytes())
    terms = read_terms(folder)
    assert terms.faults == ()
    assert headwords(terms) == ["trygghetsvärd", "gata"]


# What is wrong with a file


@pytest.mark.parametrize(("missing", "left"), [(GLOSSARY, ["gata"]), (LEXICON, ["trygghetsvärd"])])
def test_a_missing_file_is_named_and_the_other_loads(write: Write, missing: str, left: list[str]) -> None:
    folder = write()
    (folder / missing).unlink()
    terms = read_terms(folder)
    fault = only_fault(terms)
    assert fault.sentence("en") == (
        f"The term list {folder / missing} cannot be read (No such file or directory). "
        "Put the file back; until then its words are not known."
    )
    assert fault.sentence("sv").startswith(f"Ordlistan {folder / missing} kan inte läsas")
    assert headwords(terms) == left


def test_a_folder_without_term_list_has_no_terms_and_two_faults(tmp_path: Path) -> None:
    terms = read_terms(tmp_path / "none")
    assert terms.terms == ()
    assert [fault.code for fault in terms.faults] == ["term_file", "term_file"]


@pytest.mark.parametrize(
    ("name", "header", "column", "left"),
    [
        (GLOSSARY, "sv,en,sv_variants,area,note", "en_variants", ["gata"]),
        (GLOSSARY, "sv,en,,,,", "sv_variants, en_variants, area, note", ["gata"]),
        (LEXICON, "sv,english,class,forms", "en", ["trygghetsvärd"]),
        (LEXICON, "gata,street,noun,", "sv, en, class, forms", ["trygghetsvärd"]),
        (LEXICON, "", "sv, en, class, forms", ["trygghetsvärd"]),
    ],
)
def test_a_column_missing_in_the_first_row_is_named_and_the_other_file_loads(
    write: Write, name: str, header: str, column: str, left: list[str]
) -> None:
    folder = write()
    rows = {GLOSSARY: GOOD_GLOSSARY, LEXICON: GOOD_LEXICON}[name] if header else ""
    (folder / name).write_text(f"{header}\n{rows}\n" if header else "", "utf-8")
    terms = read_terms(folder)
    fault = only_fault(terms)
    assert fault.sentence("en") == (
        f"The term list {name} has no column {column} in its first row. "
        "Put the column back; until then none of its rows is used."
    )
    assert fault.sentence("sv").startswith(f"Ordlistan {name} saknar kolumnen {column} i sin första rad.")
    assert headwords(terms) == left


# What is wrong with a row

LONG = "x" * (LONGEST_TERM + 1)


@pytest.mark.parametrize(
    ("row", "english", "swedish"),
    [
        ("torg,square", "has 2 columns, and 4 are wanted", "har 2 kolumner, och 4 behövs"),
        ("torg,square, plaza,noun,", "has 5 columns, and 4 are wanted", "har 5 kolumner, och 4 behövs"),
        ('torg,"square,noun,', "cannot be read as CSV (unexpected end of data)", "kan inte läsas som CSV"),
        ('torg,"sq"uare,noun,', "cannot be read as CSV", "Leta efter ett citattecken för mycket eller för lite"),
        (",square,noun,", "has nothing in the column sv", "har ingenting i kolumnen sv"),
        ("^,square,noun,", "has nothing in the column sv", "har ingenting i kolumnen sv"),
        ("torg,  ,noun,", "has nothing in the column en", "har ingenting i kolumnen en"),
        (",,,", "has nothing in the column sv", "har ingenting i kolumnen sv"),
        (f"{LONG},square,noun,", "has a term of 201 characters, and the limit is 200", "har en term på 201 tecken"),
        (f"torg,square; {LONG},noun,", "has a term of 201 characters", "och gränsen är 200"),
        (f"torg,square,noun,torgen; {LONG}", "has a term of 201 characters", "och gränsen är 200"),
        ("torg,square,nuon,", "has the word class “nuon”, which is none of: adj, adv,", "har ordklassen ”nuon”"),
        ("torg,square,,", "has the word class “”, which is none of: adj, adv,", "har ordklassen ””"),
        ("Gata,road,noun,", "gives “Gata” again, after row 2", "tar upp ”Gata” igen, efter rad 2"),
    ],
)
def test_a_row_of_the_lexicon_that_cannot_be_used_is_named_and_the_rest_loads(
    write: Write, row: str, english: str, swedish: str
) -> None:
    terms = read_terms(write(lexicon=(GOOD_LEXICON, row, "plats,place,noun,")))
    fault = only_fault(terms)
    assert fault.sentence("en").startswith(f"Row 3 of {LEXICON} ")
    assert fault.sentence("sv").startswith(f"Rad 3 i {LEXICON} ")
    assert english in fault.sentence("en")
    assert swedish in fault.sentence("sv")
    assert headwords(terms) == ["trygghetsvärd", "gata", "plats"]


@pytest.mark.parametrize(
    ("row", "english", "swedish"),
    [
        ("torg,square,,,BID", "has 5 columns, and 6 are wanted", "har 5 kolumner, och 6 behövs"),
        ("torg,square,,,BID,open, paved", "has 7 columns, and 6 are wanted", "har 7 kolumner, och 6 behövs"),
        ('torg,square,,,BID,"open', "cannot be read as CSV", "kan inte läsas som CSV"),
        (",square,,,BID,", "has nothing in the column sv", "har ingenting i kolumnen sv"),
        ("torg,,,plaza,BID,", "has nothing in the column en", "har ingenting i kolumnen en"),
        (f"torg,square,{LONG},,BID,", "has a term of 201 characters", "har en term på 201 tecken"),
        (f"torg,square,,{LONG},BID,", "has a term of 201 characters", "har en term på 201 tecken"),
        ("Trygghetsvärd,host,,,guards,", "gives “Trygghetsvärd” again, after row 2", "igen, efter rad 2"),
    ],
)
def test_a_row_of_the_glossary_that_cannot_be_used_is_named_and_the_rest_loads(
    write: Write, row: str, english: str, swedish: str
) -> None:
    terms = read_terms(write(glossary=(GOOD_GLOSSARY, row, "plats,place,,,core,")))
    fault = only_fault(terms)
    assert fault.sentence("en").startswith(f"Row 3 of {GLOSSARY} ")
    assert fault.sentence("sv").startswith(f"Rad 3 i {GLOSSARY} ")
    assert english in fault.sentence("en")
    assert swedish in fault.sentence("sv")
    assert headwords(terms) == ["trygghetsvärd", "plats", "gata"]


def test_a_row_in_latin_1_is_named_and_the_rest_loads(write: Write) -> None:
    folder = write()
    with (folder / LEXICON).open("ab") as file:
        file.write("kärna,core,noun,\n".encode("latin-1") + "skåp,cupboard,noun,\n".encode())
    terms = read_terms(folder)
    fault = only_fault(terms)
    assert fault.sentence("en") == (
        "Row 3 of lexicon.csv is not written as UTF-8. Save the file as UTF-8. The other rows are used."
    )
    assert fault.sentence("sv").startswith("Rad 3 i lexicon.csv är inte skriven i UTF-8.")
    assert headwords(terms) == ["trygghetsvärd", "gata", "skåp"]


def test_of_two_rows_for_one_word_the_first_is_used(write: Write) -> None:
    terms = read_terms(write(lexicon=("gata,street,noun,", "gata,road,noun,")))
    assert terms.terms[-1].en == ("street",)
    assert only_fault(terms).values["row"] == 3


def test_every_fault_of_a_file_is_told_not_only_the_first(write: Write) -> None:
    terms = read_terms(
        write(glossary=(",x,,,a,",), lexicon=("torg", GOOD_LEXICON, "plats,place,noun", "park,park,tree,"))
    )
    assert [(fault.values["file"], fault.values["row"], fault.code) for fault in terms.faults] == [
        (GLOSSARY, 2, "term_empty"),
        (LEXICON, 2, "term_column"),
        (LEXICON, 4, "term_column"),
        (LEXICON, 5, "term_class"),
    ]
    assert headwords(terms) == ["gata"]


# Circles


def test_two_rows_that_name_each_other_as_variants_are_a_circle_and_one_of_them_is_left(write: Write) -> None:
    rows = ("värd,host,vakt,,guards,", "vakt,guard,värd,,guards,", "plats,place,,,core,")
    terms = read_terms(write(glossary=rows))
    fault = only_fault(terms)
    assert fault.sentence("en").startswith("Row 2 of glossary.csv goes round in a circle: värd → vakt → värd.")
    assert fault.sentence("sv").startswith("Rad 2 i glossary.csv går runt i en ring: värd → vakt → värd.")
    assert headwords(terms) == ["vakt", "plats", "gata"]


def test_three_rows_that_lead_round_are_a_circle_and_two_of_them_are_left(write: Write) -> None:
    rows = ("plats,place,,,core,", "värd,host,Vakt,,guards,", "vakt,guard,ordningsvakt,,guards,")
    terms = read_terms(write(glossary=(*rows, "ordningsvakt,public order guard,väktare; värd,,guards,")))
    fault = only_fault(terms)
    way = "värd → vakt → ordningsvakt → värd"
    assert fault.sentence("en").startswith(f"Row 3 of glossary.csv goes round in a circle: {way}.")
    assert fault.sentence("sv").startswith(f"Rad 3 i glossary.csv går runt i en ring: {way}.")
    assert headwords(terms) == ["plats", "vakt", "ordningsvakt", "gata"]


def test_two_separate_circles_are_both_told(write: Write) -> None:
    terms = read_terms(write(glossary=("a,1,b,,x,", "b,2,a,,x,", "c,3,d,,x,", "d,4,c,,x,")))
    assert [fault.values["way"] for fault in terms.faults] == ["a → b → a", "c → d → c"]


@pytest.mark.parametrize(
    "rows",
    [
        ("värd,host,vakt,,guards,", "vakt,guard,,,guards,"),
        ("värd,host,vakt; väktare,,guards,", "vakt,guard,väktare,,guards,", "väktare,watchman,,,guards,"),
    ],
)
def test_variants_that_lead_to_no_circle_are_fine(write: Write, rows: tuple[str, ...]) -> None:
    terms = read_terms(write(glossary=rows))
    assert terms.faults == ()
    assert len(terms.terms) == len(rows) + 1


def test_a_row_that_leads_into_a_circle_without_being_in_it_is_used(write: Write) -> None:
    terms = read_terms(write(glossary=("x,outside,a,,core,", "a,one,b,,core,", "b,two,a,,core,")))
    assert only_fault(terms).values["way"] == "a → b → a"
    assert headwords(terms) == ["x", "b", "gata"]


# Which list it is


@pytest.mark.parametrize("name", FILES)
def test_the_sha256_changes_with_each_file_and_back_with_it(write: Write, name: str) -> None:
    folder = write()
    before, data = read_terms(folder).sha256, (folder / name).read_bytes()
    assert len(before) == 64
    (folder / name).write_bytes(data + b"\n")
    changed = read_terms(folder).sha256
    assert changed != before
    (folder / name).write_bytes(data)
    assert read_terms(folder).sha256 == before


@pytest.mark.parametrize("gone", [(), (GLOSSARY,), (LEXICON,), FILES])
def test_the_sha256_is_the_same_without_reading_the_terms(write: Write, gone: tuple[str, ...]) -> None:
    folder = write(lexicon=("torg", "kärna,core,noun,"))
    for name in gone:
        (folder / name).unlink()
    assert terms_sha256(folder) == read_terms(folder).sha256


# The list that comes with the project


@pytest.fixture(scope="module")
def packaged() -> TermList:
    return read_terms()


def test_nothing_is_wrong_with_the_packaged_list(packaged: TermList) -> None:
    assert [fault.sentence("en") for fault in packaged.faults] == []


def test_the_packaged_list_is_large(packaged: TermList) -> None:
    assert len(packaged.terms) >= 8000
    assert len([term for term in packaged.terms if term.file == GLOSSARY]) >= 500


def test_every_packaged_row_of_the_glossary_names_an_area(packaged: TermList) -> None:
    assert [(term.row, term.sv) for term in packaged.terms if term.file == GLOSSARY and term.area in ("", "-")] == []


def test_the_packaged_list_is_the_one_that_is_read_where_no_folder_is_named(packaged: TermList) -> None:
    assert terms_sha256() == packaged.sha256
