"""Pictures to text: what tesseract's table says, and that tesseract can neither hang nor outlive its page."""

import os
import threading
import time
from pathlib import Path

import pytest

from corpus.settings import Settings
from corpus.words import say
from ingest.ocr import NotRead, Ocr, Program, Recognised, recognised, words_of
from tests.ingest.scanner import TABLE, install, is_running, row, rows, uninstall, wait_for


def drawn(turned: int) -> tuple[bytes, float]:
    """What stands for the picture of a page: how far it is turned."""
    return str(turned).encode(), 300


def program_of(ocr: Ocr) -> Program:
    program = ocr.program()
    assert program is not None
    return program


def read(ocr: Ocr) -> Recognised:
    return ocr.read(program_of(ocr), drawn)


# Tesseract's table


def test_words_stand_in_their_lines() -> None:
    table = "\n".join([TABLE, row("Lit", line=1), row("squares", line=1), row("are", line=2), row("safer.", line=2)])
    assert recognised(list(words_of(table))).text == "Lit squares\nare safer."


def test_rows_that_are_no_words_are_left_out() -> None:
    table = "\n".join([TABLE, "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", row("Lit"), row(" "), "5\t1\tbroken", ""])
    assert [word.text for word in words_of(table)] == ["Lit"]


def test_an_empty_line_parts_paragraphs_but_not_a_sentence_that_goes_on() -> None:
    words = [row("Lit", paragraph=1), row("Parks", paragraph=2), row("and", block=2), row("squares", block=2)]
    assert recognised(list(words_of("\n".join([TABLE, *words])))).text == "Lit\n\nParks\nand squares"


def test_certainty_weighs_words_by_their_letters_and_signs_count_for_nothing() -> None:
    table = "\n".join([TABLE, row("six1234", 90), row("one", 30), row("—", 0)])
    assert recognised(list(words_of(table))).certainty == pytest.approx((7 * 0.9 + 3 * 0.3) / 10)


def test_a_picture_without_words_says_nothing_and_is_sure_of_nothing() -> None:
    assert recognised([]) == Recognised("", 0.0)


# Whether it is installed


def test_without_tesseract_it_is_said_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uninstall(monkeypatch, tmp_path)
    ocr = Ocr(settings)
    code, values = ocr.absence() or ("", ())
    assert ocr.program() is None
    assert "sudo apt install tesseract-ocr tesseract-ocr-swe)" in say(code, "en", **dict(values))
    assert "sudo apt install tesseract-ocr tesseract-ocr-swe)" in say(code, "sv", **dict(values))


def test_it_is_found_as_soon_as_it_is_installed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ocr = Ocr(settings)
    uninstall(monkeypatch, tmp_path)
    assert ocr.program() is None
    program = install(monkeypatch, tmp_path, "")
    assert ocr.program() == Program(str(program), frozenset({"eng", "osd", "swe"}))


def test_it_may_be_turned_off(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "")
    ocr = Ocr(settings.model_copy(update={"ocr": False}))
    assert (ocr.program(), ocr.absence()) == (None, ("ocr_off", ()))


def test_one_that_does_not_run_is_told_from_one_that_is_not_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = install(monkeypatch, tmp_path, "")
    program.write_text("#!/bin/sh\nexit 1\n")
    assert Ocr(settings).absence() == ("ocr_broken", (("path", str(program)),))


@pytest.mark.parametrize(
    ("languages", "asked", "lacking"),
    [("eng osd swe", "swe+eng", None), ("eng osd", "eng", "swe"), ("swe deu", "swe", "eng")],
)
def test_it_reads_the_wanted_languages_that_there_are_and_says_which_are_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, languages: str, asked: str, lacking: str | None
) -> None:
    install(monkeypatch, tmp_path, 'echo "$@" > asked\ncat > /dev/null', languages)
    ocr = Ocr(settings)
    read(ocr)
    assert f"-l {asked} " in (tmp_path / "asked").read_text()
    _, values = ocr.lack(program_of(ocr)) or ("", ())
    assert dict(values).get("languages") == lacking


def test_with_none_of_the_languages_there_is_no_ocr(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "", "deu osd")
    expected = (("languages", "swe, eng"), ("packages", "tesseract-ocr tesseract-ocr-swe"))
    assert Ocr(settings).absence() == ("ocr_no_language", expected)


@pytest.mark.parametrize(("languages", "mode"), [("eng osd", "1"), ("eng", "3")])
def test_it_finds_the_way_up_only_where_it_has_the_data_for_that(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, languages: str, mode: str
) -> None:
    install(monkeypatch, tmp_path, 'echo "$@ on $OMP_THREAD_LIMIT" > asked\ncat > /dev/null', languages)
    read(Ocr(settings))
    asked = (tmp_path / "asked").read_text()
    assert f"--psm {mode} --dpi 300 tsv" in asked
    assert asked.endswith("on 1\n")  # one thread


# Which way up


def test_a_page_that_is_unsure_is_tried_the_other_ways_up_and_the_surest_is_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "0").write_text(rows("sa1enbs 117", 35))
    (tmp_path / "90").write_text(rows("Lit squares", 93))
    install(monkeypatch, tmp_path, "turned=$(cat)\necho $turned >> looked\ncat $turned 2> /dev/null || cat 0")
    ocr = Ocr(settings)
    found = ocr.read(program_of(ocr), drawn)
    assert (found.text, round(found.certainty, 2)) == ("Lit squares", 0.93)
    assert (tmp_path / "looked").read_text().split() == ["0", "180", "90"]


@pytest.mark.parametrize("table", [rows("Lit squares", 93), TABLE], ids=["sure", "nothing on it"])
def test_a_page_that_is_sure_or_has_no_words_is_looked_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: str
) -> None:
    (tmp_path / "table").write_text(table)
    install(monkeypatch, tmp_path, "cat > /dev/null\necho once >> looked\ncat table")
    read(Ocr(settings))
    assert (tmp_path / "looked").read_text() == "once\n"


# What may go wrong


def test_one_that_hangs_is_killed_with_all_that_it_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "sleep 600 &\necho $! > pid\nwait")
    ocr = Ocr(settings.model_copy(update={"ocr_seconds": 1}))
    began = time.monotonic()
    with pytest.raises(NotRead) as caught:
        read(ocr)
    assert caught.value.late
    assert time.monotonic() - began < 10
    child, deadline = int((tmp_path / "pid").read_text()), time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:  # it was told to end; a busy machine takes its time
        time.sleep(0.05)
    assert not is_running(child)


def test_one_that_fails_is_told_from_one_that_is_late(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "cat > /dev/null\nexit 1")
    with pytest.raises(NotRead) as caught:
        read(Ocr(settings))
    assert not caught.value.late


def test_one_that_does_not_read_its_picture_is_no_crash(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "exit 1")
    ocr = Ocr(settings)
    with pytest.raises(NotRead):
        ocr.read(program_of(ocr), lambda turned: (drawn(turned)[0] * 5_000_000, 300))


def test_closing_stops_the_page_that_is_being_read_and_reads_no_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "echo $$ > pid.part\nmv pid.part pid\nexec sleep 600")
    ocr = Ocr(settings)
    program = program_of(ocr)
    late: list[bool] = []

    def read_in_thread() -> None:
        with pytest.raises(NotRead) as caught:
            ocr.read(program, drawn)
        late.append(caught.value.late)

    thread = threading.Thread(target=read_in_thread)
    thread.start()
    wait_for(tmp_path / "pid")
    ocr.close()
    thread.join(10)
    assert late == [False]
    assert not is_running(int((tmp_path / "pid").read_text()))
    with pytest.raises(NotRead):
        ocr.read(program, drawn)


def test_no_more_pages_are_read_at_once_than_there_are_processors(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "cat > /dev/null\ntouch $$.on\nls | grep -c on$ >> most\nsleep 0.1\nrm $$.on")
    ocr = Ocr(settings)
    program = program_of(ocr)
    places = os.cpu_count() or 1
    threads = [threading.Thread(target=ocr.read, args=(program, drawn)) for _ in range(3 * places)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [int(count) for count in (tmp_path / "most").read_text().split()]
    assert len(counts) == 3 * places
    assert max(counts) <= places
