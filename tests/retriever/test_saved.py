"""Answers that someone asked to keep, and whether they still hold."""

import json
import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.choice import Choice
from corpus.library import Library
from corpus.record import CannotWrite
from corpus.settings import Settings
from corpus.study import Appraisal, State, Withdrawal, Withdrawn
from corpus.words import LANGUAGES
from retriever import saved as module
from retriever.answer import (
    Answer,
    AnswerSentence,
    Card,
    Carried,
    Citation,
    Claim,
    Comparison,
    Evidence,
    Figure,
    Group,
    Hit,
)
from retriever.answer import Understood as Read
from retriever.ask import ask
from retriever.saved import (
    FILE,
    AnswersBusy,
    DamagedAnswers,
    NewerAnswers,
    Saved,
    SavedAnswer,
    SavingOff,
    UnknownAnswer,
    changed,
)
from tests.fakes import LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

LIGHT = "Does street lighting reduce property crime?"
SENTINEL = "Zzyzxgatan-4711"


def full_answer() -> Answer:
    """An answer with something in every field."""
    citation = Citation(1, "s1", "a.pdf", "Ljus", ("Ek, A.", "Å, B."), 2019, 3, "iii", "sv", "Brotten föll.", 4, 17)
    claim = Claim(1, (Figure("14 procent", "%", "95 % CI 5 till 21"),), ("reported_crime",), "lower")
    card = Card(
        study_id="s1",
        title="Ljus",
        authors=("Ek, A.",),
        year=None,
        claims=(claim,),
        side="swedish",
        evidence_from="Sverige",
        evidence_source="described",
        evidence_years=("2016–2018",),
        design="RCT",
        sms_level="5",
        appraised_by="AB",
        party_interest="",
        apart="note",
        versions=("s2",),
        reference="Ek, A. (2019). Ljus.",
    )
    return Answer(
        question="Minskar ljus brott? “☃” \u2028",
        language="sv",
        carried=(Carried("rädsla för brott", "fear of crime"),),
        answered=True,
        confidence=0.123,
        message="En källa.",
        sentences=(AnswerSentence("Brotten föll.", (1,)),),
        citations=(citation,),
        more=(replace(citation, n=2, year=None),),
        groups=(Group("reported_crime", (1, 2)),),
        cards=(card,),
        comparisons=(Comparison("reported_crime", "may_disagree", (1,), (2,), ()),),
        evidence=Evidence(1, 2019, 1, 0, 0, 1),
        written=True,
        notices=("Skrivet av en modell.",),
        nearest=(Hit("s3", "c.pdf", "Mörker", 1, "1", "sv", 0.1 + 0.2, "Text", 7, 0, 4),),
        unknown=("glimmervippa",),
        searched={"sv": 1, "en": 0},
        returned={"sv": 2, "en": 0},
        understood=(Read("ljus", ("light", "lighting"), "word"),),
        fingerprint="0a1b2c3d-2-4",
    )


@pytest.fixture
def keeping(tmp_path: Path) -> Settings:
    """Settings that keep answers, for a folder that is there."""
    (tmp_path / "data").mkdir()
    return settings_in(tmp_path, save_answers=True)


@pytest.fixture
def saved(keeping: Settings) -> Iterator[Saved]:
    with Saved(keeping) as opened:
        yield opened


# Keeping


def test_an_answer_comes_back_as_it_was_given_in_every_field(saved: Saved, keeping: Settings) -> None:
    kept = saved.keep(full_answer())
    with Saved(keeping) as again:
        assert again.get(kept.id) == kept
        assert again.get(kept.id).answer == full_answer()


def test_a_real_answer_comes_back_as_it_was_given(saved: Saved, small_library: Library) -> None:
    answer = ask(small_library, LIGHT)
    assert answer.citations
    assert saved.get(saved.keep(answer).id).answer == answer


def test_ids_are_short_fit_an_address_and_are_never_the_same(saved: Saved) -> None:
    ids = {saved.keep(full_answer()).id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(id) == 16 and int(id, 16) for id in ids)  # nothing that a command line would take for an option


def test_the_time_is_kept_in_utc(saved: Saved) -> None:
    when = datetime.fromisoformat(saved.keep(full_answer()).saved_on)
    assert when.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)


def test_a_list_tells_of_each_answer_the_newest_first(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        day = 0

        @classmethod
        def now(cls, tz: object = None) -> "Clock":  # noqa: ARG003
            cls.day += 1
            return cls(2026, 1, cls.day, tzinfo=UTC)

    monkeypatch.setattr(module, "datetime", Clock)
    first = saved.keep(full_answer())
    second = saved.keep(replace(full_answer(), question="Varför?", answered=False))
    heads = [(head.id, head.question, head.saved_on, head.answered) for head in saved.all()]
    assert heads == [
        (second.id, "Varför?", "2026-01-02T00:00:00+00:00", False),
        (first.id, full_answer().question, "2026-01-01T00:00:00+00:00", True),
    ]


def test_what_answers_follow_from_is_kept_and_no_secret(keeping: Settings) -> None:
    secret = keeping.model_copy(update={"token": SecretStr(SENTINEL), "writer": "openai:liten"})
    with Saved(secret) as saved:
        settings = saved.keep(full_answer()).settings
    assert settings["writer"] == "openai:liten"
    assert len(settings["judge.toml"]) == len(settings["weights.toml"]) == len(settings["terms_sha256"]) == 64
    assert SENTINEL.encode() not in (keeping.data / FILE).read_bytes()


def test_keeping_is_off_unless_someone_turns_it_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data.mkdir()
    with Saved(settings) as saved, pytest.raises(SavingOff) as met:
        saved.keep(full_answer())
    assert list(settings.data.iterdir()) == []
    assert all("AMP_SAVE_ANSWERS=true" in met.value.sentence(language) for language in LANGUAGES)


def test_what_was_kept_can_be_read_and_deleted_after_keeping_is_turned_off(saved: Saved, tmp_path: Path) -> None:
    kept = saved.keep(full_answer())
    with Saved(settings_in(tmp_path)) as later:
        assert later.get(kept.id) == kept
        later.delete(kept.id)
        assert later.all() == []


# The file


def test_reading_makes_no_file(saved: Saved, keeping: Settings) -> None:
    assert saved.all() == []
    assert saved.delete_all() == 0
    with pytest.raises(UnknownAnswer):
        saved.get("nope")
    assert list(keeping.data.iterdir()) == []


def test_the_file_is_for_its_owner_alone_and_has_no_log_beside_it(saved: Saved, keeping: Settings) -> None:
    saved.keep(full_answer())
    assert [path.name for path in keeping.data.iterdir()] == [FILE]
    assert stat.S_IMODE((keeping.data / FILE).stat().st_mode) == 0o600
    with closing(sqlite3.connect(keeping.data / FILE)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_file_that_was_begun_and_not_finished_is_gone_on_with(saved: Saved, keeping: Settings) -> None:
    (keeping.data / FILE).touch()
    assert saved.all() == []
    kept = saved.keep(full_answer())
    assert saved.get(kept.id) == kept


def test_an_id_that_nothing_has_is_told(saved: Saved) -> None:
    saved.keep(full_answer())
    for reach in (saved.get, saved.delete):
        with pytest.raises(UnknownAnswer) as met:
            reach("nope")
        assert "nope" in met.value.sentence("sv")


@pytest.mark.parametrize(
    "content", [b"not a database, but quite some text " * 200, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_file_is_told_and_left_as_it_is(saved: Saved, keeping: Settings, content: bytes) -> None:
    (keeping.data / FILE).write_bytes(content)
    for reach in (saved.all, saved.delete_all, lambda: saved.get("x"), lambda: saved.keep(full_answer())):
        with pytest.raises(DamagedAnswers) as met:
            reach()
        assert FILE in met.value.sentence("en")
    assert (keeping.data / FILE).read_bytes() == content


@pytest.mark.parametrize("form", ["", "[]", '{"id": 1}', "{"])
def test_a_damaged_answer_costs_itself_only(saved: Saved, keeping: Settings, form: str) -> None:
    bad, good = saved.keep(full_answer()), saved.keep(full_answer())
    with closing(sqlite3.connect(keeping.data / FILE)) as connection, connection:
        connection.execute("UPDATE answers SET form = ? WHERE id = ?", (form, bad.id))
    with pytest.raises(DamagedAnswers):
        saved.get(bad.id)
    assert saved.get(good.id) == good
    saved.delete(bad.id)
    assert [head.id for head in saved.all()] == [good.id]


def test_a_file_of_a_later_version_is_left_alone(saved: Saved, keeping: Settings) -> None:
    saved.keep(full_answer())
    with closing(sqlite3.connect(keeping.data / FILE)) as connection:
        connection.execute("PRAGMA user_version = 9")
    before = (keeping.data / FILE).read_bytes()
    for reach in (saved.all, saved.delete_all, lambda: saved.keep(full_answer())):
        with pytest.raises(NewerAnswers) as met:
            reach()
        assert "9" in met.value.sentence("en")
    assert (keeping.data / FILE).read_bytes() == before


def test_where_there_is_no_folder_to_write_in_it_is_told(tmp_path: Path) -> None:
    with Saved(settings_in(tmp_path, save_answers=True)) as saved, pytest.raises(CannotWrite):
        saved.keep(full_answer())


# Deleting


def test_the_bytes_of_a_deleted_answer_are_gone_from_the_file(saved: Saved, keeping: Settings) -> None:
    stay = saved.keep(full_answer())
    secret = replace(full_answer(), question=SENTINEL, notices=(f"{SENTINEL} " * 2000,))  # more than one page of a file
    gone = [saved.keep(secret), saved.keep(replace(secret, notices=()))]
    assert SENTINEL.encode() in (keeping.data / FILE).read_bytes()
    for each in gone:
        saved.delete(each.id)
    left = (keeping.data / FILE).read_bytes()
    assert SENTINEL.encode() not in left
    assert not [each for each in gone if each.id.encode() in left]
    assert [path.name for path in keeping.data.iterdir()] == [FILE]
    assert saved.get(stay.id) == stay


def test_all_answers_can_be_deleted_at_once(saved: Saved, keeping: Settings) -> None:
    for _ in range(20):
        saved.keep(replace(full_answer(), question=SENTINEL))
    assert saved.delete_all() == 20
    assert saved.all() == []
    assert SENTINEL.encode() not in (keeping.data / FILE).read_bytes()


# Several processes


def keep_ten(folder: Path) -> list[str]:
    with Saved(settings_in(folder, save_answers=True)) as saved:
        ids = [saved.keep(full_answer()).id for _ in range(10)]
        saved.delete(ids[0])
    return ids[1:]


def test_processes_that_keep_and_delete_at_once_lose_nothing(keeping: Settings) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        ids = [id for kept in pool.map(keep_ten, [keeping.data.parent] * 2) for id in kept]
    with Saved(keeping) as saved:
        assert {head.id for head in saved.all()} == set(ids)
        assert len(ids) == 18


def test_a_file_that_another_process_holds_for_too_long_is_told(
    saved: Saved, keeping: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.keep(full_answer())
    monkeypatch.setattr(module, "_WAIT", 0.1)
    with closing(sqlite3.connect(keeping.data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with Saved(keeping) as waiting, pytest.raises(AnswersBusy):
            waiting.keep(full_answer())
    assert len(saved.all()) == 1


# Since then


@pytest.fixture
def kept(saved: Saved, small_library: Library) -> SavedAnswer:
    answer = ask(small_library, LIGHT)
    return saved.keep(replace(answer, more=(replace(answer.citations[0], n=9),)))


def test_an_answer_that_was_just_kept_has_not_changed(kept: SavedAnswer, small_library: Library) -> None:
    change = changed(small_library, kept)
    assert (change.corpus, change.model, change.gone, change.all_stand) == (False, False, (), True)
    assert change.then == change.now == small_library.fingerprint
    numbers = [citation.n for citation in kept.answer.citations]
    assert [quote.n for quote in change.quotes] == [*numbers, 9]


def test_a_study_that_has_come_since_is_a_change_of_the_corpus(kept: SavedAnswer, small_library: Library) -> None:
    fill(small_library, other=make_pdf(["Lamps were lit in the square from dusk to dawn all the winter."]))
    change = changed(small_library, kept)
    assert (change.corpus, change.model, change.gone, change.all_stand) == (True, False, (), True)


def test_a_cited_study_that_is_gone_is_named_and_its_quotes_stand_no_more(
    kept: SavedAnswer, small_library: Library
) -> None:
    study = kept.answer.citations[0].study_id
    small_library.remove(study)
    change = changed(small_library, kept)
    assert (change.corpus, change.gone) == (True, (study,))
    assert [quote.stands for quote in change.quotes] == [quote.study_id != study for quote in change.quotes]


def test_a_quote_that_its_page_has_no_more_is_told(kept: SavedAnswer, small_library: Library) -> None:
    first = kept.answer.citations[0]
    with closing(sqlite3.connect(small_library.folder / "record.sqlite3")) as connection, connection:
        connection.execute("UPDATE pages SET text = replace(text, '14', '41') WHERE study_id = ?", (first.study_id,))
    change = changed(small_library, kept)
    standing = {quote.n: quote.stands for quote in change.quotes}
    assert "14" in first.quote
    assert not standing[first.n]
    assert (change.corpus, change.gone, change.all_stand) == (False, (), False)


def test_another_model_is_a_change_of_the_model(tmp_path: Path, saved: Saved) -> None:
    first, second = settings_in(tmp_path / "one"), settings_in(tmp_path / "two")
    with Library(first, write=True, embedder=FakeEmbedder()) as library:
        fill(library, lighting=LIGHTING)
        kept = saved.keep(ask(library, LIGHT))
    with Library(second, write=True, embedder=FakeEmbedder(revision="2")) as library:
        fill(library, lighting=LIGHTING)
        assert (changed(library, kept).model, changed(library, kept).corpus) == (True, False)


def test_what_is_kept_can_be_read_without_this_program(saved: Saved, keeping: Settings) -> None:
    kept = saved.keep(full_answer())
    with closing(sqlite3.connect(keeping.data / FILE)) as connection:
        (form,) = connection.execute("SELECT form FROM answers").fetchone()
    assert json.loads(form)["answer"]["citations"][0]["quote"] == kept.answer.citations[0].quote


def change_cited(library: Library, kept: SavedAnswer, **values: object) -> str:
    """Change the study that was cited first; its id."""
    study = library.study(kept.answer.citations[0].study_id)
    library.record.change_study(replace(study, **values))  # type: ignore[arg-type]
    return study.id


def test_a_cited_study_that_was_withdrawn_since_is_told_with_the_reason(
    kept: SavedAnswer, small_library: Library
) -> None:
    withdrawal = Withdrawal(Withdrawn.RETRACTED, "The data were made up.", "Eva", date(2026, 3, 5))
    study = change_cited(small_library, kept, state=State.WITHDRAWN, withdrawal=withdrawal)
    change = changed(small_library, kept)
    assert [(caution.kind, caution.study_id) for caution in change.since] == [("retracted", study)]
    assert change.since[0].text.endswith("Reason: The data were made up.")
    assert change.all_stand


def test_a_cited_law_that_lapsed_since_is_told_from_the_day_after(kept: SavedAnswer, small_library: Library) -> None:
    described = small_library.study(kept.answer.citations[0].study_id).description
    change_cited(small_library, kept, description=replace(described, valid_to=date(2026, 3, 5)))
    assert changed(small_library, kept, date(2026, 3, 5)).since == ()
    assert [caution.kind for caution in changed(small_library, kept, date(2026, 3, 6)).since] == ["lapsed"]


def test_what_the_answer_told_already_is_no_change(saved: Saved, small_library: Library, kept: SavedAnswer) -> None:
    withdrawal = Withdrawal(Withdrawn.OTHER, "Old.", "Eva", date(2026, 3, 5))
    change_cited(small_library, kept, state=State.WITHDRAWN, withdrawal=withdrawal)
    again = saved.keep(ask(small_library, LIGHT, choice=Choice(withdrawn=True)))
    assert again.answer.cards[0].cautions
    assert changed(small_library, again).since == ()


def test_an_answer_keeps_its_choice_and_its_appraisals(saved: Saved, small_library: Library) -> None:
    study = ask(small_library, LIGHT).citations[0].study_id
    small_library.record.appraise(Appraisal(study, "Eva", date(2026, 5, 1), emmie=("effect",)))
    answer = ask(small_library, LIGHT, choice=Choice(studies=(study,), emmie=("effect",)))
    assert answer.cards[0].appraised_on == date(2026, 5, 1)
    assert saved.get(saved.keep(answer).id).answer == answer


def test_an_answer_kept_before_there_were_filters_and_cautions_can_still_be_read(
    saved: Saved, keeping: Settings
) -> None:
    kept = saved.keep(full_answer())
    of_cards = ("appraised_on", "confirmed", "emmie", "place_type", "levy", "transfer")
    newer = ("cautions", "choice", "read_by_ocr", "certainty", *of_cards)

    def older(form: object) -> object:
        if isinstance(form, dict):
            return {name: older(value) for name, value in form.items() if name not in newer}
        return [older(value) for value in form] if isinstance(form, list) else form

    with closing(sqlite3.connect(keeping.data / FILE)) as connection, connection:
        (form,) = connection.execute("SELECT form FROM answers").fetchone()
        connection.execute("UPDATE answers SET form = ?", (json.dumps(older(json.loads(form))),))
    assert saved.get(kept.id) == kept
