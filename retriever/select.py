"""Passages to the few sentences that answer, from more than one study where more than one does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.language import FUNCTION_WORDS, sentence_spans, tokens
from corpus.lexical import Field
from corpus.library import Library
from corpus.record import Vectors
from corpus.study import Page, PassageKind
from corpus.text import letters, one_line
from retriever.answer import Direction
from retriever.matter import gives_a_figure, held_terms
from retriever.outcomes import direction, outcomes
from retriever.reading import Reading
from retriever.search import Candidate, Weights, by_page, of_each_language, pair, weights
from retriever.work import work_of

MINUTE = 230
"""Words that a person reads in a minute (238 on average: Brysbaert 2019, How many words do we read per minute?)."""
MOST_SENTENCES = 8
MOST_MORE = 8
_PASSAGES = 16
_WHOLE_PAGES = 6
"""So many of the best pages are read as a whole: what answers may stand beside the passage that matched."""
_BESIDE = 0.85
"""What a passage counts for that stands on such a page and did not match itself, as a share of the one that did."""
_EMBEDDED = 12
"""So many sentences, the best by their words and passages, are compared by vectors; more would take too long."""
_LIKE_ITS_PASSAGE = 0.8
"""What the cosine of its passage counts for where a sentence has no vector of its own."""
_LEADING_PAGES = 3
"""The best pages of the search, whose best sentence is heard before any second sentence."""
_PER_PAGE = 2
_FEWEST_WORDS, _MOST_WORDS = 6, 70
_VECTORS_COUNT = 0.3  # below this weight embedding the sentences is not worth its time
_SAME = 0.6  # two sentences that share this much of their words say the same
_ALIKE = 0.92  # and so do two of a study whose vectors lie this near
_LEAST_COVERED, _LEAST_LIKE = 0.1, 0.3  # where no sentence has one of these, none speaks to it
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
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
    """A sentence that may answer: its span on the page, the candidate it came from and its score.

    `vector` is its unit vector where it was compared by it, else None.
    """

    candidate: Candidate
    start: int
    end: int
    text: str
    score: float
    vector: Vectors | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> tuple[str, int]:
        """The study and page it stands on."""
        return self.candidate.passage.study_id, self.candidate.passage.page


def select(library: Library, reading: Reading, found: Sequence[Candidate]) -> list[Chosen]:
    """Sentences that may answer, those to be shown first at the head: no two that say the same.

    At most two of a page, and of a work in several versions only one version. The best sentence of each of the best
    three pages comes before any second sentence, so that a page that fits is not shut out by one that has much to say.
    """
    pages = by_page(found)
    sentences = _scored(library, reading, _pool(library, found, pages))
    ranked = sorted(sentences, key=lambda s: -s.score)
    ranked = [s for s in ranked if s.score >= _NEAR_BEST * ranked[0].score]
    works = {s.place[0]: work_of(library, s.place[0]) for s in ranked}
    ranked = _of_the_shown(ranked, works)
    kept: list[Chosen] = []
    for sentence in [*_leading(ranked, pages), *ranked]:
        if len(kept) < MOST_SENTENCES + MOST_MORE and _adds_something(sentence, kept, works):
            kept.append(sentence)
    return kept


def _of_the_shown(ranked: Sequence[Chosen], works: Mapping[str, str]) -> list[Chosen]:
    """Where two versions of a work hold the same sentence, that of the version a person chose to show."""
    shown = {(s.place[0], letters(s.text)) for s in ranked if s.place[0] == works[s.place[0]]}
    return [s for s in ranked if s.place[0] == works[s.place[0]] or (works[s.place[0]], letters(s.text)) not in shown]


def within_a_minute(texts: Sequence[str]) -> list[bool]:
    """Which of some sentences, best first, a person reads in a minute; always the first."""
    words, shown, flags = 0, 0, []
    for text in texts:
        length = len(text.split())
        fits = not shown or (shown < MOST_SENTENCES and words + length <= MINUTE)
        words, shown = words + length * fits, shown + fits
        flags.append(fits)
    return flags


def _leading(ranked: Sequence[Chosen], pages: Sequence[Candidate]) -> list[Chosen]:
    """The best sentence of each of the best pages, best first."""
    best: dict[tuple[str, int], Chosen] = {}
    for sentence in ranked:
        best.setdefault(sentence.place, sentence)
    places = [(c.passage.study_id, c.passage.page) for c in pages[:_LEADING_PAGES]]
    return sorted((best[place] for place in places if place in best), key=lambda s: -s.score)


def _adds_something(sentence: Chosen, kept: Sequence[Chosen], works: Mapping[str, str]) -> bool:
    study = sentence.place[0]
    if sum(k.place == sentence.place for k in kept) >= _PER_PAGE:
        return False
    if any(works[k.place[0]] == works[study] and k.place[0] != study for k in kept):
        return False
    return not any(_says_the_same(sentence, k) for k in kept)


def _says_the_same(one: Chosen, other: Chosen) -> bool:
    """Do two sentences say the same? Those that give other figures or go another way never do."""
    if not _agree(one, other):
        return False
    return _overlap(one.text, other.text) > _SAME or (one.place[0] == other.place[0] and _cosine(one, other) > _ALIKE)


def _cosine(one: Chosen, other: Chosen) -> float:
    return 0.0 if one.vector is None or other.vector is None else float(one.vector @ other.vector)


def _agree(one: Chosen, other: Chosen) -> bool:
    first, second = (set(_DIGITS.findall(sentence.text)) for sentence in (one, other))
    if not (first <= second or second <= first):
        return False
    ways = [_way(sentence) for sentence in (one, other)]
    return ways[0] == ways[1] or not all(ways)


def _way(sentence: Chosen) -> Direction:
    """Which way the first outcome that a sentence names went by it."""
    language = sentence.candidate.passage.language
    named = outcomes(sentence.text, language)
    return direction(sentence.text, language, named[0]) if named else ""


def _overlap(first: str, second: str) -> float:
    """Share of the shorter sentence's words that the other has too."""
    a, b = set(tokens(first)), set(tokens(second))
    return len(a & b) / max(1, min(len(a), len(b)))


def _pool(library: Library, found: Sequence[Candidate], pages: Sequence[Candidate]) -> list[Chosen]:
    """The statements of the passages that fit best, and of the rest of the best pages."""
    passages = of_each_language(found, _PASSAGES)
    by_place: dict[tuple[str, int], list[Candidate]] = {}
    beside = _beside(library, pages[:_WHOLE_PAGES], {c.passage.language for c in found})
    have = {c.passage.id for c in passages}
    for candidate in [*passages, *(c for c in beside if c.passage.id not in have)]:
        if candidate.passage.kind is PassageKind.BODY:
            by_place.setdefault((candidate.passage.study_id, candidate.passage.page), []).append(candidate)
    return [s for place, candidates in by_place.items() for s in _statements(library.page(*place), candidates)]


def _beside(library: Library, pages: Sequence[Candidate], languages: Collection[str]) -> Iterator[Candidate]:
    """The passages of some pages, in some languages, each somewhat weaker than the one by which its page was found."""
    for best in pages:
        for passage in library.record.passages_on(best.passage.study_id, best.passage.page):
            if passage.language in languages:
                yield replace(best, passage=passage, strength=_BESIDE * best.strength)


def _statements(page: Page, candidates: Sequence[Candidate]) -> Iterator[Chosen]:
    """What a page states within some of its passages."""
    for start, end in sentence_spans(page.text):
        within = [c for c in candidates if c.passage.start <= start and end <= c.passage.end]
        if not within or _AFTER_REFERENCE.search(page.text[max(0, start - 12) : start]):
            continue
        text = one_line(page.text[start:end])
        if is_statement(text, within[0].passage.language):
            yield Chosen(max(within, key=lambda c: c.strength), start, end, text, 0.0)


def is_statement(text: str, language: str) -> bool:
    """Could this be quoted as an answer? Headings, table rows, questions and cut sentences could not."""
    words = tokens(text)
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS or not _ENDS.search(text) or text.endswith("?"):
        return False
    first = text.lstrip("\"'“”‘’(–- ")[:1]
    grammar = sum(word in FUNCTION_WORDS.get(language, FUNCTION_WORDS["en"]) for word in words)
    digits = sum(character.isdigit() for character in _CITED_YEARS.sub("", text))
    return (first.isupper() or first.isdigit()) and grammar * 8 >= len(words) and digits * 4 < len(letters(text))


def _scored(library: Library, reading: Reading, sentences: Sequence[Chosen]) -> list[Chosen]:
    """Each sentence by its own coverage and likeness, its passage's strength, and whether it tells a finding."""
    table = weights(library.embedder.identity.name)
    worth = {
        field: {term: share * library.word_weight(field, term) for term, share in words.items()}
        for field, words in reading.words.items()
    }
    covered: dict[Chosen, float] = {}
    for sentence in sentences:
        field = reading.field(sentence.candidate.passage.language)
        covered[sentence] = coverage(library, worth[field], sentence, field)

    def scored(sentence: Chosen, like: float) -> Chosen:
        weight = table[pair(reading.question, sentence.candidate.passage)]
        fits = _gives_what_is_asked(sentence.text, reading)
        return replace(sentence, score=_score(sentence, weight, covered[sentence], like) * fits)

    by_words = sorted(sentences, key=lambda s: -scored(s, s.candidate.cosine).score)
    found = _with_vectors(library, reading, by_words[:_EMBEDDED], table)
    if max(covered.values(), default=0.0) < _LEAST_COVERED and all(like < _LEAST_LIKE for _, like in found):
        return []
    rest = [(sentence, _LIKE_ITS_PASSAGE * sentence.candidate.cosine) for sentence in by_words[_EMBEDDED:]]
    return [scored(sentence, like) for sentence, like in [*found, *rest]]


def _score(sentence: Chosen, weight: Weights, covered: float, like: float) -> float:
    own = weight.strength(covered, 0.0, like)
    return weight.share(own + sentence.candidate.strength) * _manner(sentence.text)


def _manner(text: str) -> float:
    """Sentences that tell what was found come before those that ask, plan or advise."""
    return (1.2 if _FINDING.search(text) else 1.0) * (0.7 if _ASKING.search(text) else 1.0)


def _gives_what_is_asked(text: str, reading: Reading) -> float:
    """A question for a figure is better met by a sentence that gives one, other than a year."""
    return 1.1 if reading.asks_for_figure and gives_a_figure(text) else 1.0


def coverage(library: Library, worth: Mapping[str, float], sentence: Chosen, field: Field) -> float:
    """Share of the weight (idf) of the question's index terms that a sentence holds, compounds by their parts.

    `worth` is the weight of each term of a field; a Swedish sentence is read in English for the English field.
    """
    have = held_terms(library, sentence.text, sentence.candidate.passage.language, field)
    return sum(weight for term, weight in worth.items() if term in have) / (sum(worth.values()) or 1.0)


def _with_vectors(
    library: Library, reading: Reading, sentences: Sequence[Chosen], table: Mapping[str, Weights]
) -> list[tuple[Chosen, float]]:
    """Each sentence with its vector and cosine with the question, where vectors count for its pair of languages."""
    counts = [table[pair(reading.question, s.candidate.passage)].vectors >= _VECTORS_COUNT for s in sentences]
    wanted = [(s.text, s.candidate.passage.language) for s, yes in zip(sentences, counts, strict=True) if yes]
    vectors = iter(library.encode_sentences(wanted)) if wanted else iter(())
    found = [(s, next(vectors) if yes else None) for s, yes in zip(sentences, counts, strict=True)]
    return [(replace(s, vector=v), float(v @ reading.vector) if v is not None else 0.0) for s, v in found]
