"""Every choice, read once from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from corpus.settings import Settings


@pytest.fixture(autouse=True)
def an_empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AMP_ variable and no .env file of the machine that runs the tests."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"AMP_{field.upper()}", raising=False)
    for name in ("LC_ALL", "LANG"):
        monkeypatch.setenv(name, "C")
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings()
    assert settings.data == Path("data")
    assert settings.embedding_model == ""
    assert settings.host == "127.0.0.1"


def test_nothing_leaves_the_machine_unless_a_person_says_so() -> None:
    settings = Settings()
    assert (settings.online, settings.token) == (False, None)


def test_a_setting_is_an_environment_variable_with_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMP_DATA", "/srv/amp")
    monkeypatch.setenv("AMP_MAX_PAGES", "12")
    monkeypatch.setenv("AMP_ONLINE", "true")
    settings = Settings()
    assert (settings.data, settings.max_pages, settings.online) == (Path("/srv/amp"), 12, True)


def test_a_setting_may_stand_in_a_dot_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AMP_DATA=/srv/amp\nAMP_LANGUAGE=sv\nOTHER=1\n", "utf-8")
    assert (Settings().data, Settings().language) == (Path("/srv/amp"), "sv")


def test_the_environment_beats_the_dot_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AMP_PORT=9000\n", "utf-8")
    monkeypatch.setenv("AMP_PORT", "9001")
    assert Settings().port == 9001


@pytest.mark.parametrize(
    ("here", "language"), [("sv_SE.UTF-8", "sv"), ("en_GB.UTF-8", "en"), ("de_DE.UTF-8", "en"), ("C", "en")]
)
def test_messages_are_swedish_where_the_machine_is(monkeypatch: pytest.MonkeyPatch, here: str, language: str) -> None:
    monkeypatch.setenv("LANG", here)
    monkeypatch.setenv("LC_ALL", "")
    assert Settings().language == language


def test_lc_all_beats_lang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    assert Settings().language == "sv"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AMP_PORT", "0"),
        ("AMP_PORT", "65536"),
        ("AMP_PORT", "eighty"),
        ("AMP_LANGUAGE", "de"),
        ("AMP_MAX_UPLOAD_MB", "0"),
        ("AMP_MAX_PAGES", "-1"),
        ("AMP_READ_SECONDS", "0"),
        ("AMP_READ_MEMORY_MB", "255"),
    ],
)
def test_a_value_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert refusal.value.error_count() == 1


def test_settings_do_not_change_once_they_are_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, "port", 9000)  # noqa: B010  (mypy would refuse the plain form, too)


def test_the_access_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMP_TOKEN", "hemligt")
    settings = Settings()
    assert settings.token is not None
    assert settings.token.get_secret_value() == "hemligt"
    assert "hemligt" not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
