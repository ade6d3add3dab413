"""`amp terms`: the term list, checked, read with and measured from the command line."""

import json
import re
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.terms import read_terms
from retriever.search import search
from tests.api.test_cli import DONE, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.fakes import FREE_RIDERS, FakeEmbedder
from tests.retriever.libraries import settings_in

GLOSSARY = """
sv,en,sv_variants,en_variants,area,note
gatubelysning,street lighting,,street lights,lighting,
brott,crime,,offence,core,
"""
LEXICON = """
sv,en,class,forms
minska,reduce; decrease,verb,
torg,square,noun,
och,and,conj,
på,on,prep,
"""


@pytest.fixture
def amp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Amp:
    monkeypatch.chdir(tmp_path)  # so that no .env of the project has a say
    return Amp(tmp_path)


def write_terms(amp: Amp, *more: str, glossary: str = GLOSSARY, lexicon: str = LEXICON) -> Path:
    """A term list of six rows and `more` of the glossary, which `amp` reads from now on."""
    folder = amp.folder / "terms"
    folder.mkdir()
    (folder / "glossary.csv").write_text(glossary.lstrip() + "".join(f"{row}\n" for row in more), "utf-8")
    (folder / "lexicon.csv").write_text(lexicon.lstrip(), "utf-8")
    amp.environment["AMP_TERMS"] = str(folder)
    return folder


# Checking


def test_the_list_that_comes_along_is_whole(amp: Amp) -> None:
    called = amp("terms", "check")
    found = read_terms().terms
    domain = sum(term.file == "glossary.csv" for term in found)
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert called.stdout == f"{len(found)} rows can be used, {domain} of them terms of the domain; 0 cannot.\n"


def test_a_list_of_ones_own_is_checked_instead(amp: Amp) -> None:
    write_terms(amp)
    called = amp("terms", "check")
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert called.stdout == "6 rows can be used, 2 of them terms of the domain; 0 cannot.\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("torgyta,square area", "Row 4 of glossary.csv has 2 columns, and 6 are wanted."),
        (",nothing,,,core,", "Row 4 of glossary.csv has nothing in the column sv."),
        ("inget,,,,core,", "Row 4 of glossary.csv has nothing in the column en."),
        ("Brott,felony,,,core,", "Row 4 of glossary.csv gives “Brott” again, after row 3."),
        ('"brott,crime,,,core,', "Row 4 of glossary.csv cannot be read as CSV"),
    ],
)
def test_a_bad_row_is_named_by_its_file_and_number_and_the_others_are_used(amp: Amp, row: str, said: str) -> None:
    write_terms(amp, row)
    called = amp("terms", "check")
    assert called.exit_code == SOMETHING_FAILED
    assert called.stderr.startswith(said)
    assert len(called.stderr.splitlines()) == 1
    assert called.stdout == "6 rows can be used, 2 of them terms of the domain; 1 cannot.\n"


def test_every_bad_row_is_named(amp: Amp) -> None:
    write_terms(amp, "a,b", "torg,square,,,core,", ",c,,,core,")
    called = amp("terms", "check")
    assert [line.partition(" has ")[0] for line in called.stderr.splitlines()] == [
        "Row 4 of glossary.csv",
        "Row 6 of glossary.csv",
    ]
    assert called.stdout == "7 rows can be used, 3 of them terms of the domain; 2 cannot.\n"


def test_a_swedish_reader_is_told_of_a_bad_row_in_swedish(amp: Amp) -> None:
    write_terms(amp, lexicon=LEXICON + "lampa,lamp,thing,\n")
    amp.environment["AMP_LANGUAGE"] = "sv"
    called = amp("terms", "check")
    assert called.exit_code == SOMETHING_FAILED
    assert called.stderr.startswith("Rad 6 i lexicon.csv har ordklassen ”thing”")
    assert called.stdout == "6 rader går att använda, 2 av dem är domänens termer; 1 går inte.\n"


def test_a_file_that_is_not_there_is_named(amp: Amp) -> None:
    missing = write_terms(amp) / "lexicon.csv"
    missing.unlink()
    called = amp("terms", "check")
    assert called.exit_code == SOMETHING_FAILED
    assert called.stderr.startswith(f"The term list {missing} cannot be read")
    assert called.stdout == "2 rows can be used, 2 of them terms of the domain; 1 cannot.\n"


# Reading with it


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "Minskar gatubelysningen brotten på torget, och i Malmö?",
            "reduce street lighting crime on square, and i Malmö?",
        ),
        ("Does street lighting reduce crime in Malmö?", "Does gatubelysning minska brott in Malmö?"),
    ],
)
def test_a_text_is_read_in_the_other_language_with_its_punctuation(amp: Amp, text: str, read: str) -> None:
    write_terms(amp)
    called = amp("terms", "gloss", text)
    assert (called.exit_code, called.stdout, called.stderr) == (DONE, f"{read}\n", "")


def test_a_reading_in_json_tells_what_became_of_each_piece(amp: Amp) -> None:
    write_terms(amp)
    [read] = amp.lines("terms", "gloss", "Minska brott på glimmervippan i Malmö 2019", "--json")
    assert (read["language"], read["gloss"]) == ("sv", "reduce crime on glimmervippan i Malmö 2019")
    assert [(piece["source"], piece["kind"], piece["equivalents"]) for piece in read["pieces"]] == [
        ("Minska", "word", ["reduce", "decrease"]),
        ("brott", "term", ["crime", "offence"]),
        ("på", "word", ["on"]),
        ("glimmervippan", "unknown", []),
        ("i", "name", []),
        ("Malmö", "name", []),
        ("2019", "number", []),
    ]
    for piece in read["pieces"]:
        assert "Minska brott på glimmervippan i Malmö 2019"[piece["start"] : piece["end"]] == piece["source"]


def test_a_reading_of_english_in_json_is_swedish(amp: Amp) -> None:
    write_terms(amp)
    [read] = amp.lines("terms", "gloss", "the street lights of the square", "--json")
    assert (read["language"], read["gloss"]) == ("en", "the gatubelysning of the torg")
    phrase = read["pieces"][1]
    assert (phrase["source"], phrase["kind"], phrase["equivalents"]) == ("street lights", "term", ["gatubelysning"])


def test_a_text_too_short_to_tell_is_read_from_the_language_that_is_named(amp: Amp) -> None:
    write_terms(amp, "lamp,lampskärm,,,lighting,")
    assert amp("terms", "gloss", "lamp", "--from", "sv").stdout == "lampskärm\n"
    assert amp("terms", "gloss", "lamp", "--from", "en").stdout == "lamp\n"


def test_a_text_from_a_language_that_the_list_has_not_is_a_wrong_call(amp: Amp) -> None:
    called = amp("terms", "gloss", "Beleuchtung", "--from", "de")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "--from" in called.stderr


def test_a_text_is_read_with_what_is_right_and_what_is_wrong_goes_to_standard_error(amp: Amp) -> None:
    write_terms(amp, "a,b")
    called = amp("terms", "gloss", "minska brott", "--from", "sv")
    assert (called.exit_code, called.stdout) == (DONE, "reduce crime\n")
    assert called.stderr.startswith("Row 4 of glossary.csv has 2 columns")


# Measuring it

SENTENCE = "Minskar gatubelysning brotten på glimmervippan och torgflanken, och på torget för Malmö 2019?"
"""Two terms; minskar, på, och, och, på, torget; glimmervippan, torgflanken and för unknown; Malmö; 2019."""


def test_the_coverage_is_the_share_of_words_that_are_neither_names_nor_numbers(amp: Amp) -> None:
    write_terms(amp)
    (amp.folder / "notes").mkdir()
    path = amp.folder / "notes" / "prov.txt"
    path.write_text(SENTENCE, "utf-8")
    [found] = amp.lines("terms", "coverage", path, "--json")
    tally = {"coverage": round(8 / 11, 4), "term": 2, "word": 6, "name": 1, "number": 1, "unknown": 3}
    assert found["paths"] == {"notes/prov.txt": tally}
    assert found["whole"] == tally
    assert found["unknown"] == {"glimmervippan": 1, "torgflanken": 1, "för": 1}


def test_the_unknown_words_come_by_how_often_they_occur_and_as_many_as_were_asked_for(amp: Amp) -> None:
    write_terms(amp)
    path = amp.folder / "prov.txt"
    path.write_text(f"{SENTENCE}\n\nEn glimmervippan är och är glimmervippan.", "utf-8")
    [found] = amp.lines("terms", "coverage", path, "--json", "--unknown", "1")
    assert found["unknown"] == {"glimmervippan": 3}


def test_several_files_and_folders_are_measured_each_and_together(amp: Amp) -> None:
    write_terms(amp)
    folder = amp.folder / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Minska brott på torget.", "utf-8")
    (folder / "b.jsonl").write_text(json.dumps({"title": "Brott", "text": "Minska glimmervippan."}) + "\n", "utf-8")
    [found] = amp.lines("terms", "coverage", folder / "a.txt", folder, "--json")
    assert [tally["coverage"] for tally in found["paths"].values()] == [1, round(6 / 7, 4)]
    assert found["whole"]["coverage"] == round(10 / 11, 4)


def test_english_in_a_file_does_not_count(amp: Amp) -> None:
    write_terms(amp)
    path = amp.folder / "prov.txt"
    path.write_text("Minska brott på torget.\n\nThis paragraph was written in English, and is left out.", "utf-8")
    [found] = amp.lines("terms", "coverage", path, "--json")
    assert found["unknown"] == {}
    assert found["whole"] == {"coverage": 1, "term": 1, "word": 3}


def test_a_pdf_is_measured_by_its_text(amp: Amp) -> None:
    path = amp.folder / "friakare.pdf"
    path.write_bytes(FREE_RIDERS)
    [found] = amp.lines("terms", "coverage", path, "--json")
    assert found["whole"]["coverage"] > 0.9
    assert sum(found["whole"].get(kind, 0) for kind in ("term", "word", "compound")) > 30


def test_a_person_sees_the_coverage_of_each_file_and_the_unknown_words(amp: Amp) -> None:
    write_terms(amp)
    path = amp.folder / "prov.txt"
    path.write_text(SENTENCE, "utf-8")
    one, whole, unknown = amp("terms", "coverage", path).stdout.splitlines()
    assert one.startswith(f"0.7273  {amp.folder.name}/prov.txt  term 2  word 6")
    assert whole.startswith("0.7273  =  term 2  word 6")
    assert unknown == "glimmervippan 1  torgflanken 1  för 1"


def test_a_file_that_is_not_there_cannot_be_measured(amp: Amp) -> None:
    called = amp("terms", "coverage", amp.folder / "gone.txt", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr == f"There is no file or folder {amp.folder / 'gone.txt'}.\n"


# Words that nobody knew


@pytest.fixture
def asked(amp: Amp) -> Amp:
    """`amp` over a library that was asked with words no list knows."""
    with Library(settings_in(amp.folder), write=True, embedder=FakeEmbedder()) as library:
        for question in ("Vad är glimmervippan i Lund?", "Does flibbertology reduce crime?", "Var är glimmervippan?"):
            search(library, question)
    return amp


def test_unknown_words_are_listed_the_most_asked_for_first(asked: Amp) -> None:
    words = asked.lines("terms", "unknown", "--json")
    assert [(word["word"], word["count"]) for word in words] == [("glimmervippan", 2), ("flibbertology", 1)]
    assert asked("terms", "unknown").stdout.splitlines() == [
        f"{word['word']}  {word['count']}  {word['last']}" for word in words
    ]


def test_unknown_words_are_listed_a_last_time_when_they_are_forgotten(asked: Amp) -> None:
    forgotten = asked("terms", "unknown", "--forget")
    assert (forgotten.exit_code, len(forgotten.stdout.splitlines())) == (DONE, 2)
    assert asked.lines("terms", "unknown", "--json") == []


def test_without_a_question_there_is_nothing_unknown_and_nothing_to_forget(amp: Amp) -> None:
    for arguments in ([], ["--json"], ["--forget"]):
        called = amp("terms", "unknown", *arguments)
        assert (called.exit_code, called.stdout, called.stderr) == (DONE, "", "")


# Help


@pytest.mark.parametrize("verb", ["check", "gloss", "coverage", "unknown"])
def test_every_command_is_explained_in_both_languages(amp: Amp, verb: str) -> None:
    assert verb in amp("terms", "--help").stdout
    explained = " ".join(amp("terms", verb, "--help").stdout.split())
    assert re.search(r"\w / [A-ZÅÄÖ][^./]*\.", explained)
