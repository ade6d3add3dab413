"""The authors of a work, as they stand below its title, after "Författare", or in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.text import letters, one_line
from ingest.front.lines import RAISED

NAMES, NAME = 60, 200
"""Most authors of a work, and most letters of one name."""

_WORDS = (2, 6)  # of a person's name
_REACH, _WIDTH = 60, 400  # lines below the title in which authors are looked for, and letters of each
_PARTICLES = frozenset(
    "van von de der den af da di la le du ter ten el del della dos das do e y bin ibn al abu st zu zur".split()
)
_MARK = rf"[{RAISED}\d*∗†‡§¶#✉⁎☆\^~]"
_MARKS = re.compile(rf"(?:\s*(?:{_MARK}|\((?:{_MARK}|[a-z])\)|(?<=[\s,])[a-h](?=\s*(?:$|,)))\s*,?)+")
_ENDS_MARKED = re.compile(rf"(?:{_MARK}|(?<=[\s,])[a-h])\s*$")
_IDS = re.compile(
    r"https?://orcid\.org/[\dX-]+|\borcid\b:?\s*(?:\d{4}-){3}\d{3}[\dX]|(?:\d{4}-){3}\d{3}[\dX]|\S+@\S+|\(\s*\)",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r"(?:,\s*|\s+)(?:Ph\.?\s?D|M\.?D|M\.?Sc|B\.?Sc|MPH|Dr\.?\sPH|Fil\.\s?dr|Docent|Professor|FRCP|RN)\.?(?=$|[\s,;])"
)
_HONOUR = re.compile(
    r"^(?:(?:Dr|Prof|Professor|Docent|Fil\.?\s?dr|Mr|Ms|Mrs|Sir|Dame)\.?\s+|(?:by|av|written by|authors?:"
    r"|författare:)\s*)+",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:[;|·•]|\s&\s|\s(?i:and|och|und|et|og)\s)\s*|\s*,\s*(?:(?i:and|och|&)(?:\s+|$))?"
    r"|^(?i:and|och|&)\s+|\s(?i:and|och|&)$"
)
_FAMILY_FIRST = re.compile(r"^([^\W\d_][\w'’ -]*),\s?([^\W\d_][\w.'’ -]*)$")
_JOINS = re.compile(r"(?:,|;|&|\band|\boch)\s*$|(?:^|\s)[^\W\d_]\.$")
_JOINED = re.compile(r"^(?:,|;|&|and\b|och\b)")
_LABEL = re.compile(
    r"^(?:författare|authors?|rapportförfattare|text och analys|rapporten är skriven av|skriven av)\b\s*:?\s*(.*)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"universi|högskol|institut|department|school|college|faculty|centre\b|center\b|laborat|journal|press\b"
    r"|research|review|policy|polic[ei]|professor|author|correspond|keyword|abstract|summary|introduction|acknowled"
    r"|license|licens|running|published|publicer|accepted|forthcoming|report|rapport|volume|street\b|avenue|\broad\b"
    r"|sammanfattning|förord|innehåll|kommun\b|region\b|departement|myndighet|verket\b|rådet\b|ministry|agency"
    r"|council"
    r"|society|foundation|stiftelse|association|committee|kommitté|hospital|sjukhus|company|\b(?:inc|ltd|ab|gmbh"
    r"|llc)\b"
    r"|\b(?:the|of|for|from|in|on|at|to|på|om|för|till)\b|criminology|justice\b|sociology"
    r"|studies|science|consult|software|repository|archive|submitted|received|version|working paper|discussion"
    r"|edition"
    r"|download|available|copyright|open access|original|article|artikel|thesis|avhandling|uppsats|bilaga|appendix"
    r"|project manager|projektledare|handledare|supervisor|editor|redaktör|stockholm|göteborg|malmö|london|new york"
    r"|contents|figure|table|tabell|commission|exchange|employer|identification|number|symbol|system|strateg"
    r"|program|manual|national"
    r"|commercial|annual|quarter|security|securities|\b(?:model|rate|type|code|zip|your|part|open)\b|government"
    r"|regering|word count|disclosure|funding|police|crime|safety|trygg",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"^\W*(?:abstract|summary|sammanfattning|keywords?|key words|nyckelord|introduction|inledning"
    r"|acknowledge?ments?|corresponding"
    r"|correspondence|running head|funding|note\b|author.?s?.?.?note|contents|innehåll|references|disclosure"
    r"|background|bakgrund"
    r"|regeringen\b|förord|preface|statement of need|editor|redaktör|review(?:ed|ers?)\b)",
    re.IGNORECASE,
)


def below_title(lines: Sequence[tuple[str, float]], start: int) -> tuple[str, ...]:
    """The names that stand from line `start` on, in the print of the first line that holds one."""
    run: list[str] = []
    size = 0.0
    for line, own in ((line[:_WIDTH], own) for line, own in lines[start : start + _REACH]):
        if _STOP.match(line) or _is_running_text(line):
            break
        fits = not size or abs(own - size) < 0.6
        if fits and (_holds_names(line) or (run and _goes_on(run[-1], line))):
            size = own
            run.append(line)
        elif run and run[-1]:
            run.append("")  # what stands between two names parts them
    return names_in("".join(_joined(run)))


def _is_running_text(line: str) -> bool:
    words = line.split()
    return len(words) > 8 and sum(word[0].islower() for word in words) > 0.6 * len(words)


def labelled(texts: Sequence[str]) -> tuple[str, ...]:
    """The names after "Författare:" or "Authors:" on the first pages."""
    for text in texts:
        lines = [line[:_WIDTH] for line in text.split("\n")]
        for i, line in enumerate(lines):
            if (found := _LABEL.match(line.strip())) is None:
                continue
            below = [found[1]] if found[1] else list(_while_names(lines[i + 1 : i + 1 + NAMES]))
            if names := names_in("".join(_joined(below))):
                return names
    return ()


def _while_names(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not _holds_names(line):
            return
        yield line


def names_in(text: str) -> tuple[str, ...]:
    """The names of people in a list, given names first; what is no name in it is left out."""
    return tuple(dict.fromkeys(piece for piece in _pieces(text) if is_name(piece)))[:NAMES]


def _pieces(text: str) -> list[str]:
    """The parts of a list, tidied; a single letter is a mark that was left."""
    return [piece for piece in map(tidy_name, _AND.split(_DEGREES.sub("", _unmarked(text)))) if len(piece) > 1]


def listed(texts: Sequence[str]) -> tuple[str, ...]:
    """The authors that a file lists, one text each or several in one; "Wolfe, Scott E" becomes "Scott E Wolfe"."""
    found: list[str] = []
    for text in texts:
        turned = _FAMILY_FIRST.match(text.strip())
        if turned and (" " not in turned[1] or " " not in turned[2].strip()):
            found.append(tidy_name(f"{turned[2]} {turned[1]}"))
        else:
            found += map(tidy_name, _AND.split(_unmarked(text)))
    return tuple(dict.fromkeys(name for name in found if 4 < len(name) <= NAME and not name[0].islower()))[:NAMES]


def tidy_name(name: str) -> str:
    """The name without marks, titles and spaces around it; capitals throughout become common letters."""
    name = one_line(_HONOUR.sub("", name.strip(" .,;:|–-()[]" + RAISED + "*∗†‡§¶#")))
    return " ".join(map(_lowered, name.split())) if name.isupper() and len(name) > 4 else name


def _lowered(word: str) -> str:
    if len(word) <= 2 or "." in word:
        return word
    return "-".join(part[:1] + part[1:].lower() for part in word.split("-"))


def is_name(text: str) -> bool:
    """Whether a text could be the name of a person: some words with capitals, none of another matter."""
    words = text.split()
    if not _WORDS[0] <= len(words) <= _WORDS[1] or len(text) > NAME or _NO_NAME.search(text):
        return False
    return all(map(_is_word_of_name, words)) and len(letters(words[-1])) > 1 and words[-1] not in _PARTICLES


def _is_word_of_name(word: str) -> bool:
    if word.casefold() in _PARTICLES:
        return True
    core = re.sub(r"[.'’‐-]|\((?=\w)|(?<=\w)\)", "", word)
    return core.isalpha() and (not word[0].islower() or word[1:2] in "'’") and len(core) < 25


def _holds_names(line: str) -> bool:
    """Whether a line is made of names, with at most the beginning of one at its end and the end of one at its start."""
    pieces = _pieces(line)
    if not pieces or not any(map(is_name, pieces)):
        return False
    return all(is_name(piece) or (i in (0, len(pieces) - 1) and _is_part(piece)) for i, piece in enumerate(pieces))


def _is_part(piece: str) -> bool:
    return all(map(_is_word_of_name, piece.split())) and not _NO_NAME.search(piece)


def _goes_on(last: str, line: str) -> bool:
    """Whether a line holds the rest of a name that the last line began."""
    pieces = _pieces(line)
    return bool(last and pieces and (_JOINS.search(last) or _is_list(last)) and all(map(_is_part, pieces)))


def _unmarked(text: str) -> str:
    """The text without marks of affiliation, addresses and identifiers of people."""
    return _MARKS.sub(", ", _IDS.sub("", text)).strip()


def _is_list(line: str) -> bool:
    return len(_AND.split(_unmarked(line))) > 1


def _joined(run: Sequence[str]) -> Iterator[str]:
    """The lines as one list: a line that is not ended by a name goes on in the next."""
    marked = sum(bool(_ENDS_MARKED.search(line)) or "," in line for line in run) > 1 or any(map(_has_mark, run))
    for i, line in enumerate(run):
        yield line
        after = run[i + 1] if i + 1 < len(run) else ""
        yield " " if line and after and _runs_on(line, after, marked) else " ; "


def _has_mark(line: str) -> bool:
    return bool(re.search(rf"\w\s?[{RAISED}]", line))


def _runs_on(line: str, after: str, marked: bool) -> bool:
    if _JOINS.search(line) or _JOINED.match(after.strip()):
        return True
    if _ENDS_MARKED.search(line):
        return False
    last = tidy_name(_AND.split(_unmarked(line))[-1])
    return len(last.split()) == 1 or (marked and _is_list(line)) or (marked and _has_mark(after) and _is_list(after))
