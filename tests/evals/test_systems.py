"""The system itself and three plain ones, asked the same questions."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import retriever.judge
from corpus.embedder import open_embedder
from corpus.library import Library
from corpus.settings import Settings
from corpus.study import PassageKind
from evals.beir import Text, fill
from evals.plain import Chunk, PlainWords
from evals.systems import BASELINES, Ours, Plain, VectorsOnly, WordsOnly, baseline
from retriever.answer import AnswerSentence
from retriever.ask import ask, consider
from retriever.judge import SIGNALS
from retriever.search import search

LIGHT = "Does street lighting reduce property crime?"
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
NEAR_MISS = "Do congestion charges shorten harbour queues?"


@pytest.fixture(autouse=True)
def judge_by_cosine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A judge who goes by the cosine alone, and says yes from 0.4 upwards."""
    fit = {**dict.fromkeys(SIGNALS, 0.0), "cosine": 10.0, "intercept": -4.0, "bar": 0.5}
    folder = tmp_path_factory.mktemp("judge")
    (folder / "judge.toml").write_text("\n".join(['["*"]', *(f"{k} = {v}" for k, v in fit.items())]), "utf-8")
    monkeypatch.setattr(retriever.judge, "__file__", str(folder / "judge.py"))
    retriever.judge._fit.cache_clear()
    yield
    retriever.judge._fit.cache_clear()


def study_of(library: Library, file: str) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == file)


# The system itself


def test_ours_finds_and_answers_as_advisers_see_it(standing: Library) -> None:
    given, found, answer = Ours(standing).give(LIGHT), search(standing, LIGHT, 20), ask(standing, LIGHT)
    assert [(h.study_id, h.page, h.text) for h in given.hits] == [(h.study_id, h.page, h.text) for h in found.hits]
    assert (given.answered, given.confidence, given.message) == (True, answer.confidence, answer.message)
    assert given.sentences == answer.sentences
    assert given.sentences[0] == AnswerSentence(FELL, (1,))
    assert [(q.study_id, q.page, q.text) for q in given.quotes] == [
        (c.study_id, c.page, c.quote) for c in answer.citations
    ]
    assert (given.quotes[0].study_id, given.quotes[0].page) == (study_of(standing, "lighting.pdf"), 2)
    assert (given.quotes[0].file, given.quotes[0].label, given.quotes[0].language) == ("lighting.pdf", "2", "en")


def test_ours_looks_as_deep_as_it_is_asked_to(standing: Library) -> None:
    assert [len(Ours(standing).give(LIGHT, depth).hits) for depth in (1, 3, 20)] == [1, 3, 4]


def test_what_ours_withholds_is_kept(standing: Library) -> None:
    given, answer = Ours(standing).give(NEAR_MISS), ask(standing, NEAR_MISS)
    assert (given.answered, given.sentences, answer.citations) == (False, (), ())
    assert len(given.quotes) >= 1
    assert given.confidence == answer.confidence > 0


def test_an_answer_that_is_given_withholds_nothing(standing: Library) -> None:
    considered = consider(standing, LIGHT)
    assert considered.answer == ask(standing, LIGHT)
    assert considered.citations == considered.answer.citations != ()
    assert considered.signals is not None


# What an answer is judged by, and studies passed over


def test_what_is_withheld_is_judged_by_signals_too(standing: Library) -> None:
    considered = consider(standing, NEAR_MISS)
    assert considered.signals is not None
    assert considered.signals.cosine < 0.4
    assert considered.citations != considered.answer.citations == ()


def test_an_empty_library_has_nothing_to_judge_by(library: Library) -> None:
    considered = consider(library, LIGHT)
    assert (considered.signals, considered.citations, considered.answer.answered) == (None, (), False)


def test_a_study_that_is_passed_over_is_neither_quoted_nor_near_nor_judged_by(standing: Library) -> None:
    lighting = study_of(standing, "lighting.pdf")
    whole, without = consider(standing, LIGHT), consider(standing, LIGHT, without={lighting})
    assert lighting in {c.study_id for c in whole.citations}
    assert lighting not in {c.study_id for c in without.citations}
    assert lighting not in {h.study_id for h in without.answer.nearest}
    assert whole.signals is not None
    assert without.signals is not None
    assert without.signals.cosine < whole.signals.cosine
    assert (whole.answer.answered, without.answer.answered) == (True, False)


def test_where_all_studies_are_passed_over_the_answer_is_that_of_an_empty_library(standing: Library) -> None:
    considered = consider(standing, LIGHT, without={study.id for study in standing.record.studies()})
    assert (considered.signals, considered.citations, considered.answer.nearest) == (None, (), ())
    assert (considered.answer.answered, considered.answer.confidence) == (False, 0)


@pytest.mark.parametrize("without", [set(), {"not-here"}], ids=["none", "unknown"])
def test_passing_over_nothing_that_is_held_changes_nothing(standing: Library, without: set[str]) -> None:
    assert consider(standing, LIGHT, without=without) == consider(standing, LIGHT)


# Refusals and times


@pytest.mark.parametrize(
    ("question", "fault"), [("?", "empty_question"), ("a" * 2001, "long_question")], ids=["empty", "long"]
)
def test_a_question_that_is_refused_is_silence(standing: Library, question: str, fault: str) -> None:
    given = Ours(standing).give(question)
    assert (given.fault, given.answered, given.confidence) == (fault, False, 0)
    assert (given.hits, given.quotes, given.sentences) == ((), (), ())
    assert given.message


def test_ours_may_be_made_to_search_alone(standing: Library) -> None:
    given = Ours(standing, answering=False).give(LIGHT)
    assert given.hits == Ours(standing).give(LIGHT).hits
    assert (given.language, given.answered, given.quotes, given.ask_seconds) == ("en", False, (), 0)
    assert given.search_seconds > 0


def test_searching_and_asking_are_timed_apart(standing: Library) -> None:
    given = Ours(standing).give(LIGHT)
    assert given.search_seconds > 0
    assert given.ask_seconds > 0


# What plain systems share


class Ranked(Plain):
    """Passages in an order that a test gives."""

    def __init__(self, library: Library, found: Sequence[tuple[Chunk, float]]) -> None:
        super().__init__("ranked", library)
        self.found = list(found)
        self.asked: list[int] = []

    def ranked(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        self.asked.append(k)
        return self.found if question else []


def passages(*places: tuple[str, int], score: float = 0.5) -> list[tuple[Chunk, float]]:
    return [(Chunk(study, page, f"passage {n}"), score) for n, (study, page) in enumerate(places, 1)]


def test_a_page_is_ranked_by_its_best_passage_and_once(standing: Library) -> None:
    given = Ranked(standing, passages(("a", 1), ("a", 1), ("b", 1), ("a", 2), ("b", 1))).give("q")
    assert [(h.study_id, h.page, h.text) for h in given.hits] == [
        ("a", 1, "passage 1"),
        ("b", 1, "passage 3"),
        ("a", 2, "passage 4"),
    ]


def test_a_plain_system_shows_its_first_four_passages_as_they_are(standing: Library) -> None:
    given = Ranked(standing, passages(*[("a", 1)] * 3, ("b", 2), ("c", 3))).give("q")
    assert [quote.text for quote in given.quotes] == ["passage 1", "passage 2", "passage 3", "passage 4"]
    assert given.sentences == tuple(AnswerSentence(f"passage {n}", (n,)) for n in range(1, 5))
    assert (given.answered, given.message, given.fault) == (True, "", "")


def test_a_plain_system_looks_at_three_passages_for_each_page_wanted(standing: Library) -> None:
    system = Ranked(standing, passages(*[("a", n) for n in range(1, 10)]))
    assert len(system.give("q", depth=5).hits) == 5
    assert system.asked == [15]


@pytest.mark.parametrize(("score", "sure"), [(0.4, 0.4), (-0.2, 0), (1.5, 1)])
def test_the_confidence_of_a_plain_system_is_its_best_score(standing: Library, score: float, sure: float) -> None:
    assert Ranked(standing, passages(("a", 1), score=score)).give("q").confidence == sure


def test_a_plain_system_that_finds_nothing_is_silent(standing: Library) -> None:
    given = Ranked(standing, []).give("q")
    assert (given.answered, given.confidence, given.hits, given.quotes) == (False, 0, (), ())


# Words


def test_plain_words_score_by_bm25() -> None:
    index = PlainWords([Chunk("a", 1, "lamp lamp light"), Chunk("b", 1, "other words here")])
    ((chunk, score),) = index.search("lamp", 5)
    assert chunk.study_id == "a"
    # idf ln(1 + 1.5 / 1.5) = ln 2; tf 2 of a text of average length: 2 * 2.2 / (2 + 1.2) = 1.375
    assert score == pytest.approx(1.375 * math.log(2), rel=1e-4)


@pytest.mark.parametrize("question", ["LAMP", "Lamp?", "(lamp AND NOT", 'text:"lamp', "lamp^2 ~", "nothing lamp"])
def test_plain_words_are_words_whatever_marks_stand_by_them(question: str) -> None:
    index = PlainWords([Chunk("a", 1, "lamp lamp light"), Chunk("b", 1, "other words here")])
    assert [chunk.study_id for chunk, _ in index.search(question, 5)] == ["a"]


@pytest.mark.parametrize("question", ["lamps", "belysning", "?", ""])
def test_plain_words_know_no_stems_and_no_other_language(question: str) -> None:
    assert PlainWords([Chunk("a", 1, "lamp light")]).search(question, 5) == []


def test_words_only_ranks_the_library_s_passages(standing: Library) -> None:
    given = WordsOnly(standing).give(LIGHT)
    assert [(h.study_id, h.page) for h in given.hits] == [(study_of(standing, "lighting.pdf"), n) for n in (2, 1)]
    assert given.quotes[0].text.splitlines()[1] == FELL
    assert (given.answered, given.hits[0].file) == (True, "lighting.pdf")


def test_the_confidence_of_words_only_is_the_score_beside_itself_and_one(standing: Library) -> None:
    chunks = [Chunk(p.study_id, p.page, p.text) for p in standing.record.all_passages()]
    score = PlainWords(chunks).search(LIGHT, 1)[0][1]
    assert WordsOnly(standing).give(LIGHT).confidence == pytest.approx(score / (1 + score))


def test_words_only_is_silent_where_no_word_is_met(standing: Library) -> None:
    assert not WordsOnly(standing).give(NEAR_MISS).answered


# Vectors


def test_vectors_only_ranks_by_the_cosine_with_each_passage_s_own_words(standing: Library) -> None:
    embedder = standing.embedder
    question = embedder.encode_query(LIGHT)
    cosines = {
        (p.study_id, p.page): float(embedder.encode_query(p.text) @ question) for p in standing.record.all_passages()
    }
    given = VectorsOnly(standing).give(LIGHT)
    assert [(h.study_id, h.page) for h in given.hits] == sorted(cosines, key=lambda place: -cosines[place])
    assert given.confidence == pytest.approx(max(cosines.values()), abs=1e-6)


def test_vectors_only_never_says_no(standing: Library) -> None:
    given = VectorsOnly(standing).give(NEAR_MISS)
    assert (given.answered, len(given.quotes), len(given.hits)) == (True, 4, 4)


@pytest.mark.parametrize("system", [WordsOnly, VectorsOnly])
def test_reference_lists_are_left_out(library: Library, system: type[WordsOnly | VectorsOnly]) -> None:
    works = "\n".join(
        f"Lamp, A. B. (20{n:02}). Street lighting and crime in town {n}. Journal of Lamps, {n}(2), 1-{n}."
        for n in range(10, 40)
    )
    fill(library, [Text("study", "", f"The levy pays for lamps.\n\nReferences\n{works}", "en")])
    kinds = [passage.kind for passage in library.record.all_passages()]
    others = [kind for kind in kinds if kind is not PassageKind.REFERENCES]
    assert len(others) < min(4, len(kinds))
    assert len(system(library).give("Street lighting lamps").quotes) == len(others)


# Those that go by a name


@pytest.mark.parametrize("name", ["bm25", "vectors"])
def test_a_plain_system_is_had_by_its_name(standing: Library, name: str) -> None:
    assert name in BASELINES
    with baseline(standing, name) as system:
        assert system.name == name
        assert system.give(LIGHT).hits[0].page == 2


@pytest.mark.slow
def test_stock_is_a_pipeline_of_the_same_model_over_the_pdfs(
    small_library: Library, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fill(small_library, [Text("never-a-pdf", "", "Families visit parks with benches at the weekend.", "en")])
    with baseline(small_library, "stock") as system:
        assert list(tmp_path.glob("amp-stock-*"))
        light, parks = system.give(LIGHT), system.give("Who visits parks with benches?")
    assert not list(tmp_path.glob("amp-stock-*"))
    assert (light.hits[0].study_id, light.hits[0].page) == (study_of(small_library, "lighting.pdf"), 2)
    assert (light.hits[0].file, len(light.hits), len(light.quotes)) == ("lighting.pdf", 5, 4)
    assert (parks.hits[0].study_id, parks.hits[0].page) == ("never-a-pdf", 1)

    model = open_embedder(settings)
    vectors = model.encode_documents([light.hits[0].text])
    assert light.confidence == pytest.approx(float(vectors[0] @ model.encode_query(LIGHT)), abs=1e-3)
