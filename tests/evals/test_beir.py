"""A BEIR folder, read, and its documents in a library, where questions find them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from corpus.library import Library
from evals.beir import BadBenchmark, Query, Text, fill, read_beir
from retriever.search import search
from tests.fakes import FakeEmbedder

LAMPS = {"_id": "d1", "title": "Lamps", "text": "Street lighting reduced burglary in the squares.", "lang": "en"}
LEVY = {"_id": "d2", "title": "", "text": "Friåkare är ägare som får del av nyttan utan att betala sin andel."}
QUESTION = {"_id": "q1", "text": "Does street lighting reduce burglary?"}
HEAD = "query-id\tcorpus-id\tscore"


def written(
    folder: Path,
    *,
    corpus: Sequence[object] = (LAMPS, LEVY),
    queries: Sequence[object] = (QUESTION,),
    qrels: Sequence[str] = ("q1\td1\t1",),
    qrels_at: str = "qrels.tsv",
) -> Path:
    """A BEIR folder. A row is an object to be written as JSON, or a line as it stands."""
    files: Mapping[str, Sequence[object]] = {
        "corpus.jsonl": corpus,
        "queries.jsonl": queries,
        qrels_at: [HEAD, *qrels],
    }
    for name, rows in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder


# Reading


def test_a_folder_has_documents_and_the_questions_they_answer(tmp_path: Path) -> None:
    read = read_beir(written(tmp_path / "squad" / "en-en", qrels=["q1\td1\t2", "q1\td2\t1"]))
    assert read.name == "squad/en-en"
    assert read.texts[0] == Text("d1", "Lamps", "Street lighting reduced burglary in the squares.", "en")
    assert read.queries == (Query("q1", "Does street lighting reduce burglary?", {"d1": 2, "d2": 1}),)
    assert read.without_gold == 0


def test_the_qrels_may_lie_in_a_folder_of_their_own(tmp_path: Path) -> None:
    read = read_beir(written(tmp_path, qrels_at="qrels/test.tsv"))
    assert [query.gold for query in read.queries] == [{"d1": 1}]


def test_the_qrels_beside_the_documents_are_read_before_those_in_a_folder(tmp_path: Path) -> None:
    written(tmp_path, qrels=["q1\td2\t1"], qrels_at="qrels/test.tsv")
    assert read_beir(written(tmp_path, qrels=["q1\td1\t1"])).queries[0].gold == {"d1": 1}


@pytest.mark.parametrize(
    ("row", "language"),
    [
        ({"text": LEVY["text"]}, "sv"),
        ({"text": LAMPS["text"]}, "en"),
        ({"text": LAMPS["text"], "lang": "da"}, "da"),
        ({"text": LAMPS["text"], "lang": ""}, "en"),
        ({"title": "Friåkare i platssamverkan och hur de undviks", "text": "2019"}, "sv"),
    ],
)
def test_a_document_is_in_the_language_its_row_says_or_else_in_the_one_found(
    tmp_path: Path, row: dict[str, str], language: str
) -> None:
    read = read_beir(written(tmp_path, corpus=[LAMPS, {"_id": "d", **row}]))
    assert read.texts[1].language == language


def test_a_document_needs_no_title(tmp_path: Path) -> None:
    bare = {"_id": "d1", "text": "Lamps."}
    titles = [
        read_beir(written(tmp_path, corpus=[row])).texts[0].title for row in (bare, {**bare, "title": None}, LAMPS)
    ]
    assert titles == ["", "", "Lamps"]


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    read = read_beir(
        written(tmp_path, corpus=[{**LAMPS, "_id": 7}], queries=[{**QUESTION, "_id": 12}], qrels=["12\t7\t1"])
    )
    assert read.queries == (Query("12", QUESTION["text"], {"7": 1}),)


@pytest.mark.parametrize("qrels", ["q2\td1\t0", "q2\tnot-here\t1", "q2\td1\t-1", "q3\td1\t1"])
def test_a_question_that_no_document_answers_is_counted_and_not_asked(tmp_path: Path, qrels: str) -> None:
    queries = [QUESTION, {"_id": "q2", "text": "Who pays?"}]
    read = read_beir(written(tmp_path, queries=queries, qrels=["q1\td1\t1", qrels]))
    assert [query.id for query in read.queries] == ["q1"]
    assert read.without_gold == 1


def test_only_the_documents_that_are_there_and_answer_are_gold(tmp_path: Path) -> None:
    read = read_beir(written(tmp_path, qrels=["q1\td1\t1", "q1\td2\t0", "q1\tnot-here\t2"]))
    assert read.queries[0].gold == {"d1": 1}


def test_the_questions_keep_the_order_of_their_file(tmp_path: Path) -> None:
    queries = [{"_id": name, "text": f"{name}?"} for name in ("b", "c", "a")]
    read = read_beir(written(tmp_path, queries=queries, qrels=[f"{name}\td1\t1" for name in "abc"]))
    assert [query.id for query in read.queries] == ["b", "c", "a"]


def test_empty_lines_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    written(tmp_path, corpus=[LAMPS, "", LEVY, "  "], queries=["", QUESTION], qrels=["", "q1\td1\t1", ""])
    plain = read_beir(tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_beir(tmp_path) == plain
    assert (len(plain.texts), len(plain.queries)) == (2, 1)


def test_a_document_may_hold_a_line_separator(tmp_path: Path) -> None:
    read = read_beir(written(tmp_path, corpus=[{**LAMPS, "text": "Lamps.\u2028Squares."}]))
    assert read.texts[0].text == "Lamps.\u2028Squares."


# What cannot be read


@pytest.mark.parametrize(
    "bad", ["{not json", '{"_id": "d3"', '{"text": "No id."}', '{"_id": "d3", "title": "No text"}']
)
def test_a_document_that_cannot_be_read_is_named_by_its_line(tmp_path: Path, bad: str) -> None:
    with pytest.raises(BadBenchmark) as met:
        read_beir(written(tmp_path, corpus=[LAMPS, "", bad, LEVY]))
    assert f"{tmp_path / 'corpus.jsonl'} cannot be read at line 3" in met.value.sentence("en")
    assert f"{tmp_path / 'corpus.jsonl'} kan inte läsas på rad 3" in met.value.sentence("sv")


@pytest.mark.parametrize("bad", ["{not json", '{"text": "No id?"}', '{"_id": "q3"}', "[]", "7", "null", '"q3"'])
def test_a_question_that_cannot_be_read_is_named_by_its_line(tmp_path: Path, bad: str) -> None:
    with pytest.raises(BadBenchmark) as met:
        read_beir(written(tmp_path, queries=[QUESTION, bad]))
    assert f"{tmp_path / 'queries.jsonl'} cannot be read at line 2" in met.value.sentence("en")


@pytest.mark.parametrize("bad", ["q1\td1", "q1\td1\tgood", "q1\td1\t0.5", "q1\t0\td1\t1", "q1 d1 1"])
@pytest.mark.parametrize("at", ["qrels.tsv", "qrels/test.tsv"])
def test_a_line_of_the_qrels_that_cannot_be_read_is_named_by_its_number(tmp_path: Path, bad: str, at: str) -> None:
    with pytest.raises(BadBenchmark) as met:
        read_beir(written(tmp_path, qrels=["q1\td1\t1", bad], qrels_at=at))
    assert f"{tmp_path / at} cannot be read at line 3" in met.value.sentence("en")


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path, name: str) -> None:
    path = written(tmp_path) / name
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadBenchmark) as no_text:
        read_beir(tmp_path)
    assert str(path) in no_text.value.sentence("en")
    path.unlink()
    with pytest.raises(BadBenchmark) as missing:
        read_beir(tmp_path)
    assert path.stem in missing.value.sentence("en")


@pytest.mark.parametrize(("queries", "qrels"), [([QUESTION], []), ([], ["q1\td1\t1"]), ([QUESTION], ["q1\tgone\t1"])])
def test_a_folder_in_which_no_question_has_an_answer_is_refused(
    tmp_path: Path, queries: Sequence[object], qrels: Sequence[str]
) -> None:
    with pytest.raises(BadBenchmark, match="no question has an answer") as met:
        read_beir(written(tmp_path, queries=queries, qrels=qrels))
    assert met.value.values["file"] == tmp_path


# In a library


def found(library: Library, question: str) -> list[str]:
    return [hit.study_id for hit in search(library, question).hits]


def test_each_document_is_found_by_its_id_and_shown_by_its_title(library: Library) -> None:
    fill(
        library,
        [
            Text("d1", "Lamps", "Street lighting reduced burglary in the squares.", "en"),
            Text("d2", "", "Parks with benches and fountains attract families every weekend.", "en"),
        ],
    )
    assert found(library, "Does street lighting reduce burglary?")[0] == "d1"
    assert found(library, "Which parks attract families?")[0] == "d2"
    assert [library.study(name).title for name in ("d1", "d2")] == ["Lamps", "d2"]


def test_documents_are_found_in_a_library_that_was_searched_before_it_was_filled(library: Library) -> None:
    assert found(library, "How many thefts in 2017?") == []
    fill(library, [Text("d1", "", "Thefts 2015 2016 2017 2018 2019\n1045 1988 1033 1120 1984", "en")])
    assert found(library, "How many thefts in 2017?") == ["d1"]


def test_a_document_is_one_page_that_opens_with_its_title(library: Library) -> None:
    fill(library, [Text("d1", "Lamps", "Street lighting reduced burglary in the squares.", "en")])
    assert library.page("d1", 1).text == "Lamps\nStreet lighting reduced burglary in the squares."
    assert library.study("d1").page_count == 1


def test_a_document_is_found_by_the_words_of_its_title(library: Library) -> None:
    text = "They reduced burglary in the squares of the town."
    fill(library, [Text("d1", "Lighting", text, "en"), Text("d2", "Fountains", text, "en")])
    assert found(library, "Do fountains help?")[0] == "d2"


def test_a_long_document_is_cut_in_passages_each_of_which_finds_it(library: Library) -> None:
    subjects = ["harbour", "library", "cemetery", "railway", "brewery", "stadium"]
    paragraphs = [f"The {subject} was opened for visitors in the evening hours. " * 12 for subject in subjects]
    fill(library, [Text("long", "", "\n".join(paragraphs), "en"), Text("other", "", "Lamps were put up here.", "en")])
    passages = library.passages(library.record.passage_ids_of("long")).values()
    assert len(passages) >= len(subjects)
    assert {passage.page for passage in passages} == {1}
    for subject in subjects:
        (first, *_) = search(library, f"When was the {subject} opened?").hits
        assert first.study_id == "long"
        assert subject in first.text


def test_an_empty_document_is_kept_and_hides_no_other(library: Library) -> None:
    fill(
        library,
        [
            Text("empty", "", "", "en"),
            Text("d1", "", "Street lighting reduced burglary in the squares.", "en"),
            Text("blank", "", " \n ", "sv"),
            Text("d2", "", "Parks with benches attract families every weekend.", "en"),
        ],
    )
    assert found(library, "Does street lighting reduce burglary?")[0] == "d1"
    assert found(library, "Which parks attract families?")[0] == "d2"
    assert library.record.passage_ids_of("empty") == library.record.passage_ids_of("blank") == []
    assert {study.id for study in library.record.studies()} == {"empty", "d1", "blank", "d2"}


def test_no_documents_leave_an_empty_library(library: Library) -> None:
    fill(library, [])
    assert library.record.counts() == {"studies": 0, "pages": 0, "passages": 0, "vectors": 0}


def test_a_swedish_document_is_found_in_both_languages_by_its_english_shadow(library: Library) -> None:
    fill(
        library,
        [
            Text("d1", "", "Parks with benches and fountains attract families every weekend.", "en"),
            Text("d2", "", "Bättre belysning minskade antalet inbrott på torgen.", "sv"),
        ],
    )
    (passage,) = library.record.passage_ids_of("d2")
    assert "lighting" in library.record.shadows([passage])[passage].text
    assert found(library, "Minskade belysning inbrott?")[0] == "d2"
    assert found(library, "Does lighting reduce burglary?")[0] == "d2"
    assert not library.record.shadows(library.record.passage_ids_of("d1"))


def test_a_table_is_found_by_its_words_and_has_no_vector(library: Library) -> None:
    table = "Thefts 2015 2016 2017 2018 2019\n1045 1988 1033 1120 1984\n2045 2988 2033 2120 2984"
    fill(
        library,
        [Text("table", "", table, "en"), Text("d1", "", "Street lighting reduced burglary in the squares.", "en")],
    )
    assert found(library, "How many thefts in 2017?")[0] == "table"
    assert library.record.counts() == {"studies": 2, "pages": 2, "passages": 2, "vectors": 1}


def test_each_of_many_documents_has_its_own_vector(library: Library, embedder: FakeEmbedder) -> None:
    """Swedish, empty and tabular documents among the others put none of them out of step."""
    texts = []
    for n in range(300):
        plain = Text(f"d{n}", "", f"The subject of this document is called subject{n} and nothing else.", "en")
        others = {
            3: Text(f"d{n}", "", "", "en"),
            5: Text(f"d{n}", "", f"Detta är en svensk handling om ämne{n} och inget annat.", "sv"),
            7: Text(f"d{n}", "", "Figures 2015 2016 2017 2018 2019 2020 2021 2022 2023", "en"),
        }
        texts.append(others.get(n % 11, plain))
    fill(library, texts)
    passages = library.passages(sorted(library.record.passage_ids()))
    shadows = library.record.shadows(passages)
    embedded = {i: shadows[i].text if i in shadows else passage.text for i, passage in passages.items()}
    vectors = library.record.vectors_of(passages)
    assert len(vectors) == sum(n % 11 not in (3, 7) for n in range(300))
    for i in vectors:
        assert library.cosines(embedder.encode_query(embedded[i]), [i])[i] == pytest.approx(1, abs=0.01)
    assert found(library, "What is subject299?")[0] == "d299"


@pytest.mark.parametrize(
    "bad", ["[]", "7", '"d3"', "null", '{"_id": "d3", "text": null}', '{"_id": null, "text": "x"}']
)
def test_a_document_that_is_no_object_or_lacks_a_value_is_named_by_its_line(tmp_path: Path, bad: str) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1", "text": "Lamps."}\n' + bad, "utf-8")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "Lamps?"}', "utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1", "utf-8")
    with pytest.raises(BadBenchmark) as met:
        read_beir(tmp_path)
    assert met.value.values["line"] == 2
