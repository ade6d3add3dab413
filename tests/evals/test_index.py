"""Indexes held against the record, and the record against the model."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from corpus.library import Library
from corpus.record import Vectors
from corpus.study import Passage
from evals.beir import Text, fill
from evals.index import index_fidelity, inflections_meet

TOPICS = "lamps benches levies wardens cameras parks traffic shops schools trees buses squares".split()
QUESTION = "How do wardens and cameras work in parks?"


def town(library: Library, count: int = 30) -> Library:
    """A library of English documents of one passage each, its vector index sealed."""
    texts = [f"Town {n} looks after its {TOPICS[n % 12]} and its {TOPICS[n * 5 % 11]}." for n in range(count)]
    fill(library, [Text(f"t{n}", "", text, "en") for n, text in enumerate(texts)])
    return library


def held(library: Library) -> tuple[list[int], Vectors]:
    ids = sorted(library.record.passage_ids())
    vectors = library.record.vectors_of(ids)
    return ids, np.array([np.frombuffer(vectors[i], np.float32) for i in ids])


def deal(library: Library, order: Sequence[int]) -> None:
    """Give each passage in the record the vector of another, behind the back of the index."""
    ids, vectors = held(library)
    library.record.change({}, ids, vectors[list(order)], vectors[list(order)])


def swapped(count: int, a: int, b: int) -> list[int]:
    order = list(range(count))
    order[a], order[b] = order[b], order[a]
    return order


# A sound library


def test_a_sound_library_has_all(standing: Library) -> None:
    assert index_fidelity(standing, [QUESTION, "Hur löser man friåkarproblemet?"]).form() == {
        "nearest_recall@10": 1.0,
        "vectors_as_embedded": 1.0,
        "words_as_analysed": 1.0,
        "inflections_meet": round(inflections_meet(), 4),
        "questions": 2,
        "passages_looked_at": 4,
    }


def test_a_sound_library_of_more_passages_than_are_asked_for_has_all(library: Library) -> None:
    found = index_fidelity(town(library), TOPICS)
    assert library.dense.state["sealed"] == {"en": 30}
    assert (found.nearest, found.vectors, found.words, found.looked_at) == (1, 1, 1, 30)


def test_an_empty_library_has_all_of_nothing(library: Library) -> None:
    found = index_fidelity(library, [QUESTION])
    assert (found.nearest, found.vectors, found.words, found.looked_at) == (1, 1, 1, 0)


@pytest.mark.parametrize("asked", [[], ["?"]])
def test_without_a_question_that_can_be_asked_nothing_is_amiss(standing: Library, asked: list[str]) -> None:
    found = index_fidelity(standing, asked)
    assert (found.nearest, found.questions) == (1, len(asked))


def test_passages_that_tie_are_as_good_as_one_another(library: Library) -> None:
    fill(library, [Text(f"t{n}", "", "The same words everywhere.", "en") for n in range(25)])
    assert index_fidelity(library, ["The same words", "everywhere"]).nearest == 1


# The vector index


def test_an_index_that_gives_a_far_passage_for_a_near_one_lacks_a_tenth(library: Library) -> None:
    ids, vectors = held(town(library))
    near_to_far = np.argsort(-(vectors @ library.embedder.encode_query(QUESTION)), kind="stable")
    order = swapped(len(ids), int(near_to_far[0]), int(near_to_far[-1]))
    deal(library, order)
    library.dense.seal()
    deal(library, order)
    found = index_fidelity(library, [QUESTION])
    assert found.nearest == pytest.approx(0.9)  # the nearest of ten is lost, and the farthest has come for it
    assert (found.vectors, found.words) == (1, 1)


def test_a_shuffled_index_is_found_out(library: Library) -> None:
    count = len(held(town(library))[0])
    around = [(n + 7) % count for n in range(count)]
    deal(library, around)
    library.dense.seal()
    deal(library, np.argsort(around).tolist())
    found = index_fidelity(library, TOPICS)
    assert found.nearest < 0.8
    assert (found.vectors, found.words) == (1, 1)


def test_the_share_is_a_mean_over_questions(library: Library) -> None:
    town(library)
    ids = sorted(library.record.passage_ids())
    deal(library, [(n + 7) % len(ids) for n in range(len(ids))])  # the index holds what the record held
    one, other = (index_fidelity(library, [question]).nearest for question in TOPICS[:2])
    assert one != other
    assert index_fidelity(library, TOPICS[:2]).nearest == pytest.approx((one + other) / 2)


# The record


def test_vectors_swapped_in_the_record_are_found_out(library: Library) -> None:
    deal(town(library), swapped(30, 3, 4))
    found = index_fidelity(library, [])
    assert found.vectors == pytest.approx(28 / 30)
    assert found.words == 1


def test_a_vector_that_is_gone_is_found_out(library: Library) -> None:
    ids, vectors = held(town(library))
    library.record.replace_vectors(ids[1:], vectors[1:])
    assert index_fidelity(library, []).vectors == pytest.approx(29 / 30)


# The word index

Change = Callable[[Library, Passage], None]


def without_a_word(library: Library, passage: Passage) -> None:
    library.lexical.remove([passage.id])
    library.lexical.add([replace(passage, text=passage.text.replace("looks after", "looks"))])


def without_the_passage(library: Library, passage: Passage) -> None:
    library.lexical.remove([passage.id])


@pytest.mark.parametrize("change", [without_a_word, without_the_passage])
def test_a_word_index_that_lacks_something_is_found_out(library: Library, change: Change) -> None:
    change(town(library), next(library.record.all_passages()))
    found = index_fidelity(library, [QUESTION])
    assert found.words == pytest.approx(29 / 30)
    assert (found.nearest, found.vectors) == (1, 1)


def test_a_swedish_passage_is_held_by_its_english_words_too(small_library: Library) -> None:
    swedish = next(p for p in small_library.record.all_passages() if p.language == "sv")
    shadow = small_library.record.shadows([swedish.id])[swedish.id]
    assert index_fidelity(small_library, []).words == 1
    none = np.zeros((0, small_library.embedder.identity.dimension), np.float32)
    small_library.record.change({swedish.id: replace(shadow, words=f"{shadow.words} zebra")}, [], none, none)
    assert index_fidelity(small_library, []).words == 0.75  # 3 of 4 passages


# What is looked at


def test_no_more_than_64_pages_are_looked_at_and_the_seed_says_which(library: Library) -> None:
    town(library, 70)
    assert index_fidelity(library, []).looked_at == 64
    deal(library, swapped(70, 0, 69))
    shares = {index_fidelity(library, [], seed).vectors for seed in range(12)}
    assert shares <= {62 / 64, 63 / 64, 1.0}
    assert len(shares) > 1
    assert index_fidelity(library, [], 3) == index_fidelity(library, [], 3)


def test_most_inflected_forms_are_found_by_their_dictionary_form(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.8 < inflections_meet() < 1  # Snowball keeps "plats" and "platsen" apart
    monkeypatch.setattr("evals.index.terms", lambda text, _: [text])
    assert inflections_meet() == 0
