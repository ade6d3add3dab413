"""A benchmark's rows and their means, and one run with the bundled model in a library that is thrown away."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.settings import Settings
from evals.beir import BadBenchmark
from evals.benchmark import MEASURES, BenchmarkReport, benchmark, by_pair, means, throw_away_library
from evals.case import Case, Gold
from evals.gold import Located
from evals.row import Row, row_of
from evals.statistics import mean_interval
from evals.systems import BASELINES, Given

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


def row(name: str, pair: str = "en-en", *, ndcg: float = 0.0, mrr: float = 0.0, languages: float | None = None) -> Row:
    """A row whose document is its own; `languages` is None where all that answers is in one language."""
    case = Case(name, name, "en", "yes", (Gold(name, 1),), pair=pair)
    given = Given("en", (), False, 0.0, "", (), (), 0.0, 0.0)
    values = {"nDCG@10": ndcg, "Recall@10": 0.5, "Recall@100": 1.0, "MRR@10": mrr}
    if languages is not None:
        values["all_languages@10"] = languages
    return replace(row_of(Located(case, {(name, 1): 1}, {}), given, lambda _: None), values=values)


def report(
    *rows: Row, answering: bool = False, baselines: tuple[tuple[str, tuple[Row, ...]], ...] = ()
) -> BenchmarkReport:
    return BenchmarkReport(
        "town/mixed", 6, {"en": 3, "sv": 2}, 1, rows, "model@1 (64)", (12.5,) * len(rows), baselines, answering
    )


def test_each_measure_has_its_mean_how_many_questions_and_the_interval_of_the_bootstrap() -> None:
    ndcg = (1.0, 0.5, 0.63093, 0.0)
    measures = means([row(str(n), ndcg=value, mrr=value / 2) for n, value in enumerate(ndcg)])
    assert measures["nDCG@10"]["mean"] == 0.5327  # 2.13093 / 4
    assert measures["MRR@10"]["mean"] == 0.2664
    assert measures["Recall@10"] == {"mean": 0.5, "n": 4, "interval": [0.5, 0.5]}
    assert measures["Recall@100"] == {"mean": 1.0, "n": 4, "interval": [1.0, 1.0]}
    assert measures["nDCG@10"]["n"] == 4
    assert measures["nDCG@10"]["interval"] == pytest.approx(mean_interval(ndcg, "0123"), abs=1e-4)


def test_a_question_answered_in_one_language_alone_counts_for_nothing_in_all_languages() -> None:
    rows = [row("a", languages=1.0), row("b"), row("c", languages=0.0), row("d", languages=1.0), row("e")]
    found = means(rows)["all_languages@10"]
    assert (found["mean"], found["n"]) == (0.6667, 3)


def test_all_languages_is_left_out_where_no_question_is_answered_in_more_than_one() -> None:
    assert list(means([row("a"), row("b")])) == ["nDCG@10", "Recall@10", "Recall@100", "MRR@10"]


def test_each_pair_of_languages_has_its_own_means_and_questions_of_both_are_in_none() -> None:
    rows = [row("a", "sv-en", mrr=1.0), row("b", "en-en"), row("c", "sv-en", mrr=0.5), row("d", "en-both")]
    pairs = by_pair(rows)
    assert {pair: (found["MRR@10"]["mean"], found["MRR@10"]["n"]) for pair, found in pairs.items()} == {
        "sv-en": (0.75, 2),
        "en-en": (0.0, 1),
    }


def test_the_form_is_json_and_keeps_every_row() -> None:
    form = json.loads(json.dumps(report(row("a", ndcg=1.0), row("b", languages=1.0)).form()))
    assert form["benchmark"] == "town/mixed"
    assert (form["documents"], form["queries"], form["queries_without_gold"]) == (6, 2, 1)
    assert (form["passages"], form["model"]) == ({"en": 3, "sv": 2}, "model@1 (64)")
    assert form["nDCG@10"]["mean"] == form["pairs"]["en-en"]["nDCG@10"]["mean"] == 0.5
    assert form["rows"][0] == {
        "id": "a",
        "pair": "en-en",
        "nDCG@10": 1.0,
        "Recall@10": 0.5,
        "Recall@100": 1.0,
        "MRR@10": 0.0,
        "milliseconds": 12.5,
    }


def test_plain_systems_have_the_same_figures_beside_it() -> None:
    form = report(row("a", mrr=1.0), baselines=(("bm25", (row("a", mrr=0.5),)),)).form()
    assert form["MRR@10"]["mean"] == 1.0
    assert form["baselines"]["bm25"]["MRR@10"] == form["baselines"]["bm25"]["pairs"]["en-en"]["MRR@10"]
    assert form["baselines"]["bm25"]["MRR@10"]["mean"] == 0.5


def test_answers_are_told_only_where_questions_were_asked() -> None:
    assert "answers" not in report(row("a")).form()
    assert report(row("a"), answering=True).form()["answers"]["abstention"]["answered_of_answerable"] == [0, 1]


def test_the_table_has_a_line_for_each_system_and_pair() -> None:
    two = (row("a", "sv-en", mrr=1.0), row("b", "en-en", languages=1.0))
    first, head, *lines = report(*two, baselines=(("bm25", two[:1]),)).table()
    assert "town/mixed" in first
    assert "6 documents, 2 questions" in first
    assert head.split() == ["n", "nDCG@10", "Recall@10", "Recall@100", "MRR@10", "all_languages@10"]
    assert [line.split()[:3] for line in lines] == [
        ["amp", "all", "2"],
        ["amp", "sv-en", "1"],
        ["amp", "en-en", "1"],
        ["bm25", "all", "1"],
    ]
    assert "0.500 (0.00 – 1.00)" in lines[0]
    assert lines[1].split()[-1] == "–"


def test_the_table_speaks_swedish() -> None:
    first, _, line = report(row("a")).table("sv")
    assert "1 frågor" in first
    assert line.split()[:2] == ["amp", "alla"]


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
    assert [(found.id, found.pair) for found in measured.rows] == [
        ("both", "en-both"),
        ("one", "en-en"),
        ("german", "?-both"),
        ("hidden", "en-en"),
    ]
    assert figures(both) == {"nDCG@10": 1, "Recall@10": 1, "Recall@100": 1, "MRR@10": 1, "all_languages@10": 1}
    assert figures(one) == {"nDCG@10": 1, "Recall@10": 1, "Recall@100": 1, "MRR@10": 1}
    assert figures(german) == {"nDCG@10": 0, "Recall@10": 0, "Recall@100": 0, "MRR@10": 0, "all_languages@10": 0}
    assert figures(hidden) == {"nDCG@10": 0, "Recall@10": 0, "Recall@100": 0, "MRR@10": 0}
    assert german.fault == "other_language"
    assert measured.milliseconds[0] > 0
    assert means(measured.rows)["all_languages@10"]["n"] == 2
    assert means(measured.rows)["Recall@100"]["mean"] == 0.5


def figures(found: Row) -> dict[str, float]:
    return {name: found.values[name] for name in MEASURES if name in found.values}


@pytest.mark.slow
def test_plain_systems_search_the_same_documents(folder: Path, settings: Settings) -> None:
    counted: list[tuple[int, int]] = []
    measured = benchmark(
        folder, settings, lambda done, of: counted.append((done, of)), baselines=BASELINES, answering=True
    )
    assert [name for name, _ in measured.baselines] == ["bm25", "vectors", "stock"]
    assert counted == [(n, 16) for n in range(1, 17)]
    for name, rows in measured.baselines:
        assert [row.id for row in rows] == ["both", "one", "german", "hidden"]
        assert figures(rows[1])["MRR@10"] == 1, name
    form = json.loads(json.dumps(measured.form()))
    assert form["baselines"].keys() == {"bm25", "vectors", "stock"}
    assert form["answers"]["abstention"]["answered_of_answerable"][1] == 4
    assert form["answers"]["fidelity"]["quotes"] == 0  # there is no PDF to find quotes in
