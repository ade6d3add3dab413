"""An answer on the screen: quotes by what they speak of, whether they agree, and their sources."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from api import show_answer
from corpus.library import Library
from corpus.study import Appraisal, Description
from corpus.words import LANGUAGES, Language, say
from ingest.receive import Incoming, Reception
from retriever.answer import (
    Answer,
    AnswerSentence,
    Card,
    Carried,
    Caution,
    Citation,
    Claim,
    Comparison,
    Evidence,
    Figure,
    Group,
    Hit,
    Side,
)
from retriever.ask import ask
from retriever.saved import Change, Standing
from tests.fakes import make_pdf

FELL = "Crime fell by 14 per cent."
SANK = "Brotten minskade med 9 procent."
ROSE = "Crime rose by 3 per cent."
SAFER = "Residents felt safer."
PAVED = "The square was paved anew."

Shown = Callable[..., str]


def citation(n: int, study_id: str, quote: str, language: str = "en") -> Citation:
    return Citation(
        n, study_id, f"{study_id}.pdf", study_id.title(), (), None, n, str(n), language, quote, 0, len(quote)
    )


def card(study_id: str, side: Side, *claims: Claim, **said: object) -> Card:
    nothing = {"evidence_from": "", "evidence_source": "", "evidence_years": (), "design": "", "sms_level": ""}
    more = {"appraised_by": "", "party_interest": "", "apart": "", "versions": ()}
    told = {**nothing, **more, "reference": f"{study_id.title()}, A. (2020). {study_id.title()}.", **said}
    return Card(study_id, study_id.title(), (), None, claims, side, **told)  # type: ignore[arg-type]


def claim(n: int, figure: str = "", outcome: str = "reported_crime", interval: str = "") -> Claim:
    return Claim(n, (Figure(figure, "%", interval),) if figure else (), (outcome,) if outcome else (), "")


def answer_in(language: Language = "en", **other: object) -> Answer:
    """Four quotes of three studies, of which the Swedish one is cited last."""
    citations = (
        citation(1, "newark", FELL),
        citation(2, "malmo", SANK, "sv"),
        citation(3, "towns", SAFER),
        citation(4, "malmo", PAVED),
    )
    plain = Answer(
        question="Does lighting reduce crime?" if language == "en" else "Minskar belysning brott?",
        language=language,
        carried=(),
        answered=True,
        confidence=0.875,
        message=say("answered_by_many", language, studies=3),
        sentences=tuple(AnswerSentence(c.quote, (c.n,)) for c in citations),
        citations=citations,
        more=(),
        groups=(Group("reported_crime", (1, 2)), Group("perceived_safety", (3,)), Group("other", (4,))),
        cards=(
            card("newark", "international", claim(1, "14 per cent"), evidence_from="USA", evidence_source="described"),
            card(
                "malmo",
                "swedish",
                claim(2, "9 procent"),
                claim(4, outcome=""),
                evidence_from="Sweden",
                evidence_source="named",
                evidence_years=("2014–2017",),
            ),
            card("towns", "not_stated", claim(3, outcome="perceived_safety")),
        ),
        comparisons=(Comparison("reported_crime", "agree", (1, 2), (), ()),),
        evidence=Evidence(3, None, 1, 1, 1, 0),
        written=False,
        notices=(),
        nearest=(),
        unknown=(),
        searched={"sv": 3, "en": 7},
        returned={"sv": 1, "en": 3},
        understood=(),
        fingerprint="a-1-1",
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def disputed(language: Language = "en") -> Answer:
    """The same, with a quote among the further ones that says otherwise."""
    given = answer_in(language)
    boston = card("boston", "international", claim(5, "3 per cent"))
    return replace(
        given,
        more=(citation(5, "boston", ROSE),),
        groups=(Group("reported_crime", (1, 2, 5)), *given.groups[1:]),
        cards=(*given.cards, boston),
        comparisons=(Comparison("reported_crime", "may_disagree", (1, 2), (5,), ()),),
    )


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    """What is shown of an answer, as one line."""

    def show(given: Answer, more: bool = False) -> str:
        capsys.readouterr()
        show_answer.answer(given, more)
        return " ".join(capsys.readouterr().out.split())

    return show


def in_order(text: str, *parts: str) -> bool:
    """Does a text hold some parts in this order?"""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


# Quotes


def test_quotes_stand_under_the_outcome_they_speak_of_each_with_its_place_and_figure(shown: Shown) -> None:
    assert in_order(
        shown(answer_in()),
        "3 sources speak to this.",
        f"Reported crime 1. “{FELL}” Newark, p. 1. Figure: 14 per cent. 2. “{SANK}” Malmo, p. 2. Figure: 9 procent.",
        f"Perceived safety 3. “{SAFER}” Towns, p. 3. No figure given.",
        f"Other matters 4. “{PAVED}” Malmo, p. 4. No figure given.",
        "Swedish evidence",
        "Searched 3 passages in Swedish and 7 in English. Confidence 88 %.",
    )


def test_a_swedish_question_is_answered_in_swedish_around_quotes_that_stay_as_they_are(shown: Shown) -> None:
    assert in_order(
        shown(answer_in("sv")),
        "3 källor talar om detta.",
        f"Anmälda brott 1. ”{FELL}” Newark, s. 1. Siffra: 14 per cent. 2. ”{SANK}” Malmo, s. 2. Siffra: 9 procent.",
        f"Upplevd trygghet 3. ”{SAFER}” Towns, s. 3. Ingen siffra angiven.",
        f"Annat 4. ”{PAVED}”",
        "Svenskt underlag",
        "Sökte i 3 stycken på svenska och 7 på engelska. Säkerhet 88 %.",
    )


def test_quotes_that_all_speak_of_one_thing_have_no_heading(shown: Shown) -> None:
    text = shown(answer_in(groups=(Group("reported_crime", (1, 2, 3, 4)),), comparisons=()))
    assert "Reported crime" not in text
    assert in_order(text, FELL, SANK, SAFER, PAVED)


@pytest.mark.parametrize(
    ("text", "interval", "told"),
    [
        ("14 per cent", "95 % CI 5 to 21", "Figure: 14 per cent (95 % CI 5 to 21)."),
        ("14 per cent (95 % CI 5 to 21)", "95 % CI 5 to 21", "Figure: 14 per cent (95 % CI 5 to 21)."),
        ("14 per cent", "", "Figure: 14 per cent."),
    ],
)
def test_a_figure_has_its_interval_once(shown: Shown, text: str, interval: str, told: str) -> None:
    first = answer_in().cards[0]
    given = answer_in(cards=(replace(first, claims=(claim(1, text, interval=interval),)),))
    assert f"Newark, p. 1. {told} " in shown(given)


def test_a_printed_page_number_that_differs_is_given_with_the_page_of_the_pdf(shown: Shown) -> None:
    iv = replace(answer_in().citations[0], page_label="iv", page=6)
    assert "Newark, p. iv (page 6 of the PDF)." in shown(answer_in(citations=(iv,)))


def test_square_brackets_of_a_quote_are_letters_and_no_markup(shown: Shown) -> None:
    odd = replace(answer_in().citations[0], quote="[bold]Crime[/bold] fell [red] by [1] per cent [/].")
    assert "“[bold]Crime[/bold] fell [red] by [1] per cent [/].”" in shown(answer_in(citations=(odd,)))


def test_a_long_quote_is_broken_between_words_and_loses_none(shown: Shown) -> None:
    quote = " ".join(f"word{n}" for n in range(60))
    assert f"“{quote}”" in shown(answer_in(citations=(replace(answer_in().citations[0], quote=quote),)))


def test_further_quotes_are_counted_and_shown_to_those_who_ask(shown: Shown) -> None:
    given = replace(disputed(), comparisons=())
    assert "1 more quotes: ask with --more." in shown(given)
    assert ROSE not in shown(given)
    assert "--more" not in shown(given, more=True)
    assert f"Reported crime 1. “{FELL}” Newark, p. 1. Figure: 14 per cent. 2. " in shown(given, more=True)
    assert in_order(shown(given, more=True), SANK, f"5. “{ROSE}” Boston, p. 5. Figure: 3 per cent.", "Perceived safety")


# Do they agree


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Reported crime: the sources that say which way it went say the same. [1, 2]"),
        ("sv", "Anmälda brott: de källor som säger åt vilket håll det gick säger samma sak. [1, 2]"),
    ],
)
def test_sources_that_agree_are_said_to(shown: Shown, language: Language, said: str) -> None:
    assert said in shown(answer_in(language))


@pytest.mark.parametrize(
    ("language", "said", "quote", "place"),
    [
        ("en", "Reported crime: the sources may disagree.", f"5. “{ROSE}”", "Boston, p. 5."),
        ("sv", "Anmälda brott: källorna kan vara oense.", f"5. ”{ROSE}”", "Boston, s. 5."),
    ],
)
def test_where_sources_may_disagree_both_quotes_are_shown_even_a_further_one(
    shown: Shown, language: Language, said: str, quote: str, place: str
) -> None:
    text = shown(disputed(language))
    assert in_order(text, FELL, said, "[1, 2, 5]", quote, place)
    assert "[5] Boston, A. (2020). Boston." in text  # and its source is listed with the others


def test_with_all_quotes_shown_a_disagreement_repeats_none(shown: Shown) -> None:
    text = shown(disputed(), more=True)
    assert "Reported crime: the sources may disagree." in text
    assert text.count(ROSE) == text.count(FELL) == 1


def test_a_further_quote_that_disagrees_on_two_outcomes_is_shown_once(shown: Shown) -> None:
    again = Comparison("perceived_safety", "may_disagree", (5,), (3,), ())
    assert shown(replace(disputed(), comparisons=(*disputed().comparisons, again))).count(ROSE) == 1


def test_sources_are_not_said_to_agree_with_a_quote_that_is_not_shown(shown: Shown) -> None:
    given = replace(disputed(), comparisons=(Comparison("reported_crime", "agree", (1, 5), (), ()),))
    assert "say the same" not in shown(given)
    assert "say the same. [1, 5]" in shown(given, more=True)


def test_a_source_whose_quotes_are_not_shown_is_not_listed(shown: Shown) -> None:
    assert "Boston" not in shown(replace(disputed(), comparisons=()))
    assert "[5] Boston, A. (2020). Boston." in shown(replace(disputed(), comparisons=()), more=True)


# Sources


@pytest.mark.parametrize(
    ("language", "sides"),
    [
        ("en", ("Swedish evidence", "International evidence", "Evidence that does not say where it is from")),
        ("sv", ("Svenskt underlag", "Internationellt underlag", "Underlag som inte anger var det är ifrån")),
    ],
)
def test_swedish_sources_come_first_then_international_then_the_rest(
    shown: Shown, language: Language, sides: tuple[str, str, str]
) -> None:
    text = shown(answer_in(language))
    assert in_order(
        text, sides[0], "[2, 4] Malmo, A. (2020).", sides[1], "[1] Newark, A.", sides[2], "[3] Towns, A. (2020)."
    )


def test_a_side_without_sources_has_no_heading(shown: Shown) -> None:
    text = shown(answer_in(cards=answer_in().cards[:1]))
    assert "International evidence" in text
    assert "Swedish evidence" not in text
    assert "does not say where" not in text


@pytest.mark.parametrize(
    ("language", "malmo", "newark", "towns"),
    [
        (
            "en",
            "Evidence from: Sweden (as named in its text), 2014–2017.",
            "Evidence from: USA.",
            "Evidence from: not stated.",
        ),
        (
            "sv",
            "Underlag från: Sverige (enligt dess text), 2014–2017.",
            "Underlag från: USA.",
            "Underlag från: anges inte.",
        ),
    ],
)
def test_each_source_says_where_its_evidence_is_from_and_how_that_is_known(
    shown: Shown, language: Language, malmo: str, newark: str, towns: str
) -> None:
    assert in_order(shown(answer_in(language)), malmo, newark, towns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_source_that_no_person_has_appraised_says_so(shown: Shown, language: Language) -> None:
    text = shown(answer_in(language))
    assert text.count(say("source_design", language, design=say("export_not_appraised", language))) == 3
    assert text.count(say("source_party", language, party=say("export_not_stated", language))) == 3


@pytest.mark.parametrize(
    ("design", "level", "told"),
    [
        ("before-after", "3", "Design and SMS level: before-after, SMS 3. Appraised by Eva Ek."),
        ("before-after", "", "Design and SMS level: before-after. Appraised by Eva Ek."),
        ("", "3", "Design and SMS level: SMS 3. Appraised by Eva Ek."),
    ],
)
def test_what_a_person_has_appraised_is_shown_with_the_persons_name(
    shown: Shown, design: str, level: str, told: str
) -> None:
    first = answer_in().cards[0]
    given = answer_in(cards=(replace(first, design=design, sms_level=level, appraised_by="Eva Ek"),))
    assert told in shown(given)
    assert "not appraised" not in shown(given)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"apart": "note"}, "An evidence note, not the study itself."),
        ({"apart": "thesis"}, "A thesis."),
        ({"apart": "consultation"}, "A consultation response, not a study."),
        ({"apart": "self_report"}, "An account of its own work."),
        ({"party_interest": "funded by the BID"}, "Party interest: funded by the BID."),
        ({"versions": ("a", "b")}, "Other versions of it in the library: 2. Counted once."),
    ],
)
def test_what_a_sceptical_reader_asks_of_a_source_stands_beneath_it(
    shown: Shown, said: dict[str, object], told: str
) -> None:
    first = answer_in().cards[0]
    assert told not in shown(answer_in())
    assert told in shown(answer_in(cards=(replace(first, **said),)))  # type: ignore[arg-type]


def test_in_a_real_library_a_source_is_not_appraised_until_someone_has_done_it(shown: Shown, library: Library) -> None:
    found = "Street lighting reduced property crime by 14 per cent in the lit squares."
    with Reception(library) as reception:
        given = Description("Lamps", ("Roe, R.",), 2015, evidence_from="Norge")
        receipt = reception.receive(Incoming("lamps.pdf", make_pdf([f"Lamps\n{found}"]), given))
    library.settle()
    question = "Does street lighting reduce property crime?"
    assert "Design and SMS level: not appraised." in shown(ask(library, question))
    library.record.appraise(Appraisal(str(receipt.study_id), "Eva Ek", date(2026, 5, 1), "before-after", "3"))
    text = shown(ask(library, question))
    assert in_order(text, f"1. “{found}” Lamps, p. 1. Figure: 14 per cent.", "International evidence", "[1] Roe, R.")
    assert "Evidence from: Norge. Design and SMS level: before-after, SMS 3. Appraised by Eva Ek on 2026-05-01." in text


# How the answer came to be


def test_words_of_the_question_before_are_shown_as_they_stood_and_as_they_were_read(shown: Shown) -> None:
    carried = (Carried("street lighting", "gatubelysning"), Carried("Malmö", "Malmö"))
    assert "the question before: gatubelysning → street lighting, Malmö. --drop WORD" in shown(
        answer_in(carried=carried)
    )
    assert "--drop" not in shown(answer_in())


def test_what_a_model_wrote_comes_before_the_quotes_and_hides_none(shown: Shown) -> None:
    sentences = (AnswerSentence("Crime fell in two studies.", (1, 2)),)
    message = say("written_from_many", "en", studies=3)
    text = shown(answer_in(written=True, sentences=sentences, message=message))
    assert in_order(text, message, "Crime fell in two studies. [1, 2]", "Reported crime", FELL, SANK, SAFER, PAVED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notices_are_shown_beneath_the_message(shown: Shown, language: Language) -> None:
    notice = say("writer_down", language)
    given = answer_in(language, notices=(notice,))
    assert f"{given.message} {notice}" in shown(given)


@pytest.mark.parametrize(
    ("language", "unknown", "nearest"),
    [
        ("en", "Found nowhere in the corpus: moon, cheese.", "The nearest sources, which are related but no answer:"),
        ("sv", "moon, cheese.", "De närmaste källorna"),
    ],
)
def test_a_no_names_unknown_words_and_three_near_pages_and_quotes_nothing(
    shown: Shown, language: Language, unknown: str, nearest: str
) -> None:
    near = tuple(Hit(f"s{n}", "a.pdf", f"Work {n}", n, str(n), "sv", 0.5, PAVED, n, 0, 9) for n in range(1, 6))
    nothing = {"citations": (), "sentences": (), "groups": (), "cards": (), "comparisons": ()}
    message = say("not_answered", language)
    given = answer_in(language, answered=False, message=message, nearest=near, unknown=("moon", "cheese"), **nothing)
    text = shown(given)
    page = "p." if language == "en" else "s."
    assert in_order(text, message, unknown, nearest, f"– Work 1, {page} 1 [sv]", f"– Work 3, {page} 3 [sv]")
    assert "Work 4" not in text
    assert PAVED not in text
    assert say("export_side_swedish", language) not in text


# What has changed since


def changed(capsys: pytest.CaptureFixture[str], given: Answer, **since: object) -> str:
    quotes = tuple(Standing(c.n, c.study_id, c.page, True) for c in (*given.citations, *given.more))
    nothing = Change(False, False, "a-1-1", "a-1-1", (), quotes)
    capsys.readouterr()
    show_answer.change(replace(nothing, **since), "2026-03-01", given)  # type: ignore[arg-type]
    return " ".join(capsys.readouterr().out.split())


def test_a_kept_answer_over_the_same_corpus_is_said_to_stand(capsys: pytest.CaptureFixture[str]) -> None:
    assert changed(capsys, answer_in()) == (
        "The corpus is the same as when the answer was given. All quotes still stand on their pages."
    )
    assert changed(capsys, answer_in("sv")) == (
        "Korpusen är densamma som när svaret gavs. Alla citat står kvar på sina sidor."
    )


@pytest.mark.parametrize("what", ["corpus", "model"])
def test_a_corpus_or_a_model_that_has_changed_is_told_with_the_day(
    capsys: pytest.CaptureFixture[str], what: str
) -> None:
    assert changed(capsys, answer_in(), **{what: True}) == (
        "The corpus has changed since 2026-03-01. All quotes still stand on their pages."
    )


def test_studies_that_are_gone_are_named_by_title_and_lost_quotes_by_number(capsys: pytest.CaptureFixture[str]) -> None:
    given = disputed()
    quotes = tuple(
        Standing(c.n, c.study_id, c.page, c.study_id not in ("malmo", "boston"))
        for c in (*given.citations, *given.more)
    )
    assert changed(capsys, given, corpus=True, gone=("malmo", "boston"), quotes=quotes) == (
        "The corpus has changed since 2026-03-01. No longer in the library: Malmo; Boston."
        " No longer to be found as quoted: 2, 4, 5."
    )


def test_a_source_that_was_withdrawn_since_is_told_by_title_and_is_a_change(capsys: pytest.CaptureFixture[str]) -> None:
    since = (Caution("lapsed", "malmo", "Gäller inte längre: gällde till och med 2026-03-05."),)
    assert changed(capsys, answer_in("sv"), since=since) == (
        "Korpusen har ändrats sedan 2026-03-01. Sedan svaret sparades:"
        " – ”Malmo”: Gäller inte längre: gällde till och med 2026-03-05."
        " Alla citat står kvar på sina sidor."
    )


# What to mind


MINDED = (Caution("retracted", "newark", "Withdrawn 2026-03-05: the study has been retracted."),)


def test_what_is_to_be_minded_stands_beneath_the_quote_and_beneath_the_source(shown: Shown) -> None:
    given = answer_in()
    first, *others = given.citations
    card_of, *cards = given.cards
    minded = replace(
        given,
        citations=(replace(first, cautions=MINDED), *others),
        cards=(replace(card_of, cautions=MINDED), *cards),
    )
    text = shown(minded)
    assert in_order(
        text, f"1. “{FELL}” Newark, p. 1. Figure: 14 per cent. {MINDED[0].text}", "2. “", "Evidence from: USA."
    )
    assert in_order(text, "Evidence from: USA.", f"Party interest: not stated. {MINDED[0].text}")
    assert shown(given).count(MINDED[0].text) == 0


def test_what_is_to_be_minded_stands_beside_a_nearest_source(shown: Shown) -> None:
    hit = Hit("newark", "newark.pdf", "Newark", 1, "1", "en", 0.4, "Text.", 9, 0, 5, MINDED)
    assert f"– Newark, p. 1 [en] {MINDED[0].text}" in shown(answer_in(answered=False, nearest=(hit,)))


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", {"emmie": ("effect", "economics")}, "EMMIE: effect, economics."),
        ("sv", {"emmie": ("mechanism",)}, "EMMIE: mekanism."),
        ("sv", {"outcomes": ("perceived_safety", "dogs")}, "Utfall: upplevd trygghet, dogs."),
        ("en", {"place_type": "town centre"}, "Type of place: town centre."),
        ("sv", {"levy": "compulsory"}, "Avgift: obligatorisk."),
        ("en", {"levy": "compulsory, by law"}, "Levy: compulsory, by law."),
        ("en", {"transfer": "No such law."}, "To mind before it is applied in Sweden: No such law."),
        ("sv", {"appraised_by": "Eva", "appraised_on": date(2026, 5, 1)}, "Bedömt av Eva 2026-05-01."),
        ("en", {"evidence_source": "appraised"}, "Evidence from: USA (as appraised)."),
    ],
)
def test_what_else_an_appraisal_says_stands_on_the_card(
    shown: Shown, language: Language, said: dict[str, object], told: str
) -> None:
    given = answer_in(language)
    assert told not in shown(given)
    assert told in shown(replace(given, cards=(replace(given.cards[0], **said), *given.cards[1:])))  # type: ignore[arg-type]
