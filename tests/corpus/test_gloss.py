"""What a text means in the other language, word by word, with small term lists and with the packaged one."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.gloss import MOST_EQUIVALENTS, Gloss, Glosser, Kind, Piece, content_pieces, open_glosser
from corpus.terms import GLOSSARY, LEXICON, read_terms

GLOSSARY_ROWS = """
trygghet,perceived safety,upplevd trygghet,sense of safety,core,
trygghetsvärd,safety host,,,guards,
utsatt område,vulnerable area,,disadvantaged area,core,
särskilt utsatt område,particularly vulnerable area,,,core,
Brå,Crime Council,,,authority,
BID,business improvement district,,,BID,
friåkare,free rider,snålskjutsåkare,free-rider,BID,
"""
LEXICON_ROWS = """
trygghet,safety; security,noun,
^alla,everyone,pron,
alla,all,det,
arbete,work; labour,noun,
belysning,lighting,noun,
bra,good; fine,adj,bättre; bäst
bra,well,adv,
brott,crime; offence,noun,
deep,deep,adj,
gata,street; road,noun,
i,in,prep,
inte,not,adv,
kvinna,woman; female,noun,
lag,law; act,noun,
liten,small,adj,lilla; små
lund,grove,noun,
maskininlärning,machine learning,noun,
mellan,between,prep,
och,and,conj,
område,area,noun,
plats,place; site,noun,
polis,police; police officer,noun,
polisarbete,policing,noun,
rädd,afraid,adj,
rädsla för,fear of,phrase,
rädsla för brott,fear of crime,phrase,
råd,council; advice,noun,
samverkan,collaboration,noun,
se,see,verb,såg
Sverige,Sweden,name,
säkerhet,security,noun,
till exempel,for example,phrase,
utsatt,exposed,adj,
vi,we,pron,
värd,host; landlord,noun,
ändå,still,adv,
är,is,verb,
"""

Write = Callable[..., Path]


def write_terms(folder: Path, glossary: str = GLOSSARY_ROWS, lexicon: str = LEXICON_ROWS) -> Path:
    (folder / GLOSSARY).write_text(f"sv,en,sv_variants,en_variants,area,note\n{glossary.strip()}\n", "utf-8")
    (folder / LEXICON).write_text(f"sv,en,class,forms\n{lexicon.strip()}\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Glosser:
    terms = read_terms(write_terms(tmp_path_factory.mktemp("terms")))
    assert terms.faults == ()
    return Glosser(terms)


@pytest.fixture(scope="module")
def packaged() -> Glosser:
    return open_glosser()


def found(gloss: Gloss) -> dict[str, tuple[str, ...]]:
    """The equivalents of each piece."""
    return {piece.source: piece.equivalents for piece in gloss.pieces}


def kinds(gloss: Gloss) -> dict[str, str]:
    return {piece.source: piece.kind.value for piece in gloss.pieces}


def last(gloss: Gloss) -> Piece:
    return gloss.pieces[-1]


# Words and their forms


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("gata", "street"),
        ("gatorna", "street"),
        ("gatornas", "street"),
        ("Gatorna", "street"),
        ("brottet", "crime"),
        ("utsatta", "exposed"),
        ("bättre", "good"),
        ("små", "small"),
        ("såg", "see"),
        ("trygghetsvärdarnas", "safety host"),
        ("friåkaren", "free rider"),
        ("snålskjutsåkarna", "free rider"),
        ("GATORNA", "street"),
    ],
)
def test_a_form_of_a_word_means_what_its_headword_means(small: Glosser, text: str, wanted: str) -> None:
    assert small.gloss(text, "sv").text == wanted


def test_equivalents_come_likeliest_first(small: Glosser) -> None:
    assert small.gloss("gatan", "sv").pieces == (Piece(0, 5, "gatan", Kind.WORD, ("street", "road")),)


def test_the_equivalents_of_all_word_classes_are_told_the_first_of_each_first(small: Glosser) -> None:
    assert found(small.gloss("bra", "sv")) == {"bra": ("good", "well", "fine")}


def test_the_glossary_comes_before_the_lexicon(small: Glosser) -> None:
    trygghet = small.gloss("tryggheten", "sv").pieces[0]
    assert trygghet.kind is Kind.TERM
    assert trygghet.equivalents == ("perceived safety", "safety", "sense of safety", "security")


def test_a_piece_has_five_equivalents_at_most(tmp_path: Path) -> None:
    glosser = Glosser(read_terms(write_terms(tmp_path, lexicon="gata,a; b; c; d; e; f; g,noun,")))
    assert found(glosser.gloss("gata", "sv")) == {"gata": ("a", "b", "c", "d", "e")}
    assert MOST_EQUIVALENTS == 5


# Compounds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("platssamverkan", "place collaboration"),
        ("platssamverkans", "place collaboration"),
        ("gatubelysningen", "street lighting"),
        ("kvinnobrott", "woman crime"),
        ("platsbelysningsarbete", "place lighting work"),
        ("säkerhetsarbetet", "security work"),
    ],
)
def test_a_compound_means_its_parts_side_by_side(small: Glosser, text: str, wanted: str) -> None:
    gloss = small.gloss(text, "sv")
    assert gloss.text == wanted
    assert kinds(gloss) == {text: "compound"}


def test_a_compound_has_its_parts_second_meanings_too(small: Glosser) -> None:
    assert found(small.gloss("gatuarbete", "sv")) == {"gatuarbete": ("street work", "road labour")}


def test_a_compound_that_has_a_row_is_not_split(small: Glosser) -> None:
    assert found(small.gloss("polisarbetet", "sv")) == {"polisarbetet": ("policing",)}


def test_a_part_that_the_glossary_has_means_what_the_glossary_says(small: Glosser) -> None:
    assert small.gloss("trygghetsarbete", "sv").text == "perceived safety work"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trygghets- och säkerhetsarbete", "perceived safety and security work"),
        ("gatu- och platsbelysning", "street and place lighting"),
        ("plats-, gatu- och säkerhetsarbete", "place, street and security work"),
        ("brotts- och säkerhetsråd", "crime and security council"),
    ],
)
def test_a_hanging_hyphen_stands_for_the_rest_of_a_compound(small: Glosser, text: str, wanted: str) -> None:
    gloss = small.gloss(text, "sv")
    assert gloss.text == wanted
    assert gloss.unknown == ()


def test_the_sides_of_a_hyphen_are_read_each_by_itself(small: Glosser) -> None:
    assert small.gloss("brott-plats", "sv").text == "crime place"
    assert small.gloss("blorp-plats", "sv").text == "blorp place"
    assert small.gloss("blorp-flimp", "sv").unknown == ("blorp-flimp",)


# Phrases


@pytest.mark.parametrize("text", ["utsatt område", "utsatta områden", "utsatt områdets", "Utsatt  område"])
def test_a_phrase_is_known_by_the_stems_of_its_words(small: Glosser, text: str) -> None:
    gloss = small.gloss(text, "sv")
    assert gloss.pieces == (Piece(0, len(text), text, Kind.TERM, ("vulnerable area", "disadvantaged area")),)


def test_the_longest_phrase_wins(small: Glosser) -> None:
    assert found(small.gloss("i särskilt utsatta områden", "sv")) == {
        "i": ("in",),
        "särskilt utsatta områden": ("particularly vulnerable area",),
    }
    assert [piece.source for piece in small.gloss("rädsla för brott", "sv").pieces] == ["rädsla för brott"]
    assert [piece.source for piece in small.gloss("rädsla för gatan", "sv").pieces] == ["rädsla för", "gatan"]


def test_a_phrase_wins_over_the_words_in_it_and_its_words_keep_their_meaning_elsewhere(small: Glosser) -> None:
    assert small.gloss("rädsla för brott och brott", "sv").text == "fear of crime and crime"


def test_a_phrase_of_both_files_means_first_what_the_glossary_says(tmp_path: Path) -> None:
    folder = write_terms(tmp_path, "mörk gata,dark street,,,core,", "mörka gator,dark streets; dark street,phrase,")
    piece = Glosser(read_terms(folder)).gloss("mörk gata", "sv").pieces[0]
    assert (piece.kind, piece.equivalents) == (Kind.TERM, ("dark street", "dark streets"))


def test_a_variant_of_several_words_is_a_phrase(small: Glosser) -> None:
    assert small.gloss("upplevd trygghet", "sv").text == "perceived safety"


@pytest.mark.parametrize("between", [". ", "! ", "? ", ": ", "; ", " (", ") "])
def test_no_phrase_runs_across_punctuation(small: Glosser, between: str) -> None:
    gloss = small.gloss(f"utsatt{between}område", "sv")
    assert gloss.text == f"exposed{between}area"
    assert len(gloss.pieces) == 2


def test_a_phrase_is_as_it_stands_only_in_the_order_of_its_words(small: Glosser) -> None:
    assert small.gloss("område utsatt", "sv").text == "area exposed"


# What stays as it is


def test_a_word_with_a_capital_inside_a_sentence_is_a_name(small: Glosser) -> None:
    gloss = small.gloss("Vi såg Blorp och Lund", "sv")
    assert gloss.text == "we see Blorp and Lund"
    assert kinds(gloss) == {"Vi": "word", "såg": "word", "Blorp": "name", "och": "word", "Lund": "name"}


def test_a_name_that_is_also_a_word_keeps_the_word_second(small: Glosser) -> None:
    assert last(small.gloss("Vi såg Lund", "sv")).equivalents == ("Lund", "grove")


@pytest.mark.parametrize("text", ["Lund är bra", "Vi såg en. Lund", "Vi såg: ”Lund", "lund"])
def test_at_the_beginning_of_a_sentence_a_capital_tells_nothing(small: Glosser, text: str) -> None:
    assert "grove" in small.gloss(text, "sv").text
    assert "Lund" not in small.gloss(text, "sv").text


def test_a_name_of_the_list_is_translated_in_the_genitive_too(small: Glosser) -> None:
    assert small.gloss("Vi såg Sveriges lag", "sv").text == "we see Sweden law"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Brå är bra", "Crime Council is good"),
        ("Vi såg Brås råd", "we see Crime Council council"),
        ("bra", "good"),
        ("BRA", "good"),
        ("BID är bra", "business improvement district is good"),
        ("BID:s råd", "business improvement district council"),
    ],
)
def test_acronyms_are_told_from_words_by_their_capitals(small: Glosser, text: str, wanted: str) -> None:
    assert small.gloss(text, "sv").text == wanted


def test_an_acronym_in_small_letters_is_not_that_acronym(small: Glosser) -> None:
    gloss = small.gloss("ett bid", "sv")
    assert "business improvement district" not in gloss.text
    assert gloss.text.endswith("bid")


@pytest.mark.parametrize("number", ["2015", "12,5", "14.5", "2015:21", "3a", "10-12"])
def test_numbers_stay(small: Glosser, number: str) -> None:
    gloss = small.gloss(f"såg {number} gator", "sv")
    assert gloss.text == f"see {number} street"
    assert {kind for source, kind in kinds(gloss).items() if source not in ("såg", "gator")} == {"number"}
    assert gloss.unknown == ()


@pytest.mark.parametrize("word", ["policing", "lighting", "streets", "collaborations"])
def test_an_english_word_in_swedish_text_stays(small: Glosser, word: str) -> None:
    gloss = small.gloss(f"vi såg {word}", "sv")
    assert gloss.text == f"we see {word}"
    assert gloss.unknown == ()


# The beginning of a sentence


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Alla såg", "everyone see"),
        ("Vi såg alla", "we see all"),
        ("Vi såg. Alla såg alla", "we see. everyone see all"),
        ("alla", "everyone"),
        ("Vi såg (alla)", "we see (all)"),
        ("Såg vi? Alla", "see we? everyone"),
        ("”Alla såg”", "”everyone see”"),
    ],
)
def test_an_initial_row_counts_only_at_the_beginning_of_a_sentence(small: Glosser, text: str, wanted: str) -> None:
    assert small.gloss(text, "sv").text == wanted


# The text as a whole


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Vi såg (gatan), platsen – och tryggheten!", "we see (street), place – and perceived safety!"),
        ("  brott\n\toch  brott. ", "  crime\n\tand  crime. "),
        ("”Gatan”: brott/lag?", "”street”: crime/law?"),
        ("", ""),
        ("?!", "?!"),
    ],
)
def test_order_spaces_and_punctuation_are_kept(small: Glosser, text: str, wanted: str) -> None:
    assert small.gloss(text, "sv").text == wanted


def test_pieces_are_the_spans_of_the_text_that_they_name(small: Glosser) -> None:
    text = "Vi såg utsatta områden, Blorp och 12 xyzzyer (ändå)."
    gloss = small.gloss(text, "sv")
    assert gloss.source == text
    assert [piece.source for piece in gloss.pieces] == [text[piece.start : piece.end] for piece in gloss.pieces]
    edges = [edge for piece in gloss.pieces for edge in (piece.start, piece.end)]
    assert edges == sorted(edges)
    assert [piece.source for piece in gloss.pieces] == [
        *("Vi", "såg", "utsatta områden", "Blorp", "och", "12", "xyzzyer", "ändå")
    ]


def test_all_words_are_several_equivalents_of_each_piece(small: Glosser) -> None:
    gloss = small.gloss("tryggheten i Blorp, gatan", "sv")
    assert gloss.all_words() == "perceived safety safety sense of safety in Blorp street road"
    assert gloss.all_words(1) == "perceived safety in Blorp street"


def test_unknown_words_are_listed_once_in_small_letters(small: Glosser) -> None:
    gloss = small.gloss("xyzzyer och plugh, xyzzyer och fnord", "sv")
    assert gloss.unknown == ("xyzzyer", "plugh", "fnord")
    assert gloss.text == "xyzzyer and plugh, xyzzyer and fnord"


def test_names_numbers_and_single_letters_are_never_unknown(small: Glosser) -> None:
    assert small.gloss("Blorp såg Fnord, FNORD, 2015, x, a.b och www.example.org", "sv").unknown == ()


def test_content_pieces_are_phrases_and_words_that_carry_matter(small: Glosser) -> None:
    gloss = small.gloss("Vi är i utsatta områden och på gator", "sv")
    assert [piece.source for piece in content_pieces(gloss, "sv")] == ["utsatta områden", "gator"]


# English to Swedish


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("street", "gata"),
        ("streets", "gata"),
        ("road", "gata"),
        ("police officers", "polis"),
        ("vulnerable areas", "utsatt område"),
        ("Vulnerable area", "utsatt område"),
        ("fear of crimes", "rädsla för brott"),
        ("free-riders", "friåkare"),
        ("free riders", "friåkare"),
        ("lighting of women", "belysning of kvinna"),
        ("labor", "arbete"),
        ("machine learning", "maskininlärning"),
        ("safety host, police!", "trygghetsvärd, polis!"),
        ("business improvement districts", "BID"),
    ],
)
def test_english_is_glossed_in_swedish_by_inflection_and_phrase(small: Glosser, text: str, wanted: str) -> None:
    assert small.gloss(text, "en").text == wanted


def test_the_word_that_an_english_one_means_first_comes_first(small: Glosser) -> None:
    assert found(small.gloss("security", "en")) == {"security": ("säkerhet", "trygghet")}


def test_the_glossary_comes_first_in_swedish_too(tmp_path: Path) -> None:
    folder = write_terms(tmp_path, "platsvakt,guard,,,guards,", "garde,guard,noun,\nvakt,guard,noun,")
    guard = Glosser(read_terms(folder)).gloss("guards", "en").pieces[0]
    assert guard.equivalents == ("platsvakt", "garde", "vakt")
    assert guard.kind is Kind.TERM


@pytest.mark.parametrize("between", [". ", "; ", " ("])
def test_no_english_phrase_runs_across_punctuation(small: Glosser, between: str) -> None:
    assert small.gloss(f"fear{between}crime", "en").text == f"fear{between}brott"


def test_english_names_and_numbers_stay_and_unknown_words_are_told(small: Glosser) -> None:
    gloss = small.gloss("In 2015 Blorp had plugh streets, plugh roads and a fnord.", "en")
    assert gloss.text == "In 2015 Blorp had plugh gata, plugh gata and a fnord."
    assert gloss.unknown == ("plugh", "fnord")


@pytest.mark.parametrize("word", ["the", "The", "in", "not", "between", "all"])
def test_english_grammar_words_are_left(small: Glosser, word: str) -> None:
    gloss = small.gloss(word, "en")
    assert gloss.text == word
    assert gloss.unknown == ()


def test_a_word_only_for_the_beginning_of_swedish_sentences_is_no_swedish_answer(small: Glosser) -> None:
    assert "^" not in small.gloss("everyone Everyone", "en").text


# Where the list comes from


def touch(path: Path) -> None:
    """As if written a second later: some file systems count time in whole seconds."""
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def test_the_list_is_not_read_again_while_nothing_changed(tmp_path: Path) -> None:
    folder = write_terms(tmp_path)
    assert open_glosser(folder) is open_glosser(folder)


@pytest.mark.parametrize(("name", "row"), [(LEXICON, "xyzzy,magic,noun,"), (GLOSSARY, "xyzzy,magic,,,core,")])
def test_the_list_is_read_again_once_a_file_changed(tmp_path: Path, name: str, row: str) -> None:
    folder = write_terms(tmp_path)
    before = open_glosser(folder)
    assert before.gloss("xyzzy", "sv").unknown == ("xyzzy",)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    touch(folder / name)
    after = open_glosser(folder)
    assert after is not before
    assert after.gloss("xyzzy", "sv").text == "magic"


def test_the_list_is_read_again_once_a_file_is_taken_away_or_put_back(tmp_path: Path) -> None:
    folder = write_terms(tmp_path)
    assert open_glosser(folder).terms.faults == ()
    data = (folder / GLOSSARY).read_bytes()
    (folder / GLOSSARY).unlink()
    assert [fault.code for fault in open_glosser(folder).terms.faults] == ["term_file"]
    (folder / GLOSSARY).write_bytes(data)
    touch(folder / GLOSSARY)
    assert open_glosser(folder).terms.faults == ()


def test_two_folders_have_each_their_own_list(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    write_terms(one, lexicon="gata,street,noun,")
    write_terms(two, lexicon="gata,alley,noun,")
    assert [open_glosser(folder).gloss("gatan", "sv").text for folder in (one, two, one)] == [
        "street",
        "alley",
        "street",
    ]


def test_a_broken_row_costs_only_itself(tmp_path: Path) -> None:
    glosser = open_glosser(write_terms(tmp_path, lexicon="gata,street,noun,\ntorg,square\nbrott,crime,noun,"))
    assert glosser.gloss("gator och brott", "sv").text.split()[::2] == ["street", "crime"]
    assert [fault.values["row"] for fault in glosser.terms.faults] == [3]


def test_threads_share_a_glosser(small: Glosser) -> None:
    text = "Vi såg utsatta områden och gatubelysningen, trygghetsarbetet och Blorp. " * 20
    expected = small.gloss(text, "sv")
    fresh = Glosser(small.terms)
    results: list[Gloss] = []
    threads = [threading.Thread(target=lambda: results.append(fresh.gloss(text, "sv"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 8


# The packaged list


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trygghetsvärd", "safety host"),
        ("trygghetsvärdarna", "safety host"),
        ("friåkarproblemet", "free-rider problem"),
        ("friåkarna", "free rider"),
        ("platssamverkan", "place-based collaboration"),
        ("platssamverkans", "place-based collaboration"),
        ("trygghetsvandringarna", "safety walk"),
        ("trygghetsskapande åtgärder", "safety-promoting measure"),
    ],
)
def test_a_term_of_the_domain_means_what_the_packaged_glossary_says(packaged: Glosser, text: str, wanted: str) -> None:
    piece = packaged.gloss(text, "sv").pieces[0]
    assert (piece.source, piece.kind, piece.first) == (text, Kind.TERM, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("safety hosts", "trygghetsvärd"),
        ("the free-rider problem", "friåkarproblem"),
        ("safety walks", "trygghetsvandring"),
        ("place-based collaboration", "platssamverkan"),
    ],
)
def test_a_term_of_the_domain_is_found_from_english_too(packaged: Glosser, text: str, wanted: str) -> None:
    assert last(packaged.gloss(text, "en")).first == wanted


def test_the_packaged_list_tells_the_council_from_what_is_good(packaged: Glosser) -> None:
    gloss = packaged.gloss("Enligt Brå är bra belysning viktig", "sv")
    assert "Council for Crime Prevention" in found(gloss)["Brå"][0]
    assert found(gloss)["bra"][0] == "good"
    assert kinds(gloss)["Brå"] == "term"


@pytest.mark.parametrize("word", ["trygghets- och säkerhetsarbete", "klotter- och skadegörelsesanering"])
def test_the_packaged_list_knows_hanging_hyphens(packaged: Glosser, word: str) -> None:
    gloss = packaged.gloss(word, "sv")
    assert gloss.unknown == ()
    assert all(piece.equivalents for piece in gloss.pieces)


# Speed

PASSAGE = """
Rapporten undersöker hur belysning, ordningsvakter och trygghetsvärdar påverkar den upplevda tryggheten i sex utsatta
områden. Fastighetsägarna i varje område betalar en frivillig avgift för gemensam städning, snabb klottersanering och
bättre gatubelysning längs gångstråken. Friåkarproblemet uppstår när vissa ägare får del av nyttan utan att betala sin
andel av kostnaden. Enligt Brå minskade skadegörelsebrotten med fjorton procent under det första året, medan
våldsbrotten låg kvar på samma nivå som tidigare. De boende som deltog i trygghetsvandringarna uppgav oftare att de
vågade gå ut på kvällen, men kvinnor och äldre kände sig fortfarande mindre trygga än yngre män i området kring torget
och stationen i Göteborg.
"""


def test_a_passage_of_a_hundred_words_is_glossed_in_less_than_two_milliseconds(packaged: Glosser) -> None:
    assert 95 <= len(PASSAGE.split()) <= 115
    passage = " ".join(PASSAGE.split())
    assert packaged.gloss(passage, "sv").unknown == ()
    rounds, times = 20, []
    for _ in range(5):  # the best of five averages, as other work on the machine only adds to them
        start = time.perf_counter()
        for _ in range(rounds):
            packaged.gloss(passage, "sv")
        times.append((time.perf_counter() - start) / rounds)
    assert min(times) < 0.002
