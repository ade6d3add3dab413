"""A benchmark's rows and their means, and one run with the bundled model in a library that is thrown away."""

import json
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.settings import Settings
from evals.beir import BadBenchmark
from evals.benchmark import BenchmarkReport, BenchmarkRow, benchmark, throw_away_library
from evals.measures import bootstrap

DOCUMENTS = [
    ("en-light", "en", "Better street lighting reduced burglary by fourteen per cent in the squares of the town."),
    ("sv-light", "sv", "Bättre gatubelysning minskade antalet inbrott med fjorton procent på stadens torg."),
    ("en-levy", "en", "A compulsory levy solves the problem of free riders, because all owners then have to pay."),
    ("en-parks", "en", "Families visit parks with benches and fountains more often at the weekend."),
    ("sv-hosts", "sv", "Trygghetsvärdar som rör sig i området gör att fler vågar gå ut på kvällen."),
    ("empty", "en", ""),
]
QUERIES = [
    ("both", "Does better street lighting reduce burglary?", ["en-light", "sv-light"]),
    ("one", "How is the problem of free riders solved?", ["en-levy"]),
    ("german", "Welche Wirkung hat die Straßenbeleuchtung auf die Sicherheit?", ["en-light", "sv-light"]),
    ("without", "Who was the first mayor of the town?", []),
    ("hidden", "What is written on an empty sheet?", ["empty"]),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "town" / "mixed"
    folder.mkdir(parents=True)
    corpus = [json.dumps({"_id": name, "lang": language, "text": text}) for name, language, text in DOCUMENTS]
    queries = [json.dumps({"_id": name, "text": text}) for name, text, _ in QUERIES]
    qrels = [f"{name}\t{document}\t1" for name, _, gold in QUERIES for document in gold]
    (folder / "corpus.jsonl").write_text("\n".join(corpus), "utf-8")
    (folder / "queries.jsonl").write_text("\n".join(queries), "utf-8")
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *qrels]), "utf-8")
    return folder


# Rows made by hand


def row(name: str, *, ndcg: float = 0.0, mrr: float = 0.0, languages: float | None = None) -> BenchmarkRow:
    return BenchmarkRow(name, ndcg, 0.5, 1.0, mrr, languages, 12.5)


def report(*rows: BenchmarkRow) -> BenchmarkReport:
    return BenchmarkReport("town/mixed", 6, {"en": 3, "sv": 2}, 1, rows, "model@1 (64)")


def test_each_measure_has_its_mean_how_many_questions_and_the_interval_of_the_bootstrap() -> None:
    ndcg = (1.0, 0.5, 0.63093, 0.0)
    measures = report(*(row(str(n), ndcg=value, mrr=value / 2) for n, value in enumerate(ndcg))).measures()
    assert measures["nDCG@10"]["mean"] == 0.5327  # 2.13093 / 4
    assert measures["MRR@10"]["mean"] == 0.2664
    assert measures["Recall@10"] == {"mean": 0.5, "n": 4, "interval": [0.5, 0.5]}
    assert measures["Recall@100"] == {"mean": 1.0, "n": 4, "interval": [1.0, 1.0]}
    assert measures["nDCG@10"]["n"] == 4
    assert measures["nDCG@10"]["interval"] == pytest.approx(bootstrap(ndcg), abs=1e-4)


def test_a_question_answered_in_one_language_alone_counts_for_nothing_in_all_languages() -> None:
    rows = [row("a", languages=1.0), row("b"), row("c", languages=0.0), row("d", languages=1.0), row("e")]
    found = report(*rows).measures()["all_languages@10"]
    assert (found["mean"], found["n"]) == (0.6667, 3)


def test_all_languages_is_left_out_where_no_question_is_answered_in_more_than_one() -> None:
    assert list(report(row("a"), row("b")).measures()) == ["nDCG@10", "Recall@10", "Recall@100", "MRR@10"]


def test_the_form_is_json_and_keeps_every_row() -> None:
    form = json.loads(json.dumps(report(row("a", ndcg=1.0), row("b", languages=1.0)).form()))
    assert form["benchmark"] == "town/mixed"
    assert (form["documents"], form["queries"], form["queries_without_gold"]) == (6, 2, 1)
    assert (form["passages"], form["model"]) == ({"en": 3, "sv": 2}, "model@1 (64)")
    assert form["nDCG@10"]["mean"] == 0.5
    assert form["rows"][0] == {
        "id": "a",
        "ndcg_10": 1.0,
        "recall_10": 0.5,
        "recall_100": 1.0,
        "reciprocal_rank_10": 0.0,
        "all_languages_10": None,
        "milliseconds": 12.5,
    }


def test_the_table_has_a_line_for_each_measure_between_the_name_and_the_model() -> None:
    first, *measures, last = report(row("a", languages=1.0), row("b", mrr=1.0)).table()
    assert "town/mixed" in first
    assert "6 documents, 2 questions" in first
    assert [line.split()[0] for line in measures] == [
        "nDCG@10",
        "Recall@10",
        "Recall@100",
        "MRR@10",
        "all_languages@10",
    ]
    assert measures[3].split() == ["MRR@10", "0.500", "(0.000", "to", "1.000,", "n", "=", "2)"]
    assert measures[4].endswith("n = 1)")
    assert last == "model model@1 (64)"


# The library that is thrown away


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_throw_away_library_lies_apart_from_the_caller_s_and_is_gone_when_its_block_ends(settings: Settings) -> None:
    with throw_away_library(settings) as library:
        there = library.folder
        assert there.is_dir()
        assert library.owned
        assert there != settings.data
        assert not there.is_relative_to(settings.data)
    assert not there.exists()
    assert not settings.data.exists()


def test_a_throw_away_library_is_gone_when_its_block_fails(settings: Settings) -> None:
    held: list[Library] = []
    with pytest.raises(BadBenchmark), throw_away_library(settings) as library:
        held.append(library)
        raise BadBenchmark(file="corpus.jsonl", line=1, why="made so")
    assert not held[0].folder.exists()


def test_a_throw_away_library_is_made_as_the_caller_s_would_be_but_notes_no_words(settings: Settings) -> None:
    given = settings.model_copy(update={"embedding_reads": "en sv", "language": "sv"})
    with throw_away_library(given) as library:
        made = library.settings
    assert made.model_copy(update={"data": given.data, "note_unknown_words": True}) == given
    assert not made.note_unknown_words


def test_a_folder_that_is_no_benchmark_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(BadBenchmark, match=r"corpus\.jsonl"):
        benchmark(tmp_path, settings)


@pytest.mark.slow
def test_a_benchmark_is_measured_with_the_bundled_model_and_leaves_nothing_behind(
    folder: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.data.mkdir()
    (settings.data / "record.sqlite3").write_bytes(b"the caller's own")
    before, given = tree(tmp_path), settings.model_copy()
    counted: list[tuple[int, int]] = []
    measured = benchmark(folder, settings, lambda done, of: counted.append((done, of)))

    assert (measured.name, measured.documents, measured.without_gold) == ("town/mixed", 6, 1)
    assert measured.passages == {"en": 3, "sv": 2}
    assert measured.model.startswith("sentence-transformers/all-MiniLM-L6-v2@")
    assert counted == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (tree(tmp_path), settings) == (before, given)

    both, one, german, hidden = measured.rows
    assert [found.id for found in measured.rows] == ["both", "one", "german", "hidden"]
    assert (both.recall_10, both.ndcg_10, both.reciprocal_rank_10, both.all_languages_10) == (1, 1, 1, 1)
    assert (one.recall_10, one.ndcg_10, one.reciprocal_rank_10, one.all_languages_10) == (1, 1, 1, None)
    assert (german.recall_100, german.ndcg_10, german.reciprocal_rank_10, german.all_languages_10) == (0, 0, 0, 0)
    assert (hidden.recall_100, hidden.reciprocal_rank_10, hidden.all_languages_10) == (0, 0, None)
    assert both.milliseconds > 0
    assert measured.measures()["all_languages@10"]["n"] == 2
    assert measured.measures()["Recall@100"]["mean"] == 0.5
