"""Every choice, read once from the environment (`AMP_…`) or a `.env` file."""

from __future__ import annotations

import getpass
import locale
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.words import Language


def _language_here() -> Language:
    """The reader's language: Swedish where the machine says Swedish, else English."""
    here = os.environ.get("LC_ALL") or os.environ.get("LANG") or (locale.getlocale()[0] or "")
    return "sv" if here.lower().startswith("sv") else "en"


def _person_here() -> str:
    """Who uses this machine, as it knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return "staff"


class Settings(BaseSettings):
    """All settings; each is an environment variable with the prefix `AMP_`."""

    model_config = SettingsConfigDict(
        env_prefix="AMP_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data: Path = Field(Path("data"), description="the folder of the library")
    language: Literal["sv", "en"] = Field(default_factory=_language_here, description="language of messages")
    embedding_model: str = Field("", description="folder or hub name; empty means the bundled model")
    embedding_revision: str = Field("", description="revision of a hub model; empty means the cached one")
    embedding_reads: str = Field(
        "", description="languages the model was made for, as 'en sv'; empty: as known, or all"
    )
    terms: Path | None = Field(None, description="folder of the term list; empty means the one that comes with this")
    note_unknown_words: bool = Field(True, description="note words of questions that the term list does not know")
    online: bool = Field(False, description="allow the model hub to be asked")
    writer: str = Field("", description="a chat model that may write answers, as 'openai:NAME'; empty: quotes alone")
    writer_seconds: float = Field(60, gt=0, description="most seconds the writer may take for one answer")
    save_answers: bool = Field(False, description="keep answers that someone asks to keep")
    published_only: bool = Field(False, description="answer from studies that staff have published, and no others")
    person: str = Field(default_factory=_person_here, description="who is at the keyboard, for the log")
    workers: int = Field(2, ge=1, le=32, description="how many files are read at the same time")
    lookups: bool = Field(False, description="allow DOIs to be looked up at Crossref, Unpaywall and OpenAlex")
    contact: str = Field("", description="e-mail address that look-ups are made under, as those services ask")
    openalex_key: SecretStr | None = Field(None, description="access key for OpenAlex")
    crossref_url: str = Field("https://api.crossref.org", description="where Crossref is asked")
    unpaywall_url: str = Field("https://api.unpaywall.org", description="where Unpaywall is asked")
    openalex_url: str = Field("https://api.openalex.org", description="where OpenAlex is asked")
    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(8000, ge=1, le=65535, description="port to serve on")
    token: SecretStr | None = Field(None, description="access token; needed on any address but loopback")
    max_upload_mb: int = Field(100, ge=1, description="largest PDF taken in, in MiB")
    max_pages: int = Field(5000, ge=1, description="most pages in one PDF")
    read_seconds: int = Field(300, ge=1, description="most seconds spent reading one PDF")
    read_memory_mb: int = Field(2048, ge=256, description="most memory for reading one PDF, in MiB")
    ocr: bool = Field(True, description="read scanned pages with tesseract where it is installed")
    ocr_languages: str = Field("swe+eng", description="languages tesseract reads, as it names them, joined by '+'")
    ocr_seconds: int = Field(120, ge=1, description="most seconds OCR spends on one page")
