"""Word forms to dictionary forms, in Swedish and English, and Swedish compounds to their parts.

Rules propose, the headwords decide: a form is taken for an inflection only of a headword that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

Rules = tuple[tuple[str, tuple[str, ...]], ...]
"""(ending, what may stand in its place), the longest endings first."""

_NOUN: Rules = (
    ("heterna", ("het",)), ("heter", ("het",)),
    ("orna", ("a",)), ("arna", ("", "e", "are")), ("erna", ("", "e", "um", "a")), ("rna", ("", "re")),
    ("ena", ("", "e")), ("na", ("", "e")),
    ("or", ("a", "o")), ("ar", ("", "e")), ("er", ("", "e", "um", "a")), ("r", ("",)),
    ("en", ("", "um")), ("et", ("", "um")), ("n", ("",)), ("t", ("",)),
)  # fmt: skip
_VERB: Rules = (
    ("andes", ("a",)), ("ande", ("a", "")), ("endes", ("",)), ("ende", ("", "a")),
    ("dde", ("", "da")), ("tte", ("ta",)), ("de", ("", "a")), ("te", ("a",)),
    ("dda", ("", "da")), ("tta", ("ta",)), ("da", ("", "a")), ("ta", ("a",)),
    ("tt", ("", "da", "ta")), ("dd", ("", "da")), ("t", ("", "a")), ("d", ("", "a")),
    ("er", ("a",)), ("r", ("", "ra")), ("", ("a",)),
)  # fmt: skip
_ADJECTIVE: Rules = (
    ("aste", ("",)), ("ast", ("",)), ("are", ("",)), ("sta", ("",)), ("st", ("",)), ("re", ("",)),
    ("de", ("d",)), ("tt", ("", "d", "tt")), ("et", ("en",)), ("t", ("", "d")), ("a", ("", "ad")), ("e", ("",)),
)  # fmt: skip
_FROM_VERB: Rules = (
    ("ningarnas", ("a", "")), ("ningarna", ("a", "")), ("ningens", ("a", "")), ("ningen", ("a", "")),
    ("ningar", ("a", "")), ("nings", ("a", "")), ("ning", ("a", "")),
    ("andet", ("a", "")), ("elsen", ("a",)), ("else", ("a",)),
)  # fmt: skip
_FROM_ADJECTIVE: Rules = (
    ("heternas", ("",)), ("heterna", ("",)), ("heter", ("",)), ("hetens", ("",)), ("heten", ("",)),
    ("hets", ("",)), ("het", ("",)))  # fmt: skip
_SWEDISH: dict[str, Rules] = {"noun": _NOUN, "adj": _ADJECTIVE, "verb": _VERB, "name": _NOUN, "num": _ADJECTIVE}
_ENGLISH: Rules = (
    ("'s", ("",)), ("’s", ("",)), ("ies", ("y",)), ("ied", ("y",)), ("ier", ("y",)), ("iest", ("y",)), ("ily", ("y",)),
    ("ves", ("f", "fe")), ("es", ("", "e", "is")), ("s", ("",)),
    ("ing", ("", "e")), ("ed", ("", "e")), ("est", ("", "e")), ("er", ("", "e")),
    ("ally", ("", "al")), ("ly", ("", "le")),
)  # fmt: skip
_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    am:be is:be are:be was:be were:be been:be being:be has:have had:have does:do did:do done:do went:go gone:go
    said:say made:make took:take taken:take came:come saw:see seen:see got:get gave:give given:give found:find
    thought:think told:tell became:become left:leave felt:feel brought:bring began:begin begun:begin kept:keep
    held:hold wrote:write written:write stood:stand heard:hear meant:mean met:meet ran:run paid:pay sat:sit
    spoke:speak spoken:speak led:lead grew:grow grown:grow lost:lose fell:fall fallen:fall sent:send built:build
    understood:understand drew:draw drawn:draw broke:break broken:break spent:spend rose:rise risen:rise
    drove:drive driven:drive bought:buy wore:wear worn:wear chose:choose chosen:choose caught:catch taught:teach
    sought:seek fought:fight shot:shoot stole:steal stolen:steal struck:strike threw:throw thrown:throw hid:hide
    hidden:hide sold:sell knew:know known:know showed:show shown:show dealt:deal slept:sleep won:win bound:bind
    children:child men:man women:woman people:people police:police feet:foot teeth:tooth mice:mouse lives:life
    better:good best:good worse:bad worst:bad less:little least:little more:much most:much further:far
    data:data criteria:criterion phenomena:phenomenon analyses:analysis crises:crisis hypotheses:hypothesis
    theses:thesis bases:basis media:media indices:index matrices:matrix
    """.split()
)
_AMERICAN: Rules = (
    ("ization", ("isation",)), ("izations", ("isations",)), ("izing", ("ising",)), ("ized", ("ised",)),
    ("izes", ("ises",)), ("ize", ("ise",)), ("yze", ("yse",)), ("yzed", ("ysed",)), ("yzing", ("ysing",)),
    ("or", ("our",)), ("ors", ("ours",)), ("oring", ("ouring",)), ("ored", ("oured",)), ("oral", ("oural",)),
    ("orhood", ("ourhood",)), ("orhoods", ("ourhoods",)), ("orable", ("ourable",)),
    ("er", ("re",)), ("ers", ("res",)), ("ense", ("ence",)), ("enses", ("ences",)), ("og", ("ogue",)),
    ("aled", ("alled",)), ("eled", ("elled",)), ("eling", ("elling",)), ("aling", ("alling",)), ("gram", ("gramme",)),
    ("grams", ("grammes",)),
)  # fmt: skip

_LEAST_PART = 3
_LONG_PART = 7
_LINKING = ("ing", "het", "skap", "ion", "tet", "else", "dom", "nad", "lek", "ling", "ämne", "arbet")
_LONGEST_WORD = 60
_MOST_PARTS = 4
_LAST_CLASSES = ("noun", "adj", "verb")
_FIRST_CLASSES = ("prefix", "noun", "adj", "name", "num", "pron", "verb", "prep", "adv")
_NEVER_LAST = frozenset("and anda bar bara era het heta hot lös lösa ring ringa skap skapa ära öra öre".split())
"""Headwords that look like endings of words ("-het", "-era"), and so end no compound here."""
_BEFORE_VOWEL = {"o": "a", "u": "a", "e": "a"}  # kvinno-, gatu-, fråge-


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a word form: as a form of this headword in this word class."""

    headword: str
    word_class: str


Classes = Callable[[str], Collection[str]]
"""The word classes in which a string is a headword; none where it is no headword."""

ReadPart = Callable[[str, Classes], Reading | None]
"""Reads a string as a part of a compound."""


def swedish_readings(form: str, classes: Classes) -> list[Reading]:
    """What a lower-case Swedish form may be an inflection of: first those that keep most of the form."""
    found = dict.fromkeys(_swedish(form, classes))
    if len(form) > 3 and form.endswith("s"):  # a genitive or a passive
        base = form[:-1]
        found |= dict.fromkeys(Reading(base, name) for name in classes(base))
        found |= dict.fromkeys(_swedish(base, classes))
    if not found:
        found = dict.fromkeys(_by_rules(form, "verb", _FROM_VERB, classes))
        found |= dict.fromkeys(_by_rules(form, "adj", _FROM_ADJECTIVE, classes))
    return sorted(found, key=lambda r: (-_shared(form, r.headword), _rank(r.word_class), len(r.headword)))


def _rank(word_class: str) -> int:
    """How early a word class comes among readings that keep as much of the form."""
    return list(_SWEDISH).index(word_class) if word_class in _SWEDISH else len(_SWEDISH)


def _swedish(form: str, classes: Classes) -> Iterator[Reading]:
    for word_class, rules in _SWEDISH.items():
        yield from _by_rules(form, word_class, rules, classes)


def _by_rules(form: str, word_class: str, rules: Rules, classes: Classes) -> Iterator[Reading]:
    for ending, replacements in rules:
        if form.endswith(ending) and len(form) - len(ending) >= 2:
            for base in _bases(form[: len(form) - len(ending)], ending, replacements):
                if base != form and word_class in classes(base):
                    yield Reading(base, word_class)


def _bases(stem: str, ending: str, replacements: tuple[str, ...]) -> Iterator[str]:
    """The stem with each replacement; undoubled (rumm-et: rum); and with its e put back (nyckl-ar: nyckel)."""
    for replacement in replacements:
        yield stem + replacement
    if ending and "" in replacements and len(stem) > 2:
        if stem[-1] == stem[-2] and stem[-1] in "mn":
            yield stem[:-1]
        if stem[-1] in "lnr" and stem[-2] not in "aeiouyåäö":
            yield f"{stem[:-1]}e{stem[-1]}"


def _shared(form: str, headword: str) -> int:
    """How many letters the two begin with alike."""
    return next(
        (i for i, (a, b) in enumerate(zip(form, headword, strict=False)) if a != b), min(len(form), len(headword))
    )


def compound(form: str, classes: Classes) -> tuple[Reading, ...]:
    """The parts of a lower-case Swedish compound, in order; empty when it cannot be split.

    Fewest parts win, then the longest last part. Parts have at least three letters; the last may be inflected.
    """
    if not 2 * _LEAST_PART <= len(form) <= _LONGEST_WORD or not form.isalpha():
        return ()
    return next(filter(None, (_split(form, parts, classes) for parts in range(2, _MOST_PARTS + 1))), ())


def _split(form: str, parts: int, classes: Classes) -> tuple[Reading, ...]:
    for cut in range(_LEAST_PART * (parts - 1), len(form) - _LEAST_PART + 1):
        if found := _split_at(form, cut, parts, _last_part, classes):
            linked = form[cut] == "s" and _wants_link(form[:cut])
            return (linked and _split_at(form, cut + 1, parts, _last_part, classes)) or found
    return ()


def _split_at(form: str, cut: int, parts: int, read: ReadPart, classes: Classes) -> tuple[Reading, ...]:
    """The parts where `read` can read what follows the cut, and the rest can be split; else none."""
    part = read(form[cut:], classes) if len(form) - cut >= _LEAST_PART else None
    before = _before(form[:cut], parts - 1, classes) if part else ()
    return (*before, part) if part and before else ()


def _wants_link(left: str) -> bool:
    """Does -s- usually follow this part? It does after derived and after long words ("permutation-s-lag")."""
    return len(left) >= _LONG_PART or left.endswith(_LINKING)


def _before(left: str, parts: int, classes: Classes) -> tuple[Reading, ...]:
    """The parts before the last, which the link -s- or -e- may follow, or which lack one of three like letters."""
    spellings = [left]
    if len(left) > _LEAST_PART and (left[-1] in "se" or left[-1] == left[-2]):
        spellings.append(left[:-1])
    if len(left) >= _LEAST_PART and left[-1] not in "aeiouyåäö":
        spellings.append(left + left[-1])
    for spelling in spellings:
        if parts == 1:
            part = first_part(spelling, classes)
            found: tuple[Reading, ...] = (part,) if part else ()
        else:
            cuts = range(_LEAST_PART * (parts - 1), len(spelling) - _LEAST_PART + 1)
            splits = (_split_at(spelling, cut, parts, first_part, classes) for cut in cuts)
            found = next(filter(None, splits), ())
        if found:
            return found
    return ()


def first_part(form: str, classes: Classes) -> Reading | None:
    """A part that another follows: a headword as it is, without its last vowel, or with another (skol-, gatu-)."""
    spellings = [form, f"{form}a", f"{form}e"]
    if form[-1] in _BEFORE_VOWEL:
        spellings.append(form[:-1] + _BEFORE_VOWEL[form[-1]])
    readings = (_as(spelling, _FIRST_CLASSES, classes) for spelling in spellings)
    return next((r for r in readings if r and (r.word_class != "verb" or r.headword.endswith("a"))), None)


def _last_part(form: str, classes: Classes) -> Reading | None:
    readings = [Reading(form, name) for name in _LAST_CLASSES if name in classes(form)]
    readings += sorted(swedish_readings(form, classes), key=lambda r: r.word_class == "verb")
    return next((r for r in readings if len(r.headword) >= _LEAST_PART and _may_end(r)), None)


def _may_end(part: Reading) -> bool:
    """A noun or an adjective ends a compound, and so does a verb that is no short form ("har", "ville")."""
    verb = part.word_class == "verb" and part.headword.endswith("a") and len(part.headword) > _LEAST_PART
    return (verb or part.word_class in ("noun", "adj")) and part.headword not in _NEVER_LAST


def _as(spelling: str, wanted: tuple[str, ...], classes: Classes) -> Reading | None:
    here = classes(spelling)
    return next((Reading(spelling, name) for name in wanted if name in here), None)


def english_bases(form: str) -> Iterator[str]:
    """What a lower-case English form may be an inflection of, itself first, British spelling beside American."""
    for spelling in dict.fromkeys([form, *_british(form)]):
        yield spelling
        if spelling in _IRREGULAR:
            yield _IRREGULAR[spelling]
        for ending, replacements in _ENGLISH:
            if spelling.endswith(ending) and len(spelling) - len(ending) > 1:
                yield from _english_stems(spelling[: len(spelling) - len(ending)], replacements)


def _english_stems(stem: str, replacements: tuple[str, ...]) -> Iterator[str]:
    for replacement in replacements:
        yield stem + replacement
        yield from _british(stem + replacement)
    if len(stem) > 2 and stem[-1] == stem[-2]:
        yield stem[:-1]


def _british(form: str) -> Iterator[str]:
    for ending, replacements in _AMERICAN:
        if form.endswith(ending) and len(form) - len(ending) > 2:
            yield from (form[: len(form) - len(ending)] + replacement for replacement in replacements)
