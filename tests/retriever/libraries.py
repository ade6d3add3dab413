"""Libraries for tests that only read: made once, from real PDFs, and filled by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.library import Library
from corpus.settings import Settings
from ingest.receive import Incoming, Reception
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder


def settings_in(folder: Path, **values: object) -> Settings:
    return Settings(data=folder / "data", language="en", _env_file=None, **values)  # type: ignore[arg-type]


def fill(library: Library, **pdfs: bytes) -> None:
    """Take in each PDF as `name.pdf`."""
    with Reception(library) as reception:
        for name, data in pdfs.items():
            reception.receive(Incoming(f"{name}.pdf", data))
    library.settle()


@contextmanager
def standing_library(folder: Path) -> Iterator[Library]:
    """The small library of `tests.conftest`, for tests that change nothing."""
    with Library(settings_in(folder), write=True, embedder=FakeEmbedder()) as library:
        fill(library, lighting=LIGHTING, friakare=FREE_RIDERS)
        yield library
