"""Which outcomes a sentence speaks of, and which way it says that they went; the words are in `outcomes.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from corpus.language import SCANDINAVIAN
from corpus.words import Language
from retriever.answer import Direction
from retriever.wordlist import WordList

_TOML = Path(__file__).parent / "outcomes.toml"
_GRAMMAR = frozenset({"lower", "higher", "unchanged", "negation", "unsaid", "back"})
"""Tables of the file that are no outcomes."""
_BOTH: frozenset[str] = frozenset({"lower", "higher", "unchanged"})
"""Lists of an outcome whose words say its direction too, with a "not" that may stand between them."""
_TURNED: dict[Direction, Direction] = {"lower": "higher", "higher": "lower"}

_FAR = 12
"""Most words between a direction and its outcome."""
_NEAR = 3
"""The same for a comparative before it: "lower levels of property crime"."""
_AND = 4
"""How many words "and" or a comma counts for: what is beyond it is further away than it looks."""
_NEGATED_BEFORE = 5
_NEGATED_AFTER = 2

_CLAUSES = re.compile(
    r"[;:?!]|\.\s|\s[–—]\s|,?\s(?:but|while|whereas|although|though|and that|men|medan|fast|trots att|och att)\b"
    r"|,\s(?:and|with|which|so|och|vilket|som|så)\b"
)
_PREDICATE = re.compile(r"\b(?:was|were|is|are|been|var|är|blev|blir|varit|låg|per ?cent|procent)\b|%")
_ENDED = re.compile(
    r"\W*$|\s?[,(\d]|\s(?:with|in|than|for|at|after|on|to|inside|where|by|when|during|and)\b"
    r"|\s(?:och|än|i|efter|på|vid|under|med|där|för)\b"
)
_PAUSE = re.compile(r",|\b(?:and|och|samt|or|eller)\b")
_SIGN = re.compile(r"(?<![^\s(])(?:(?P<lower>[-−–])|\+)\d+(?:[.,]\d+)?\s?(?:%|per ?cent\b|procent\b)")
_INTERVAL = re.compile(r"\b(?:ci|ki|cri)\b|interval")


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words of a sentence that name an outcome; `kind` is the list they are in."""

    start: int
    end: int
    outcome: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words of a sentence that tell a direction. `kind` is the list they are in."""

    start: int
    end: int
    says: Direction
    kind: str


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a sentence in small letters, with what it names and tells, by place in the clause."""

    text: str
    mentions: tuple[_Mention, ...]
    cues: tuple[_Cue, ...]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The lists of one language."""

    outcomes: WordList
    cues: WordList
    base: frozenset[str]
    lists: Mapping[str, WordList]


@cache
def _file() -> dict[str, dict[str, dict[str, list[str]]]]:
    with _TOML.open("rb") as file:
        return tomllib.load(file)


def outcome_keys() -> tuple[str, ...]:
    """The keys of all outcomes, in the order of the list; each has a name for people, `outcome_<key>`."""
    return tuple(key for key in _file() if key not in _GRAMMAR)


@cache
def _lexicon(language: Language) -> _Lexicon:
    tables = {name: table.get(language, {}) for name, table in _file().items()}
    ways = {way: tables[way] for way in ("lower", "higher", "unchanged")}
    flat = {
        f"{name} {kind}": WordList(dict.fromkeys(words, (name, kind)))
        for name in ("negation", "unsaid", "back")
        for kind, words in tables[name].items()
    }
    return _Lexicon(
        outcomes=WordList(_by_word({key: tables[key] for key in outcome_keys()})),
        cues=WordList(_by_word(ways)),
        base=frozenset(word for lists in ways.values() for word in lists.get("base", ())),
        lists=flat,
    )


def _by_word(tables: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, tuple[str, str]]:
    return {word: (name, kind) for name, lists in tables.items() for kind, words in lists.items() for word in words}


def outcomes(sentence: str, language: str) -> tuple[str, ...]:
    """Keys of the outcomes a sentence names: those it gives a direction first, then in the order they are named."""
    found = _read(sentence, _own(language))
    return tuple(sorted(found, key=lambda key: not found[key]))


def direction(sentence: str, language: str, outcome: str) -> Direction:
    """Which way the sentence says that an outcome went; "" where it does not say, or says more than one thing.

    "unchanged" means that no effect was shown, which is not the same as shown to have no effect.
    """
    return _read(sentence, _own(language)).get(outcome, "")


def _own(language: str) -> Language:
    return "sv" if language in SCANDINAVIAN else "en"


@lru_cache(maxsize=4096)
def _read(sentence: str, language: Language) -> dict[str, Direction]:
    """Every outcome named, in order, and its direction."""
    lexicon = _lexicon(language)
    text = sentence.lower()
    clauses = [_clause(lexicon, part) for part in _parts(text)]
    named = list(dict.fromkeys(mention.outcome for clause in clauses for mention in clause.mentions))
    if not named or _says_nothing(lexicon, text):
        return dict.fromkeys(named, "")
    said: dict[str, set[Direction]] = {key: set() for key in named}
    before = ""
    for clause in clauses:
        for key, way in _told(lexicon, clause, before):
            said[key].add(way)
        before = clause.mentions[-1].outcome if clause.mentions else before
    return {key: next(iter(ways)) if len(ways) == 1 else "" for key, ways in said.items()}


def _parts(text: str) -> list[str]:
    """A sentence cut into clauses, without the words it is cut at."""
    ends = [(0, 0), *(match.span() for match in _CLAUSES.finditer(text)), (len(text), len(text))]
    return [text[end:start] for (_, end), (start, _) in pairwise(ends)]


def _clause(lexicon: _Lexicon, text: str) -> _Clause:
    mentions = tuple(_Mention(*found) for found in lexicon.outcomes.find(text))
    taken = [(m.start, m.end) for m in mentions]
    cues = (_Cue(start, end, _way(name), kind) for start, end, name, kind in lexicon.cues.find(text))
    own = [cue for cue in cues if not any(cue.start < end and start < cue.end for start, end in taken)]
    cues_told = [cue for cue in own if cue.kind != "not"] + _signs(text)
    return _Clause(text, tuple(m for m in mentions if m.kind != "not"), tuple(cues_told))


def _way(name: str) -> Direction:
    return "lower" if name == "lower" else "higher" if name == "higher" else "unchanged"


def _signs(text: str) -> list[_Cue]:
    """Signs, as in "-14 %" and "+3 %", where they are not the ends of an interval."""
    if _INTERVAL.search(text):
        return []
    return [_Cue(*m.span(), "lower" if m["lower"] else "higher", "verbs") for m in _SIGN.finditer(text)]


def _says_nothing(lexicon: _Lexicon, text: str) -> bool:
    """Is it a question, a plan, a thought or a rule for writing?"""
    return (
        text.rstrip(" \"'”’").endswith("?")
        or lexicon.lists["unsaid opening"].opens(text)
        or lexicon.lists["unsaid anywhere"].within(text)
    )


def _told(lexicon: _Lexicon, clause: _Clause, before: str) -> Iterator[tuple[str, Direction]]:
    """Outcomes and the way they went, as one clause tells it; "" spoils what the rest of the sentence says."""
    if lexicon.lists["unsaid clause"].within(clause.text):
        return
    for mention, cue in _pairs(lexicon, clause):
        way = _negated(lexicon, clause, cue)
        if mention is not None:
            yield mention.outcome, _turned(mention, way)
        elif before and not clause.mentions and lexicon.lists["back words"].within(clause.text):
            yield before, way
    if not clause.cues and _stands_alone(lexicon, clause):
        yield from ((mention.outcome, "unchanged") for mention in clause.mentions)


def _pairs(lexicon: _Lexicon, clause: _Clause) -> Iterator[tuple[_Mention | None, _Cue]]:
    """Each direction that is told as a finding, and the outcome it belongs to."""
    both = ((mention, _own_cue(mention)) for mention in clause.mentions if mention.kind in _BOTH)
    apart = ((_nearest(clause, cue), cue) for cue in clause.cues if not _is_aim(lexicon, clause, cue))
    possible = lexicon.lists["unsaid change"].within(clause.text)
    return ((mention, cue) for mention, cue in (*both, *apart) if cue.says == "unchanged" or not possible)


def _own_cue(mention: _Mention) -> _Cue:
    """The direction within an outcome's words: "felt not safer" holds its negation, "no displacement" is one."""
    start = mention.start if mention.kind == "unchanged" else mention.end
    return _Cue(start, mention.end, _way(mention.kind), mention.kind)


def _is_aim(lexicon: _Lexicon, clause: _Clause, cue: _Cue) -> bool:
    """Is it what someone wants ("to reduce crime"), and not what was found ("was found to reduce crime")?"""
    if clause.text[cue.start : cue.end] not in lexicon.base:
        return False
    words = clause.text[: cue.start].split()
    nearest = words[-2:-1] if words and words[-1].endswith("ly") else words[-1:]
    return (
        lexicon.lists["unsaid aim"].within(" ".join(nearest))
        and not lexicon.lists["unsaid found"].within(" ".join(words[-6:]))
    )  # fmt: skip


def _nearest(clause: _Clause, cue: _Cue) -> _Mention | None:
    """The outcome that a word of direction belongs to, if it has one."""
    plain = [mention for mention in clause.mentions if mention.kind not in _BOTH]
    reach = [(far, m) for m in plain if (far := _distance(clause, cue, m)) is not None]
    return min(reach, key=lambda pair: pair[0])[1] if reach else None


def _distance(clause: _Clause, cue: _Cue, mention: _Mention) -> int | None:
    """Words between a direction and an outcome; None where they cannot belong together."""
    after = mention.start >= cue.end
    start, end = (cue.end, mention.start) if after else (mention.end, cue.start)
    if any(start <= other.start < end for other in clause.cues):
        return None
    between = clause.text[start:end]
    words = len(between.split())
    if words > (_NEAR if after and cue.kind == "comparatives" else _FAR):
        return None
    if not after and not _may_follow(clause, cue, between):
        return None
    return words + _AND * len(_PAUSE.findall(between))


def _may_follow(clause: _Clause, cue: _Cue, between: str) -> bool:
    """Can it be said of what stands before it: "crime was lower in", and not "trust was linked to lower costs"?"""
    if cue.kind != "comparatives":
        return cue.kind != "transitive"
    return _PREDICATE.search(between) is not None and _ENDED.match(clause.text, cue.end) is not None


def _negated(lexicon: _Lexicon, clause: _Clause, cue: _Cue) -> Direction:
    """What a direction says with its negation; "no effect" that is negated says nothing."""
    negation = {kind: lexicon.lists[f"negation {kind}"] for kind in ("before", "after", "far", "only")}
    before = clause.text[: cue.start]
    near = " ".join(before.split()[-_NEGATED_BEFORE:])
    behind = " ".join(clause.text[cue.end :].split()[:_NEGATED_AFTER])
    negated = (
        (negation["before"].within(near) and not negation["only"].within(near))
        or (cue.says != "unchanged" and negation["after"].within(behind) and not negation["only"].within(behind))
        or negation["far"].within(before)
    )
    if not negated:
        return cue.says
    return "unchanged" if cue.says != "unchanged" else ""


def _turned(mention: _Mention, way: Direction) -> Direction:
    return _TURNED.get(way, way) if mention.kind == "inverse" else way


def _stands_alone(lexicon: _Lexicon, clause: _Clause) -> bool:
    """Does the clause only deny what the clause before it said: "but violent crime did not"?"""
    alone = lexicon.lists["negation alone"]
    return alone.opens(clause.text) or alone.within(" ".join(clause.text.rstrip(" .").split()[-2:]))
