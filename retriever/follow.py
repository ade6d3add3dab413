"""A question that refers to the one before it, and the words it takes from there.

No model: patterns tell whether a question follows on, and the words of the earlier one that carry matter come along.
They are shown and may be dropped, for what a new question replaces cannot be known by rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from corpus.choice import EVERYTHING, Choice
from corpus.gloss import Glosser, content_pieces
from corpus.language import FUNCTION_WORDS, content_stems, question_language, stem, tokens
from corpus.words import Fault, Language
from retriever.answer import Carried

MOST_CARRIED = 12
_MOST_MATTER = 5
_MOST_FRAGMENT = 3
_MOST_OPENED = 2

_OPENING = {
    "sv": re.compile(
        r"(?:och|men|eller|fast|samma för)\b"
        r"|(?:hur|vad) (?:är|var|blir|ser|såg) det (?:ut )?(?:med|i|på|för|hos|vid|under|inom|bland|då|där|nu)\b"
        r"(?! (?:skillnad|slags|sorts|för slags)\b)"
    ),
    "en": re.compile(
        r"(?:and|but|or|what about|how about|how is it|same for|also (?:in|for|at|on)|so (?:what|how|why))\b"
        r"(?! possible)"
    ),
}
"""How a follow-up opens."""
_CLOSING = {
    "sv": re.compile(r"\b(?:då|istället|i stället|också|annars|där)$"),
    "en": re.compile(r"\b(?:then|instead|too|as well|either|otherwise|there)$"),
}
_EXPLETIVE = {
    "sv": re.compile(
        r"\bfinns det\b|\bdet finns\b|\bär det (?:som|för|från)\b|\bom det(?= )|\bdet(?: sig)? att\b"
        r"|\b(?:krävs|behövs|lönar|går|kostar|tar|hjälper|räcker|dröjer|spelar|stämmer|fungerar|är|var|blir|gäller|känns"
        r"|vore|brukar|har|gör) det (?:\w+ ){0,5}?(?:att|som|innan|tills|om|än|med)(?= )"
    ),
    "en": re.compile(
        r"\bis it that\b|\bwhen it comes\b|\b(?:those|these|they|that) (?:who|which|that|with|living)\b"
        r"|\bit (?:be |not )?(?:(?:ever|really|always|so|more|less|too|very|much|any) )?"
        r"(?:possible|true|legal|illegal|allowed|worth|worthwhile|necessary|important|better|best|good|enough|common|easy"
        r"|hard|difficult|fair|right|wrong|cheaper|cheap|expensive|safe|safer|cost|take|pay|help|matter|make|mean|known"
        r"|clear|likely|effective|useful|reasonable|permitted|correct|wise)\b(?: \w+){0,4}? "
        r"(?:to|that|if|when|whether|for \w+ to|before)(?= )"
        r"|\bit worth \w+ing\b"
    ),
}
"""Where "det" and "it" stand for what comes after them, or for nothing."""
_PRONOUNS = {
    "sv": frozenset("det den de dem dess deras detta denna dessa".split()),
    "en": frozenset("it they them its their that this these those".split()),
}
_POINTING = frozenset("detta denna dessa this these".split())
_TIMES = frozenset("year country day days month week".split())
_NOT_ALWAYS = frozenset("that those".split())
_PREPOSITIONS = {
    "sv": frozenset("i på för mot av hos vid under med utan inom efter före till från nattetid dagtid".split()),
    "en": frozenset("in at for on by with under during without within after before to from of against".split()),
}
_FRAGMENT = {
    "sv": frozenset("i på för mot hos vid under utan inom efter före bland även nattetid".split()),
    "en": frozenset("in at for on by under during without within among even outside".split()),
}
"""Words that a question which is only a piece of one opens with ("I Sverige?", "At night?")."""
_BOUNDARIES = frozenset(
    "och men eller när eftersom medan som and but or if when because while which who so although where".split()
)
_ASKING = frozenset("vad hur vilka vilken vilket vem varför när what how which who whom whose why when where".split())
_AUXILIARIES = frozenset(
    "do does did is are was were can could should will would has have had may might must isn aren doesn don about of "
    "for on like why how".split()
)
_EMPTY = {
    "sv": frozenset(
        "mer mera mest många flera fler annars istället stället andra annat annan sådan sådana sak lika "
        "likadant ge ger menar menas berätta förklara utveckla exakt egentligen alltid ännu bara säker säkert "
        "länge ofta långt snart".split()
    ),
    "en": frozenset(
        "much many one ones else others another instead though too really exactly give mean means tell explain "
        "elaborate please go thing things way s t re ve ll d doesn isn aren don didn wasn sure get got let "
        "long often far soon".split()
    ),
}
"""Words that name no matter, though they are no grammar words."""
_ABOUT_EVIDENCE = {
    "sv": "studie studier forskning forskningen exempel siffror belägg bevis evidens data källor undantag".split(),
    "en": "study studies research example figures numbers evidence proof data source exceptions".split(),
}
_COPULAS = ("är", "var", "blir")
_COUNTED = frozenset("två tre fyra fem mesta flesta".split())
_DESCRIBED = re.compile(r"(?:a|e|små)$")
_DEFINITE = re.compile(r"(?:n|t|na|aste|sta)$")


class NothingBefore(Fault):
    """A question refers to an earlier one, and there is none."""

    code = "nothing_before"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The question before: its text, the terms it carried itself where it was a follow-up too, and its filters."""

    text: str
    carried: tuple[str, ...] = ()
    choice: Choice = EVERYTHING

    @property
    def language(self) -> Language:
        """The language it was asked in. Raises OtherLanguage."""
        return question_language(" ".join([self.text, *self.carried]))


def follow(
    text: str, language: Language, earlier: Earlier | None, glosser: Glosser, dropped: Collection[str] = ()
) -> tuple[Carried, ...]:
    """What a question takes from the one before it; nothing where it is complete in itself.

    Raises NothingBefore where it means nothing without an earlier question and there is none.
    """
    if earlier is not None:
        return carry(earlier, text, language, glosser, dropped) if follows_on(text, language) else ()
    if means_nothing_alone(text, language):
        raise NothingBefore(question=text)
    return ()


def follows_on(text: str, language: Language) -> bool:
    """Does a question refer to something before it?

    It does when it opens or closes as follow-ups do, is a piece of a question ("I Sverige?"), has a pronoun that stands
    for nothing in the question itself, or is a sentence without matter of its own. Keywords stand on their own.
    """
    words, matter = tokens(text), _matter(text, language)
    if len(words) == 1 and words[0] not in FUNCTION_WORDS[language] | _EMPTY[language]:
        return False
    return (
        _opens(words, language)
        or (not matter and not _are_keywords(words, language))
        or (len(matter) <= _MOST_FRAGMENT and (_closes(words, language) or _is_fragment(words, language)))
        or (len(matter) <= _MOST_MATTER and _has_standing_pronoun(words, language))
    )


def means_nothing_alone(text: str, language: Language) -> bool:
    """Is a follow-up so bare that it cannot be searched for? Those that name enough matter can."""
    if not follows_on(text, language):
        return False
    words, matter = tokens(text), _matter(text, language)
    if _opens(words, language):
        return len(matter) <= _MOST_OPENED
    return not matter or (len(matter) == 1 and _has_standing_pronoun(words, language))


def carried(
    earlier: Earlier, text: str, language: Language, glosser: Glosser, dropped: Collection[str] = ()
) -> tuple[str, ...]:
    """The terms that `carry` carries, as they are searched for."""
    return tuple(found.term for found in carry(earlier, text, language, glosser, dropped))


def carry(
    earlier: Earlier, text: str, language: Language, glosser: Glosser, dropped: Collection[str] = ()
) -> tuple[Carried, ...]:
    """The words and known phrases of an earlier question that carry matter, oldest first, at most 12.

    Left out are those that the new question has itself, by their stems, and those in `dropped`, in either language and
    whatever their case. Nothing is taken to be replaced: after "… for men?", "And for women?" carries "men" too.
    A term from a question in the other language is carried as its likeliest equivalent. Raises OtherLanguage.
    """
    before = earlier.language
    older = [found for term in earlier.carried for found in _terms(term, before, language, glosser, whole=True)]
    newer = _terms(earlier.text, before, language, glosser)[:MOST_CARRIED]
    seen = set(content_stems(text, language)) | {stem(word, language) for word in tokens(text)}
    unwanted = {term.casefold() for term in dropped}
    kept: list[Carried] = []
    for found in [*older, *newer]:
        stems = set(content_stems(found.term, language)) or set(tokens(found.term))
        if not stems <= seen and not unwanted & {found.term.casefold(), found.source.casefold()}:
            kept.append(found)
            if len(stems) == 1:  # "rädsla" stays beside "rädsla för brott", as "brott" does
                seen |= stems
    return tuple(dict.fromkeys(kept))[-MOST_CARRIED:]


def _terms(text: str, before: Language, now: Language, glosser: Glosser, whole: bool = False) -> list[Carried]:
    """The terms of a text in the language `before`, for a question in the language `now`; `whole`: it is one term."""
    gloss = glosser.gloss(text, before)
    if whole:
        return [Carried(text if before == now else gloss.text, text)]
    empty = _EMPTY[before]
    pieces = [p for p in content_pieces(gloss, before) if not set(tokens(p.source)) <= empty]
    return [Carried(piece.source if before == now else piece.first, piece.source) for piece in pieces]


def _matter(text: str, language: Language) -> list[str]:
    """The words of a question that name matter: no grammar, and no talk of evidence in general."""
    plain = FUNCTION_WORDS[language] | _EMPTY[language]
    evidence = {stem(word, language) for word in _ABOUT_EVIDENCE[language]}
    return [word for word in tokens(text) if word not in plain and stem(word, language) not in evidence]


def _are_keywords(words: Sequence[str], language: Language) -> bool:
    """Are these words with no grammar between them, as one types into a search box?"""
    return not any(word in FUNCTION_WORDS[language] | _EMPTY[language] for word in words)


def _opens(words: Sequence[str], language: Language) -> bool:
    return bool(_OPENING[language].match(" ".join(words)))


def _closes(words: Sequence[str], language: Language) -> bool:
    return bool(_CLOSING[language].search(" ".join(words))) and not _has_antecedent(words, len(words), language)


def _is_fragment(words: Sequence[str], language: Language) -> bool:
    return words[0] in _FRAGMENT[language] and not _ASKING & set(words)


def _has_standing_pronoun(words: Sequence[str], language: Language) -> bool:
    """Is there a pronoun that stands for the matter of an earlier question?"""
    left = tokens(_EXPLETIVE[language].sub(" … ", " ".join(words)))
    return any(
        word in _PRONOUNS[language] and _stands(left, at, language) and not _has_antecedent(left, at, language)
        for at, word in enumerate(left)
    )


def _stands(words: Sequence[str], at: int, language: Language) -> bool:
    """Does the pronoun at a place stand by itself, as subject or as object?"""
    after = list(words[at + 1 : at + 3])
    if words[at] in _POINTING:
        return not after or after[0] not in _TIMES
    if _is_article(words[at - 1] if at else "", words[at], after):
        return False
    if words[at] in _NOT_ALWAYS:
        return not after or (at > 0 and words[at - 1] in _AUXILIARIES)
    if not after or after[0] in _PREPOSITIONS[language]:
        return len(_matter(" ".join(words[:at]), language)) <= _MOST_FRAGMENT
    return _is_subject(words, at, language)


def _is_article(before: str, word: str, after: Sequence[str]) -> bool:
    """Is "det", "den" or "de" part of what follows it ("det offentliga rummet", "de boende", "den som")?"""
    if word not in ("det", "den", "de", "dem") or not after:
        return False
    if "som" in after or after[0] in _COUNTED or after[0].isdigit():
        return True
    if word == "de" and len(after) == 1 and before in _COPULAS:
        return False  # "Är de effektiva?"
    described = bool(_DESCRIBED.search(after[0]))
    return described and (word == "de" or (len(after) > 1 and bool(_DEFINITE.search(after[1]))))


def _is_subject(words: Sequence[str], at: int, language: Language) -> bool:
    """Does nothing but grammar, or in Swedish the verb, come before the pronoun?"""
    before = [i for i in range(at) if _matter(words[i], language)]
    if language == "sv":
        if at and words[at] == "det" and words[at - 1] in _COPULAS:
            return not before and len(_matter(" ".join(words[at:]), language)) < 2
        return before in ([], [at - 1])
    return not before


def _has_antecedent(words: Sequence[str], at: int, language: Language) -> bool:
    """Does a clause with matter end before this place, so that a pronoun here stands for something in it?"""
    return any(words[i] in _BOUNDARIES and _matter(" ".join(words[:i]), language) for i in range(at))
