"""An answer as it comes to be: quotes first, then a writer's sentences, and what a reader is told of each source."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.study import Appraisal, Description
from corpus.words import LANGUAGES, Language, say
from ingest.receive import Incoming, Reception
from retriever import outcomes
from retriever.answer import Answer, AnswerSentence, Comparison, Evidence
from retriever.ask import Following, answering, ask, consider, warm
from retriever.follow import Earlier, NothingBefore
from retriever.reading import EmptyQuestion
from retriever.select import MINUTE, MOST_MORE, MOST_SENTENCES
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in
from tests.retriever.test_write import model_at
from tests.retriever.writer import Asked, Plays, Reply, Writer, says, writer
from tests.retriever.writings import numbered

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

LIGHT = "Does street lighting reduce property crime?"
LJUS = "Minskar gatubelysning egendomsbrotten på torgen?"
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
UNKNOWN = "Do congestion charges shorten queues at harbour tollbooths?"
EARLIER = Earlier(LIGHT)

MALMO = """\
Gatubelysning och brott i Malmö
Gatubelysning minskade egendomsbrotten med 9 procent på torgen i Malmö.
Gatubelysningen ökade den upplevda tryggheten på torgen i Malmö om kvällarna."""
NEWARK = """\
Lamps of Newark
With new street lighting in Newark, more property crime was recorded and property crime increased."""
TOWNS = """\
Street lighting in three towns
Street lighting reduced property crime by 14 per cent in the lit squares of three towns."""


def take_in(library: Library, **studies: tuple[str, Description]) -> None:
    """Each study of one page, as a person describes it."""
    with Reception(library) as reception:
        for name, (page, given) in studies.items():
            reception.receive(Incoming(f"{name}.pdf", make_pdf([page], title=page.split("\n")[0]), given))
    library.settle()


def id_of(library: Library, name: str) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == f"{name}.pdf")


@contextmanager
def debate_in(folder: Path) -> Iterator[Library]:
    """Three studies of street lighting: a Swedish one, one of Newark that disagrees, and one that says no place."""
    with Library(settings_in(folder), write=True, embedder=FakeEmbedder()) as library:
        take_in(
            library,
            malmo=(MALMO, Description("", ("Ek, A.",), 2021, evidence_from="Sweden")),
            newark=(NEWARK, Description("", ("Poe, E.",), 2018, evidence_from="USA")),
            towns=(TOWNS, Description("", ("Roe, R.",), 2015)),
        )
        yield library


@pytest.fixture(scope="module")
def debate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with debate_in(tmp_path_factory.mktemp("debate")) as library:
        yield library


def restates(asked: Asked) -> Reply:
    """Says what each English quote says, word for word."""
    return Reply(" ".join(numbered(text, n) for n, text in asked.quotes.items() if "reduced" in text))


def parts(library: Library, question: str, plays: Plays) -> tuple[list[Answer | AnswerSentence], Writer]:
    with writer(plays) as server:
        return list(answering(library, question, writer=model_at(server))), server


# Quotes, sentences, the whole


def test_without_a_writer_an_answer_comes_at_once(standing: Library) -> None:
    assert list(answering(standing, LIGHT)) == [ask(standing, LIGHT)]


def test_the_quotes_come_first_then_each_sentence_then_the_whole(standing: Library) -> None:
    (first, sentence, last), server = parts(standing, LIGHT, restates)
    assert first == ask(standing, LIGHT)
    assert isinstance(first, Answer)
    n = next(citation.n for citation in first.citations if citation.quote == FELL)
    assert sentence == AnswerSentence(FELL, (n,))
    assert isinstance(last, Answer)
    assert last.sentences == (sentence,)
    assert len(server.asked) == 1


def test_a_written_answer_says_so_and_keeps_every_quote(standing: Library) -> None:
    (first, *_, last), _ = parts(standing, LIGHT, restates)
    assert isinstance(first, Answer)
    assert isinstance(last, Answer)
    assert (first.written, last.written) == (False, True)
    assert last.message.startswith("A language model wrote this from quotes of ")
    assert last == replace(first, sentences=last.sentences, written=True, message=last.message)


def test_the_whole_is_what_ask_gives(standing: Library) -> None:
    with writer(restates) as server:
        whole = ask(standing, LIGHT, writer=model_at(server))
    assert whole == parts(standing, LIGHT, restates)[0][-1]


def test_the_writer_sees_the_shown_quotes_and_no_others(standing: Library) -> None:
    (first, *_), server = parts(standing, LIGHT, restates)
    assert isinstance(first, Answer)
    assert server.asked[0].quotes == {citation.n: citation.quote for citation in first.citations}


def test_what_the_corpus_does_not_answer_never_reaches_the_writer(standing: Library) -> None:
    given, server = parts(standing, UNKNOWN, restates)
    assert server.asked == []
    assert given == [ask(standing, UNKNOWN)]


@pytest.mark.parametrize(("question", "language"), [(LIGHT, "en"), ("Hur löser man friåkarproblemet?", "sv")])
def test_a_writer_that_is_down_leaves_the_quotes_and_a_notice(
    standing: Library, question: str, language: Language
) -> None:
    with writer(says("")) as server:
        model = model_at(server)
    first, last = answering(standing, question, writer=model)
    assert isinstance(first, Answer)
    assert last == replace(first, notices=(say("writer_down", language),))


def test_a_writer_whose_every_word_fails_the_check_leaves_the_quotes_and_a_notice(standing: Library) -> None:
    (first, last), _ = parts(standing, LIGHT, says("Property crime rose by 77 per cent in Paris [1]."))
    assert isinstance(first, Answer)
    assert last == replace(first, notices=(say("writer_nothing_carried", "en"),))


def test_a_sentence_that_fails_the_check_is_counted_in_a_notice(standing: Library) -> None:
    def lies_too(asked: Asked) -> Reply:
        return Reply(f"{restates(asked).text} Property crime rose by 77 per cent in Paris [1].")

    (*_, last), _ = parts(standing, LIGHT, lies_too)
    assert isinstance(last, Answer)
    assert ([one.text for one in last.sentences], last.notices) == ([FELL], (say("writer_left_out_one", "en"),))


def test_a_question_that_cannot_be_asked_is_refused_before_anything_comes(standing: Library) -> None:
    with writer(restates) as server, pytest.raises(EmptyQuestion):
        next(answering(standing, " ", writer=model_at(server)))
    assert server.asked == []


# Following on


@pytest.mark.parametrize(
    ("dropped", "terms"),
    [
        ((), ["street lighting", "reduce", "property crime"]),
        (("REDUCE",), ["street lighting", "property crime"]),
        (("reduce", "street lighting", "property crime"), []),
        (("gatubelysning",), ["street lighting", "reduce", "property crime"]),  # not a word of that question
    ],
)
def test_a_follow_up_carries_the_terms_that_were_not_dropped(
    standing: Library, dropped: tuple[str, ...], terms: list[str]
) -> None:
    answer = ask(standing, "And violent crime?", following=Following(EARLIER, dropped))
    assert [carried.term for carried in answer.carried] == terms


def test_a_follow_up_is_searched_with_what_it_carries(standing: Library) -> None:
    answer = ask(standing, "And in the lit squares?", following=Following(EARLIER))
    assert FELL in [citation.quote for citation in answer.citations]
    assert {"property crime", "street lighting"} <= {word.source for word in answer.understood}


def test_a_swedish_follow_up_to_an_english_question_carries_swedish_terms_and_shows_both(standing: Library) -> None:
    answer = ask(standing, "Och på torgen?", following=Following(EARLIER))
    assert answer.language == "sv"
    assert ("gatubelysning", "street lighting") in [(carried.term, carried.source) for carried in answer.carried]


def test_a_whole_question_carries_nothing_whatever_came_before(standing: Library) -> None:
    assert ask(standing, LIGHT, following=Following(Earlier("Do guards reduce theft?"))) == ask(standing, LIGHT)


@pytest.mark.parametrize("question", ["And at night?", "Och för kvinnor?"])
def test_a_follow_up_to_nothing_is_refused(standing: Library, question: str) -> None:
    with pytest.raises(NothingBefore, match="refers to an earlier question"):
        ask(standing, question)


def test_the_writer_is_told_the_question_as_it_was_asked(standing: Library) -> None:
    with writer(restates) as server:
        ask(standing, "And in the lit squares?", following=Following(EARLIER), writer=model_at(server))
    assert "Question: And in the lit squares?" in server.asked[0].given


# Each source, and all of them together


def test_every_quote_is_in_one_group_and_the_quotes_of_a_group_stand_together(debate: Library) -> None:
    answer = ask(debate, LIGHT)
    together = [n for group in answer.groups for n in group.citations]
    assert together == [citation.n for citation in (*answer.citations, *answer.more)] == list(range(1, 5))
    assert [group.about for group in answer.groups] == ["reported_crime", "perceived_safety"]


def test_every_source_has_one_card_with_what_each_of_its_quotes_says(debate: Library) -> None:
    answer = ask(debate, LIGHT)
    cards = {card.study_id: card for card in answer.cards}
    assert len(cards) == len(answer.cards) == 3
    assert sorted(claim.n for card in answer.cards for claim in card.claims) == list(range(1, 5))
    malmo = cards[id_of(debate, "malmo")]
    assert (malmo.side, malmo.evidence_from, malmo.evidence_source) == ("swedish", "Sweden", "described")
    assert [(f.text, f.unit) for claim in malmo.claims for f in claim.figures] == [("9 procent", "%")]
    assert [claim.direction for claim in malmo.claims] == ["lower", "higher"]  # less crime, more safety


def test_the_evidence_is_counted_by_works_sides_and_newest_year(debate: Library) -> None:
    assert ask(debate, LIGHT).evidence == Evidence(3, 2021, swedish=1, international=1, not_stated=1, appraised=0)


def test_sources_that_disagree_are_set_side_by_side_and_none_is_chosen(debate: Library) -> None:
    answer = ask(debate, LIGHT)
    at = {citation.file: citation.n for citation in answer.citations if "property" in citation.quote}
    at["malmo.pdf"] = next(citation.n for citation in answer.citations if "9 procent" in citation.quote)
    lower = tuple(sorted((at["malmo.pdf"], at["towns.pdf"])))
    assert answer.comparisons == (Comparison("reported_crime", "may_disagree", lower, (at["newark.pdf"],), ()),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FELL, "Street lighting increased property crime by 6 per cent in the lit squares."),
        (FELL, "Street lighting did not reduce property crime in the lit squares."),
    ],
)
def test_two_sources_that_contradict_each_other_in_the_same_words_are_both_quoted(
    library: Library, one: str, other: str
) -> None:
    fill(library, one=make_pdf([f"Lamps\n{one}"]), other=make_pdf([f"Squares\n{other}"]))
    answer = ask(library, LIGHT)
    assert {one, other} <= {citation.quote for citation in (*answer.citations, *answer.more)}
    assert [comparison.verdict for comparison in answer.comparisons] == ["may_disagree"]


def test_a_sentence_of_another_matter_is_not_quoted_for_being_on_the_next_best_page(standing: Library) -> None:
    assert {citation.file for citation in ask(standing, LIGHT).citations} == {"lighting.pdf"}


def test_where_the_page_that_fits_states_nothing_no_other_page_is_quoted_in_its_place(library: Library) -> None:
    harbour = "Much herring came to the harbour by ship in the herring trade."
    fill(library, heading=make_pdf(["Street lighting to reduce property crime"]), harbour=make_pdf([harbour]))
    answer = ask(library, LIGHT)
    assert harbour not in {citation.quote for citation in answer.citations}


def test_a_source_is_appraised_when_a_person_has_done_it(library: Library) -> None:
    take_in(library, towns=(TOWNS, Description("")))
    (card,) = ask(library, LIGHT).cards
    assert (card.design, card.sms_level, card.appraised_by) == ("", "", "")
    library.record.appraise(Appraisal(card.study_id, "Eva Ek", date(2026, 5, 1), "before-after", "3"))
    answer = ask(library, LIGHT)
    assert answer.evidence.appraised == 1
    assert [(c.design, c.sms_level, c.appraised_by) for c in answer.cards] == [("before-after", "3", "Eva Ek")]


@pytest.mark.parametrize(("question", "undated"), [(LIGHT, "(n.d.)"), (LJUS, "(u.å.)")])
def test_a_reference_is_written_in_the_language_of_the_question(library: Library, question: str, undated: str) -> None:
    take_in(library, towns=(TOWNS, Description("")))
    assert [undated in card.reference for card in ask(library, question).cards] == [True]


# Further quotes

CITIES = ("Lund", "Visby", "Boden", "Kalmar")
CARGO = ("timber", "herring", "barley", "iron ore", "coal", "paper")
GOODS = "tools coats bikes phones lamps boats radios clocks books chairs plants paints coins rugs vases skis".split()


def finding(city: str, when: str) -> str:
    """A sentence of 60 words, a good many of which no other has."""
    stolen = " and the ".join(f"{good}{when}{city}".lower() for good in GOODS)
    return f"In {city} street lighting reduced property crime by {when}, such as theft of the {stolen}."


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four studies with two long findings each, more than is read in a minute, and six of other matters."""
    with Library(settings_in(tmp_path_factory.mktemp("many")), write=True, embedder=FakeEmbedder()) as library:
        findings = {city: textwrap.fill(f"{finding(city, 'day')} {finding(city, 'night')}", 90) for city in CITIES}
        others = {cargo: f"Much {cargo} came to the harbour by ship in the {cargo} trade." for cargo in CARGO}
        fill(library, **{name: make_pdf([f"{name}\n{text}"]) for name, text in {**findings, **others}.items()})
        yield library


def test_what_is_not_read_in_a_minute_is_kept_for_those_who_ask_for_more(many: Library) -> None:
    answer = ask(many, LIGHT)
    words = sum(len(citation.quote.split()) for citation in answer.citations)
    assert answer.more
    assert words <= MINUTE
    assert len(answer.citations) <= MOST_SENTENCES
    assert len(answer.more) <= MOST_MORE


def test_further_quotes_are_numbered_on_and_have_cards_but_are_no_sentences(many: Library) -> None:
    answer = ask(many, LIGHT)
    shown, all_of_them = answer.citations, (*answer.citations, *answer.more)
    assert [citation.n for citation in all_of_them] == list(range(1, len(all_of_them) + 1))
    assert [sentence.citations for sentence in answer.sentences] == [(citation.n,) for citation in shown]
    assert {card.study_id for card in answer.cards} == {citation.study_id for citation in all_of_them}
    assert sorted(n for group in answer.groups for n in group.citations) == [citation.n for citation in all_of_them]


def test_what_an_answer_rests_on_is_counted_without_the_further_quotes(many: Library) -> None:
    answer = ask(many, LIGHT)
    works = len({citation.study_id for citation in answer.citations})
    assert answer.evidence.works == works < len(answer.cards)
    assert answer.message == say("answered_by_many", "en", studies=works)


def test_the_writer_sees_no_further_quotes(many: Library) -> None:
    with writer(says("")) as server:
        answer = ask(many, LIGHT, writer=model_at(server))
    assert set(server.asked[0].quotes) == {citation.n for citation in answer.citations}


# For those who measure


def test_an_answer_that_is_withheld_is_known_to_those_who_measure(standing: Library) -> None:
    considered = consider(standing, UNKNOWN)
    assert considered.answer == ask(standing, UNKNOWN)
    assert not considered.answer.answered
    assert considered.answer.citations == ()
    assert considered.signals is not None


def test_of_an_answer_that_is_given_the_citations_are_those_it_has(standing: Library) -> None:
    considered = consider(standing, LIGHT)
    assert considered.citations == considered.answer.citations != ()


def test_a_study_may_be_passed_over_as_if_it_were_not_there(standing: Library) -> None:
    lighting = id_of(standing, "lighting")
    answer = consider(standing, LIGHT, without={lighting}).answer
    named = {c.study_id for c in (*answer.citations, *answer.more)} | {hit.study_id for hit in answer.nearest}
    assert named == {id_of(standing, "friakare")}
    assert ask(standing, LIGHT).citations[0].study_id == lighting


def test_an_empty_library_gives_nothing_to_judge_by(library: Library) -> None:
    assert consider(library, LIGHT).signals is None


def test_a_library_that_is_warm_answers_as_a_cold_one(standing: Library) -> None:
    with Library(standing.settings, embedder=FakeEmbedder()) as cold:
        warm(cold)
        assert ask(cold, LIGHT) == ask(standing, LIGHT)


def test_warming_loads_the_words_that_answers_are_read_with(standing: Library) -> None:
    for cache in (outcomes._lexicon, outcomes._read):
        cache.cache_clear()
    warm(standing)
    warmed = outcomes._lexicon.cache_info().misses
    ask(standing, LIGHT)
    ask(standing, LJUS)
    assert outcomes._lexicon.cache_info().misses == warmed == len(LANGUAGES)
