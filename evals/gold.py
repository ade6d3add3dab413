"""Gold found in a library: which study and page it is today, and what has become of gold that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from corpus.library import Library
from corpus.study import Study
from corpus.text import letters, one_line
from corpus.words import Fault, Language, say
from evals.case import Case, Gold, QuestionSet

Place = tuple[str, int]
"""A study's id and a page, counted from 1."""

_SHOWN = 5


class GoldMissing(Fault):
    """Gold of a set is not in the library, so that measuring would score half of it."""

    code = "gold_missing"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one gold page: the code says no file, no page, other bytes, moved or gone."""

    line: int
    case: str
    code: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def unusable(self) -> bool:
        """Is there no page to measure with?"""
        return self.code in ("gold_no_file", "gold_no_page")

    def sentence(self, language: Language) -> str:
        """What was met, and what to do."""
        return say(self.code, language, line=self.line, id=self.case, **self.values)

    def form(self, language: Language) -> dict[str, object]:
        """As JSON."""
        state = self.code.removeprefix("gold_")
        return {"line": self.line, "id": self.case, "state": state, **self.values, "message": self.sentence(language)}


@dataclass(frozen=True, slots=True)
class Located:
    """A case with its gold in this library: grades by place, and grades by quote for the quotes that stand there."""

    case: Case
    grades: dict[Place, int]
    spans: dict[str, int]
    troubles: tuple[Trouble, ...] = ()

    @property
    def document(self) -> str:
        """What the question's outcome clusters by: the study of its first gold page, else the question itself."""
        return next((study for study, _ in self.grades), f"none:{self.case.id}")


class Shelf:
    """The files of a library by sha256 and by name, and where quotes stand in them."""

    def __init__(self, library: Library) -> None:
        self._library = library
        studies = library.record.studies()
        self._by_sha = {file.sha256: study for study in studies for file in study.files}
        self._by_name = {file.name: study for study in studies for file in study.files}

    def locate(self, case: Case) -> Located:
        """Find a case's gold. Nothing is raised: what is not found is told in `troubles`."""
        grades: dict[Place, int] = {}
        spans: dict[str, int] = {}
        troubles: list[Trouble] = []
        languages: list[str] = []
        for gold in case.gold:
            study = self._study(gold)
            trouble = self._trouble(case, gold, study)
            if trouble:
                troubles.append(trouble)
            if study is None or (trouble and trouble.unusable):
                continue
            place = study.id, gold.page
            grades[place] = max(gold.grade, grades.get(place, 0))
            languages.append(gold.language or next(iter(study.languages), ""))
            if gold.quote and self._stands(study.id, gold.page, gold.quote):
                spans[gold.quote] = max(gold.grade, spans.get(gold.quote, 0))
        pair = f"{case.language}-{languages[0]}" if case.pair.endswith("?") and languages else case.pair
        return Located(replace(case, pair=pair), grades, spans, tuple(troubles))

    def name_bytes(self, case: Case) -> Case:
        """The case with its gold named by the bytes the library holds, and each page's language, where it holds them.

        A file that came with other bytes is named anew only where the quote still stands on its page.
        """
        gold = tuple(self._named(g) for g in case.gold)
        first = gold[0].language if gold else ""
        return replace(
            case, gold=gold, pair=f"{case.language}-{first}" if case.pair.endswith("?") and first else case.pair
        )

    def _named(self, gold: Gold) -> Gold:
        study = self._study(gold)
        if study is None:
            return gold
        moved = bool(gold.sha256) and gold.sha256 not in self._by_sha and not gold.quote
        if moved or (gold.quote and not self._stands(study.id, gold.page, gold.quote)):
            return gold
        file = next((f for f in study.files if f.sha256 == gold.sha256), study.files[0])
        language = gold.language or next(iter(study.languages), "")
        return replace(gold, sha256=file.sha256, file=gold.file or file.name, language=language)

    def _study(self, gold: Gold) -> Study | None:
        if gold.sha256 in self._by_sha:
            return self._by_sha[gold.sha256]
        return self._by_name.get(gold.file)

    def _trouble(self, case: Case, gold: Gold, study: Study | None) -> Trouble | None:
        def told(code: str, **values: object) -> Trouble:
            return Trouble(case.line, case.id, code, {"file": gold.file or gold.sha256, "page": gold.page, **values})

        if study is None:
            return told("gold_no_file")
        if gold.page > study.page_count:
            return told("gold_no_page", pages=study.page_count)
        if gold.quote and not self._stands(study.id, gold.page, gold.quote):
            elsewhere = [n for n in range(1, study.page_count + 1) if self._stands(study.id, n, gold.quote)]
            if elsewhere:
                return told("gold_moved", now=elsewhere[0], quote=one_line(gold.quote))
            return told("gold_gone", quote=one_line(gold.quote))
        if gold.sha256 and gold.sha256 not in self._by_sha:
            return told("gold_other_bytes")
        return None

    def _stands(self, study_id: str, page: int, quote: str) -> bool:
        """Do the quote's letters stand on the page, as either reader read it?"""
        found = self._library.record.page(study_id, page)
        wanted = letters(quote)
        return found is not None and (wanted in letters(found.text) or wanted in found.witness)


def locate(library: Library, questions: QuestionSet) -> list[Located]:
    """Every case with its gold. Raises GoldMissing, naming lines, where a gold page is not in the library at all."""
    shelf = Shelf(library)
    located = [shelf.locate(case) for case in questions.cases]
    unusable = [trouble for one in located for trouble in one.troubles if trouble.unusable]
    if unusable:
        raise GoldMissing(
            set=questions.name,
            count=len(unusable),
            lines=_lines(unusable),
            files=", ".join(dict.fromkeys(str(t.values["file"]) for t in unusable[:_SHOWN])),
        )
    return located


def _lines(troubles: Iterable[Trouble]) -> str:
    numbers = list(dict.fromkeys(trouble.line for trouble in troubles))
    return ", ".join(map(str, numbers[:20])) + (" …" if len(numbers) > 20 else "")


def check(library: Library, questions: QuestionSet) -> Iterator[Trouble]:
    """What is wrong with a set's gold in this library, line by line."""
    shelf = Shelf(library)
    for case in questions.cases:
        yield from shelf.locate(case).troubles
