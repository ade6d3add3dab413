"""How much Swedish the term list knows, counted with a list of eight words."""

import json
from pathlib import Path

import pytest

from corpus.settings import Settings
from corpus.words import Fault
from evals.coverage import measure
from ingest.receive import NoSuchFile
from tests.fakes import make_pdf

GLOSSARY = "sv,en,sv_variants,en_variants,area,note\ntrygghet,safety,upplevd trygghet,,core,\n"
LEXICON = "sv,en,class,forms\n" + "".join(
    f"{line},\n"
    for line in (
        "och,and,conj",
        "hund,dog,noun",
        "katt,cat,noun",
        "komma,come,verb",
        "från,from,prep",
        "inte,not,adv",
        "med,with,prep",
    )
)
KNOWN = "Hunden och katten kommer inte från trygghet med hund."
UNKNOWN = "Hunden och skottkärran kommer inte från Malmö med snöflingor 2019."
ENGLISH = "The wheelbarrow and the snowflakes do not come from the town of the dog in winter."


@pytest.fixture
def small(tmp_path: Path, settings: Settings) -> Settings:
    """Settings with a term list of one glossary term and seven words."""
    folder = tmp_path / "terms"
    folder.mkdir()
    (folder / "glossary.csv").write_text(GLOSSARY, "utf-8")
    (folder / "lexicon.csv").write_text(LEXICON, "utf-8")
    return settings.model_copy(update={"terms": folder})


def text_file(folder: Path, text: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_known_words_are_counted_of_all_that_are_neither_names_nor_numbers(tmp_path: Path, small: Settings) -> None:
    # known: hunden och kommer inte från med; unknown: skottkärran snöflingor; aside: Malmö 2019
    found = measure([text_file(tmp_path, UNKNOWN)], small)
    assert found.whole.share == 6 / 8
    assert found.unknown == {"skottkärran": 1, "snöflingor": 1}
    assert found.form(10)["whole"] == {"coverage": 0.75, "word": 6, "name": 1, "number": 1, "unknown": 2}


def test_terms_words_and_compounds_are_known_and_a_phrase_counts_each_of_its_words(
    tmp_path: Path, small: Settings
) -> None:
    text = "Hunden och upplevd trygghet kommer inte från trygghetshundar med trygghet."
    found = measure([text_file(tmp_path, text)], small)
    assert found.form(0)["whole"] == {"coverage": 1.0, "term": 3, "word": 6, "compound": 1}


def test_unknown_words_are_counted_the_commonest_first(tmp_path: Path, small: Settings) -> None:
    text = "Hunden och skottkärran kommer. Inte skottkärran och katten. Hunden kommer inte med skottkärran och pulkan."
    found = measure([text_file(tmp_path, text)], small)
    assert list(found.form(10)["unknown"].items()) == [("skottkärran", 3), ("pulkan", 1)]
    assert found.form(1)["unknown"] == {"skottkärran": 3}
    assert list(found.table(1))[-1] == "skottkärran 3"


def test_a_word_with_a_capital_that_the_list_does_not_know_is_a_name(tmp_path: Path, small: Settings) -> None:
    found = measure([text_file(tmp_path, "Skottkärran och Hunden kommer inte från Malmö med katten.")], small)
    assert found.form(10)["whole"]["coverage"] == 1.0
    assert found.form(10)["unknown"] == {}


def test_english_paragraphs_are_left_out(tmp_path: Path, small: Settings) -> None:
    mixed = measure([text_file(tmp_path, f"{UNKNOWN}\n\n{ENGLISH}\n\n{KNOWN}")], small)
    swedish = measure([text_file(tmp_path, f"{UNKNOWN}\n\n{KNOWN}")], small)
    assert mixed.whole.kinds == swedish.whole.kinds
    assert set(mixed.unknown) == {"skottkärran", "snöflingor"}


def test_where_nothing_is_swedish_nothing_is_covered(tmp_path: Path, small: Settings) -> None:
    found = measure([text_file(tmp_path, ENGLISH)], small)
    assert found.form(10)["whole"] == {"coverage": 0.0}
    assert found.unknown == {}


def test_json_lines_are_read_by_title_and_text(tmp_path: Path, small: Settings) -> None:
    rows: list[dict[str, object]] = [
        {"_id": "1", "title": "Hunden och skottkärran", "text": "kommer inte från katten."},
        {"_id": "2", "title": None, "text": "Hunden kommer inte med snöflingor."},
        {"_id": "3", "text": ENGLISH},
        {"_id": "4", "name": "Hunden kommer inte med pulkan."},
    ]
    lines = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    found = measure([text_file(tmp_path, lines, "corpus.jsonl")], small)
    assert found.unknown == {"skottkärran": 1, "snöflingor": 1}
    assert found.form(0)["whole"] == {"coverage": round(10 / 12, 4), "word": 10, "unknown": 2}


def test_a_pdf_is_read_page_by_page(tmp_path: Path, small: Settings) -> None:
    path = tmp_path / "study.pdf"
    path.write_bytes(make_pdf([UNKNOWN, ENGLISH, KNOWN]))
    as_text = text_file(tmp_path, f"{UNKNOWN}\n\n{KNOWN}")
    assert measure([path], small).whole.kinds == measure([as_text], small).whole.kinds


def test_a_file_that_is_no_pdf_by_any_name_is_told(tmp_path: Path, small: Settings) -> None:
    with pytest.raises(Fault, match=r"study\.pdf"):
        measure([text_file(tmp_path, "no PDF", "study.pdf")], small)


def test_a_folder_is_read_to_its_bottom_and_other_files_are_passed_over(tmp_path: Path, small: Settings) -> None:
    folder = tmp_path / "texts"
    text_file(folder, UNKNOWN)
    text_file(folder, KNOWN, "deeper/b.md")
    text_file(folder, json.dumps({"text": "Hunden kommer inte med pulkan."}), "deeper/still/c.jsonl")
    text_file(folder, "Hunden kommer inte med spaden.", "d.csv")
    (folder / "deeper" / "e.pdf").write_bytes(make_pdf(["Hunden kommer inte med krattan."]))
    found = measure([folder], small)
    assert found.unknown == {"skottkärran": 1, "snöflingor": 1, "pulkan": 1, "krattan": 1}
    assert [tally.name for tally in found.tallies] == [f"{tmp_path.name}/texts"]


def test_each_path_has_its_tally_and_the_whole_is_their_sum(tmp_path: Path, small: Settings) -> None:
    first = text_file(tmp_path, UNKNOWN, "one/first.txt")
    second = text_file(tmp_path, KNOWN, "one/second.txt")
    found = measure([first, second], small)
    assert {name: counts["coverage"] for name, counts in found.form(0)["paths"].items()} == {
        "one/first.txt": 0.75,
        "one/second.txt": 1.0,
    }
    assert found.whole.share == 15 / 17  # 6 of 8 and 9 of 9
    assert [line.split()[:2] for line in found.table(5)][:3] == [
        ["0.7500", "one/first.txt"],
        ["1.0000", "one/second.txt"],
        ["0.8824", "="],
    ]


def test_the_term_list_of_the_settings_decides(tmp_path: Path, small: Settings, settings: Settings) -> None:
    path = text_file(tmp_path, UNKNOWN)
    assert "snöflingor" in measure([path], small).unknown
    assert measure([path], settings).whole.share > measure([path], small).whole.share


def test_the_report_is_json(tmp_path: Path, small: Settings) -> None:
    form = measure([text_file(tmp_path, UNKNOWN)], small).form(3)
    assert json.loads(json.dumps(form)) == form


def test_a_path_that_is_not_there_is_named(tmp_path: Path, small: Settings) -> None:
    with pytest.raises(NoSuchFile, match="missing"):
        measure([text_file(tmp_path, KNOWN), tmp_path / "missing"], small)


def test_nothing_to_measure_has_no_coverage(small: Settings) -> None:
    assert measure([], small).form(5) == {"paths": {}, "whole": {"coverage": 0.0}, "unknown": {}}
