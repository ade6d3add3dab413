"""May a change go live? A run held against a baseline, with margins: yes, no, or the set cannot tell."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.words import Fault, Language, say
from evals.compare import LESS_IS_BETTER, MAIN, Compared, Comparison, compare
from evals.run import Run
from evals.statistics import Difference
from evals.summary import rounded
from evals.table import number

Outcome = Literal["passes", "worse", "cannot_tell"]
EXIT: dict[Outcome, int] = {"passes": 0, "worse": 1, "cannot_tell": 3}
ALPHA = 0.05


class OtherSet(Fault):
    """The baseline was made with another set, or another version of it."""

    code = "gate_other_set"


class BadMargins(Fault):
    """The file of margins cannot be read."""

    code = "gate_bad_margins"


@dataclass(frozen=True, slots=True)
class Margins:
    """How much worse each measure may be, and the promises that must hold whatever the baseline did."""

    floors: Mapping[str, float]
    margins: Mapping[str, float]
    of_wrong: Mapping[str, float]
    pair_factor: float
    pair_measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `met` and `wanted` are said of a promise, the difference of an average."""

    name: str
    group: str
    outcome: Outcome
    met: float | str | None = None
    wanted: float | None = None
    margin: float | None = None
    compared: Compared | None = None

    def form(self) -> dict[str, Any]:
        """As JSON."""
        form: dict[str, Any] = {"name": self.name, "group": self.group, "outcome": self.outcome}
        if self.compared is None:
            return {**form, "met": self.met, "wanted": self.wanted}
        return {**form, "margin": self.margin, **self.compared.form()}

    def sentence(self, language: Language) -> str:
        """What was seen, for a person."""
        if self.name == "study_missing":
            return say("gate_study_missing", language, study=self.met)
        if self.group == "fewer":
            return say("gate_fewer", language, name=self.name, met=self.met, wanted=self.wanted)
        if self.compared is None:
            return say("gate_floor", language, name=self.name, met=number(self.met), wanted=number(self.wanted))
        d = self.compared.difference
        return say(
            f"gate_{self.outcome}",
            language,
            name=self.name,
            group=say("eval_all", language) if self.group == "all" else self.group,
            a=number(rounded(d.a)),
            b=number(rounded(d.b)),
            low=f"{d.interval[0]:+.3f}",
            high=f"{d.interval[1]:+.3f}",
            margin=f"{self.margin:.3g}",
            n=d.n,
            p=f"{self.compared.p_holm:.3f}",
        )


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says, and everything it looked at."""

    checks: tuple[Check, ...]
    comparison: Comparison | None = None

    @property
    def outcome(self) -> Outcome:
        """Worse in anything is worse; else unsure in anything is unsure."""
        outcomes = {check.outcome for check in self.checks}
        return "worse" if "worse" in outcomes else "cannot_tell" if "cannot_tell" in outcomes else "passes"

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "outcome": self.outcome,
            "exit": EXIT[self.outcome],
            "checks": [check.form() for check in self.checks],
            "comparison": self.comparison.form() if self.comparison else None,
        }

    def lines(self, language: Language) -> Iterator[str]:
        """What to say, the worst first; what passed is only counted."""
        for outcome in ("worse", "cannot_tell"):
            yield from (check.sentence(language) for check in self.checks if check.outcome == outcome)
        passed = sum(check.outcome == "passes" for check in self.checks)
        yield say("gate_passed", language, passed=passed, checks=len(self.checks))
        unsure = sum(check.outcome == "cannot_tell" for check in self.checks)
        if any(check.name == "study_missing" for check in self.checks) and self.comparison is None:
            yield say("gate_not_measured", language)
        yield say(f"gate_is_{self.outcome}", language, count=unsure)


def missing_studies(baseline: Run, studies: Mapping[str, str]) -> list[Check]:
    """A failed check for each study that the baseline had and this library has not."""
    held = baseline.made_from["corpus"]["studies"]
    return [Check("study_missing", "all", "worse", met=name) for study, name in held.items() if study not in studies]


def same_set(baseline: Run, sha256: str) -> None:
    """Raises OtherSet where the baseline answered other questions."""
    if baseline.made_from["set"]["sha256"] != sha256:
        raise OtherSet(baseline=baseline.folder, set=baseline.made_from["set"]["name"])


def gate(baseline: Run, new: Run, margins: Margins, seed: int = 0) -> Gate:
    """Hold a run against its baseline. Raises OtherSet."""
    same_set(baseline, new.made_from["set"]["sha256"])
    compared = compare(baseline, new, seed)
    missing = missing_studies(baseline, new.made_from["corpus"]["studies"])
    checks = (*missing, *_fewer(baseline, new, margins), *_floors(new, margins), *_averages(compared, margins))
    return Gate(checks, compared)


def _fewer(baseline: Run, new: Run, margins: Margins) -> Iterator[Check]:
    """A failed check for each measure that the new run has of fewer questions: what is not measured cannot pass."""
    for measure in {**margins.margins, **margins.of_wrong}:
        if measure not in _OF_QUOTES:
            before, now = (sum(measure in row.values for row in run.rows) for run in (baseline, new))
            if now < before:
                yield Check(measure, "fewer", "worse", met=now, wanted=before)


def _floors(new: Run, margins: Margins) -> Iterator[Check]:
    index, quotes = new.summary["index"], new.summary["fidelity"]
    shown = quotes["quotes"] + quotes["unread"]  # what cannot be read again is not found
    met = {
        "quotes_loose": quotes["found"] / shown if shown else 1.0,
        "nearest_recall": index["nearest_recall@10"],
        "vectors_as_embedded": index["vectors_as_embedded"],
        "words_as_analysed": index["words_as_analysed"],
        "inflections_meet": index["inflections_meet"],
    }
    for name, wanted in margins.floors.items():
        yield Check(name, "all", "passes" if met[name] >= wanted else "worse", met=met[name], wanted=wanted)


def _averages(comparison: Comparison, margins: Margins) -> Iterator[Check]:
    for compared in comparison.measures:
        margin, sign = _margin(compared, margins)
        if margin is not None:
            outcome = judged(compared.difference, compared.p_holm, margin, sign)
            yield Check(compared.measure, compared.group, outcome, margin=margin, compared=compared)


def _margin(compared: Compared, margins: Margins) -> tuple[float | None, int]:
    """The margin of a measure, None where it has none, and 1 where more is better, -1 where less is."""
    if compared.group != "all":
        wanted = margins.margins.get(compared.measure) if compared.measure in margins.pair_measures else None
        return (wanted * margins.pair_factor if wanted is not None else None), 1
    if compared.measure in margins.of_wrong:
        return margins.of_wrong[compared.measure], -1
    return margins.margins.get(compared.measure), 1


def judged(d: Difference, p: float, margin: float, sign: int = 1) -> Outcome:
    """Not worse by more than the margin (non-inferiority), worse beyond it, or neither can be said.

    Passes where the lower end of the 95 % interval of the difference is above minus the margin (Wellek 2010, Testing
    Statistical Hypotheses of Equivalence and Noninferiority). Worse where the difference is beyond the margin and p,
    as adjusted for all that was compared, says that it is no chance.
    """
    loss = -sign * d.difference
    most = max(-sign * bound for bound in d.interval)
    if most <= margin:
        return "passes"
    return "worse" if loss > margin and p <= ALPHA else "cannot_tell"


def read_margins(path: Path | None = None) -> Margins:
    """The margins of a file, or those that come with the project. Raises BadMargins."""
    path = path or Path(__file__).parent / "margins.toml"
    try:
        given = tomllib.loads(path.read_text("utf-8"))
        return Margins(
            floors=_known(given["floors"], _FLOORS),
            margins=_known(given["margins"], {*MAIN, *_OF_QUOTES}),
            of_wrong=_known(given["margins_of_wrong"], LESS_IS_BETTER),
            pair_factor=float(given["pairs"]["factor"]),
            pair_measures=tuple(_known(dict.fromkeys(list(given["pairs"]["measures"]), 0), set(MAIN))),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadMargins(file=path, why=error) from error


def _known(given: Mapping[str, Any], names: Collection[str]) -> dict[str, float]:
    """The values as numbers. Raises ValueError for a name that nothing is measured by."""
    if unknown := [name for name in given if name not in names]:
        raise ValueError(f"nothing is measured by the name {', '.join(sorted(unknown))}")
    return {name: float(value) for name, value in given.items()}


_OF_QUOTES = ("quotes_strict", "sentence_support")
_FLOORS = {"quotes_loose", "nearest_recall", "vectors_as_embedded", "words_as_analysed", "inflections_meet"}
