"""Tuning never looks at a test set, and writes one model's tables and nothing else."""

import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import retriever.search
from corpus.embedder import BUNDLED
from corpus.library import Library
from corpus.settings import Settings
from evals.bar import FOLDS, Asked, find_bar
from evals.beir import BadBenchmark
from evals.case import PAIRS, Case, Gold, QuestionSet
from evals.gold import GoldMissing
from evals.tune import Ground, MarkedAsTest, NothingToTune, Tuned, refuse_test, tune, with_part, write
from evals.weights import Example, find_all
from retriever.judge import SIGNALS, Signals
from retriever.search import Weights, weights

ON = date(2026, 1, 31)
HERE = Path(retriever.search.__file__).parent
IN_USE = ("weights.toml", "judge.toml")
NEW = "org/other-model"

LIGHT = Case("q1", "Does street lighting reduce property crime?", "en", "yes", (Gold("lighting.pdf", 2),))
NOBODY_KNOWS = Case("q2", "Do congestion charges shorten queues at harbour tollbooths?", "en", "near_miss")
ELSEWHERE = replace(LIGHT, id="q3", gold=(Gold("not-here.pdf", 1),))
DEV = QuestionSet("small", "1", "dev", (LIGHT, NOBODY_KNOWS))


def examples(pair: str = "en-en", source: str = "made") -> list[Example]:
    """Twenty questions in whose passages the vector tells right from wrong, half of them in each half."""
    random = np.random.default_rng(1)
    made = []
    for n in range(20):
        measures = random.uniform(0, 0.5, (8, 3))
        measures[0, 2] = 0.9
        made.append(Example(source, pair, measures, np.arange(8), np.arange(8) == 0, n % 2))
    return made


def asked(source: str = "made") -> list[Asked]:
    """Sixteen questions for each fold, half of which are mostly right and half mostly wrong."""
    low = Signals(**dict.fromkeys(SIGNALS, 0.0))
    yes = Asked(source, replace(low, gap=1), quoted=True, right=True, answerable=True, fold=0)
    no = replace(yes, right=False, answerable=False)
    one_fold = [yes] * 7 + [no] + [replace(one, signals=low) for one in [yes] + [no] * 7]
    return [replace(one, fold=n) for n in range(FOLDS) for one in one_fold]


def tables(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def comments(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("#")]


# Never on a test set


TEST = QuestionSet("held back", "1", "test", (LIGHT, ELSEWHERE))


def test_a_set_marked_as_test_is_refused_in_both_languages() -> None:
    with pytest.raises(MarkedAsTest) as met:
        refuse_test(TEST)
    assert met.value.sentence("en").startswith("The set held back is marked as a test set, and is never tuned on")
    assert met.value.sentence("sv").startswith(
        "Uppsättningen held back är märkt som provuppsättning och används aldrig"
    )


@pytest.mark.parametrize("split", ["dev", ""])
def test_a_set_that_is_not_marked_as_test_is_not_refused(split: Literal["dev", ""]) -> None:
    refuse_test(replace(TEST, split=split))


def test_a_set_marked_as_test_is_refused_before_anything_is_looked_at(standing: Library) -> None:
    ground = Ground()
    with pytest.raises(GoldMissing):  # what the set would meet with, were it looked at
        ground.add_set(standing, replace(TEST, split="dev"))
    with pytest.raises(MarkedAsTest):
        ground.add_set(standing, TEST)
    assert ground == Ground()


def test_a_set_marked_as_test_needs_no_library_to_be_refused() -> None:
    with pytest.raises(MarkedAsTest):
        Ground().add_set(None, TEST)  # type: ignore[arg-type]


def test_what_was_gathered_before_a_refused_set_stays_as_it_was(standing: Library) -> None:
    ground = Ground()
    ground.add_set(standing, DEV)
    before = list(ground.examples), list(ground.asked)
    with pytest.raises(MarkedAsTest):
        ground.add_set(standing, TEST)
    assert (ground.examples, ground.asked) == before


# Gathering


def test_a_set_tells_about_weights_where_it_has_gold_and_about_the_bar_always(standing: Library) -> None:
    ground = Ground()
    ground.add_set(standing, DEV)
    assert [(e.source, e.pair) for e in ground.examples] == [("small", "en-en")]
    assert [(a.source, a.right, a.answerable, a.twin) for a in ground.asked] == [
        ("small", True, True, False),
        ("small", False, False, True),
        ("small", False, False, False),
    ]


def test_sets_are_gathered_one_after_another(standing: Library) -> None:
    ground = Ground()
    ground.add_set(standing, DEV)
    ground.add_set(standing, replace(DEV, name="more"))
    assert [e.source for e in ground.examples] == ["small", "more"]
    assert [a.source for a in ground.asked] == ["small"] * 3 + ["more"] * 3


def test_a_folder_that_is_no_benchmark_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(BadBenchmark, match=r"corpus\.jsonl"):
        Ground().add_benchmark(tmp_path, settings)


# Tuning


@pytest.mark.parametrize(
    "ground",
    [Ground(), Ground([e for e in examples() if e.half == 0], [a for a in asked() if a.fold != 3])],
    ids=["nothing", "too little"],
)
def test_where_neither_weights_nor_bar_can_be_found_it_is_said_in_both_languages(ground: Ground) -> None:
    with pytest.raises(NothingToTune) as met:
        tune(ground, BUNDLED)
    assert met.value.sentence("en").startswith("The sets have too few questions to find weights or a bar")
    assert met.value.sentence("sv").startswith("Uppsättningarna har för få frågor för att hitta vikter eller gräns")


def test_a_set_of_two_questions_is_too_small(standing: Library) -> None:
    ground = Ground()
    ground.add_set(standing, DEV)
    with pytest.raises(NothingToTune):
        tune(ground, BUNDLED)


def test_weights_and_bar_are_found_on_what_was_gathered() -> None:
    found = tune(Ground(examples(), asked()), BUNDLED, on=ON)
    assert found.weights == tuple(find_all(examples(), BUNDLED))
    assert found.bar == find_bar(asked())
    assert tables(found.weights_table).keys() == tables(found.bar_table).keys() == {BUNDLED}
    assert "made (20)" in found.weights_table
    assert "made (80); 40 can be answered" in found.bar_table


def test_what_was_found_is_a_line_each_for_a_person() -> None:
    found = tune(Ground(examples(), asked()), BUNDLED, on=ON)
    weighed, barred = found.lines()
    assert weighed.startswith("en-en  words ")
    assert barred.startswith("bar 0.5 ")


def test_without_questions_for_it_a_table_is_empty() -> None:
    weighed, barred = tune(Ground(examples(), []), BUNDLED), tune(Ground([], asked()), BUNDLED)
    assert (weighed.bar, weighed.bar_table, barred.weights, barred.weights_table) == (None, "", (), "")
    assert weighed.weights_table
    assert barred.bar_table
    assert len(list(weighed.lines())) == len(list(barred.lines())) == 1


def test_the_price_of_a_wrong_answer_moves_the_bar_and_is_told() -> None:
    cheap, dear = (tune(Ground([], asked()), BUNDLED, costs, ON) for costs in (0.0, 8.0))
    assert cheap.bar
    assert dear.bar
    assert (cheap.bar.bar, dear.bar.bar) == (0.1, 0.95)  # 1/8 of the low ones are right, 7/8 of the high ones
    assert "less 8 for each wrong one" in dear.bar_table.replace("\n# ", " ")


def test_the_day_is_today_where_none_is_named() -> None:
    before = date.today()
    found = tune(Ground(examples(), asked()), BUNDLED)
    days = {str(before), str(date.today())}
    assert {table.split("# Found ")[1].split()[0] for table in (found.weights_table, found.bar_table)} <= days
    assert "# Found 2026-01-31 " in tune(Ground([], asked()), BUNDLED, on=ON).bar_table


# One model's part of a file

FILE = """# What it is all about.
# A second line.

["org/first"]
# Found on a day.
bar = 0.1

# A remark about the second.
["org/second"]
bar = 0.2

# A remark about all others.
["*"]
bar = 0.9
"""


def test_a_part_replaces_the_model_s_table_with_its_own_comments_and_nothing_else() -> None:
    assert with_part(FILE, '["org/first"]\n# Found on another day.\nbar = 0.3\n') == FILE.replace(
        "# Found on a day.\nbar = 0.1", "# Found on another day.\nbar = 0.3"
    )


def test_a_remark_above_a_table_stays_when_the_table_is_replaced() -> None:
    assert with_part(FILE, '["org/second"]\nbar = 0.3\n') == FILE.replace("bar = 0.2", "bar = 0.3")


def test_the_table_for_all_other_models_can_be_replaced_too() -> None:
    assert with_part(FILE, '["*"]\nbar = 0.3\n') == FILE.replace("bar = 0.9", "bar = 0.3")


def test_a_new_model_stands_before_all_others_and_their_remark() -> None:
    made = with_part(FILE, '["org/third"]\nbar = 0.3\n')
    assert made == FILE.replace(
        "# A remark about all others.", '["org/third"]\nbar = 0.3\n\n# A remark about all others.'
    )
    assert list(tables(made)) == ["org/first", "org/second", "org/third", "*"]


def test_a_new_model_stands_last_in_a_file_without_a_table_for_all_others() -> None:
    first = FILE.split("\n# A remark", maxsplit=1)[0]
    assert list(tables(with_part(first, '["org/third"]\nbar = 0.3\n'))) == ["org/first", "org/third"]


def test_a_model_whose_name_begins_another_s_is_not_taken_for_it() -> None:
    made = tables(with_part(FILE, '["org/sec"]\nbar = 0.3\n'))
    assert (made["org/sec"], made["org/second"]) == ({"bar": 0.3}, {"bar": 0.2})


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_the_file_ends_with_one_line_feed_however_it_and_the_part_ended(end: str) -> None:
    expected = FILE.replace("bar = 0.9", "bar = 0.3")
    assert with_part(FILE.rstrip("\n") + end, '["*"]\nbar = 0.3' + end) == expected


@pytest.mark.parametrize("name", IN_USE)
@pytest.mark.parametrize("model", [BUNDLED, NEW])
def test_putting_a_part_in_again_changes_nothing(name: str, model: str) -> None:
    part = f'["{model}"]\n# Found on a day.\nbar = 0.3\n'
    once = with_part((HERE / name).read_text("utf-8"), part)
    assert tables(once)[model] == {"bar": 0.3}
    assert with_part(once, part) == once


@pytest.mark.parametrize("name", IN_USE)
def test_in_the_files_in_use_every_other_table_and_comment_stays(name: str) -> None:
    before = (HERE / name).read_text("utf-8")
    after = with_part(before, f'["{NEW}"]\n# Found on a day.\nbar = 0.3\n')
    assert {model: table for model, table in tables(after).items() if model != NEW} == tables(before)
    assert [line for line in comments(after) if line != "# Found on a day."] == comments(before)


# Writing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files in use, with one that is none of them."""
    for name in IN_USE:
        shutil.copy(HERE / name, tmp_path / name)
    (tmp_path / "other.toml").write_text('["*"]\nbar = 0.9\n', "utf-8")
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def changed(folder: Path, found: Tuned) -> tuple[Sequence[str], set[str]]:
    """The files that writing says have changed, and those that have."""
    before = contents(folder)
    said = [path.relative_to(folder).as_posix() for path in write(found, folder)]
    return said, {name for name, text in contents(folder).items() if before.get(name) != text}


@pytest.mark.parametrize("model", [BUNDLED, NEW])
def test_the_two_files_are_written_and_no_other(folder: Path, model: str) -> None:
    found = tune(Ground(examples(), asked()), model, on=ON)
    assert changed(folder, found) == (["weights.toml", "judge.toml"], {"weights.toml", "judge.toml"})
    assert contents(folder).keys() == {*IN_USE, "other.toml"}


@pytest.mark.parametrize(
    ("ground", "name"), [(Ground(examples(), []), "weights.toml"), (Ground([], asked()), "judge.toml")]
)
def test_a_file_for_which_nothing_was_found_is_left_alone(folder: Path, ground: Ground, name: str) -> None:
    assert changed(folder, tune(ground, BUNDLED, on=ON)) == ([name], {name})


@pytest.mark.parametrize("model", [BUNDLED, NEW])
def test_weights_read_back_have_all_four_pairs_and_those_that_were_found(folder: Path, model: str) -> None:
    found = tune(Ground(examples("en-en") + examples("sv-en"), []), model, on=ON)
    write(found, folder)
    read = {pair: Weights(**values) for pair, values in tables(contents(folder)["weights.toml"])[model].items()}
    assert read.keys() == set(PAIRS)
    assert [one.pair for one in found.weights] == ["sv-en", "en-en"]
    for one in found.weights:
        rounded = replace(one.weights, slope=round(one.weights.slope, 2), intercept=round(one.weights.intercept, 2))
        assert read[one.pair] == rounded
    for pair in ("sv-sv", "en-sv"):
        assert read[pair] == weights(model)[pair]


@pytest.mark.parametrize("model", [BUNDLED, NEW])
def test_the_bar_reads_back_as_it_was_found(folder: Path, model: str) -> None:
    found = tune(Ground([], asked()), model, on=ON)
    write(found, folder)
    assert found.bar
    assert tables(contents(folder)["judge.toml"])[model] == {
        "bar": found.bar.bar,
        **{name: round(value, 3) for name, value in found.bar.fit.items()},
    }


@pytest.mark.parametrize("model", [BUNDLED, NEW])
def test_what_other_models_have_is_still_there_after_writing(folder: Path, model: str) -> None:
    before = {name: tables(text) for name, text in contents(folder).items()}
    write(tune(Ground(examples(), asked()), model, on=ON), folder)
    for name, text in contents(folder).items():
        after = tables(text)
        assert {other: after[other] for other in after if other != model} == {
            other: before[name][other] for other in before[name] if other != model
        }


def test_writing_twice_is_as_writing_once(folder: Path) -> None:
    found = tune(Ground(examples(), asked()), BUNDLED, on=ON)
    write(found, folder)
    once = contents(folder)
    write(found, folder)
    assert contents(folder) == once
