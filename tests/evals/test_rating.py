"""People rate answers on a page of its own, and their files are read together."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from corpus.words import LANGUAGES, Language, say
from evals.rating import (
    BadRatings,
    NothingToRate,
    OtherSeed,
    OtherTask,
    Rating,
    agreement,
    one_by_one,
    read_ratings,
    side_by_side,
    task_of_pair,
    task_of_single,
    unblind,
)
from evals.row import Row
from evals.run import Run
from tests.evals.runs import a_row, kept

FALL = "Lighting was followed by a fall in crime."
PAGES: dict[tuple[str, int], dict[str, Any]] = {
    ("s1", 2): {
        "label": "2",
        "title": "Lighting & crime",
        "text": "Results\nLighting was followed\nby a fall in crime.",
    },
    ("s2", 17): {"label": "xv", "title": "Trygga platser", "text": "Samverkan krävs."},
}
VOID = {"meta", "input", "br", "link", "img"}


def quote(text: str = FALL, study: str = "s1", page: int = 2, label: str = "2") -> dict[str, Any]:
    return {
        "study_id": study,
        "file": f"{study}.pdf",
        "page": page,
        "page_label": label,
        "language": "en",
        "text": text,
    }


def row(name: str, *quotes: dict[str, Any], answered: bool = True, message: str = "", prose: str = "") -> Row:
    sentences = [{"text": prose or q["text"], "citations": [n]} for n, q in enumerate(quotes, 1)]
    given = kept(message=message, sentences=sentences, quotes=list(quotes))
    return a_row(name, answered=answered, quotes=len(quotes), given=given)


def run_of(name: str, *rows: Row) -> Run:
    return Run(Path("runs") / name, {}, rows, {}, {"fingerprint": f"print-of-{name}"}, {}, PAGES)


ONE = run_of("fiddle", row("q1", quote()), row("q2", answered=False, message="The corpus does not answer this."))
OTHER = run_of("trombone", row("q1", quote("Samverkan krävs.", "s2", 17, "xv")), row("q2", quote()))


class Read(HTMLParser):
    """A page, parsed: its elements with their attributes, and the text in each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for met, attributes in self.elements if met == tag]

    def text(self, tag: str) -> list[str]:
        return [" ".join(data.split()) for met, data in self.texts if met == tag and data.strip()]


def visible(page: str) -> str:
    return " ".join(text for tag, text in Read(page).texts if tag not in ("script", "style"))


@pytest.mark.parametrize("kind", ["pair", "single"])
def test_a_page_needs_nothing_but_itself(kind: str) -> None:
    page = side_by_side(ONE, OTHER, "en", 7) if kind == "pair" else one_by_one(ONE, "sv")
    read = Read(page)
    assert read.open == []
    assert {
        tag for tag, attributes in read.elements if attributes.keys() & {"src", "href", "srcset", "action"}
    } == set()
    assert read.all("link") == read.all("img") == read.all("iframe") == []
    assert not any(word in page for word in ("url(", "@import", "http:", "https:", "fetch("))
    assert any("default-src 'none'" in (attributes.get("content") or "") for attributes in read.all("meta"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_language_that_was_asked_for(language: Language) -> None:
    for kind, page in (("pair", side_by_side(ONE, OTHER, language, 7)), ("single", one_by_one(ONE, language))):
        read = Read(page)
        assert read.all("html") == [{"lang": language}]
        assert read.text("h1") == [say(f"rating_title_{kind}", language)]
        assert say("rating_needs_script", language) in visible(page)
        assert read.all("h2")[0]["lang"] == "en"


def test_nothing_can_be_rated_where_scripts_are_off_and_the_page_says_why() -> None:
    read = Read(side_by_side(ONE, OTHER, "en", 7))
    assert len(read.all("noscript")) == 1
    works = [a for _, a in read.elements if "works" in (a.get("class") or "").split()]
    assert len(works) == 4  # the name, two questions, the buttons
    assert all("hidden" in attributes for attributes in works)


def test_every_control_has_a_label_and_every_group_a_legend() -> None:
    read = Read(one_by_one(ONE, "en"))
    named = {label.get("for") for label in read.all("label")}
    assert {field["id"] for field in read.all("textarea")} | {"rater"} == named - {None}
    assert len(read.all("fieldset")) == len(read.all("legend")) == 5  # three for an answer, two for silence
    assert len({radio["name"] for radio in read.all("input") if radio["type"] == "radio"}) == 5


def test_a_pair_is_asked_one_thing_with_four_answers() -> None:
    radios = [field for field in Read(side_by_side(ONE, OTHER, "en", 7)).all("input") if field["type"] == "radio"]
    assert [radio["value"] for radio in radios] == 2 * ["left", "right", "equal", "both_bad"]
    assert [radio["name"] for radio in radios] == 4 * ["q1-choice"] + 4 * ["q2-choice"]


def test_the_page_does_not_say_whose_answer_is_whose() -> None:
    page = side_by_side(ONE, OTHER, "en", 7)
    for word in ("fiddle", "trombone", "print-of"):
        assert word not in page


def test_sides_are_drawn_by_the_seed_and_the_program_can_map_them_back() -> None:
    names = [f"q{n}" for n in range(40)]
    a = run_of("a", *(row(name, quote("From the first run.")) for name in names))
    b = run_of("b", *(row(name, quote("From the second run.")) for name in names))
    read = Read(side_by_side(a, b, "en", 7))
    left = read.text("blockquote")[::2]
    keys = [article["data-key"] or "" for article in read.all("article")]
    task = task_of_pair(a, b, 7)
    chosen = [
        unblind(Rating(task, "pair", name, "E", choice="left", key=key), 7)
        for name, key in zip(names, keys, strict=True)
    ]
    assert chosen == ["a" if text == "From the first run." else "b" for text in left]
    assert 8 < chosen.count("a") < 32  # a fair coin falls outside once in ten thousand
    assert len(set(keys)) == 40


def test_the_same_seed_draws_the_same_sides_and_another_seed_others() -> None:
    assert side_by_side(ONE, OTHER, "en", 7) == side_by_side(ONE, OTHER, "en", 7)
    names = [f"q{n}" for n in range(20)]
    sides = {
        seed: [unblind(Rating("t", "pair", name, "E", choice="left"), seed) for name in names] for seed in range(3)
    }
    assert sides[0] != sides[1] != sides[2]


def test_a_task_is_bound_to_its_runs_their_order_the_seed_and_what_was_given() -> None:
    changed = replace(OTHER, rows=(row("q1", quote("Something else.")), OTHER.rows[1]))
    tasks = [
        task_of_pair(ONE, OTHER, 7),
        task_of_pair(OTHER, ONE, 7),
        task_of_pair(ONE, OTHER, 8),
        task_of_pair(ONE, changed, 7),
        task_of_pair(ONE, replace(OTHER, summary={"fingerprint": "x"}), 7),
        task_of_single(ONE),
        task_of_single(OTHER),
    ]
    assert len(set(tasks)) == 7
    assert all(len(task) == 12 and int(task, 16) >= 0 for task in tasks)
    moved = replace(ONE, folder=Path("elsewhere"))
    assert task_of_single(moved) == task_of_single(ONE)


def test_only_questions_that_both_runs_have_are_compared() -> None:
    more = run_of("more", row("q0", quote()), *OTHER.rows)
    reworded = run_of("reworded", replace(row("q1", quote()), question="What else?"), row("q2", quote()))
    assert [a["data-id"] for a in Read(side_by_side(ONE, more, "en", 7)).all("article")] == ["q1", "q2"]
    assert [a["data-id"] for a in Read(side_by_side(ONE, reworded, "en", 7)).all("article")] == ["q2"]


def test_runs_with_nothing_in_common_or_nothing_at_all_are_refused() -> None:
    with pytest.raises(NothingToRate):
        side_by_side(ONE, run_of("b", row("q9", quote())), "en", 7)
    with pytest.raises(NothingToRate):
        one_by_one(run_of("empty"), "en")


def test_an_unanswered_question_shows_its_message_and_not_the_quotes_that_were_withheld() -> None:
    withheld = row("q1", quote(), answered=False, message="The corpus does not answer this.")
    read = Read(one_by_one(run_of("a", withheld), "en"))
    assert "The corpus does not answer this." in read.text("p")
    assert read.all("blockquote") == []
    assert read.all("article")[0]["data-asks"] == "useful complete"
    silent = row("q1", answered=False)
    assert say("rating_silent", "sv") in visible(one_by_one(run_of("a", silent), "sv"))


def test_a_quote_has_its_title_its_page_and_the_page_to_unfold_with_the_quote_marked() -> None:
    read = Read(side_by_side(ONE, OTHER, "en", 7))
    assert set(read.text("cite")) == {"Lighting & crime", "Trygga platser"}
    shown = " ".join(read.text("p"))
    assert say("page", "en", label="2") in shown
    assert say("page_in_pdf", "en", label="xv", page=17) in shown
    assert read.text("mark").count(FALL) == 2  # though the page breaks its line within it
    assert len(read.all("details")) == 3


def test_a_page_that_the_run_did_not_keep_is_named_by_its_file_and_cannot_be_unfolded() -> None:
    read = Read(one_by_one(run_of("a", row("q1", quote(study="s9", label=""))), "en"))
    assert read.text("cite") == ["s9.pdf"]
    assert read.all("details") == []


def test_written_sentences_are_shown_with_the_numbers_of_their_quotes() -> None:
    read = Read(one_by_one(run_of("a", row("q1", quote(), prose="Crime fell where lamps were lit.")), "en"))
    assert "Crime fell where lamps were lit." in read.text("p")
    assert read.text("span") == ["[1]"]
    assert read.text("blockquote") == [FALL]


def test_an_answer_of_quotes_alone_is_not_said_twice() -> None:
    assert visible(one_by_one(run_of("a", row("q1", quote())), "en")).count(FALL) == 1


def test_two_answers_with_no_difference_are_said_to_be_the_same() -> None:
    same = say("rating_same", "en")
    assert same in visible(side_by_side(ONE, replace(ONE, summary={"fingerprint": "x"}), "en", 7))
    assert same not in visible(side_by_side(ONE, OTHER, "en", 7))


def test_text_from_a_document_stays_text() -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    named = replace(row(f'"><b>{hostile}', quote(hostile)), question=hostile)
    run = replace(
        run_of("a", named), pages={("s1", 2): {"label": "2", "title": hostile, "text": f"{hostile} {hostile}"}}
    )
    read = Read(one_by_one(run, "en"))
    assert len(read.all("script")) == 2
    assert read.all("img") == read.all("b") == []
    assert read.text("h2") == [hostile]
    assert read.all("article")[0]["data-id"] == f'"><b>{hostile}'


def line(**changes: Any) -> dict[str, Any]:
    pair = {"task": "t", "kind": "pair", "question_id": "q1", "rater": "Eva", "choice": "left", "note": ""}
    return {**pair, "rated_at": "2026-11-24T10:00:00.000Z", **changes}


def written(path: Path, *forms: Any) -> Path:
    path.write_text("".join(json.dumps(form, ensure_ascii=False) + "\n" for form in forms), "utf-8")
    return path


def test_ratings_are_read_as_the_page_saves_them(tmp_path: Path) -> None:
    single = {"kind": "single", "supported": "yes", "useful": "partly", "complete": "", "note": "rad\u2028två"}
    form = {**line(question_id="q2", **single), "rater": "Åsa"}
    del form["choice"]
    assert read_ratings([written(tmp_path / "a.jsonl", line(key="k")), written(tmp_path / "b.jsonl", form)]) == [
        Rating("t", "pair", "q1", "Eva", choice="left", rated_at="2026-11-24T10:00:00.000Z", key="k"),
        Rating(
            "t",
            "single",
            "q2",
            "Åsa",
            supported="yes",
            useful="partly",
            note="rad\u2028två",
            rated_at="2026-11-24T10:00:00.000Z",
        ),
    ]


def test_the_later_of_two_ratings_of_one_question_stands_whichever_file_comes_first(tmp_path: Path) -> None:
    early = written(tmp_path / "early.jsonl", line())
    late = written(tmp_path / "late.jsonl", line(choice="equal", rated_at="2026-11-24T12:30:00+02:00"))
    for paths in ([early, late], [late, early]):
        assert [rating.choice for rating in read_ratings(paths)] == ["equal"]  # 10.30 in UTC, after 10.00


def test_without_times_the_last_line_stands(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line(rated_at=""), line(rated_at="", choice="both_bad"))
    assert [rating.choice for rating in read_ratings([path])] == ["both_bad"]


def test_a_rater_is_the_same_however_the_name_is_capitalised(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line(), line(rater=" eva ", question_id="q2"))
    assert [rating.rater for rating in read_ratings([path])] == ["Eva", "Eva"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ([], "a rating is a JSON object"),
        ({"task": "t"}, "'kind' is missing"),
        (line(kind="triple"), "it may be pair, single"),
        (line(choice="A"), "it may be left, right, equal, both_bad"),
        (line(choice=["left"]), "it may be left"),
        (line(kind="single", useful="maybe"), "it may be yes, partly, no"),
        (line(rater="  "), "a text is wanted"),
        (line(question_id=7), "a text is wanted"),
        (line(rated_at="yesterday"), "yesterday"),
    ],
)
def test_a_line_that_is_no_rating_is_named_by_file_and_line(tmp_path: Path, bad: Any, why: str) -> None:
    path = written(tmp_path / "a.jsonl", line(), bad)
    with pytest.raises(BadRatings, match=r"a\.jsonl") as met:
        read_ratings([path])
    assert met.value.values["line"] == 2
    assert why in str(met.value.values["why"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRatings, match="missing"):
        read_ratings([tmp_path / "missing.jsonl"])


def rated(rater: str, *degrees: str) -> list[Rating]:
    """The usefulness of q1, q2, … in one rater's eyes."""
    return [Rating("t", "single", f"q{n}", rater, useful=degree) for n, degree in enumerate(degrees, 1)]


def test_agreement_beyond_chance_is_reckoned_over_what_both_rated() -> None:
    found = agreement([*rated("Eva", "yes", "yes", "no", "partly"), *rated("Kim", "yes", "no", "no", "partly", "yes")])
    # three of four agree; chance is (2·1 + 1·2 + 1·1) / 16 = 5/16, and (12/16 - 5/16) / (11/16) = 7/11
    (pair,) = found["agreement"]
    assert pair["raters"] == ["Eva", "Kim"]
    assert pair["useful"] == {"n": 4, "agreed": 0.75, "kappa": 0.636}
    assert pair["supported"] == {"n": 0, "agreed": None, "kappa": None}
    assert found["questions"] == 5


def test_kappa_is_none_where_both_gave_one_rating_throughout() -> None:
    (pair,) = agreement([*rated("Eva", "yes", "yes"), *rated("Kim", "yes", "yes")])["agreement"]
    assert pair["useful"] == {"n": 2, "agreed": 1.0, "kappa": None}


def test_raters_are_compared_two_by_two_and_one_alone_with_nobody() -> None:
    three = agreement([*rated("C", "yes"), *rated("a", "yes"), *rated("B", "no")])
    assert [pair["raters"] for pair in three["agreement"]] == [["a", "B"], ["a", "C"], ["B", "C"]]
    assert agreement(rated("Eva", "yes"))["agreement"] == []


def test_each_raters_answers_are_counted_with_their_intervals() -> None:
    found = agreement(rated("Eva", "yes", "yes", "yes", "no"))["results"]["Eva"]["useful"]
    assert found["n"] == 4
    assert found["yes"] == {"count": 3, "share": 0.75, "interval": [0.301, 0.954]}  # Wilson, 3 of 4
    assert found["partly"] == {"count": 0, "share": 0.0, "interval": [0.0, 0.49]}  # 3.84 / (4 + 3.84)


def test_a_note_alone_is_no_rating() -> None:
    found = agreement([Rating("t", "single", "q1", "Eva", note="Hm.")])
    assert (found["questions"], found["results"]["Eva"]["useful"]["n"]) == (0, 0)


def test_a_comparison_is_unblinded_before_it_is_counted() -> None:
    names = [f"q{n}" for n in range(12)]
    always_a = [
        next(
            rating
            for side in ("left", "right")
            if unblind(rating := Rating("t", "pair", name, "Eva", choice=side), 7) == "a"
        )
        for name in names
    ]
    assert {rating.choice for rating in always_a} == {"left", "right"}
    found = agreement([*always_a[:10], replace(always_a[10], choice="equal"), replace(always_a[11], choice="")], 7)
    choice = found["results"]["Eva"]["choice"]
    assert {kind: choice[kind]["count"] for kind in ("a", "b", "equal", "both_bad")} == {
        "a": 10,
        "b": 0,
        "equal": 1,
        "both_bad": 0,
    }
    assert choice["n"] == found["questions"] == 11


@pytest.mark.parametrize(("choice", "outcome"), [("equal", "equal"), ("both_bad", "both_bad"), ("", "")])
def test_what_names_no_side_needs_no_unblinding(choice: str, outcome: str) -> None:
    assert unblind(Rating("t", "pair", "q1", "Eva", choice=choice), 7) == outcome


def test_a_seed_that_is_not_the_pages_own_is_refused() -> None:
    key = Read(side_by_side(ONE, OTHER, "en", 7)).all("article")[0]["data-key"] or ""
    rating = Rating(task_of_pair(ONE, OTHER, 7), "pair", "q1", "Eva", choice="left", key=key)
    assert unblind(rating, 7) in ("a", "b")
    with pytest.raises(OtherSeed, match="8"):
        agreement([rating], 8)


@pytest.mark.parametrize("other", [{"task": "u"}, {"kind": "single", "choice": ""}])
def test_ratings_of_two_tasks_are_not_mixed(other: dict[str, Any]) -> None:
    rating = Rating("t", "pair", "q1", "Eva", choice="left")
    with pytest.raises(OtherTask):
        agreement([rating, replace(rating, **other)])


def test_what_raters_found_is_json_even_where_nothing_was_rated() -> None:
    for ratings in ([], rated("Eva", ""), rated("Eva", "yes")):
        assert json.loads(json.dumps(agreement(ratings), allow_nan=False)).keys() == {
            "task",
            "kind",
            "questions",
            "raters",
            "agreement",
            "results",
        }
