"""How many versions of real studies are found, and how many different works are taken for versions.

Versions are made of each PDF: pages added, a cover sheet, figures corrected, pages taken away, written by another
program, read by another reader, a third of the pages, a revised text. Every other pair of studies is of two works.
"""

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PdfReadError

from corpus.library import Library
from corpus.study import Description, Page, PassageKind, Reader, Study, StudyFile, TextState
from corpus.text import clean, letters
from ingest import child
from ingest.alike import propose_all, propose_links
from ingest.chunk import chunk
from ingest.describe import describe
from ingest.read import CannotRead, ChildReader, ReadPage
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import settings_in

pytestmark = pytest.mark.slow

FOLDERS = ("pdf_domain_en", "pdf_swedish", "jose_papers")
LEAST_LETTERS = 600
COVER = make_pdf(
    [
        "This copy was deposited in an archive in 2024.\nPlease cite the version of record where you can.\n"
        "Rapporten finns i ett öppet arkiv och får läsas, delas och skrivas ut."
    ]
)
APPENDIX = make_pdf(
    [
        "Appendix A. Tables that readers of the first printing asked for.\n"
        "We held 34 interviews in the north, 51 in the south and 17 by the harbour.",
        "Appendix B. The questions.\nDo you feel safe when you walk home through the square after dark?",
    ]
)


@dataclass(frozen=True)
class Original:
    """A real study: its file, its pages and its description."""

    path: Path
    pages: list[ReadPage]
    description: Description

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def language(self) -> str:
        return "sv" if self.path.parent.name == "pdf_swedish" else "en"


Make = Callable[[Original, ChildReader, Path], list[ReadPage] | None]


@pytest.fixture(scope="module")
def originals(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Original]:
    found = []
    with ChildReader(settings_in(tmp_path_factory.mktemp("read"))) as reader:
        for path in sorted(path for folder in FOLDERS for path in (shared / folder).glob("*__*.pdf")) + sorted(
            (shared / "jose_papers").glob("10*.pdf")
        ):
            document = reader.read(path)
            if sum(len(page.text) for page in document.pages) >= LEAST_LETTERS:
                found.append(Original(path, list(document.pages), describe(document, path.name)))
    return found


def put(library: Library, name: str, pages: list[ReadPage], description: Description, language: str) -> None:
    drafts = chunk(pages, language, lambda texts: [len(text.split()) for text in texts], 128)
    made = [Page(name, page.number, page.label, page.text, page.reader) for page in pages]
    study = Study(
        name, description, (language,), TextState.SEARCHABLE, (StudyFile(f"sha-{name}", f"{name}.pdf", 1, len(pages)),)
    )
    body = sum(draft.kind is PassageKind.BODY for draft in drafts)
    library.record.add(study, made, drafts, np.ones((body, 3), np.float32))


# How versions are made


def saved(writer: PdfWriter, reader: ChildReader, folder: Path) -> list[ReadPage]:
    path = folder / "version.pdf"
    writer.write(path)
    return list(reader.read(path).pages)


def opened(original: Original) -> PdfReader | None:
    try:
        pdf = PdfReader(original.path)
        return pdf if not pdf.is_encrypted or pdf.decrypt("") else None
    except PdfReadError:
        return None


def written(original: Original, reader: ChildReader, folder: Path, *parts: bytes | range) -> list[ReadPage] | None:
    """A PDF of parts: other PDFs, and ranges of the original's pages, read as any other."""
    pdf = opened(original)
    if pdf is None:
        return None
    writer = PdfWriter()
    for part in parts:
        for page in PdfReader(io.BytesIO(part)).pages if isinstance(part, bytes) else (pdf.pages[i] for i in part):
            writer.add_page(page)
    writer.add_metadata({"/Title": "Microsoft Word - version 2", "/Producer": "Another"})
    try:
        return saved(writer, reader, folder)
    except CannotRead:
        return None


def every(original: Original) -> range:
    return range(len(original.pages))


def pages_added(original: Original, reader: ChildReader, folder: Path) -> list[ReadPage] | None:
    return written(original, reader, folder, every(original), APPENDIX)


def a_cover_sheet(original: Original, reader: ChildReader, folder: Path) -> list[ReadPage] | None:
    return written(original, reader, folder, COVER, every(original))


def pages_removed(original: Original, reader: ChildReader, folder: Path) -> list[ReadPage] | None:
    count = len(original.pages)
    return written(original, reader, folder, range(1), range(2, count)) if count > 2 else None


def another_producer(original: Original, reader: ChildReader, folder: Path) -> list[ReadPage] | None:
    return written(original, reader, folder, every(original))


def a_third(original: Original, reader: ChildReader, folder: Path) -> list[ReadPage] | None:
    count = len(original.pages)
    return written(original, reader, folder, range(count // 3, count // 3 + max(1, count // 3)))


def figures_corrected(original: Original, *_: object) -> list[ReadPage]:
    """Up to five figures changed on the page that has most."""
    chance = random.Random(original.name)
    page = max(original.pages, key=lambda page: len(re.findall(r"\d+", page.text)))
    places = list(re.finditer(r"\d+", page.text))
    text = page.text
    for place in sorted(chance.sample(places, min(5, len(places))), key=lambda place: -place.start()):
        other = "".join(str((int(digit) + 1 + chance.randrange(8)) % 10) for digit in place.group() if digit.isascii())
        text = text[: place.start()] + other + text[place.end() :]
    return [replace(one, text=text) if one is page else one for one in original.pages]


def another_reader(original: Original, *_: object) -> list[ReadPage] | None:
    """The text as pdfium gives it."""
    pdf = child._open_witness(original.path)
    if pdf is None:
        return None
    texts = child._witness_texts(pdf)
    return [
        replace(page, text=clean(text, swedish=original.language == "sv"))
        for page, text in zip(original.pages, texts, strict=True)
    ]


def a_revised_text(original: Original, *_: object) -> list[ReadPage]:
    """Every seventh sentence left out, every eleventh changed, and set anew."""
    whole = " ".join(page.text.replace("\n", " ") for page in original.pages)
    sentences = re.split(r"(?<=[.?!])\s+", whole)
    kept = [
        f"We now put it so. {sentence.replace(' the ', ' that ').replace(' och ', ' samt ')}"
        if i % 11 == 5
        else sentence
        for i, sentence in enumerate(sentences)
        if i % 7 != 3
    ]
    text = " ".join(kept)
    parts = [text[i : i + 4300] for i in range(0, len(text), 4300)]
    return [ReadPage(number, str(number), part, Reader.PYPDF, "") for number, part in enumerate(parts, 1)]


FROM_PDF: tuple[Make, ...] = (pages_added, a_cover_sheet, pages_removed, another_producer, a_third)
FROM_TEXT: tuple[Make, ...] = (figures_corrected, another_reader, a_revised_text)


# What is found


@dataclass
class Counted:
    """What became of the versions of one kind."""

    made: int = 0
    found: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.made

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.wrong)


@pytest.fixture(scope="module")
def held(originals: list[Original], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of all originals, compared with each other."""
    settings = settings_in(tmp_path_factory.mktemp("held"))
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        for original in originals:
            put(library, original.name, original.pages, original.description, original.language)
        propose_all(library)
        yield library


@pytest.fixture(scope="module")
def true_pairs(originals: list[Original]) -> set[frozenset[str]]:
    """Originals that have half of the pages of one in common, letter for letter."""
    pages = {one.name: {letters(page.text) for page in one.pages if len(page.text) > 200} for one in originals}
    return {
        frozenset((one, other))
        for one, other in combinations(pages, 2)
        if 2 * len(pages[one] & pages[other]) >= min(len(pages[one]), len(pages[other])) > 0
    }


def versions(
    make: Make, originals: list[Original], reader: ChildReader, folder: Path
) -> Iterator[tuple[Original, list[ReadPage]]]:
    # the text of every study is changed; of PDFs, which take long to read, every third one
    for original in originals[:: 3 if make in FROM_PDF else 1]:
        pages = make(original, reader, folder)
        if pages is not None and sum(len(page.text) for page in pages) >= LEAST_LETTERS:
            yield original, pages


def test_of_real_studies_only_those_are_linked_of_which_one_is_in_the_other(
    held: Library, true_pairs: set[frozenset[str]]
) -> None:
    assert {frozenset((link.first, link.second)) for link in propose_all(held)} == true_pairs
    assert len(true_pairs) == 1  # of some 2,800


@pytest.mark.parametrize("make", [*FROM_PDF, *FROM_TEXT], ids=lambda make: make.__name__)
def test_versions_of_real_studies_are_found_and_no_others(
    make: Make,
    held: Library,
    originals: list[Original],
    true_pairs: set[frozenset[str]],
    reader: ChildReader,
    tmp_path: Path,
) -> None:
    counted, missed = Counted(), []
    for original, pages in versions(make, originals, reader, tmp_path):
        described = original.description if make in FROM_TEXT else Description("version")
        put(held, "version", pages, described, original.language)
        linked = {link.first if link.second == "version" else link.second for link in propose_links(held, "version")}
        counted.made += 1
        counted.found += original.name in linked
        missed += [original.name] if original.name not in linked else []
        counted.wrong += sum(
            other != original.name and frozenset((other, original.name)) not in true_pairs for other in linked
        )
        held.record.remove("version")
    assert counted.made >= 20
    assert counted.precision >= 0.98, (make.__name__, counted)
    assert counted.recall >= 0.95, (make.__name__, counted, missed)
