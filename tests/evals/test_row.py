"""What one question gave, measured by hand."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from evals.case import Answerable, Case, Gold, Nugget
from evals.gold import Located, Place
from evals.row import Row, page_values, row_from, row_of, span_values
from evals.systems import Given, Shown
from retriever.answer import AnswerSentence
from tests.fakes import LIGHTING

FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
FEAR = "Violent crime did not fall, and fear of crime was not measured at all."
GOLD: dict[Place, int] = {("lighting", 2): 2}


def shown(page: int, text: str = FELL, study: str = "lighting") -> Shown:
    return Shown(study, page, text, "en", str(page), f"{study}.pdf")


def given(
    *quotes: Shown, hits: Sequence[Shown] = (), answered: bool = True, said: Sequence[AnswerSentence] = ()
) -> Given:
    """An answer; each quote is a sentence of it where nothing else is said."""
    sentences = tuple(said) or tuple(AnswerSentence(quote.text, (n,)) for n, quote in enumerate(quotes, 1))
    return Given("en", tuple(hits), answered, 0.7, "It does.", sentences, quotes, 0.1, 0.2)


def located(
    grades: dict[Place, int] = GOLD,
    *,
    spans: dict[str, int] | None = None,
    nuggets: tuple[Nugget, ...] = (),
    answerable: Answerable = "yes",
) -> Located:
    gold = tuple(Gold(f"{study}.pdf", page, grade=grade) for (study, page), grade in grades.items())
    case = Case("q", "Does lighting help?", "en", answerable, gold, nuggets, "en-en", "effect", "hard", ("crime",))
    return Located(case, grades, spans or {})


def measured(one: Located, answer: Given) -> Row:
    return row_of(one, answer, lambda _: None)


# Pages


def test_pages_are_measured_by_rank_and_grade() -> None:
    ranking = [("a", 1), ("a", 2), ("b", 1)]
    values = page_values(ranking, {("a", 2): 2, ("b", 1): 1})
    assert (values["hit@1"], values["hit@5"], values["MRR@10"], values["Recall@5"]) == (0, 1, 0.5, 1)
    assert round(values["nDCG@10"], 3) == 0.670  # (2 / log2 3 + 1 / log2 4) / (2 + 1 / log2 3) = 1.762 / 2.631


@pytest.mark.parametrize(
    ("rank", "found"),
    [
        (1, {"hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "Recall@5", "Recall@10", "Recall@20"}),
        (5, {"hit@5", "hit@10", "MRR@10", "nDCG@10", "Recall@5", "Recall@10", "Recall@20"}),
        (6, {"hit@10", "MRR@10", "nDCG@10", "Recall@10", "Recall@20"}),
        (10, {"hit@10", "MRR@10", "nDCG@10", "Recall@10", "Recall@20"}),
        (11, {"Recall@20"}),
        (20, {"Recall@20"}),
        (21, set()),
    ],
)
def test_each_measure_looks_as_deep_as_its_name_says(rank: int, found: set[str]) -> None:
    ranking = [("other", n) for n in range(1, rank)] + [("lighting", 2)]
    assert {name for name, value in page_values(ranking, GOLD).items() if value} == found


def test_another_page_of_the_same_study_is_not_right() -> None:
    assert not any(page_values([("lighting", 1)], GOLD).values())


def test_the_ranking_is_measured_whether_or_not_anything_was_answered() -> None:
    row = measured(located(), given(hits=[shown(1), shown(2)], answered=False))
    assert (row.values["hit@1"], row.values["MRR@10"], row.values["answered"]) == (0, 0.5, 0)
    assert row.ranking == (("lighting", 1, "en"), ("lighting", 2, "en"))


# Spans


def test_spans_are_measured_by_the_passages_that_hold_them() -> None:
    values = span_values(["Nothing.", f"Results. {FEAR}", FELL], {FELL: 2, FEAR: 1})
    assert (values["span_hit@5"], values["span_MRR@10"], values["span_Recall@10"]) == (1, 0.5, 1)
    assert round(values["span_nDCG@10"], 3) == 0.620  # (1 / log2 3 + 2 / log2 4) / 2.631 = 1.631 / 2.631


@pytest.mark.parametrize(("rank", "five", "ten", "share"), [(5, 1, 1 / 5, 0.5), (6, 0, 1 / 6, 0.5), (11, 0, 0, 0)])
def test_a_span_counts_within_the_depth(rank: int, five: float, ten: float, share: float) -> None:
    values = span_values(["Nothing."] * (rank - 1) + [FELL], {FELL: 2, FEAR: 1})
    assert (values["span_hit@5"], values["span_MRR@10"], values["span_Recall@10"]) == (five, ten, share)


def test_a_right_page_by_a_wrong_passage_is_a_hit_but_no_span() -> None:
    row = measured(located(spans={FELL: 2}), given(hits=[shown(2, FEAR)]))
    assert (row.values["hit@1"], row.values["span_hit@5"]) == (1, 0)


def test_without_quotes_in_the_gold_no_span_is_measured() -> None:
    assert span_values([FELL], {}) == {}
    assert not [name for name in measured(located(), given(shown(2))).values if name.startswith("span")]


# Answers


def test_an_answer_is_right_by_the_pages_it_cites() -> None:
    row = measured(located(), given(shown(2), shown(1)))
    assert (row.values["answered"], row.values["answered_right"], row.values["page_accuracy"]) == (1, 1, 0.5)
    assert (row.answered, row.right, row.quotes, row.confidence) == (True, True, 2, 0.7)


def test_an_answer_from_other_pages_alone_is_wrong() -> None:
    row = measured(located(), given(shown(1), shown(2, study="other")))
    assert (row.values["answered"], row.values["answered_right"], row.values["page_accuracy"]) == (1, 0, 0)
    assert not row.right


def test_silence_scores_nought() -> None:
    nuggets = (Nugget("14 %", accepts=("14 per cent",)),)
    row = measured(located(spans={FELL: 2}, nuggets=nuggets), given(shown(2), answered=False))
    names = ("answered", "answered_right", "page_accuracy", "span_cited", "nugget_recall_vital", "nugget_recall")
    assert [row.values[name] for name in names] == [0] * 6
    assert "sentence_support" not in row.values


def test_quotes_that_were_withheld_tell_whether_an_answer_would_have_been_right() -> None:
    right, wrong = (measured(located(), given(shown(page), answered=False)) for page in (2, 1))
    assert (right.right, wrong.right) == (True, False)
    assert (right.answered, right.quotes, right.given["sentences"]) == (False, 0, [])
    assert [quote["gold"] for quote in (*right.given["quotes"], *wrong.given["quotes"])] == [True, False]


@pytest.mark.parametrize(("answered", "value"), [(True, 1), (False, 0)])
@pytest.mark.parametrize("answerable", ["near_miss", "far_off"])
def test_what_has_no_answer_is_measured_by_saying_no_alone(
    answerable: Answerable, answered: bool, value: float
) -> None:
    row = measured(located({}, answerable=answerable), given(shown(2), hits=[shown(2)], answered=answered))
    assert row.values == {"wrongly_answered": value} | ({"sentence_support": 1.0} if answered else {})
    assert (row.right, row.is_answerable) == (False, False)


def test_a_span_is_cited_where_a_quote_shown_holds_it() -> None:
    spans = {FELL: 2}
    assert measured(located(spans=spans), given(shown(1), shown(2))).values["span_cited"] == 1
    assert measured(located(spans=spans), given(shown(2, FEAR))).values["span_cited"] == 0


def test_vital_facts_are_counted_apart_from_all() -> None:
    nuggets = (Nugget("14 %", accepts=("14 %",)), Nugget("violence", vital=False, accepts=("violence rose",)))
    values = measured(located(nuggets=nuggets), given(shown(2))).values
    assert (values["nugget_recall_vital"], values["nugget_recall"]) == (1, 0.5)


def test_a_question_without_facts_has_no_recall_of_facts() -> None:
    assert not [name for name in measured(located(), given(shown(2))).values if name.startswith("nugget")]


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ([AnswerSentence(FELL, (1,)), AnswerSentence(FEAR, (2,))], 1),
        ([AnswerSentence(FELL, (1, 2))], 1),
        ([AnswerSentence(FELL, (2,)), AnswerSentence(FEAR, (2,))], 0.5),  # the first cites what says something else
        ([AnswerSentence(FELL, (3,)), AnswerSentence(FEAR, (0,))], 0),  # there is no such quote
        ([AnswerSentence(FELL, (1, 3))], 0),
        ([AnswerSentence(FELL, ())], 0),
        ([AnswerSentence("Lighting reduced property crime by 15 per cent.", (1,))], 0),
        ([AnswerSentence("Lighting reduced property crime by 14 %.", (1,))], 1),
    ],
)
def test_support_is_the_share_of_sentences_that_their_own_quotes_carry(
    said: list[AnswerSentence], share: float
) -> None:
    row = measured(located(), given(shown(2, FELL), shown(2, FEAR), said=said))
    assert row.values["sentence_support"] == share


# Quotes in the bytes


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "lighting.pdf"
    path.write_bytes(LIGHTING)
    return path


@pytest.mark.parametrize(
    ("quote", "strictly", "loosely"),
    [
        (shown(2), 1, 1),
        (shown(2, FELL.upper()), 0, 1),
        (shown(2, FELL.replace("property", "prop- erty")), 0, 1),
        (shown(1), 0, 0),
        (shown(2, FELL.replace("14", "15")), 0, 0),
        (shown(3), 0, 0),
    ],
)
def test_quotes_are_looked_for_in_the_bytes_of_their_page(pdf: Path, quote: Shown, strictly: int, loosely: int) -> None:
    row = row_of(located(), given(shown(2, FEAR), quote), {"lighting": pdf}.get)
    assert (row.quotes, row.found_strictly, row.found_loosely) == (2, 1 + strictly, 1 + loosely)


def test_a_quote_that_was_read_by_ocr_is_in_no_text_layer_to_be_looked_for(pdf: Path) -> None:
    scanned = replace(shown(2, "Letters that only OCR has seen."), read_by_ocr=True)
    row = row_of(located(), given(shown(2), scanned), lambda _: pdf)
    assert (row.quotes, row.found_strictly, row.found_loosely) == (1, 1, 1)


def test_quotes_of_a_study_without_a_pdf_are_not_told_as_lost(pdf: Path) -> None:
    row = row_of(located(), given(shown(2), shown(1, study="other")), {"lighting": pdf}.get)
    assert (row.quotes, row.found_strictly, row.found_loosely) == (2, None, None)


def test_quotes_that_were_withheld_are_not_looked_for(pdf: Path) -> None:
    row = row_of(located(), given(shown(1), answered=False), {"lighting": pdf}.get)
    assert (row.quotes, row.found_strictly, row.found_loosely) == (0, 0, 0)


# What is kept


def test_a_row_keeps_what_the_set_says_of_its_question() -> None:
    row = measured(located(), given(shown(2)))
    assert (row.id, row.question, row.language, row.pair) == ("q", "Does lighting help?", "en", "en-en")
    assert (row.kind, row.difficulty, row.tags, row.document) == ("effect", "hard", ("crime",), "lighting")
    assert row.gold == (("lighting", 2, 2),)


def test_a_row_keeps_what_was_given_for_people_to_look_at() -> None:
    one = located(nuggets=(Nugget("14 %", accepts=("14 per cent",)),))
    form = measured(one, given(shown(2), hits=[shown(n) for n in range(1, 8)])).given
    assert (form["message"], form["sentences"]) == ("It does.", [{"text": FELL, "citations": [1]}])
    assert [(hit["page"], hit["gold"]) for hit in form["hits"]] == [(n, n == 2) for n in range(1, 6)]
    assert form["quotes"] == [
        {
            "study_id": "lighting",
            "file": "lighting.pdf",
            "page": 2,
            "page_label": "2",
            "language": "en",
            "text": FELL,
            "gold": True,
        }
    ]
    assert form["gold"] == [{"file": "lighting.pdf", "page": 2, "quote": "", "grade": 2, "language": ""}]
    assert form["nuggets"] == [{"text": "14 %", "vital": True}]


def test_a_refused_question_keeps_its_fault() -> None:
    row = measured(located(), replace(given(answered=False), fault="other_language"))
    assert (row.fault, row.right, row.values["hit@10"]) == ("other_language", False, 0)


@pytest.mark.parametrize("answered", [True, False])
def test_a_row_comes_back_from_json_as_it_was(answered: bool) -> None:
    row = measured(located(spans={FELL: 2}), given(shown(2), hits=[shown(1)], answered=answered))
    assert row_from(json.loads(json.dumps(asdict(row)))) == row
