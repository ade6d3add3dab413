"""The vector index: sealed snapshots, and exact search over what came after."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.choice import Selection, selection
from corpus.dense import DenseIndex, Matrix, gather
from corpus.record import Record, Vectors
from corpus.study import Description, Draft, Page, Study, TextState

DIMENSION = 16
MODEL = "fake@1 (16)"
Open = Callable[[], DenseIndex]


def units(count: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def fill(record: Record, name: str, vectors: Vectors, languages: str = "sv en") -> list[int]:
    """A study with a passage of one letter for each vector, its language taken in turn."""
    text = "x" * len(vectors)
    turn = languages.split()
    study = Study(name, Description(name), tuple(turn), TextState.SEARCHABLE, ())
    drafts = [Draft(1, i, i + 1, "x", turn[i % len(turn)]) for i in range(len(vectors))]
    return record.add(study, [Page(name, 1, "1", text)], drafts, vectors)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "dense"


@pytest.fixture
def open_index(record: Record, folder: Path) -> Iterator[Open]:
    """Opens the index over the record; what was opened before is closed first."""
    held: list[DenseIndex] = []

    def open_again() -> DenseIndex:
        while held:
            held.pop().close()
        held.append(DenseIndex(folder, record, MODEL, DIMENSION))
        return held[0]

    yield open_again
    while held:
        held.pop().close()


def sealed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("serving-"))


def the_graph(folder: Path) -> Path:
    """The largest file of the newest snapshot's vector graph."""
    return max(folder.glob("sealed-*/*/*"), key=lambda path: path.stat().st_size)


def agrees(index: DenseIndex, queries: Vectors, k: int = 10) -> bool:
    """Does the index find just what exact search finds, for both languages?"""
    for query in queries:
        found, right = index.nearest(query, k, ["sv", "en"]), index.exact(query, k, ["sv", "en"])
        if any([i for i, _ in found[name]] != [i for i, _ in right[name]] for name in right):
            return False
        if any(not np.allclose([s for _, s in found[name]], [s for _, s in right[name]], atol=1e-5) for name in right):
            return False
    return True


# Vectors in memory


def test_the_nearest_are_those_with_the_greatest_cosine_best_first() -> None:
    matrix = Matrix((7, 8, 9), np.array([[0, 1], [1, 0], [0.6, 0.8]], np.float32))
    assert matrix.nearest(np.array([1, 0], np.float32), 2) == [(8, 1.0), (9, pytest.approx(0.6))]


def test_equals_come_in_order_of_id() -> None:
    matrix = Matrix((3, 5, 4), np.ones((3, 1), np.float32))
    assert [i for i, _ in matrix.nearest(np.ones(1, np.float32), 3)] == [3, 4, 5]


def test_no_vectors_are_nearest_to_nothing() -> None:
    assert Matrix((), np.zeros((0, 2), np.float32)).nearest(np.ones(2, np.float32), 5) == []


@given(st.integers(1, 30), st.integers(1, 40))
def test_there_are_k_nearest_or_as_many_as_there_are(count: int, k: int) -> None:
    hits = Matrix(tuple(range(count)), units(count)).nearest(units(1, seed=1)[0], k)
    assert len(hits) == len({i for i, _ in hits}) == min(k, count)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)


def test_vectors_are_gathered_by_language() -> None:
    one, two = np.array([1, 2], np.float32), np.array([3, 4], np.float32)
    gathered = gather([(4, "sv", one.tobytes()), (5, "en", two.tobytes()), (6, "sv", two.tobytes())], 2)
    assert {name: matrix.ids for name, matrix in gathered.items()} == {"sv": (4, 6), "en": (5,)}
    assert gathered["sv"].vectors.tolist() == [[1, 2], [3, 4]]


# Sealed snapshots


def test_a_snapshot_finds_what_exact_search_finds(record: Record, open_index: Open) -> None:
    fill(record, "a", units(600))
    index = open_index()
    index.seal()
    assert index.state["sealed"] == {"sv": 300, "en": 300}
    assert index.waiting == 0
    assert agrees(index, units(40, seed=1))


def test_a_sealed_snapshot_serves_when_opened_again(record: Record, open_index: Open, folder: Path) -> None:
    fill(record, "a", units(40))
    open_index().seal()
    index = open_index()
    assert index.state["sealed"] == {"sv": 20, "en": 20}
    assert index.waiting == 0
    assert agrees(index, units(10, seed=1))
    assert sealed(folder) == ["sealed-000001"]


def test_what_serves_is_a_copy_so_that_a_seal_stays_whole(record: Record, open_index: Open) -> None:
    fill(record, "a", units(40))
    open_index().seal()
    for _ in range(3):
        agrees(open_index(), units(3, seed=1))
    assert open_index().state["sealed"] == {"sv": 20, "en": 20}


def test_a_language_nobody_wrote_in_has_no_nearest(record: Record, open_index: Open) -> None:
    fill(record, "a", units(10), languages="sv")
    index = open_index()
    index.seal()
    assert index.nearest(units(1)[0], 5, ["sv", "en"])["en"] == []


def test_an_empty_record_has_no_nearest(open_index: Open) -> None:
    index = open_index()
    assert index.nearest(units(1)[0], 5, ["sv", "en"]) == {"sv": [], "en": []}
    assert index.waiting == 0


def test_asking_for_more_than_there_is_gives_all(record: Record, open_index: Open) -> None:
    ids = fill(record, "a", units(6), languages="sv")
    index = open_index()
    index.seal()
    assert sorted(i for i, _ in index.nearest(units(1, seed=1)[0], 50, ["sv"])["sv"]) == ids


def flip_a_byte(folder: Path) -> None:
    graph = the_graph(folder)
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 0xFF
    graph.write_bytes(bytes(data))


def delete_a_file(folder: Path) -> None:
    the_graph(folder).unlink()


def delete_the_seal(folder: Path) -> None:
    (folder / "sealed-000001" / "seal.json").unlink()


def garble_the_seal(folder: Path) -> None:
    (folder / "sealed-000001" / "seal.json").write_text('{"fingerprint": ', "utf-8")


def add_a_file(folder: Path) -> None:
    (folder / "sealed-000001" / "stray").write_bytes(b"x")


def change_the_seal(folder: Path) -> None:
    path = folder / "sealed-000001" / "seal.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "fingerprint": "another"}), "utf-8")


@pytest.mark.parametrize(
    "harm", [flip_a_byte, delete_a_file, delete_the_seal, garble_the_seal, add_a_file, change_the_seal]
)
def test_a_snapshot_that_is_not_whole_is_put_away_and_the_answers_are_right(
    record: Record, open_index: Open, folder: Path, harm: Callable[[Path], None]
) -> None:
    fill(record, "a", units(40))
    open_index().seal()
    harm(folder)
    index = open_index()
    assert (index.state["sealed"], index.waiting) == ({}, 40)
    assert sealed(folder) == []
    assert agrees(index, units(10, seed=1))


def test_a_snapshot_of_another_record_does_not_find_its_own_and_is_put_away(record: Record, open_index: Open) -> None:
    ids = fill(record, "a", units(40))
    open_index().seal()
    record.replace_vectors(ids, units(40, seed=9))
    index = open_index()
    assert index.state["sealed"] == {}
    assert agrees(index, units(10, seed=1))


def test_a_snapshot_of_another_model_is_put_away(record: Record, open_index: Open, folder: Path) -> None:
    fill(record, "a", units(40))
    open_index().seal()
    with closing(DenseIndex(folder, record, "other@1 (16)", DIMENSION)) as index:
        assert index.state["sealed"] == {}
        assert agrees(index, units(3, seed=1))


def test_the_older_of_two_snapshots_is_cleared_away(record: Record, open_index: Open, folder: Path) -> None:
    fill(record, "a", units(10))
    index = open_index()
    index.seal()
    fill(record, "b", units(10, seed=2))
    index.seal()
    assert sealed(folder) == ["sealed-000002"]
    assert index.state["sealed"] == {"sv": 10, "en": 10}


def test_what_a_killed_process_left_is_cleared_away(record: Record, open_index: Open, folder: Path) -> None:
    fill(record, "a", units(10))
    open_index().seal()
    for left in ("making-99999", "serving-99999"):
        (folder / left).mkdir()
        (folder / left / "chroma.sqlite3").write_bytes(b"half")
    index = open_index()
    assert sealed(folder) == ["sealed-000001"]
    assert not (folder / "serving-99999").exists()
    assert index.state["sealed"] == {"sv": 5, "en": 5}


def test_nothing_but_the_snapshot_is_left_when_it_is_closed(record: Record, open_index: Open, folder: Path) -> None:
    fill(record, "a", units(10))
    index = open_index()
    index.seal()
    index.close()
    assert [path.name for path in folder.iterdir()] == ["sealed-000001"]


def test_without_a_folder_all_is_searched_exactly_and_nothing_is_written(record: Record, tmp_path: Path) -> None:
    fill(record, "a", units(40))
    before = sorted(tmp_path.rglob("*"))
    with closing(DenseIndex(None, record, MODEL, DIMENSION)) as index:
        index.seal()
        index.seal_if_due()
        assert (index.state["sealed"], index.waiting) == ({}, 40)
        assert agrees(index, units(10, seed=1))
    assert sorted(tmp_path.rglob("*")) == before


# Following the record


def test_a_passage_added_after_sealing_is_found(record: Record, open_index: Open) -> None:
    fill(record, "a", units(100))
    index = open_index()
    index.seal()
    late = fill(record, "b", units(4, seed=2))
    index.catch_up()
    assert index.waiting == 4
    ((first, cosine),) = index.nearest(units(4, seed=2)[0], 1, ["sv"])["sv"]
    assert (first, round(cosine, 5)) == (late[0], 1.0)
    assert agrees(index, units(20, seed=1))


def test_a_passage_added_while_the_index_was_closed_is_found(record: Record, open_index: Open) -> None:
    fill(record, "a", units(100))
    open_index().seal()
    late = fill(record, "b", units(4, seed=2))
    assert open_index().nearest(units(4, seed=2)[0], 1, ["sv"])["sv"][0][0] == late[0]


@pytest.mark.parametrize("while_closed", [False, True])
def test_a_removed_passage_never_comes_back(record: Record, open_index: Open, while_closed: bool) -> None:
    gone = fill(record, "a", units(30))
    kept = fill(record, "b", units(100, seed=2))
    index = open_index()
    index.seal()
    record.remove("a")
    if while_closed:
        index = open_index()
    else:
        index.catch_up()
    assert index.state["sealed"] == {"sv": 65, "en": 65}
    assert index.waiting == 30
    for query in units(30):
        found = {i for hits in index.nearest(query, 10, ["sv", "en"]).values() for i, _ in hits}
        assert not found & set(gone)
        assert len(found & set(kept)) == 20
    assert agrees(index, units(20, seed=1))


def test_a_replaced_passage_is_found_by_its_new_vector_only(record: Record, open_index: Open) -> None:
    fill(record, "a", units(10), languages="sv")
    index = open_index()
    index.seal()
    new = fill(record, "a", units(10, seed=5), languages="sv")
    index.catch_up()
    assert {i for i, _ in index.nearest(units(10)[0], 20, ["sv"])["sv"]} == set(new)


def test_a_snapshot_is_due_when_more_than_a_fifth_is_waiting(record: Record, open_index: Open) -> None:
    fill(record, "a", units(40))
    index = open_index()
    index.seal()
    fill(record, "b", units(10, seed=2))
    index.catch_up()
    index.seal_if_due()
    assert index.waiting == 10
    fill(record, "c", units(1, seed=3))
    index.catch_up()
    index.seal_if_due()
    assert index.waiting == 0


def test_removed_passages_count_as_waiting(record: Record, open_index: Open) -> None:
    fill(record, "a", units(20))
    fill(record, "b", units(40))
    index = open_index()
    index.seal()
    record.remove("a")
    index.catch_up()
    index.seal_if_due()
    assert index.state["sealed"] == {"sv": 20, "en": 20}


def test_a_search_beside_a_new_sealing_finds_the_same(record: Record, open_index: Open) -> None:
    fill(record, "a", units(200))
    index = open_index()
    index.seal()
    query = units(1, seed=3)[0]
    right = [i for i, _ in index.exact(query, 5, ["sv"])["sv"]]
    with ThreadPoolExecutor(1) as beside:
        sealing = beside.submit(index.seal)
        found = [index.nearest(query, 5, ["sv"])["sv"]]
        while not sealing.done():
            found.append(index.nearest(query, 5, ["sv"])["sv"])
        sealing.result()
    assert len(found) > 3
    assert [hits for hits in found if [i for i, _ in hits] != right] == []


def test_an_index_knows_whether_it_finds_a_vector_of_the_record(record: Record, open_index: Open) -> None:
    fill(record, "a", units(10))
    index = open_index()
    index.seal()
    assert all(index.finds(row) for row in record.vectors())
    assert not index.finds((1, "sv", units(1, seed=7)[0].tobytes()))


def test_graph_files_hold_nothing_but_their_elements(record: Record, open_index: Open, folder: Path) -> None:
    """Chroma writes a graph file before it has a graph: whatever the process had in memory."""
    fill(record, "a", units(30))
    open_index().seal()
    graphs = [path for path in folder.rglob("*") if path.name in ("data_level0.bin", "length.bin")]
    assert {path.parts[-3].split("-")[0] for path in graphs} == {"sealed", "serving"}
    assert all(path.stat().st_size for path in graphs)
    assert not any(any(path.read_bytes()) for path in graphs)


# Within a selection


def only(record: Record, *studies: str) -> Selection:
    return selection(record, frozenset(studies))


@pytest.mark.parametrize("snapshot", [True, False])
@pytest.mark.parametrize(("inside", "outside"), [(3, 400), (400, 3), (300, 300)], ids=["narrow", "wide", "half"])
def test_within_a_selection_just_its_nearest_passages_are_found(
    record: Record, open_index: Open, inside: int, outside: int, snapshot: bool
) -> None:
    fill(record, "out", units(outside, seed=1))
    ids, vectors = fill(record, "in", units(inside, seed=2)), units(inside, seed=2)
    index = open_index()
    if snapshot:
        index.seal()
    within = only(record, "in")
    for query in units(5, seed=3):
        found = index.nearest(query, 10, ["sv", "en"], within)
        for turn, language in enumerate(("sv", "en")):
            scores = {ids[i]: float(vectors[i] @ query) for i in range(turn, inside, 2)}
            wanted = sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:10]
            assert [i for i, _ in found[language]] == [i for i, _ in wanted]
            assert [s for _, s in found[language]] == pytest.approx([s for _, s in wanted], abs=1e-5)


def test_within_nothing_nothing_is_found(record: Record, open_index: Open) -> None:
    fill(record, "out", units(300))
    assert open_index().nearest(units(1)[0], 5, ["sv", "en"], only(record)) == {"sv": [], "en": []}


def test_the_vectors_of_the_last_selections_are_kept_and_no_others(record: Record, open_index: Open) -> None:
    for n in range(6):
        fill(record, f"s{n}", units(100, seed=n))
    index, query = open_index(), units(1)[0]
    selections = [only(record, f"s{n}") for n in range(6)]
    for within in [*selections, selections[3], selections[0]]:
        index.nearest(query, 5, ["sv"], within)
    assert list(index._selections) == [selections[4], selections[5], selections[3], selections[0]]


def test_what_is_removed_after_a_selection_was_made_and_sealed_is_not_brought_back(
    record: Record, open_index: Open
) -> None:
    fill(record, "a", units(300, seed=1))
    fill(record, "b", units(20, seed=2))
    index = open_index()
    index.seal()
    record.remove("b")
    index.catch_up()
    assert index.nearest(units(1)[0], 5, ["sv"], only(record, "a", "b")) == index.nearest(units(1)[0], 5, ["sv"])
