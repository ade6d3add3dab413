"""How a question is read: its language, its words for each field of the word index, its vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.gloss import Gloss, Kind, content_pieces
from corpus.language import FUNCTION_WORDS, SCANDINAVIAN, is_gram, question_language, terms, tokens
from corpus.lexical import Field
from corpus.library import Library
from corpus.record import Vectors
from corpus.text import one_line
from corpus.words import Fault
from retriever.answer import Question, Understood
from retriever.matter import Matter, asks_for_figure, matters

LONGEST_QUESTION = 2000
_SAME = frozenset({Kind.NAME, Kind.NUMBER})


class EmptyQuestion(Fault):
    """Nothing was asked."""

    code = "empty_question"


class LongQuestion(Fault):
    """The question is longer than a question should be."""

    code = "long_question"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is searched for.

    `words` holds, for the field of each language, the index terms with what each counts for; `vector` is a unit
    vector in the space of the library's model; `matters` is what the question is about, piece by piece.
    """

    question: Question
    gloss: Gloss
    words: Mapping[Field, Mapping[str, float]]
    vector: Vectors
    understood: tuple[Understood, ...]
    matters: tuple[Matter, ...]
    asks_for_figure: bool

    def field(self, language: str) -> Field:
        """The field in which passages of a language are searched: Swedish by Swedish words, else English."""
        return "sv" if self.question.language == "sv" and language in SCANDINAVIAN else "en"

    def stems(self, field: Field) -> dict[str, float]:
        """The words of a field without their 4-grams."""
        return {term: share for term, share in self.words[field].items() if not is_gram(term)}


def understand(text: str) -> Question:
    """The question, stripped, with its language. Raises EmptyQuestion, LongQuestion or OtherLanguage."""
    text = one_line(text.encode("utf-8", "replace").decode("utf-8"))  # half characters become question marks
    if not any(character.isalnum() for character in text):
        raise EmptyQuestion()
    if len(text) > LONGEST_QUESTION:
        raise LongQuestion(length=len(text), limit=LONGEST_QUESTION)
    return Question(text, question_language(text))


def read(library: Library, question: Question) -> Reading:
    """Gloss a question and make what both indexes are asked with."""
    gloss = library.gloss(question.searched_as, question.language)
    words: dict[Field, Mapping[str, float]] = {
        question.language: dict.fromkeys(terms(content(question), question.language), 1.0)
    }
    if question.language == "sv":
        words["en"] = glossed_terms(gloss)
    vector = library.encode_question(gloss, question.language)
    return Reading(
        question=question,
        gloss=gloss,
        words=words,
        vector=vector,
        understood=_understood(library, question, gloss),
        matters=matters(library, gloss, question.language),
        asks_for_figure=asks_for_figure(question.text),
    )


def _understood(library: Library, question: Question, gloss: Gloss) -> tuple[Understood, ...]:
    """What each word that carries matter was taken to mean, each once; names and numbers stay as they are.

    An English word's Swedish equivalents, which are only shown, come in the order in which Swedish passages use them.
    """
    found: dict[str, Understood] = {}
    for piece in content_pieces(gloss, question.language):
        if piece.kind not in _SAME:
            equivalents = piece.equivalents
            if question.language == "en":
                equivalents = tuple(sorted(equivalents, key=lambda words: -library.held_by("sv", words)))
            found.setdefault(piece.source.lower(), Understood(piece.source, equivalents[:3], piece.kind.value))
    return tuple(found.values())


def content(question: Question) -> str:
    """The words of a question that carry matter; all of them where none does."""
    words = tokens(question.searched_as)
    return " ".join(w for w in words if w not in FUNCTION_WORDS[question.language]) or " ".join(words)


def glossed_terms(gloss: Gloss) -> dict[str, float]:
    """English index terms of a Swedish question: each word's first equivalent counts 1, its second 1/2, and so on.

    A word that the term list does not know stands for itself: names, numbers and words both languages share.
    """
    wanted: dict[str, float] = {}
    for piece in content_pieces(gloss, "sv") or gloss.pieces:
        for rank, equivalent in enumerate(piece.equivalents or (piece.source,), 1):
            for word in tokens(equivalent):
                if word not in FUNCTION_WORDS["en"]:
                    for term in terms(word, "en"):
                        wanted[term] = max(wanted.get(term, 0.0), 1 / rank)
    return wanted
