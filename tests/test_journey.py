"""One journey, from a PDF to a cited answer."""

from corpus.library import Library
from retriever.ask import ask


def test_a_pdf_becomes_a_cited_answer(small_library: Library) -> None:
    answer = ask(small_library, "Does street lighting reduce property crime?")
    assert answer.answered
    best = answer.citations[0]
    assert best.quote == "Street lighting reduced property crime by 14 per cent in the lit squares."
    assert (best.file, best.page, best.page_label) == ("lighting.pdf", 2, "2")
    assert answer.sentences[0].citations == (1,)


def test_a_swedish_question_is_answered_in_swedish(small_library: Library) -> None:
    answer = ask(small_library, "Hur löser man friåkarproblemet?")
    assert answer.language == "sv"
    assert answer.citations[0].quote == (
        "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala."
    )
