"""The corpus, opened: add, remove, nearest, matching, verify, rebuild."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from corpus import upkeep
from corpus.choice import Selection, selection
from corpus.context import PAGE_SHARE, in_context
from corpus.deeds import DELETED, forget, note
from corpus.embedder import Embedder, ModelNotFound, ModelNotTrusted, open_embedder
from corpus.gloss import GLOSSING, Gloss, Glosser, open_glosser
from corpus.language import FUNCTION_WORDS, SCANDINAVIAN, stems
from corpus.lexical import Field, LexicalIndex, Words
from corpus.record import CannotWrite, Record, Vectors
from corpus.settings import Settings
from corpus.study import Appraisal, Draft, Page, Passage, PassageKind, Shadow, Study, StudyFile
from corpus.terms import FOLDER, terms_sha256
from corpus.unknown import UnknownWords
from corpus.upkeep import Progress
from corpus.words import Fault, Language

if TYPE_CHECKING:
    from corpus.dense import DenseIndex

Scored = tuple[int, float]

_SENTENCES_KEPT = 4096  # of 384 numbers: some 6 MB
_INDEXED_EQUIVALENTS = 4
_SELECTIONS_KEPT = 8


class OtherModel(Fault):
    """The library's vectors were made by another embedding model."""

    code = "other_model"


class InUse(Fault):
    """Another process owns the library's indexes."""

    code = "in_use"


class NoLibrary(Fault):
    """There is no library in the folder, and nothing was to be added."""

    code = "no_library"


class UnknownStudy(Fault):
    """No study has this id."""

    code = "unknown_study"


class UnknownPage(Fault):
    """The study has no page with this number."""

    code = "unknown_page"


@dataclass(frozen=True, slots=True)
class Health:
    """What the doctor found. `sound` is True when nothing needs mending."""

    sound: bool
    folder: str
    owner: str
    model: str
    counts: dict[str, int]
    languages: dict[str, int]
    faults: tuple[str, ...]
    indexes: dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What drafts are searched by: the English shadow of each that needs one, and a vector for each body draft."""

    shadows: tuple[Shadow | None, ...]
    own: Vectors


class Library:
    """One folder: the record, the PDFs under their sha256, and the two indexes derived from the record."""

    def __init__(
        self,
        settings: Settings,
        *,
        write: bool = False,
        embedder: Embedder | None = None,
        any_model: bool = False,
    ) -> None:
        """Open the library in `settings.data`; make it when absent and `write`.

        `any_model` lets a library made with another model be opened, to be rebuilt.

        A writer must own the indexes. A reader owns them if nobody does, and else reads without them: exactly,
        over the record. Raises InUse, NoLibrary, OtherModel, CannotWrite, NotALibrary, NewerLibrary.
        """
        self.settings = settings
        self.folder = settings.data
        self._given = embedder
        self.older_model = False
        self._counted: tuple[tuple[int, int], dict[str, int]] | None = None
        self._changing = threading.RLock()
        self._sentences: dict[str, Vectors] = {}
        self._selections: dict[tuple[frozenset[str], int, int, int], Selection] = {}
        self._lock: FileLock | None = None
        if not write and not self._record_path.is_file():
            raise NoLibrary(folder=self.folder)
        self.owner = self._own(write)
        self.owned = self._lock is not None
        try:
            self.record = Record(self._record_path, writable=self.owned)
            self._check_model(any_model, write)
            self._clear_incoming()
            if self.owned and write and self.record.note("erasing"):
                self._erase()
        except Fault:
            if "record" in self.__dict__:
                self.record.close()
            self._let_go()
            raise

    @property
    def _record_path(self) -> Path:
        return self.folder / "record.sqlite3"

    # Who owns the indexes

    def _own(self, write: bool) -> str:
        """Take the lock if it is free; else say who has it. Raises InUse or CannotWrite for a writer."""
        lock = FileLock(self.folder / "lock", timeout=2 if write else 0, thread_local=False)
        try:
            if write:
                self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
            self._lock = lock
            return self._sign()
        except Timeout:
            owner = _read_text(self.folder / "owner")
            if write:
                raise InUse(folder=self.folder, owner=owner) from None
            return owner
        except (OSError, NotImplementedError) as error:
            if lock.is_locked:
                lock.release()
            self._lock = None
            if write:
                raise CannotWrite(folder=self.folder) from error
            return ""

    def _sign(self) -> str:
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        owner = f"{os.getpid()} ({command}, {datetime.now().astimezone():%Y-%m-%d %H:%M:%S})"
        (self.folder / "owner").write_text(owner, "utf-8")
        return owner

    def _let_go(self) -> None:
        if self._lock is not None:
            (self.folder / "owner").unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def close(self) -> None:
        """Let go of indexes, record and lock."""
        for name in ("dense", "lexical"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        self.record.close()
        self._let_go()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The model and the indexes, each opened when first needed

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model; loaded when it first encodes."""
        return self._given or open_embedder(self.settings)

    @cached_property
    def dense(self) -> DenseIndex:
        """The vector index; exact search where this process does not own the indexes."""
        from corpus.dense import DenseIndex  # Chroma is slow to import, and not every command needs it

        with self._changing:
            if "dense" not in self.__dict__:  # kept before the lock is let go: who adds next must see it and follow
                identity = self.embedder.identity
                folder = self.folder / "dense" if self.owned else None
                self.__dict__["dense"] = DenseIndex(folder, self.record, str(identity), identity.dimension)
            opened: DenseIndex = self.__dict__["dense"]
            return opened

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The word index; read-only where this process does not own the indexes."""
        with self._changing:
            if "lexical" not in self.__dict__:
                self.__dict__["lexical"] = LexicalIndex(self.folder / "lexical", self.record, writable=self.owned)
            opened: LexicalIndex = self.__dict__["lexical"]
            return opened

    def warm(self) -> None:
        """Open both indexes and load the model now, so that the first question does not wait for them."""
        self.lexical  # noqa: B018
        self.dense  # noqa: B018
        self.glosser  # noqa: B018
        self.embedder.encode_query("")

    def _check_model(self, any_model: bool, write: bool) -> None:
        """Is this the model the library was made with? A reader goes on with that one, where it is still here."""
        name, revision, dimension = (self.record.note(key) for key in ("model", "revision", "dimension"))
        if name is None:
            if self.owned:
                self.record.set_notes(**self._model_notes(), **self._follows())
        elif not any_model and not self._has_this_model() and (write or not self._goes_on_with_older()):
            raise OtherModel(made=f"{name}@{str(revision)[:12]} ({dimension})", asked=self.embedder.identity)

    def _goes_on_with_older(self) -> bool:
        """Serve with the model that made the vectors, until `rebuild` has made them anew; False when it is gone."""
        if self._given is not None:
            return False
        wanted = self.embedder
        source = {
            "embedding_model": self.record.note("source") or "",
            "embedding_reads": self.record.note("reads") or "",
        }
        try:
            self.embedder = open_embedder(self.settings.model_copy(update=source))
            self.older_model = self._has_this_model()
        except (ModelNotFound, ModelNotTrusted):
            self.older_model = False
        if not self.older_model:
            self.embedder = wanted
        return self.older_model

    def _has_this_model(self) -> bool:
        """Was the library made with the model that is set now?"""
        now = self._model_notes()
        same = all(self.record.note(key) == now[key] for key in ("model", "revision", "dimension"))
        return same and (self.record.note("reads") or "") == now["reads"]

    def _clear_incoming(self) -> None:
        """Files that were staged when an earlier process was killed; nothing was acknowledged of them."""
        if self.owned:
            for left in (self.folder / "incoming").glob("*"):
                left.unlink(missing_ok=True)

    def _model_notes(self) -> dict[str, str]:
        now = self.embedder.identity
        return {
            "model": now.name,
            "revision": now.revision,
            "dimension": str(now.dimension),
            "source": self.settings.embedding_model,
            "reads": self.settings.embedding_reads,
        }

    # Changing

    def stage(self, pdf: bytes) -> Path:
        """Put the bytes of a file inside the library, on disk, to be read and then added. Raises CannotWrite."""
        folder = self.folder / "incoming"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".pdf", delete=False) as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CannotWrite(folder=self.folder) from error
        return Path(file.name)

    def prepare(self, drafts: Sequence[Draft]) -> Prepared:
        """Gloss the drafts that are Swedish, and embed those of body text."""
        shadows = tuple(self.shadow(draft) for draft in drafts)
        body = [(d, s) for d, s in zip(drafts, shadows, strict=True) if d.kind is PassageKind.BODY]
        return Prepared(shadows, self.embedder.encode_documents([self.embedded_text(d, s) for d, s in body]))

    def shadow(self, passage: Passage | Draft) -> Shadow | None:
        """A passage in English, word by word, by the term list of today; None where it is not Swedish."""
        if passage.language not in SCANDINAVIAN:
            return None
        gloss = self.gloss(passage.text, "sv")
        return Shadow(gloss.text, gloss.all_words(_INDEXED_EQUIVALENTS))

    def embedded_text(self, passage: Passage | Draft, shadow: Shadow | None) -> str:
        """The text a passage is embedded by: its own where the model reads it, else its shadow."""
        return shadow.text if shadow and self._embedded_in_english(passage.language) else passage.text

    def _embedded_in_english(self, language: str) -> bool:
        """Does a text in this language need an English shadow to be embedded by?"""
        return language in SCANDINAVIAN and not self.embedder.reads("sv")

    def add(
        self, study: Study, pages: Sequence[Page], drafts: Sequence[Draft], prepared: Prepared, staged: Path
    ) -> None:
        """Add or replace a study. When this returns the record has it on disk and both indexes find it.

        `staged` is the file as `stage` kept it, and is moved. Raises CannotWrite, for instance when the disk is full.
        """
        with self._changing:
            lexical = self.lexical  # opened, and so level with the record, before the record moves on
            old = self.record.passage_ids_of(study.id)
            self._keep_pdf(study.files[0].sha256, staged)
            ids = self.keep(study, pages, drafts, prepared)
            try:
                if old:
                    lexical.remove(old)
                lexical.add(self.record.passages(ids).values())
            except (ValueError, OSError) as error:  # the record has it; the index catches up when next opened
                raise CannotWrite(folder=self.folder) from error
            if "dense" in self.__dict__:
                self.dense.catch_up()

    def keep(self, study: Study, pages: Sequence[Page], drafts: Sequence[Draft], prepared: Prepared) -> list[int]:
        """Write a study into the record alone, each vector in the light of its page; the ids of its passages."""
        vectors = in_context(prepared.own, [d.page for d in drafts if d.kind is PassageKind.BODY])
        return self.record.add(study, pages, drafts, vectors, prepared.own, prepared.shadows)

    def add_file(self, study_id: str, file: StudyFile) -> None:
        """Keep one more name under which the same bytes came."""
        self.record.add_file(study_id, file)

    def remove(self, *study_ids: str, by: str = "") -> None:
        """Delete studies for good: text, vectors, index entries and files. `by` is who says so, for the log.

        Nothing of them is left in any file of the library, and of the log only that they were there. Should this be
        cut short, it is finished when the library is next opened for work. Raises UnknownStudy, before anything is
        deleted, and CannotWrite.
        """
        with self._changing:
            studies = [self.study(study_id) for study_id in study_ids]
            self.lexical  # noqa: B018 - opened, and so level with the record, before the record moves on
            with self.record.transaction():
                for study in studies:
                    forget(self.record, study.id)
                    self.record.remove(study.id)
                    note(self.record, by or self.settings.person, DELETED, study.id)
                self.record.set_notes(erasing="1")
            self._erase()

    def _erase(self) -> None:
        """Clear every file of what the record no longer holds."""
        held = {file.sha256 for study in self.record.studies() for file in study.files}
        try:
            for path in (self.folder / "pdf").glob("*.pdf"):
                if path.stem not in held:
                    path.unlink()
            self.lexical.rebuild()
            self.dense.erase_removed()
            self.record.scrub()
        except (ValueError, OSError) as error:
            raise CannotWrite(folder=self.folder) from error
        self.record.set_notes(erasing="")

    def settle(self) -> None:
        """After a batch: seal the vector index if enough is waiting."""
        with self._changing:
            if not self.record.vector_count():
                return
            try:
                self.dense.seal_if_due()
            except OSError as error:
                raise CannotWrite(folder=self.folder) from error

    def rebuild(self, progress: Progress = lambda *_: None) -> None:
        """Make both indexes anew from the record; embed again first where the model is another.

        New vectors are kept as they are made, and replace the old ones all at once when they are whole, so that a
        rebuild that was stopped goes on where it was, and the old vectors serve till then.
        """
        with self._changing:
            if self._has_this_model():
                self.level(progress)
            else:
                upkeep.embed_again(self, progress, self._model_notes(), self._follows())
            self.lexical.rebuild()
            self.dense.seal()

    # Following the term list

    @property
    def behind(self) -> bool:
        """Has the term list changed since the passages were glossed with it, or the way vectors are put in context?"""
        return any(self.record.note(key) != value for key, value in self._follows().items())

    def _follows(self) -> dict[str, str]:
        """What shadows and vectors follow from, besides passages and model."""
        return {"terms": f"{GLOSSING} {terms_sha256(self.terms_folder)}", "context": str(PAGE_SHARE)}

    def level(self, progress: Progress = lambda *_: None) -> int:
        """Gloss the Swedish passages with the term list of today; how many changed. Only those are embedded again."""
        with self._changing:
            if not self.behind:
                return 0
            changed = upkeep.change_shadows(self, progress, embed=True)
            if self.record.note("context") != str(PAGE_SHARE):
                upkeep.put_in_context(self)
            if "dense" in self.__dict__:
                self.dense.catch_up()
            self.record.set_notes(**self._follows())
            return changed

    # Reading

    def study(self, study_id: str) -> Study:
        """One study. Raises UnknownStudy."""
        study = self.record.study(study_id)
        if study is None:
            raise UnknownStudy(study=study_id)
        return study

    def appraisal(self, study_id: str) -> Appraisal | None:
        """What a person last said of a study's design, or None."""
        return self.record.appraisal(study_id)

    def nearest(
        self, query: Vectors, k: int, languages: Sequence[str], within: Selection | None = None
    ) -> dict[str, list[Scored]]:
        """For each language at most k passages by cosine similarity, best first; `within` a selection of them."""
        return self.dense.nearest(query, k, languages, within)

    def selection(self, studies: frozenset[str]) -> Selection:
        """The passages of some studies, to search within; those of the last few are kept."""
        key = (studies, *self.record.revision(), self.record.vectors_changed)
        kept = dict(self._selections)
        found = kept.pop(key, None) or selection(self.record, studies)
        self._selections = dict([*kept.items(), (key, found)][-_SELECTIONS_KEPT:])
        return found

    @property
    def terms_folder(self) -> Path:
        """Where the term list lies."""
        return self.settings.terms or FOLDER

    @property
    def glosser(self) -> Glosser:
        """The term list of today, ready to gloss with."""
        return open_glosser(self.terms_folder)

    def notice(self, gloss: Gloss, language: Language) -> None:
        """Note the words of a question that the term list does not know, for staff to look at."""
        if self.settings.note_unknown_words:
            self.unknown_words.add([word for word in gloss.unknown if word not in FUNCTION_WORDS[language]])

    @property
    def unknown_words(self) -> UnknownWords:
        """Words that were asked with and are not in the term list."""
        return UnknownWords(self.folder / UnknownWords.FILE)

    def gloss(self, text: str, language: Language) -> Gloss:
        """What a text means in the other language, word by word."""
        return self.glosser.gloss(text, language)

    def encode_question(self, gloss: Gloss, language: Language) -> Vectors:
        """The unit vector of a question, by its gloss where the model does not read its language."""
        return self.embedder.encode_query(gloss.source if self.embedder.reads(language) else gloss.text)

    def encode_sentences(self, sentences: Iterable[tuple[str, str]]) -> Vectors:
        """Unit vectors of (text, language), as passages of that language are embedded; those met lately are kept."""
        texts = [
            self.gloss(text, "sv").text if self._embedded_in_english(language) else text for text, language in sentences
        ]
        kept = self._sentences if len(self._sentences) < _SENTENCES_KEPT else {}
        if new := [text for text in dict.fromkeys(texts) if text not in kept]:
            kept = {**kept, **dict(zip(new, self.embedder.encode_documents(new), strict=True))}
        self._sentences = kept  # a new one each time, so that threads never see half of it
        return np.array([kept[text] for text in texts])

    def matching(
        self, field: Field, words: Words, k: int, language: str | None = None, within: Selection | None = None
    ) -> list[Scored]:
        """At most k passages by BM25 over the index terms of a field, best first; `within` a selection of them."""
        return self.lexical.matching(field, words, k, language, within)

    def coverage(self, field: Field, words: Words, ids: Collection[int]) -> dict[int, float]:
        """For each of some passages, the share (0 to 1) of the BM25 weight of `words` that it holds in a field."""
        return self.lexical.coverage(field, words, ids)

    def cosines(self, query: Vectors, ids: Collection[int]) -> dict[int, float]:
        """For each of some passages that have a vector, its cosine with `query`."""
        found = self.record.vectors_of(ids)
        if not found:
            return {}
        matrix = np.frombuffer(b"".join(found.values()), np.float32).reshape(len(found), -1)
        return dict(zip(found, map(float, matrix @ query), strict=True))

    def word_weight(self, field: Field, term: str) -> float:
        """The idf of an index term in a field: how much it tells."""
        return self.lexical.idf(field, term)

    def holds(self, field: Field, term: str) -> bool:
        """Does any passage hold this index term in a field?"""
        return self.lexical.document_frequency(field, term) > 0

    def held_by(self, language: Language, words: str) -> int:
        """In how many passages the rarest of some words of a language stands, by its stem."""
        return min((self.lexical.document_frequency(language, stem) for stem in stems(words, language)), default=0)

    def page(self, study_id: str, number: int) -> Page:
        """One page. Raises UnknownStudy or UnknownPage."""
        page = self.record.page(study_id, number)
        if page is None:
            raise UnknownPage(study=self.study(study_id).id, page=number)
        return page

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Passages by id; those no longer held are left out."""
        return self.record.passages(ids)

    def pdf_path(self, sha256: str) -> Path:
        """Where the bytes with this sha256 are kept. The name is made of the hash alone."""
        return self.folder / "pdf" / f"{sha256}.pdf"

    def put_back(self, sha256: str, pdf: bytes) -> None:
        """Keep the bytes of a file that the record has and the folder lacks. Raises CannotWrite."""
        if not self.pdf_path(sha256).is_file():
            self._keep_pdf(sha256, self.stage(pdf))

    def _keep_pdf(self, sha256: str, staged: Path) -> None:
        target = self.pdf_path(sha256)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
        except OSError as error:
            raise CannotWrite(folder=self.folder) from error

    # Health

    @property
    def fingerprint(self) -> str:
        """Names what an answer was made from: the model, and which studies and passages the record held."""
        studies, newest = self.record.revision()
        model = hashlib.sha256(str(self.embedder.identity).encode()).hexdigest()[:8]
        return f"{model}-{studies}-{newest}"

    def passage_counts(self) -> dict[str, int]:
        """Number of passages in each language."""
        revision = self.record.revision()
        if self._counted is None or self._counted[0] != revision:
            self._counted = (revision, self.record.passage_counts())
        return self._counted[1]

    def verify(self) -> Health:
        """Check the record, hold both indexes against it, and say what was found."""
        faults = [*self.record.faults(), *self._missing_pdfs()]
        if not self.lexical.finds_own():
            faults.append("lexical")
        if not self._dense_agrees():
            faults.append("dense")
        indexes: dict[str, dict[str, object]] = {
            "dense": self.dense.state,
            "lexical": {"passages": self.lexical.size},
        }
        return Health(
            sound=not faults,
            folder=str(self.folder),
            owner=self.owner,
            model=str(self.embedder.identity),
            counts=self.record.counts(),
            languages=self.record.passage_counts(),
            faults=tuple(faults),
            indexes=indexes,
        )

    def _missing_pdfs(self) -> Iterator[str]:
        for study in self.record.studies():
            for file in study.files:
                if not self.pdf_path(file.sha256).is_file():
                    yield f"pdf: {file.sha256} ({file.name})"

    def _dense_agrees(self) -> bool:
        """Do vectors of the record find themselves through the index?"""
        sample = self.record.vector_sample(upto=sys.maxsize, size=64)
        return all(self.dense.finds(row) for row in sample)


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return "?"
