"""The word index: BM25 over stems and 4-grams."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.choice import selection
from corpus.language import language_of, terms
from corpus.lexical import LexicalIndex, fingerprint
from corpus.record import Record
from corpus.study import Description, Draft, Page, Study, TextState

Open = Callable[[], LexicalIndex]
AVGIFT = "En obligatorisk avgift löser problemet med friåkare."
VARDAR = "Trygghetsvärdar rör sig i hela kvarteret om kvällen."
LIGHTING = "Street lighting reduced property crime in the lit squares."


def fill(record: Record, *sentences: str, name: str = "a") -> list[int]:
    """A study of one page with a passage for each sentence."""
    text = "\n".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    drafts = [Draft(1, i, i + len(s), s, language_of(s)) for i, s in zip(starts, sentences, strict=True)]
    study = Study(name, Description(name), ("sv",), TextState.SEARCHABLE, ())
    return record.add(study, [Page(name, 1, "1", text)], drafts, np.ones((len(drafts), 2), np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lexical"


@pytest.fixture
def open_index(record: Record, folder: Path) -> Iterator[Open]:
    """Opens the index over the record for writing; what was opened before is closed first."""
    held: list[LexicalIndex] = []

    def open_again() -> LexicalIndex:
        while held:
            held.pop().close()
        held.append(LexicalIndex(folder, record, writable=True))
        return held[0]

    yield open_again
    while held:
        held.pop().close()


def found(index: LexicalIndex, words: str, language: str = "sv") -> list[int]:
    return [i for i, _ in index.matching("sv" if language == "sv" else "en", list(terms(words, language)), 10)]


# Searching


@pytest.mark.parametrize("words", ["avgift", "avgiften", "AVGIFTER", "obligatoriska avgifterna"])
def test_a_passage_is_found_by_any_form_of_its_words(record: Record, open_index: Open, words: str) -> None:
    avgift, *_ = fill(record, AVGIFT, VARDAR, LIGHTING)
    assert found(open_index(), words)[0] == avgift


@pytest.mark.parametrize("part", ["trygghet", "värdar", "kvarter"])
def test_a_compound_is_found_by_its_parts(record: Record, open_index: Open, part: str) -> None:
    _, vardar, _ = fill(record, AVGIFT, VARDAR, LIGHTING)
    assert found(open_index(), part)[0] == vardar


def test_a_part_is_found_by_its_compound(record: Record, open_index: Open) -> None:
    _, _, trygg = fill(record, AVGIFT, LIGHTING, "Trygghet är mer än frånvaro av brott.")
    assert found(open_index(), "trygghetsvandring")[0] == trygg


def test_the_passage_with_more_of_the_words_comes_first(record: Record, open_index: Open) -> None:
    _, both, _ = fill(record, "Avgiften togs bort.", "Avgiften är obligatorisk.", "Något är obligatoriskt.")
    hits = open_index().matching("sv", list(terms("obligatorisk avgift", "sv")), 10)
    assert hits[0][0] == both
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)


def test_no_words_and_unknown_words_find_nothing(record: Record, open_index: Open) -> None:
    fill(record, AVGIFT)
    index = open_index()
    assert index.matching("sv", [], 10) == index.matching("sv", ["qqqq"], 10) == []


def test_at_most_k_are_found(record: Record, open_index: Open) -> None:
    fill(record, *(f"Avgift nummer {i}." for i in range(10, 20)))
    assert len(open_index().matching("sv", ["avgift"], 3)) == 3


def test_a_search_can_be_kept_to_one_language(record: Record, open_index: Open) -> None:
    swedish, english = fill(record, "Ett BID tar ut en avgift av alla ägare.", "A BID takes a levy from every owner.")
    index = open_index()
    assert [i for i, _ in index.matching("sv", ["bid"], 10, "sv")] == [swedish]
    assert [i for i, _ in index.matching("en", ["bid"], 10, "en")] == [english]


# Weights


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most(record: Record, open_index: Open) -> None:
    fill(record, "Torgen är stora.", "Torgen är små.", "Torgen har en avgift.")
    index = open_index()
    assert [index.document_frequency("sv", word) for word in ("torg", "avgift", "qqqq")] == [3, 1, 0]
    assert index.idf("sv", "torg") < index.idf("sv", "avgift") < index.idf("sv", "qqqq")
    assert index.idf("sv", "avgift") == pytest.approx(np.log(1 + 2.5 / 1.5))


def test_coverage_is_one_at_most_and_is_near_it_only_when_every_word_is_held(record: Record, open_index: Open) -> None:
    full, half, none = fill(record, "avgift torg " * 40, "avgift kvarter " * 40, "lampa ljus " * 40)
    index = open_index()
    share = index.coverage("sv", ["avgift", "torg"], [full, half, none])
    assert 0.9 < share[full] < 1
    assert 0.2 < share[half] < 0.6
    assert none not in share


def test_a_word_that_nothing_holds_lowers_coverage(record: Record, open_index: Open) -> None:
    (only,) = fill(record, "avgift torg " * 40)
    index = open_index()
    assert index.coverage("sv", ["avgift", "qqqq"], [only])[only] < 0.5 < index.coverage("sv", ["avgift"], [only])[only]


def test_a_word_asked_for_twice_counts_once(record: Record, open_index: Open) -> None:
    (only,) = fill(record, AVGIFT)
    index = open_index()
    assert index.coverage("sv", ["avgift", "avgift"], [only]) == index.coverage("sv", ["avgift"], [only])


def test_coverage_is_asked_of_the_given_passages_only(record: Record, open_index: Open) -> None:
    one, _ = fill(record, "Avgiften är hög.", "Avgiften är låg.")
    index = open_index()
    assert list(index.coverage("sv", ["avgift"], [one])) == [one]
    assert index.coverage("sv", ["avgift"], []) == index.coverage("sv", [], [one]) == {}


# Following the record


def test_an_added_passage_is_found_at_once_and_a_removed_one_no_more(record: Record, open_index: Open) -> None:
    index = open_index()
    ids = fill(record, AVGIFT)
    index.add(record.passages(ids).values())
    assert found(index, "avgift") == ids
    index.remove(ids)
    assert found(index, "avgift") == []
    assert index.size == 0


def test_an_index_opened_again_still_finds(record: Record, open_index: Open) -> None:
    ids = fill(record, AVGIFT)
    open_index()
    assert found(open_index(), "avgift") == ids


def test_an_index_that_the_record_left_behind_catches_up(record: Record, open_index: Open) -> None:
    old = fill(record, AVGIFT)
    assert found(open_index(), "avgift") == old
    record.remove("a")
    new = fill(record, VARDAR, LIGHTING, name="b")
    index = open_index()
    assert found(index, "avgift obligatorisk") == []
    assert found(index, "trygghet")[0] == new[0]
    assert (index.size, index.finds_own()) == (2, True)


def test_catching_up_drops_what_is_gone_and_adds_what_is_new_without_making_all_anew(
    record: Record, open_index: Open, folder: Path
) -> None:
    fill(record, AVGIFT)
    fill(record, VARDAR, name="b")
    index = open_index()
    (folder / "stray").write_text("an index made anew would not have this", "utf-8")
    record.remove("a")
    new = fill(record, LIGHTING, name="c")
    index.catch_up()
    assert (found(index, "avgift"), found(index, "lighting", "en")) == ([], new)
    assert index.finds_own()
    assert (folder / "stray").exists()


def test_a_passage_held_twice_is_mended(record: Record, open_index: Open) -> None:
    ids = fill(record, AVGIFT, VARDAR)
    open_index().add(record.passages(ids[:1]).values())
    assert open_index().size == 2


def test_an_index_that_is_not_level_with_the_record_does_not_prove_itself(record: Record, open_index: Open) -> None:
    index = open_index()
    assert index.finds_own()
    fill(record, AVGIFT)
    assert not index.finds_own()
    index.catch_up()
    assert index.finds_own()


def test_an_index_with_other_words_than_the_record_is_made_anew(record: Record, open_index: Open) -> None:
    ids = fill(record, AVGIFT)
    index = open_index()
    wrong = record.passages(ids)[ids[0]]
    index.remove(ids)
    index.add([type(wrong)(wrong.id, "a", 1, 0, 5, "helt andra ord", "sv")])
    assert not index.finds_own()
    assert found(open_index(), "avgift") == ids


def test_an_index_of_another_analysis_is_made_anew(record: Record, open_index: Open, folder: Path) -> None:
    ids = fill(record, AVGIFT)
    open_index().remove(ids)
    (folder / "analyser.json").write_text(json.dumps({"analyser": "stems of last year"}), "utf-8")
    (folder / "stray").write_text("old", "utf-8")
    index = open_index()
    assert found(index, "avgift") == ids
    assert not (folder / "stray").exists()
    assert json.loads((folder / "analyser.json").read_text("utf-8")) == {"analyser": fingerprint()}


def garble_the_list(folder: Path) -> None:
    (folder / "meta.json").write_text("{", "utf-8")


def delete_the_list(folder: Path) -> None:
    (folder / "meta.json").unlink()


def garble_the_segments(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix not in (".json", ".lock"):
            path.write_bytes(b"\xff" * path.stat().st_size)


def delete_the_segments(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix not in (".json", ".lock"):
            path.unlink()


def empty_the_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize(
    "harm", [garble_the_list, delete_the_list, garble_the_segments, delete_the_segments, empty_the_folder]
)
def test_a_damaged_index_is_made_anew(
    record: Record, open_index: Open, folder: Path, harm: Callable[[Path], None]
) -> None:
    ids = fill(record, AVGIFT, VARDAR)
    open_index().close()
    harm(folder)
    index = open_index()
    assert found(index, "avgift")[0] == ids[0]
    assert (index.size, index.finds_own()) == (2, True)


# Readers beside the owner


def test_a_reader_finds_what_the_owner_has_committed(record: Record, open_index: Open, folder: Path) -> None:
    ids = fill(record, AVGIFT)
    owner = open_index()
    with closing(LexicalIndex(folder, record, writable=False)) as reader:
        assert found(reader, "avgift") == ids
    assert found(owner, "avgift") == ids


def test_a_reader_without_an_index_makes_one_in_memory(record: Record, folder: Path) -> None:
    ids = fill(record, AVGIFT)
    with closing(LexicalIndex(folder, record, writable=False)) as reader:
        assert found(reader, "avgift") == ids
    assert not folder.exists()


def test_a_reader_leaves_an_index_it_cannot_use_as_it_is(record: Record, open_index: Open, folder: Path) -> None:
    ids = fill(record, AVGIFT)
    open_index().close()
    (folder / "analyser.json").write_text("{}", "utf-8")
    with closing(LexicalIndex(folder, record, writable=False)) as reader:
        assert found(reader, "avgift") == ids
    assert (folder / "analyser.json").read_text("utf-8") == "{}"


def test_an_index_without_a_folder_is_in_memory(record: Record, tmp_path: Path) -> None:
    ids = fill(record, AVGIFT)
    before = sorted(tmp_path.rglob("*"))
    with closing(LexicalIndex(None, record, writable=True)) as index:
        assert found(index, "avgift") == ids
    assert sorted(tmp_path.rglob("*")) == before


# Within a selection


@pytest.mark.parametrize(("inside", "outside"), [(2, 30), (30, 2)])
def test_within_a_selection_as_many_are_found_as_it_holds(
    record: Record, open_index: Open, inside: int, outside: int
) -> None:
    fill(record, *(f"Avgift avgift nummer {i}." for i in range(outside)), name="out")
    ids = fill(record, *(f"En avgift nummer {i} av många." for i in range(inside)), name="in")
    index, within = open_index(), selection(record, frozenset({"in"}))
    hits = index.matching("sv", ["avgift"], 5, within=within)
    assert len(hits) == min(inside, 5)
    assert {i for i, _ in hits} <= set(ids)
    everything = dict(index.matching("sv", ["avgift"], 100))
    assert all(score == everything[i] for i, score in hits)


def test_within_nothing_no_word_is_found_and_within_everything_all_are(record: Record, open_index: Open) -> None:
    fill(record, AVGIFT, VARDAR)
    index = open_index()
    assert index.matching("sv", ["avgift"], 5, within=selection(record, frozenset())) == []
    everything = selection(record, frozenset({"a"}))
    assert index.matching("sv", ["avgift"], 5, within=everything) == index.matching("sv", ["avgift"], 5)


def test_a_language_can_be_asked_for_within_a_selection(record: Record, open_index: Open) -> None:
    fill(record, "Ett BID tar ut en avgift.", name="out")
    _, english = fill(record, "Ett BID tar ut en avgift av alla.", "A BID takes a levy from every owner.", name="in")
    within = selection(record, frozenset({"in"}))
    assert [i for i, _ in open_index().matching("en", ["bid"], 10, "en", within)] == [english]
