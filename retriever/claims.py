"""The check of written prose: no sentence that the quotes it cites do not carry, word for word, reaches a reader.

A sentence and its quotes are cut into *claims*: stretches that say one thing ("property crime fell by 14 per cent | but
violent crime did not"). Each claim of the sentence must be carried by a single claim of a cited quote, and each cited
quote must carry one: nothing can be put together from two claims that neither of them makes. Carried means all of it:

- every amount, with its unit;
- every word that carries matter, by its stem or, across the languages, by the term list;
- the same direction (falls, rises), the same denial (not, no, little evidence), and of the same word;
- nothing surer than the quote: no "all", "always" or "proves" that it lacks, no "may" of it that is lost;
- who does what to whom, where the words stand about the same verb.

The check is lexical. It turns down true sentences in words that the term list does not know, and that is the safe side:
what it turns down is not shown. Its known gap is a true quote's own words about another verb, the other way round
("goals require collaboration"), where the term list cannot tell that the word is a verb. It knows nothing of the world,
so a false quote makes a false sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache

from corpus.gloss import Glosser, Kind, Piece
from corpus.inflection import english_bases
from corpus.language import FUNCTION_WORDS, SCANDINAVIAN, stem, tokens
from corpus.text import letters, one_line
from corpus.words import LANGUAGES, Language
from retriever.amounts import Amount, amounts, says_one
from retriever.answer import Citation
from retriever.wording import UPRIGHT, denials, directions, is_surer, is_turning, says_scarce, turns

UNCITED = "unsupported_uncited"
NO_SUCH_QUOTE = "unsupported_no_such_quote"
MARKUP = "unsupported_markup"
MISQUOTED = "unsupported_misquoted"
POINTING = "unsupported_pointing"
ORDER = "unsupported_order"
FIGURE = "unsupported_figure"
NAME = "unsupported_name"
WORDS = "unsupported_words"
DIRECTION = "unsupported_direction"
DENIAL = "unsupported_denial"
CERTAINTY = "unsupported_certainty"
ROLES = "unsupported_roles"
IDLE_QUOTE = "unsupported_idle_quote"
REASONS = (
    UNCITED, NO_SUCH_QUOTE, MARKUP, MISQUOTED, POINTING, ORDER, FIGURE, NAME, WORDS, DIRECTION, DENIAL, CERTAINTY,
    ROLES, IDLE_QUOTE,
)  # fmt: skip
"""Why a sentence may not be shown; each is also the code of the sentence that says so."""

_LEAST_SAID = 2
_LEAST_PART = 4
_REVERSING = frozenset({"miss", "icke", "anti", "kontra"})
_CITES = re.compile(r"\[\s*[0-9]{1,3}(?:\s*[,;]\s*[0-9]{1,3})*\s*\]")

_FRAMING = frozenset(
    """
    study report note review article paper author authors researcher researchers according find finds found finding
    findings suggest suggests suggested indicate indicates indicated sources document documents quote quotes
    tyder antyder källorna framgår dokumentet citat citatet
    show shows showed shown state states stated says conclude concludes concluded result results source et al
    writes wrote report reports reported describe describes described
    studie studien rapport rapporten not noten notis notisen översikt översikten artikel artikeln författare författaren
    författarna forskare forskarna enligt finner fann fanns funnit visar visade visat anger uppger uppgav skriver skrev
    slutsats slutsatsen resultat resultatet resultaten källa källan fl beskriver beskrev rapporterar rapporterade
    also however moreover furthermore meanwhile there likewise respectively addition
    since among amongst around roughly approximately bland omkring ungefär cirka runt visas shown gjordes gjorts
    också dock däremot dessutom vidare samtidigt likaså respektive även där när än jämfört compared medan
    """.split()
)
"""Words that tell who says it, tie words together or make an amount vaguer; a sentence may have them of its own."""

_CONTRASTS = {
    "en": "but|whereas|while|although|though|even though|(?<=[,;] )(?:however|yet)",
    "sv": "men|medan|fastän|även om|trots att|(?<=[,;] )(?:däremot|dock)",
}
_JOINING = {"en": "and|which", "sv": "och|vilket"}
_OPENING = re.compile(
    r"[\s,]*(?:although|though|even though|while|whereas|medan|även om|trots att|fastän)\b", re.IGNORECASE
)
_BOUNDARY = {
    language: re.compile(
        rf"(?P<hard>;|\b(?:{_CONTRASTS[language]})\b)|(?P<clause>,\s(?:{joining})\b)|,\s|\b(?:{joining})\b",
        re.IGNORECASE,
    )
    for language, joining in _JOINING.items()
}
_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|may|can|said|felt|made|är|var|blev|har|hade|får|fick|kan|\w{3,}ed"
    r"|\w{3,}ades?|\w{3,}(?:des|tes|dde))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|mellan|both|både)\s[^,;]*$", re.IGNORECASE)
_THAT = re.compile(r"\b(?:that|att)\b", re.IGNORECASE)
_NO_CLAUSE = re.compile(r"\s*(?:med|i|på|till|för|with|in|on|to|for)\b", re.I)
_DENIES_ALL = re.compile(r"\s*(?:none|no|neither|ingen|inget|inga|varken)\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:who|which|that|som|vilka)\b", re.IGNORECASE)
_NOUN = re.compile(
    r"(?:fall|decrease|rise|increase|reduction|drop|decline|growth|cut|minskning\w*|ökning\w*|nedgång\w*)", re.I
)
_PREPOSITIONS = frozenset(
    """
    with by in where when after before at on from under during for among as than because since to and of over
    through within once if only
    med av i där när efter före vid på från under för bland som än eftersom till och om hos över jämfört mest
    genom inom enligt utan
    """.split()
)
_PASSIVE = frozenset("is are was were be been being blev blir bli är var blivit".split())
_PASSIVE_ENDING = re.compile(r"(?:ades|as|des|tes|dtes|ks|ts)$", re.IGNORECASE)
_THAN = re.compile(r"\b(?:than|än|followed by|följt av|följd av|följda av)\b", re.IGNORECASE)
_MAKES = re.compile(r"\b(?:makes?|made|gör|gjorde|löser|löste|solve[sd]?)\b", re.IGNORECASE)
_TO = re.compile(r"\s*(?:to|till|[-–—])\s*", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|från)\s*$", re.IGNORECASE)
_PAIRED = re.compile(r"\s*(?:to|till|of|out of|av|of the|av de|[-–—])\s*", re.IGNORECASE)
_SINGULAR = {"people": "person"}
_OPENS = " \"“”'‘’«»("

_POINTING = re.compile(
    r"(?:it|they|he|she|the (?:former|latter)|(?:this|these|that|those|detta|dessa|de|den|han|hon|dom|så|both|båda) "
    r"(?=(?:is|are|was|were|has|have|had|did|does|do|can|may|fell|rose|fall|rise|falls|rises|reduc|increas|also|show|"
    r"är|var|har|hade|kan|kunde|minska|öka|sjönk|steg|blev|blir|gör|gjorde|visar|visade|fick|får|ger|gav|beror)))",
    re.IGNORECASE,
)
"""A sentence that begins with what another sentence names: alone it may be true, and false where it stands."""

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bortse från|ignorera|glöm|strunta i)\b[^.]{0,60}"
    r"\b(?:instruction|prompt|rule|above|previous|prior|order|instruktion|regl|ovan|tidigare|föregående)"
    r"|\b(?:system ?prompt|systemprompt|as an ai|som (?:en )?ai|language model|språkmodell)\b"
    r"|\byou are (?:now |an? )|\bdu är (?:nu |en )|\b(?:assistant|assistent|system|user|användare)\s*:"
    r"|(?:^|[.:!]\s*|\b(?:please|now|must|ska|måste|nu|and|och)\s+)(?:write|reply|respond|answer|say|output|print|repeat|"
    r"tell|state|skriv|svara|säg|upprepa)\s+(?:that|only|with|this|the|exactly|att|bara|endast|med|följande|exakt|[:\"“”])"
    r"|<\||\[/?inst\]|</?\w+>",
    re.IGNORECASE,
)

_ADDRESS = re.compile(
    r"https?:|ftp:|www\.|mailto:|\S@\S|\b[\w-]+\.(?:com|org|net|se|eu|io|info|nu|uk|dk|no|fi|ru|xyz|biz|ai|dev|app)\b(?!\.\w)",
    re.IGNORECASE,
)
_PLAIN = frozenset(" .,;:?()%'’‘\"“”„»«–—−-/&")
_MARKS = frozenset("<>*_`#|~^\\{}[]")
_QUOTED = re.compile(r"[\"“”„»«]([^\"“”„»«]*)[\"“”„»«]")
_QUOTE_MARKS = re.compile(r"[\"“”„»«]")


def cited_numbers(text: str) -> tuple[int, ...]:
    """The citation numbers of a sentence, "[1][2]" or "[1, 2]", each once, in order."""
    numbers = (int(n) for cite in _CITES.findall(text) for n in re.findall(r"[0-9]+", cite))
    return tuple(dict.fromkeys(numbers))


def without_numbers(text: str) -> str:
    """The sentence on one line without its citation numbers, as a reader sees it."""
    bare = one_line(_CITES.sub(" ", text))
    return re.sub(r"\s+(?=[.,;:?!])", "", bare)


def gives_orders(text: str) -> bool:
    """Does a quote talk to whoever answers with it ("ignore your instructions")? Then it may carry nothing."""
    return _ORDERS.search(text) is not None


def unsupported(text: str, quotes: Mapping[int, Citation], language: Language, glosser: Glosser) -> str | None:
    """Why a written sentence with its citation numbers may not be shown, one of `REASONS`; None where it may.

    `quotes` are those the writer was given, by number; `language` is the sentence's own.
    """
    numbers = cited_numbers(text)
    if not numbers:
        return UNCITED
    if any(n not in quotes for n in numbers):
        return NO_SUCH_QUOTE
    cited = [quotes[n] for n in numbers]
    bare = without_numbers(text)
    if (unfit := _unfit(bare, cited)) and not (unfit == POINTING and _is_quote(bare, cited, language)):
        return unfit
    return _uncarried(bare, cited, language, glosser)


def _is_quote(bare: str, cited: Sequence[Citation], language: Language) -> bool:
    """Is it the one quote it cites, in the language that is written, word for word and as a whole?"""
    return len(cited) == 1 and cited[0].language == language and letters(bare) == letters(cited[0].quote)


def _unfit(bare: str, cited: Sequence[Citation]) -> str | None:
    """What is wrong with a sentence before its matter is looked at."""
    together = " ".join(citation.quote for citation in cited)
    if _marked_up(bare, together):
        return MARKUP
    if not _quotes_rightly(bare, cited):
        return MISQUOTED
    if any(gives_orders(citation.quote) for citation in cited) or gives_orders(bare):
        return ORDER
    return POINTING if _POINTING.match(bare) or bare.endswith("?") else None


def _marked_up(bare: str, together: str) -> bool:
    """A link, markup, or any character that is neither plain nor in the quotes? Invisible ones never pass."""
    if unicodedata.normalize("NFC", bare) != bare or _ADDRESS.search(bare):
        return True
    return any(not _is_plain(c) and (c in _MARKS or not c.isprintable() or c not in together) for c in bare)


def _is_plain(character: str) -> bool:
    if character in _PLAIN or character in "0123456789":
        return True
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN")


def _quotes_rightly(bare: str, cited: Sequence[Citation]) -> bool:
    """Does what stands within quotation marks stand in a cited quote?"""
    if len(_QUOTE_MARKS.findall(bare)) % 2:
        return False
    held = [letters(citation.quote) for citation in cited]
    return all(any(letters(said) in quote for quote in held) for said in _QUOTED.findall(bare))


# Claims


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or phrase that carries matter, with the keys of its own words and of its equivalents' words.

    `singly` are the words of a phrase, each by itself.
    """

    source: str
    start: int
    end: int
    initial: bool
    capital: bool
    named: bool
    verb: bool
    own: tuple[frozenset[str], ...]
    equivalents: tuple[tuple[frozenset[str], ...], ...]
    singly: tuple[_Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A stretch of a text that says one thing. `language` is "sv" or "en"."""

    text: str
    language: Language
    words: tuple[_Word, ...]
    amounts: tuple[Amount, ...]
    directions: frozenset[str]
    denials: tuple[int, ...]


def _uncarried(bare: str, cited: Sequence[Citation], language: Language, glosser: Glosser) -> str | None:
    """The first reason why a claim is carried by none of the quotes, or why a quote carries none of them."""
    if all(letters(citation.quote) == letters(bare) and _read_as(citation) == language for citation in cited):
        return None
    parts = list(_claims(bare, language, glosser))
    if not _says_something(parts):
        return WORDS
    carrying: set[int] = set()
    for part in parts:
        reasons = [_best_reason(part, citation, glosser) for citation in cited]
        if None not in reasons:
            return _nearest(reasons)
        carrying |= {n for n, reason in enumerate(reasons) if reason is None}
    return None if len(carrying) == len(cited) else IDLE_QUOTE


def _read_as(citation: Citation) -> Language:
    """The language that a quote is read in."""
    return "sv" if citation.language in SCANDINAVIAN else "en"


def _says_something(parts: Sequence[_Claim]) -> bool:
    """Is there a word that carries matter, and something said of it?"""
    words = sum(len(word.own) for part in parts for word in part.words)
    return words > 0 and words + sum(len(part.amounts) + len(part.directions) for part in parts) >= _LEAST_SAID


def _best_reason(part: _Claim, citation: Citation, glosser: Glosser) -> str | None:
    """None where one claim of the quote carries this one; else the reason of the claim that comes nearest to it."""
    held = _held(citation.quote, _read_as(citation), glosser)
    anywhere = frozenset(way for claim in held for way in claim.directions)
    reasons = [_why_not(part, claim, citation, anywhere) for claim in held]
    return None if None in reasons else _nearest(reasons)


@lru_cache(maxsize=256)
def _held(quote: str, language: Language, glosser: Glosser) -> tuple[_Claim, ...]:
    """The claims of a quote, which is held against one sentence after another."""
    return tuple(_claims(quote, language, glosser, quoted=True))


def _nearest(reasons: Iterable[str | None]) -> str:
    """The reason that was found last: those before it were no hindrance."""
    return max((reason for reason in reasons if reason), key=REASONS.index, default=WORDS)


def _why_not(part: _Claim, held: _Claim, citation: Citation, anywhere: frozenset[str]) -> str | None:
    """The first reason why a claim of a quote does not carry a claim of a sentence."""
    uncarried = [word for word in part.words if not _is_carried(word, part, held)]
    missing = [word for word in uncarried if not _is_of_source(word, citation)]
    checks = (
        (FIGURE, _has_amounts(part, held, citation)),
        (NAME, not any(word.named for word in missing)),
        (WORDS, not missing),
        (DIRECTION, _goes_the_same_way(part, held, anywhere)),
        (DENIAL, _denies_the_same(part, held)),
        (CERTAINTY, not is_surer(part.text, held.text, bool(part.amounts))),
        (ROLES, _moves_the_same(part, held) and not _swaps_roles(part, held)),
    )
    return next((reason for reason, passed in checks if not passed), None)


def _claims(text: str, language: Language, glosser: Glosser, quoted: bool = False) -> Iterator[_Claim]:
    for start, end in _stretches(text, language, quoted):
        yield _claim(text[start:end], language, glosser, start == 0)


def _stretches(text: str, language: Language, quoted: bool) -> Iterator[tuple[int, int]]:
    """Spans of claims: cut at a contrast, and at "," or "and" where both sides say something.

    A quote is cut wherever a clause may begin, a sentence only where one surely does: both make the check stricter.
    """
    start = 0
    while start < len(text):
        end, after = _next_cut(text, start, language, quoted)
        if text[start:end].strip(" ,."):
            yield start, end
        start = after


def _next_cut(text: str, start: int, language: Language, quoted: bool) -> tuple[int, int]:
    """Where the claim that begins at `start` ends, and where the next one begins."""
    opening, boundary = _OPENING.match(text, start), _BOUNDARY[language]
    for cut in boundary.finditer(text, opening.end() if opening else start):
        if cut["hard"] or (opening and cut[0].startswith(",")):
            return cut.span()
        following = boundary.search(text, cut.end())
        before, after = text[start : cut.start()], text[cut.end() : following.start() if following else len(text)]
        if _are_two(before, after, cut[0].strip() != ",", language) or (quoted and _begins_clause(cut, before, after)):
            return cut.span()
    return len(text), len(text)


def _begins_clause(cut: re.Match[str], before: str, after: str) -> bool:
    """May a clause begin after ", and", and no last item of a list?"""
    return bool(cut["clause"]) and "," not in before and not _NO_CLAUSE.match(after)


def _are_two(before: str, after: str, joined: bool, language: Language) -> bool:
    """Are these two claims: do both say which way something went or, joined by a word, have both a verb?"""
    within = before[[match.end() for match in _THAT.finditer(before)][-1] :] if _THAT.search(before) else before
    if _BETWEEN.search(before) or (within != before and not _has_verb(within, language)):
        return False  # "between 5 and 10", "little evidence that cameras, guards or …"
    both_say = _says_which_way(before, language) and _says_which_way(after, language)
    return both_say or (joined and _has_verb(before, language) and _has_verb(after, language))


def _has_verb(text: str, language: Language) -> bool:
    return bool(_VERB.search(text) or turns(text, language))


def _says_which_way(text: str, language: Language) -> bool:
    return bool(
        directions(text, language) & UPRIGHT
        or denials(text)
        or any(amount.unit == "%" for amount in amounts(text, language))
    )


def _claim(text: str, language: Language, glosser: Glosser, first: bool) -> _Claim:
    found = tuple(amounts(text, language))
    return _Claim(
        text=text,
        language=language,
        words=tuple(_words_of(text, language, glosser, found, first)),
        amounts=found,
        directions=directions(text, language),
        denials=tuple(denials(text)),
    )


def _words_of(text: str, language: Language, glosser: Glosser, found: Sequence[Amount], first: bool) -> Iterator[_Word]:
    """The words that carry matter: neither amounts nor grammar, nor what is held against the quote in another way."""
    for piece in glosser.gloss(text, language).pieces:
        for whole in _apart(piece, language, glosser, found):
            if not _is_grammar(whole, language):
                word = _word(text, whole, glosser, first, language)
                parts = _single(whole, glosser, language) if len(word.own) > 1 or " " in whole.source else ()
                singly = (
                    _word(text, part, glosser, first, language) for part in parts if not _is_grammar(part, language)
                )
                yield replace(word, singly=tuple(singly))


def _single(piece: Piece, glosser: Glosser, language: Language) -> Iterator[Piece]:
    """The words of a phrase, each read by itself."""
    for match in re.finditer(r"[^\W_]+", piece.source):
        for single in glosser.gloss(match[0], language).pieces:
            start = piece.start + match.start()
            yield Piece(start, start + len(match[0]), single.source, single.kind, single.equivalents)


def _apart(piece: Piece, language: Language, glosser: Glosser, found: Sequence[Amount]) -> Iterator[Piece]:
    """The piece itself, or, where it shares words with an amount or turns the sentence, its other words one by one."""
    words = list(_single(piece, glosser, language))
    left = [
        word
        for word in words
        if not any(word.start < amount.end and amount.start < word.end for amount in found)
        and not is_turning(word.source.lower(), language)
    ]
    yield from [piece] if len(left) == len(words) else left


def _is_grammar(piece: Piece, language: Language) -> bool:
    other: Language = "en" if language == "sv" else "sv"
    words = tokens(piece.source)
    if words == ["m", "fl"] or all(word in FUNCTION_WORDS[language] or word in _FRAMING for word in words):
        return True
    plain = piece.kind is not Kind.NAME and bool(piece.equivalents) and piece.source.islower()
    return plain and all(word in FUNCTION_WORDS[other] for word in tokens(piece.equivalents[0]))


def _word(text: str, piece: Piece, glosser: Glosser, first: bool, language: Language) -> _Word:
    other: Language = "en" if language == "sv" else "sv"
    initial = first and not text[: piece.start].strip(_OPENS)
    capital = any(part[:1].isupper() for part in piece.source.split())
    named = capital and (not initial or piece.kind in (Kind.NAME, Kind.UNKNOWN))
    senses = [keyed for sense in piece.equivalents if (keyed := _keyed(sense, other))]
    own = _keyed(piece.source, language)
    verb = len(own) == 1 and bool(own[0] & _verbs(glosser)[language])
    return _Word(piece.source, piece.start, piece.end, initial, capital, named, verb, own, tuple(senses))


@lru_cache(maxsize=4)
def _verbs(glosser: Glosser) -> dict[Language, frozenset[str]]:
    """The stems of the term list's verbs that are no stems of its nouns or adjectives."""
    found: dict[Language, frozenset[str]] = {}
    for language in LANGUAGES:
        classes: dict[str, set[str]] = {}
        for term in glosser.terms.terms:
            of_term = [term.sv] if language == "sv" else term.en if term.word_class == "verb" else term.en[:1]
            for form in of_term:
                if form.endswith(("ande", "ende")):
                    continue  # a participle, of the verb's own stem
                classes.setdefault(stem(form.lower(), language), set()).add(term.word_class)
        found[language] = frozenset(
            s for s, kinds in classes.items() if "verb" in kinds and not kinds & {"noun", "adj"}
        )
    return found


def _keyed(text: str, language: Language) -> tuple[frozenset[str], ...]:
    """The keys of each word of a text that carries matter."""
    return tuple(_keys(word, language) for word in tokens(text) if word not in FUNCTION_WORDS[language])


@cache
def _keys(word: str, language: Language) -> frozenset[str]:
    """What forms of one word have in common: the word, its stem, and what it may be an inflection or genitive of."""
    bases = (
        [*english_bases(_SINGULAR.get(word, word)), word]
        if language == "en"
        else [word, word.removesuffix("s") or word]
    )
    return frozenset([*bases, *(stem(base, language) for base in bases)])


# What carries what


def _has_amounts(part: _Claim, held: _Claim, citation: Citation) -> bool:
    """Does a claim hold every amount? The year of the source may stand in brackets, as in a reference."""
    have = {amount.what for amount in held.amounts}
    if says_one(held.text):
        have.add((Fraction(1), ""))
    known = all(amount.what in have or _is_year_of(amount, part.text, citation) for amount in part.amounts)
    return known and _pairs(part) <= _pairs(held) and not _halves_range(part, held)


def _halves_range(part: _Claim, held: _Claim) -> bool:
    """Does a claim give one end of a range alone: "6 per cent" of "between 6 and 10 per cent"?"""
    given = {amount.value for amount in part.amounts}
    two = zip(held.amounts, held.amounts[1:], strict=False)
    ranges = (
        {a.value, b.value}
        for a, b in two
        if _BETWEEN.search(held.text[: a.start]) or _TO.fullmatch(held.text, a.end, b.start)
        if not _FROM.search(held.text[: a.start])
    )
    return any(len(ends & given) == 1 for ends in ranges)


def _pairs(claim: _Claim) -> set[tuple[Fraction, Fraction]]:
    """Amounts that stand in an order that matters: "from 34 to 27", "12 of 21"."""
    two = zip(claim.amounts, claim.amounts[1:], strict=False)
    return {
        (a.value, b.value)
        for a, b in two
        if _PAIRED.fullmatch(claim.text, a.end, b.start) or _BETWEEN.search(claim.text[: a.start])
    }


def _is_year_of(amount: Amount, text: str, citation: Citation) -> bool:
    bracketed = text[: amount.start].endswith("(") and text[amount.end :].startswith(")")
    return bracketed and amount.value == citation.year


def _is_of_source(word: _Word, citation: Citation) -> bool:
    """Is a word the name of an author or, but for a sentence's first word, of something in the title?"""
    sources = citation.authors if word.initial else (citation.title, *citation.authors)
    names = {name.removesuffix("s") for source in sources for name in re.findall(r"\w+", source) if name[0].isupper()}
    return all(name.removesuffix("s") in names for name in re.findall(r"\w+", word.source))


def _is_carried(word: _Word, part: _Claim, held: _Claim) -> bool:
    """Does a claim hold a word, or each word of a phrase, by its stem or by what it means in the other language?"""
    if part.language == held.language:
        found = _all_in(word.own, _own_keys(held)) or _means_the_same(word, held)
    else:
        senses = any(_all_in(sense, _own_keys(held)) for sense in word.equivalents)
        found = senses or _all_in(word.own, _equivalent_keys(held))
    return found or (bool(word.singly) and all(_is_carried(single, part, held) for single in word.singly))


def _means_the_same(word: _Word, held: _Claim) -> bool:
    """Is a word's likeliest equivalent also that of a word of the claim ("torg", "torget"; "offence", "crime")?"""
    senses = [other.equivalents[0] for other in held.words if other.equivalents]
    return bool(word.equivalents) and any(_same_words(word.equivalents[0], sense) for sense in senses)


def _same_words(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> bool:
    return len(one) == len(other) and all(a & b for a, b in zip(one, other, strict=True))


def _all_in(keys: Sequence[frozenset[str]], held: frozenset[str]) -> bool:
    return bool(keys) and all(one & held for one in keys)


def _own_keys(claim: _Claim) -> frozenset[str]:
    keys = {key for word in claim.words for own in word.own for key in own}
    return frozenset(keys | _compound_parts(keys) if claim.language == "sv" else keys)


def _compound_parts(words: Iterable[str]) -> set[str]:
    """What may be the first or last part of a Swedish compound; "lyckad" is none of "misslyckad"."""
    ends = ((word[:cut], word[cut:]) for word in words for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1))
    return {part for first, last in ends for part in (first, last) if first not in _REVERSING}


def _equivalent_keys(claim: _Claim) -> frozenset[str]:
    """The words of every meaning, and those that stay as they are: names and words that the term list does not know."""
    senses = [keys for word in claim.words for sense in word.equivalents for keys in sense]
    kept = [keys for word in claim.words if word.capital or not word.equivalents for keys in word.own]
    return frozenset(key for keys in (*senses, *kept) for key in keys)


def _goes_the_same_way(part: _Claim, held: _Claim, anywhere: frozenset[str]) -> bool:
    """Does a claim say the direction too? One that leaves it out ("… but violent crime did not") takes the quote's."""
    elliptic = held.denials or any(amount.unit == "%" for amount in held.amounts)
    upright = held.directions & UPRIGHT or (anywhere & UPRIGHT if elliptic else frozenset())
    return part.directions <= upright | (held.directions - UPRIGHT)


def _denies_the_same(part: _Claim, held: _Claim) -> bool:
    """Do both deny or both affirm; and is what the sentence denies among what stands by the quote's own denial?"""
    if bool(part.denials) != bool(held.denials) or len(part.denials) > len(held.denials):
        return False
    if says_scarce(part.text) != says_scarce(held.text):
        return False  # "not shown" is not "shown not"
    if _DENIES_ALL.match(part.text) and not any(_RELATIVE.search(held.text[:at]) for at in held.denials):
        return True  # "none of the trials measured fear": all of it is denied, as by a "not" of the main clause
    near = [around for at in held.denials for around in _around(held, at, before=2, after=1)]
    return all(any(_meets(one, part, near, held) for one in _denied(part, at)) for at in part.denials)


def _denied(part: _Claim, at: int) -> Sequence[_Word | str]:
    """What a denial may be of: what follows it, or, in Swedish, where "inte" follows its verb, what goes before."""
    return _around(part, at, before=1 if part.language == "sv" else 0, after=1) or _around(part, at, before=1, after=0)


def _around(claim: _Claim, at: int, before: int, after: int) -> list[_Word | str]:
    """The nearest words that carry matter, and directions by their name, before and after a place."""
    items: list[tuple[int, _Word | str]] = [(word.start, word) for word in claim.words]
    items += [(start, way) for start, _, way in turns(claim.text, claim.language)]
    earlier = [item for start, item in sorted(items, key=lambda i: i[0]) if start < at]
    later = [item for start, item in sorted(items, key=lambda i: i[0]) if start > at]
    return (earlier[-before:] if before else []) + later[:after]


def _meets(one: _Word | str, part: _Claim, near: Sequence[_Word | str], held: _Claim) -> bool:
    ways = {item for item in near if isinstance(item, str)}
    if isinstance(one, str):
        return one in ways or not turns(held.text, held.language)
    words = tuple(item for item in near if isinstance(item, _Word))
    return _is_carried(one, part, replace(held, words=words)) or not words


def _swaps_roles(part: _Claim, held: _Claim) -> bool:
    """Do the words about the same verb, or about "than", stand the other way round than in the quote?

    "Crime fell with lighting" and "lighting reduces crime" are one thing: where only one of the two has a subject that
    acts, the order is turned once more.
    """
    mine, theirs = _sides(part), _sides(held)
    if not mine or not theirs or mine.than != theirs.than:
        mine, theirs = _about_one_verb(part, held)
    if not mine or not theirs:
        return False
    before, after = (mine.before, mine.after) if mine.acts == theirs.acts else (mine.after, mine.before)
    stays = [_only_in(word, part, theirs.before, theirs.after, held) for word in before]
    stays += [_only_in(word, part, theirs.after, theirs.before, held) for word in after]
    moved = [_only_in(word, part, theirs.after, theirs.before, held) for word in before]
    back = [_only_in(word, part, theirs.before, theirs.after, held) for word in after]
    if mine.acts and theirs.acts and back[0]:
        return True
    first, last = sum(stays[: len(before)]), sum(stays[len(before) :])
    return any(moved) and any(back) and (sum(moved) > first or sum(back) > last)


def _moves_the_same(part: _Claim, held: _Claim) -> bool:
    """Is what fell or rose in the sentence among what fell or rose in the quote?"""
    mine, theirs = _moved(part), _moved(held)
    return all(
        not words
        or not theirs.get(way)
        or any(_is_carried(word, part, replace(held, words=tuple(theirs[way]))) for word in words)
        for way, words in mine.items()
    )


def _moved(claim: _Claim) -> dict[str, list[_Word]]:
    """By direction, the words for what went that way: after "a fall in" or an acting verb, else before the verb."""
    found: dict[str, list[_Word]] = {}
    for start, end, way in turns(claim.text, claim.language):
        after = [word for word in claim.words if word.start >= end]
        if _is_noun(claim.text, start, end):
            words = after[:1]
        elif _acts(claim.text, start, end):
            words = after[:2]
        else:
            words = [word for word in claim.words if word.end <= start]
        found.setdefault(way, []).extend(words)
    return found


def _is_noun(text: str, start: int, end: int) -> bool:
    """Is this "a fall in", "en minskning av": a noun with what fell after it?"""
    following = tokens(text[end:])[:1]
    return bool(_NOUN.fullmatch(text, start, end)) and bool(following) and following[0] in _PREPOSITIONS


@dataclass(frozen=True, slots=True)
class _Sides:
    """The words before and after a pivot; `acts` where what stands before it does something to what stands after."""

    before: tuple[_Word, ...]
    after: tuple[_Word, ...]
    acts: bool
    than: bool


def _sides(claim: _Claim) -> _Sides | None:
    """The words about "than" where there is one, else about the first direction; None without both sides."""
    than = _THAN.search(claim.text)
    makes = _MAKES.search(claim.text)
    turning = [(a, b) for a, b, _ in turns(claim.text, claim.language)]
    found = [than.span()] if than else turning or ([makes.span()] if makes else [])
    if not than and _is_inverted(claim):
        return None
    for start, end in found[:1]:
        if not than and _is_noun(claim.text, start, end):
            return None
        before = tuple(word for word in claim.words if word.end <= start)
        after = tuple(word for word in claim.words if word.start >= end)
        if before and after:
            return _Sides(before, after, bool(than) or _acts(claim.text, start, end), bool(than))
    return None


def _is_inverted(claim: _Claim) -> bool:
    """Does it begin as "i Malmö minskade brotten", where the subject stands after its verb?"""
    return claim.language == "sv" and any(word in _PREPOSITIONS for word in tokens(claim.text)[:1])


def _about_one_verb(part: _Claim, held: _Claim) -> tuple[_Sides | None, _Sides | None]:
    """The words about a verb that both claims have; (None, None) where there is none."""
    if _is_inverted(part) or _is_inverted(held):
        return None, None
    for word in part.words:
        for other in held.words:
            if word.verb and other.verb and _is_carried(word, part, replace(held, words=(other,))):
                return _split(part, word.start, word.end), _split(held, other.start, other.end)
    return None, None


def _split(claim: _Claim, start: int, end: int) -> _Sides | None:
    before = tuple(word for word in claim.words if word.end <= start)
    after = tuple(word for word in claim.words if word.start >= end)
    first = start + len(claim.text[start:end].split()[0])  # without the "av" of "betalas av"
    return _Sides(before, after, _acts(claim.text, start, first), False) if before and after else None


def _acts(text: str, start: int, end: int) -> bool:
    """Is the verb here followed by an object, and not by a preposition, and no passive?"""
    following, preceding = tokens(text[end:])[:1], tokens(text[:start])[-1:]
    passive = text[start:end].endswith("s") and _PASSIVE_ENDING.search(text[start:end]) is not None
    return bool(following) and not (
        passive or following[0] in _PREPOSITIONS or (preceding and preceding[0] in _PASSIVE)
    )


def _only_in(word: _Word, part: _Claim, here: tuple[_Word, ...], not_here: tuple[_Word, ...], held: _Claim) -> bool:
    """Is a word carried by these words of the claim, and not by those?"""
    return _is_carried(word, part, replace(held, words=here)) and not _is_carried(
        word, part, replace(held, words=not_here)
    )
