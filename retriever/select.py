"""Passages to the few sentences that answer, from more than one study where more than one does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.language import FUNCTION_WORDS, SCANDINAVIAN, sentence_spans, terms, tokens
from corpus.lexical import Field
from corpus.library import Library
from corpus.study import PassageKind
from corpus.text import letters, one_line
from retriever.reading import Reading
from retriever.search import Candidate, Weights, of_each_language, pair, weights

MOST_SENTENCES = 4
_PASSAGES = 16
_PER_STUDY = 2
_FEWEST_WORDS, _MOST_WORDS = 6, 70
_VECTORS_COUNT = 0.3  # below this weight embedding the sentences is not worth its time
_SAME = 0.6  # two sentences that share this much of their words say the same
_NEAR_BEST = 0.6  # a sentence that scores less than this share of the best is not worth an adviser's time
_ENDS = re.compile(r"[.!?:;]['\"”’)\]]*\d{0,3}$|[.!?]$")
_FINDING = re.compile(
    r"\b(found|finds?|fell|finner|fann|show(?:s|ed|n)?|suggest\w*|indicat\w+|conclud\w+|report(?:s|ed)|reduc\w+"
    r"|increas\w+|decreas\w+|lower|higher|less|fewer|rose|per ?cent|effects?|significant\w*|associated|evidence"
    r"|visa[rd]\w*|minska\w*|öka[rtd]\w*|sjönk|steg|lägre|högre|färre|procent|effekt\w*|signifikant\w*"
    r"|säkerställ\w+|samband\w*|slutsats\w*|bidrar|begränsar|löser|rapporterar)\b|%",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(asks?|whether|hypothes\w+|purpose|aims?|examines?|frågar|frågan|syfte\w*|undersöker|hypotes\w*)\b"
    r"|^(?:do not|don’t|say|write|check|skriv|säg|kontrollera|fråga)\b"
    r"|^(?:this|denna|detta|den här|det här) (?:is an?|paper|article|note|report|är en|rapport|notis|artikel)\b",
    re.IGNORECASE,
)
_AFTER_REFERENCE = re.compile(r"\(\d{4}[a-z]?\)\.?\s*$")  # what follows "Brooks, L. (2008)." is a title
_CITED_YEARS = re.compile(r"\((?:[^()]*\b(?:19|20)\d{2}[a-z]?[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence that may answer: its span on the page, the candidate it came from and its score."""

    candidate: Candidate
    start: int
    end: int
    text: str
    score: float


def select(library: Library, reading: Reading, found: Sequence[Candidate]) -> list[Chosen]:
    """At most four sentences, best first: no two that say the same, no more than two of one study."""
    sentences = [s for c in of_each_language(found, _PASSAGES) for s in _sentences(library, c)]
    ranked = sorted(_scored(library, reading, sentences), key=lambda s: -s.score)
    kept: list[Chosen] = []
    for sentence in ranked:
        if sentence.score < _NEAR_BEST * ranked[0].score or len(kept) == MOST_SENTENCES:
            break
        if _adds_something(sentence, kept):
            kept.append(sentence)
    return kept


def _adds_something(sentence: Chosen, kept: Sequence[Chosen]) -> bool:
    study = sentence.candidate.passage.study_id
    if sum(k.candidate.passage.study_id == study for k in kept) == _PER_STUDY:
        return False
    return not any(_overlap(sentence.text, k.text) > _SAME for k in kept)


def _overlap(first: str, second: str) -> float:
    """Share of the shorter sentence's words that the other has too."""
    a, b = set(tokens(first)), set(tokens(second))
    return len(a & b) / max(1, min(len(a), len(b)))


def _sentences(library: Library, candidate: Candidate) -> Iterator[Chosen]:
    passage = candidate.passage
    if passage.kind is not PassageKind.BODY:
        return
    page = library.page(passage.study_id, passage.page)
    for start, end in sentence_spans(page.text):
        if passage.start <= start and end <= passage.end:
            text = one_line(page.text[start:end])
            title = _AFTER_REFERENCE.search(page.text[max(0, start - 12) : start])
            if not title and is_statement(text, passage.language):
                yield Chosen(candidate, start, end, text, 0.0)


def is_statement(text: str, language: str) -> bool:
    """Could this be quoted as an answer? Headings, table rows, questions and cut sentences could not."""
    words = tokens(text)
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS or not _ENDS.search(text) or text.endswith("?"):
        return False
    first = text.lstrip("\"'“”‘’(–- ")[:1]
    grammar = sum(word in FUNCTION_WORDS.get(language, FUNCTION_WORDS["en"]) for word in words)
    digits = sum(character.isdigit() for character in _CITED_YEARS.sub("", text))
    return (first.isupper() or first.isdigit()) and grammar * 6 >= len(words) and digits * 4 < len(letters(text))


def _scored(library: Library, reading: Reading, sentences: Sequence[Chosen]) -> list[Chosen]:
    """Each sentence by its own coverage and likeness, its passage's strength, and whether it tells a finding."""
    if not sentences:
        return []
    table = weights(library.embedder.identity.name)
    worth = {
        field: {term: share * library.word_weight(field, term) for term, share in words.items()}
        for field, words in reading.words.items()
    }
    likeness = _likeness(library, reading, sentences, table)

    def scored(sentence: Chosen, like: float) -> Chosen:
        passage = sentence.candidate.passage
        field, weight = reading.field(passage.language), table[pair(reading.question, passage)]
        covered = coverage(library, worth[field], sentence, field)
        return replace(sentence, score=_score(sentence, weight, covered, like))

    return [scored(sentence, like) for sentence, like in zip(sentences, likeness, strict=True)]


def _score(sentence: Chosen, weight: Weights, covered: float, like: float) -> float:
    own = weight.strength(covered, 0.0, like)
    return weight.share(own + sentence.candidate.strength) * _manner(sentence.text)


def _manner(text: str) -> float:
    """Sentences that tell what was found come before those that ask, plan or advise."""
    return (1.2 if _FINDING.search(text) else 1.0) * (0.7 if _ASKING.search(text) else 1.0)


def coverage(library: Library, worth: Mapping[str, float], sentence: Chosen, field: Field) -> float:
    """Share of the weight (idf) of the question's index terms that a sentence holds, compounds by their parts.

    `worth` is the weight of each term of a field; a Swedish sentence is read in English for the English field.
    """
    language = sentence.candidate.passage.language
    if field == "en" and language in SCANDINAVIAN:
        have = set(terms(library.gloss(sentence.text, "sv").all_words(), "en"))
    else:
        have = set(terms(sentence.text, language))
    return sum(weight for term, weight in worth.items() if term in have) / (sum(worth.values()) or 1.0)


def _likeness(
    library: Library, reading: Reading, sentences: Sequence[Chosen], table: dict[str, Weights]
) -> list[float]:
    """Cosine of each sentence with the question, where vectors count for its pair of languages; else 0."""
    counts = [table[pair(reading.question, s.candidate.passage)].vectors >= _VECTORS_COUNT for s in sentences]
    if not any(counts):
        return [0.0] * len(sentences)
    wanted = [(s.text, s.candidate.passage.language) for s, yes in zip(sentences, counts, strict=True) if yes]
    vectors = iter(library.encode_sentences(wanted))
    return [float(next(vectors) @ reading.vector) if yes else 0.0 for yes in counts]
