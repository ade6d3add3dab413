"""An answer leaves the library in six forms; each is read back here by something that did not write it."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from citeproc.source.json import CiteProcJSON
from docx import Document
from lxml import etree  # type: ignore[import-untyped]

from api.exports import (
    EXPORTS,
    CorpusStamp,
    DeletedStudy,
    UnknownFormat,
    bibtex,
    csl_json,
    export,
    file_name,
    markdown,
    plain,
    ris,
    word,
)
from corpus.reference import STYLES, UnknownStyle
from corpus.starter import starter_notes
from corpus.study import Description, Study, StudyFile, TextState
from corpus.words import Language
from retriever.answer import (
    Answer,
    AnswerSentence,
    Card,
    Carried,
    Caution,
    Citation,
    Claim,
    Comparison,
    Evidence,
    Figure,
    Group,
    Hit,
    Side,
    Understood,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STAMP = CorpusStamp("3f9a6c1e77d2b4", date(2026, 11, 24), 22, 318)
HOSTILE = "\x00Kr\u202eav *fet* [länk](http://a.se) <b>x</b> www.b.se | =1+1 \ud800 a@b.se # `k` \x1b[0m"


def study(key: str, description: Description, language: str) -> Study:
    return Study(key, description, (language,), TextState.SEARCHABLE, (StudyFile("a" * 64, f"{key}.pdf", 10, 12),))


NOTES = {name.split("-")[0]: description for name, description in starter_notes().items()}
STUDIES = {
    "lit": study("lit", NOTES["lit002"], "en"),
    "bra": study("bra", NOTES["bra004"], "sv"),
    "fea": study(
        "fea",
        Description(
            "Environmental interventions to reduce fear of crime: systematic review of effectiveness",
            ("Lorenc, T.", "Petticrew, M.", "Whitehead, M."),
            2013,
            "Systematic Reviews 2:30",
            identifiers=(("doi", "10.1186/2046-4053-2-30"),),
        ),
        "en",
    ),
    "sou": study(
        "sou",
        Description(
            "Avgift för områdessamverkan - och andra åtgärder för trygghet i byggd miljö (SOU 2025:5)",
            ("Utredningen om åtgärder för stärkt trygghet i den byggda miljön (Lundin, O.)",),
            2025,
            "Regeringskansliet",
        ),
        "sv",
    ),
}
QUOTES = (
    ("lit", 1, "1", "improved street lighting goes with 14 per cent less total crime."),
    ("fea", 4, "iv", "There was little evidence that street lighting improvements reduce fear of crime."),
    ("bra", 2, "2", "De anmälda brotten mot person minskade sammantaget inte mer än i jämförbara områden."),
    ("sou", 211, "209", "En avgift för områdessamverkan bör få tas ut av fastighetsägare."),
)


def citation(n: int, key: str, page: int, label: str, quote: str) -> Citation:
    said = STUDIES[key].description
    language = STUDIES[key].languages[0]
    return Citation(
        n, key, f"{key}.pdf", said.title, said.authors, said.year, page, label, language, quote, 0, len(quote)
    )


def card(key: str, side: Side, claims: tuple[Claim, ...], **said: object) -> Card:
    about = STUDIES[key].description
    empty: dict[str, object] = {
        "evidence_from": "",
        "evidence_source": "",
        "evidence_years": (),
        "design": "",
        "sms_level": "",
        "appraised_by": "",
        "party_interest": "",
        "apart": "",
        "versions": (),
        "reference": "",
    }
    return Card(key, about.title, about.authors, about.year, claims, side, **(empty | said))  # type: ignore[arg-type]


CARDS = (
    card(
        "lit",
        "international",
        (Claim(1, (Figure("14 per cent", "%", "95 % CI 5 to 21"),), ("reported_crime",), "lower"),),
        evidence_from="International",
        evidence_source="described",
        evidence_years=("1974–2019",),
        apart="note",
    ),
    card(
        "fea",
        "international",
        (Claim(2, (), ("perceived_safety",), "unchanged"),),
        evidence_from="United Kingdom",
        evidence_source="named",
        design="systematic review",
        sms_level="3",
        appraised_by="K. Kriminolog",
        party_interest="no",
    ),
    card(
        "bra",
        "swedish",
        (Claim(3, (), ("reported_crime",), "unchanged"),),
        evidence_from="Sweden",
        evidence_source="described",
        evidence_years=("2012–2015",),
        apart="note",
        versions=("bra2",),
    ),
    card("sou", "not_stated", (Claim(4, (), (), ""),)),
)


def made(language: Language = "sv", **changes: object) -> Answer:
    citations = tuple(citation(n, *quote) for n, quote in enumerate(QUOTES, 1))
    answer = Answer(
        question="Minskar bättre belysning brott och rädsla på torg?",
        language=language,
        carried=(Carried("Haninge", "Haninge"),),
        answered=True,
        confidence=0.85,
        message="4 källor talar om detta. Meningarna är citerade ordagrant.",
        sentences=tuple(AnswerSentence(c.quote, (c.n,)) for c in citations[:3]),
        citations=citations,
        more=(citation(5, "bra", 2, "2", "Många besökare kände inte till att kamerorna fanns."),),
        groups=(Group("reported_crime", (1, 3)),),
        cards=CARDS,
        comparisons=(Comparison("reported_crime", "may_disagree", (1,), (), (3,)),),
        evidence=Evidence(4, 2026, 1, 2, 1, 1),
        written=False,
        notices=("En källa på ett annat språk lästes ord för ord.",),
        nearest=(Hit("fea", "fea.pdf", "Environmental interventions", 3, "iii", "en", 0.4, "Text.", 9, 0, 5),),
        unknown=("mjölkväg",),
        searched={"sv": 197, "en": 121},
        returned={"sv": 3, "en": 2},
        understood=(Understood("belysning", ("street lighting", "lighting"), "term"),),
        fingerprint=STAMP.fingerprint,
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def unanswered(language: Language = "sv") -> Answer:
    return made(
        language,
        answered=False,
        message="Korpusen svarar inte på detta.",
        sentences=(),
        citations=(),
        more=(),
        groups=(),
        cards=(),
        comparisons=(),
        evidence=Evidence(0, None, 0, 0, 0, 0),
    )


def with_quote(text: str) -> tuple[Answer, dict[str, Study]]:
    """An answer whose one quote, and everything said of its study, is `text`."""
    hostile = study("x", Description(text, (text,), None, text, text, text, (("doi", text), ("url", text))), "sv")
    one = Citation(1, "x", "x.pdf", text, (text,), None, 1, text, "sv", text, 0, len(text))
    claim = Claim(1, (Figure(text, "%", text),), (), "")
    shown = Card(
        "x", text, (text,), None, (claim,), "swedish", text, "named", (text,), text, text, text, text, "", (), ""
    )
    answer = made(
        question=text,
        message=text,
        sentences=(AnswerSentence(text, (1,)),),
        citations=(one,),
        more=(),
        cards=(shown,),
        comparisons=(),
        notices=(text,),
        unknown=(text,),
    )
    return answer, {"x": hostile}


def opened(file: bytes) -> "etree._Element":
    """The body of a Word file, after every part of it has been parsed as XML."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
        return etree.fromstring(archive.read("word/document.xml"))


def headings(file: bytes) -> list[str]:
    document = Document(io.BytesIO(file))
    return [p.text for p in document.paragraphs if p.style and p.style.name and p.style.name.startswith("Heading")]


def words_of(file: bytes) -> str:
    return "\n".join("".join(p.itertext(f"{W}t")) for p in opened(file).iter(f"{W}p"))


# Word


@pytest.fixture(scope="module")
def swedish() -> bytes:
    return word(made(), STUDIES, "apa", STAMP)


def test_the_swedish_brief_has_its_parts_as_real_headings(swedish: bytes) -> None:
    assert headings(swedish) == [
        "Kort svar",
        "Underlaget sida vid sida",
        "Är källorna överens?",
        "Citat",
        "Fler citat",
        "Referenser",
        "Vad som söktes",
    ]


def test_the_english_brief_has_the_same_parts_in_english() -> None:
    assert headings(word(made("en"), STUDIES, "apa", STAMP)) == [
        "Short answer",
        "The evidence side by side",
        "Do the sources agree?",
        "Quotes",
        "Further quotes",
        "References",
        "What was searched",
    ]


def test_a_brief_opens_with_question_day_corpus_and_how_it_was_made(swedish: bytes) -> None:
    first = [p.text for p in Document(io.BytesIO(swedish)).paragraphs[:4]]
    assert first[:3] == [
        "Kunskapsunderlag",
        "Minskar bättre belysning brott och rädsla på torg?",
        "2026-11-24. Korpusen: 22 studier, 318 stycken, version 3f9a6c1e77d2b4.",
    ]
    assert first[3].startswith("Sammanställt av en maskin av citat.")


def test_a_brief_that_a_model_wrote_says_so() -> None:
    text = words_of(word(made(written=True), STUDIES, "apa", STAMP))
    assert "skrivna av en språkmodell" in text
    assert "Sammanställt av en maskin av citat" not in text


def test_a_short_answer_of_many_quotes_shows_five_and_says_where_the_rest_is() -> None:
    many = tuple(AnswerSentence(f"Mening {n}.", (1,)) for n in range(7))
    text = words_of(word(made(sentences=many), STUDIES, "apa", STAMP))
    assert "”Mening 4.” [1]\nCitat som inte visas här: 2. Alla står under Citat." in text
    written = words_of(word(made(sentences=many, written=True), STUDIES, "apa", STAMP))
    assert "Mening 6. [1]" in written


def test_the_table_has_a_row_a_work_under_a_row_a_side(swedish: bytes) -> None:
    table = Document(io.BytesIO(swedish)).tables[0]
    assert [row.cells[0].text.split("\n")[0][:30] for row in table.rows] == [
        "Verk",
        "Svenskt underlag",
        "Evidensnotis: Minskar kameror ",
        "Internationellt underlag",
        "Evidence note: Does street lig",
        "Environmental interventions to",
        "Underlag som inte anger var de",
        "Avgift för områdessamverkan - ",
    ]


def test_a_card_shows_figure_outcome_origin_design_and_page(swedish: bytes) -> None:
    rows = Document(io.BytesIO(swedish)).tables[0].rows
    note, review, inquiry = ([cell.text for cell in rows[at].cells] for at in (4, 5, 7))
    assert "Siffra: 14 per cent (95 % CI 5 to 21). Utfall: " in note[1]
    assert "lägre." in note[1]
    assert note[1].startswith("”improved street lighting goes with 14 per cent less total crime.” [1], s. 1\n")
    assert note[2:] == ["flera länder\n1974–2019", "inte bedömt", "anges inte"]
    assert "En evidensnotis, inte själva studien." in note[0]
    assert "Siffra: ingen siffra angiven." in review[1]
    assert "s. iv (sida 4 i PDF:en)" in review[1]
    assert review[2:] == [
        "Storbritannien (enligt dess text)",
        "systematic review\nSMS 3\nBedömt av K. Kriminolog.",
        "no",
    ]
    assert "Utfall: inget nämnt." in inquiry[1]
    assert inquiry[2:] == ["anges inte", "inte bedömt", "anges inte"]


def test_an_appraisal_without_sms_level_says_that_the_level_is_not_appraised() -> None:
    cards = (replace(CARDS[1], sms_level=""),)
    rows = Document(io.BytesIO(word(made(cards=cards), STUDIES, "apa", STAMP))).tables[0].rows
    assert rows[2].cells[3].text == "systematic review\nSMS-nivå inte bedömd\nBedömt av K. Kriminolog."


def test_the_first_row_of_the_table_is_repeated_and_no_row_is_cut(swedish: bytes) -> None:
    rows = list(opened(swedish).iter(f"{W}tr"))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True] + [False] * 7
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows[1:])


def test_sources_that_may_disagree_are_shown_with_both_quotes(swedish: bytes) -> None:
    lines = words_of(swedish).split("\n")
    at = next(i for i, line in enumerate(lines) if "källorna kan vara oense" in line)
    assert lines[at + 1].startswith("Lägre: ”improved street lighting")
    assert lines[at + 2].startswith("Oförändrat: ”De anmälda brotten mot person")
    assert lines[at + 2].endswith("s. 2 [3]")


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [("agree", "säger samma sak."), ("may_disagree", "Läs båda citaten")],
)
def test_a_verdict_is_a_sentence(verdict: str, sentence: str) -> None:
    one = (Comparison("trade", verdict, (1,), (), ()),)  # type: ignore[arg-type]
    assert sentence in words_of(word(made(comparisons=one), STUDIES, "apa", STAMP))


def test_nothing_to_compare_is_said() -> None:
    assert "Inget utfall nämns av flera källor" in words_of(word(made(comparisons=()), STUDIES, "apa", STAMP))


def test_each_run_is_in_its_own_language(swedish: bytes) -> None:
    spoken = {
        "".join(run.itertext(f"{W}t")): lang.get(f"{W}val")
        for run in opened(swedish).iter(f"{W}r")
        if (lang := run.find(f"{W}rPr/{W}lang")) is not None
    }
    assert spoken["”improved street lighting goes with 14 per cent less total crime.”"] == "en-GB"
    assert spoken["”En avgift för områdessamverkan bör få tas ut av fastighetsägare.”"] == "sv-SE"
    assert spoken["4 källor talar om detta. Meningarna är citerade ordagrant."] == "sv-SE"


def test_a_quote_bears_both_page_numbers_where_they_differ(swedish: bytes) -> None:
    text = words_of(swedish)
    assert "(SOU 2025:5), s. 209 (sida 211 i PDF:en)" in text
    assert "(Lorenc m.fl., 2013), s. iv (sida 4 i PDF:en)" in text


def test_what_was_searched_and_not_found_is_at_the_end(swedish: bytes) -> None:
    text = words_of(swedish)
    assert "Sökte i 197 stycken på svenska och 121 på engelska. Säkerhet 85 %." in text
    assert "Finns ingenstans i korpusen: mjölkväg." in text
    assert "belysning → street lighting, lighting" in text
    assert "En källa på ett annat språk lästes ord för ord." in text
    assert "Haninge" in text


def test_titles_in_references_are_set_in_italics(swedish: bytes) -> None:
    listed = [p for p in Document(io.BytesIO(swedish)).paragraphs if p.style and p.style.name == "Bibliography"]
    inquiry = next(p for p in listed if p.text.startswith("SOU 2025:5."))
    assert [run.text for run in inquiry.runs if run.italic] == [
        "Avgift för områdessamverkan - och andra åtgärder för trygghet i byggd miljö"
    ]


def test_properties_name_title_language_system_and_day(swedish: bytes) -> None:
    said = Document(io.BytesIO(swedish)).core_properties
    assert (said.title, said.language) == ("Minskar bättre belysning brott och rädsla på torg?", "sv-SE")
    assert said.author == said.last_modified_by == "Centrum för AMP:s forskningsassistent"
    assert said.created is not None
    assert said.created.date() == date(2026, 11, 24)
    assert said.comments == ""


def test_a_brief_is_a4_without_links_or_macros_in_the_present_mode(swedish: bytes) -> None:
    section = Document(io.BytesIO(swedish)).sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    with zipfile.ZipFile(io.BytesIO(swedish)) as archive:
        names = archive.namelist()
        assert not [name for name in names if "vba" in name.lower() or "thumbnail" in name or "embed" in name]
        assert not [name for name in names if name.endswith(".rels") and b'"External"' in archive.read(name)]
        assert b'compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"' in archive.read(
            "word/settings.xml"
        )
    assert not list(opened(swedish).iter(f"{W}hyperlink"))


def test_a_brief_of_no_answer_says_no_and_names_the_nearest() -> None:
    file = word(unanswered(), STUDIES, "apa", STAMP)
    assert headings(file) == ["Kort svar", "Närmaste källor", "Referenser", "Vad som söktes"]
    text = words_of(file)
    assert "Korpusen svarar inte på detta." in text
    assert "Environmental interventions, s. iii (sida 3 i PDF:en)" in text
    assert "Lorenc, T., Petticrew, M., & Whitehead, M. (2013)." in text
    assert "14 per cent" not in text


def test_no_answer_and_nothing_near_still_makes_a_brief() -> None:
    answer = replace(unanswered(), nearest=())
    assert headings(word(answer, {}, "apa", STAMP)) == ["Kort svar", "Vad som söktes"]
    assert ris(answer, {}, "apa", STAMP) == bibtex(answer, {}, "apa", STAMP) == ""
    assert json.loads(csl_json(answer, {}, "apa", STAMP)) == []


def test_an_answer_without_cards_has_no_table() -> None:
    assert Document(io.BytesIO(word(made(cards=()), STUDIES, "apa", STAMP))).tables == []


def test_characters_that_xml_cannot_hold_are_left_out_of_word() -> None:
    answer, studies = with_quote(HOSTILE)
    text = words_of(word(answer, studies, "apa", STAMP))
    assert "Krav *fet* [länk](http://a.se) <b>x</b> www.b.se | =1+1 a@b.se # `k` [0m" in text
    assert not re.search("[\x00-\x08\x1b\u202e\ud800]", text)


# Markdown and text


def test_markdown_shows_hostile_text_letter_for_letter() -> None:
    answer, studies = with_quote(HOSTILE)
    text = markdown(answer, studies, "apa", STAMP)
    assert r"\*fet\* \[länk\](http\://a.se) \<b\>x\</b\> www\.b.se \| \=1\+1" in text
    assert r"\#" in text
    assert "a@\u2060b.se" in text
    for unescaped in ("[länk", "<b>", "http://", "www.", "a@b", "`k`", "\u202e", "\x00"):
        assert not re.search(rf"(?<!\\){re.escape(unescaped)}", text), unescaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Rubrik", r"\# Rubrik"),
        ("1. Först", r"1\. Först"),
        ("- punkt", r"\- punkt"),
        ("&amp; &#42;", r"\&amp; \&\#42;"),
        ("a_b_c", r"a\_b\_c"),
        ("![bild](x)", r"\!\[bild\](x)"),
        ("rad\n# två", r"rad \# två"),
        ("14 procent, 95 % KI 5–21.", "14 procent, 95 % KI 5–21."),
    ],
)
def test_a_title_that_looks_like_markup_is_escaped(text: str, shown: str) -> None:
    answer = replace(made(), message=text)
    assert f"\n\n{shown}\n" in markdown(answer, STUDIES, "apa", STAMP)


def test_markdown_has_one_title_and_a_table_of_even_rows() -> None:
    text = markdown(made(), STUDIES, "apa", STAMP)
    assert re.findall(r"^# .*$", text, re.MULTILINE) == ["# Kunskapsunderlag"]
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert len(rows) == 9  # names of columns, the rule, three sides, four works
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_markdown_quotes_stand_in_block_quotes_with_their_place() -> None:
    text = markdown(made(), STUDIES, "apa", STAMP)
    assert (
        "> **\\[4\\]** ”En avgift för områdessamverkan bör få tas ut av fastighetsägare.”\n>\n> (SOU 2025:5), " in text
    )


def test_plain_text_holds_quotes_places_and_references() -> None:
    text = plain(made(), STUDIES, "harvard", STAMP)
    assert text.startswith("Kunskapsunderlag\n================\n")
    assert "[4] ”En avgift för områdessamverkan bör få tas ut av fastighetsägare.”\n    (SOU 2025:5), s. 209" in text
    assert "Lorenc, T., Petticrew, M. och Whitehead, M. (2013) ”Environmental interventions" in text
    assert "SVENSKT UNDERLAG" in text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("make", [markdown, plain, word])
def test_every_brief_is_made_in_every_style_and_language(
    make: Callable[..., bytes | str], language: Language, style: str
) -> None:
    answered, empty = make(made(language), STUDIES, style, STAMP), make(unanswered(language), STUDIES, style, STAMP)
    assert len(answered) > len(empty) > 500


# Reference managers


def ris_by_hand(text: str) -> list[list[tuple[str, str]]]:
    """Records as lists of tag and value, each line of the file checked."""
    records: list[list[tuple[str, str]]] = []
    for line in filter(None, text.split("\n")):
        assert re.match(r"^[A-Z][A-Z0-9]  - ", line), line
        tag, value = line[:2], line[6:]
        if tag == "TY":
            records.append([])
        records[-1].append((tag, value))
    assert all([tag for tag, _ in record].count("ER") == 1 and record[-1][0] == "ER" for record in records)
    return records


def test_ris_is_read_back_by_rispy_and_by_hand() -> None:
    text = ris(made(), STUDIES, "apa", STAMP)
    read = rispy.loads(text)
    assert [record["type_of_reference"] for record in read] == ["GEN", "JOUR", "GEN", "RPRT"]
    assert read[1]["authors"] == ["Lorenc, T.", "Petticrew, M.", "Whitehead, M."]
    assert (read[1]["secondary_title"], read[1]["volume"], read[1]["start_page"]) == ("Systematic Reviews", "2", "30")
    assert read[1]["doi"] == "10.1186/2046-4053-2-30"
    assert read[3]["note"] == "SOU 2025:5"
    by_hand = ris_by_hand(text)
    assert [record[0] for record in by_hand] == [("TY", "GEN"), ("TY", "JOUR"), ("TY", "GEN"), ("TY", "RPRT")]
    assert ("PY", "2013") in by_hand[1]


def test_a_body_with_a_comma_in_its_name_is_one_author_in_ris() -> None:
    first = ris_by_hand(ris(made(), STUDIES, "apa", STAMP))[0]
    assert [v for tag, v in first if tag == "AU"] == ["Startkorpus – Centrum för AMP:s forskningsassistent"]


@pytest.mark.parametrize(
    ("title", "kind", "where", "expected"),
    [
        ("Lag (2023:196) om kommuners ansvar för brottsförebyggande arbete", "statute", "", "STAT"),
        ("Kommuners ansvar för brottsförebyggande arbete (prop. 2022/23:43)", "", "Regeringskansliet", "BILL"),
        ("Situationell brottsprevention", "article", "Svensk Juristtidning 1998 s. 230", "JOUR"),
        ("Neighborhoods without community", "dissertation", "Malmö University", "THES"),
        ("Förbättrad utomhusbelysning och brottsprevention (rapport 2007:28)", "", "Brå", "RPRT"),
        ("Maryland Scientific Methods Scale", "", "In Evidence-Based Crime Prevention, Routledge, pp. 13-21", "CHAP"),
        ("AMP-modellen", "handbook", "Centrum för AMP", "BOOK"),
        ("Internationell kartläggning av platssamverkan", "", "", "GEN"),
    ],
)
def test_ris_types_fit(title: str, kind: str, where: str, expected: str) -> None:
    one = {"fea": study("fea", Description(title, ("Gerell, M.",), 2017, where, kind=kind), "sv")}
    assert rispy.loads(ris(unanswered(), one, "apa", STAMP))[0]["type_of_reference"] == expected


def test_bibtex_is_read_back_by_bibtexparser() -> None:
    read = parse_string(bibtex(made(), STUDIES, "apa", STAMP))
    assert not read.failed_blocks
    assert [entry.key for entry in read.entries] == [
        "startkorpus2026evidence",
        "lorenc2013environmental",
        "startkorpus2026evidensnotis",
        "sou20255",
    ]
    article = read.entries_dict["lorenc2013environmental"]
    assert article.entry_type == "article"
    assert article["author"] == "Lorenc, T. and Petticrew, M. and Whitehead, M."
    assert (article["journal"], article["volume"], article["year"]) == ("Systematic Reviews", "2", "2013")
    assert (
        read.entries_dict["startkorpus2026evidence"]["author"] == "{Startkorpus, Centrum för AMP:s forskningsassistent}"
    )


def test_bibtex_braces_are_balanced_and_signs_are_no_commands() -> None:
    answer, studies = with_quote(r"100 % av {allt} \input{x} $y$ #1 a_b ~ ^ & }} @article{z, " + HOSTILE)
    text = bibtex(answer, studies, "apa", STAMP)
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert r"100 \% av \textbraceleft{}allt\textbraceright{} \textbackslash{}input" in text
    read = parse_string(text)
    assert (len(read.entries), len(read.failed_blocks)) == (1, 0)
    assert r"\$y\$ \#1 a\_b \textasciitilde{} \textasciicircum{} \&" in read.entries[0]["title"]


def test_bibtex_keys_are_ascii_and_never_the_same_twice() -> None:
    said = Description("Brå äter ångström", ("Åkesson, Ö.",), 2020)
    twins = {key: study(key, said, "sv") for key in ("a", "b", "c")}
    hits = tuple(Hit(key, "", "", 1, "1", "sv", 0.1, "", 1, 0, 1) for key in twins)
    keys = [e.key for e in parse_string(bibtex(replace(unanswered(), nearest=hits), twins, "apa", STAMP)).entries]
    assert keys == ["akesson2020ater", "akesson2020ater-2", "akesson2020ater-3"]


def test_bibtex_of_a_work_without_author_year_or_latin_title_has_a_key() -> None:
    one = {"fea": study("fea", Description("Исследование"), "en")}
    assert "@misc{source,\n" in bibtex(unanswered(), one, "apa", STAMP)


def test_csl_json_is_read_by_citeproc() -> None:
    items = json.loads(csl_json(made(), STUDIES, "apa", STAMP))
    assert [item["id"] for item in items] == ["lit", "fea", "bra", "sou"]
    read = CiteProcJSON(items)
    assert str(read["fea"].title) == STUDIES["fea"].title
    assert read["fea"].issued.year == 2013
    assert items[0]["author"] == [{"literal": "Startkorpus, Centrum för AMP:s forskningsassistent"}]
    assert items[3]["citation-label"] == "SOU 2025:5"


def test_hostile_text_stays_on_one_line_in_ris_and_json() -> None:
    answer, studies = with_quote("rad\r\nER  - \r\nTY  - BOOK " + HOSTILE)
    assert len(ris_by_hand(ris(answer, studies, "apa", STAMP))) == 1
    assert len(json.loads(csl_json(answer, studies, "apa", STAMP))) == 1
    assert bibtex(answer, studies, "apa", STAMP).encode() != b""


@pytest.mark.parametrize("make", [ris, bibtex, csl_json])
def test_a_source_is_exported_once_however_often_it_is_quoted(make: Callable[..., str]) -> None:
    assert make(made(), STUDIES, "apa", STAMP).count("Stureplan") == make(made(more=()), STUDIES, "apa", STAMP).count(
        "Stureplan"
    )


# All of them


@pytest.mark.parametrize("form", EXPORTS)
def test_an_answer_that_quotes_a_removed_study_is_not_exported(form: str) -> None:
    left = {key: kept for key, kept in STUDIES.items() if key != "sou"}
    with pytest.raises(DeletedStudy) as caught:
        EXPORTS[form].make(made(), left, "apa", STAMP)
    assert "Avgift för områdessamverkan" in caught.value.sentence("sv")
    assert "(sou)" in caught.value.sentence("sv")
    assert "Ställ frågan igen" in caught.value.sentence("sv")


@pytest.mark.parametrize("form", ["word", "markdown", "plain"])
def test_an_unknown_style_is_refused(form: str) -> None:
    with pytest.raises(UnknownStyle, match="apa, harvard, note"):
        EXPORTS[form].make(made(), STUDIES, "vancouver", STAMP)


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UnknownFormat, match=r"odt.*word, markdown, plain, ris, bibtex, csl_json"):
        export("odt")


@pytest.mark.parametrize("form", EXPORTS)
def test_every_export_is_utf8_and_has_a_type_and_a_suffix(form: str) -> None:
    way = export(form)
    content = way.make(made(), STUDIES, "apa", STAMP)
    assert isinstance(content, bytes if form == "word" else str)
    assert isinstance(content, bytes) or content.encode("utf-8")
    assert re.fullmatch(r"\.[a-z]+", way.suffix)
    assert re.fullmatch(r"[a-z]+/[\w.+-]+(; charset=utf-8)?", way.media_type)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Minskar gatubelysning rädslan för brott?", "amp-minskar-gatubelysning-radslan-for-brott.docx"),
        ("../../etc/passwd\x00", "amp-etc-passwd.docx"),
        ("CON", "amp-con.docx"),
        ("Øl på Ærø & <b>", "amp-ol-pa-aero-b.docx"),
        ("？？？", "amp-answer.docx"),
        ("ord " * 100, "amp-" + "-".join(["ord"] * 15) + ".docx"),
    ],
)
def test_a_file_is_named_after_the_question_in_ascii(question: str, name: str) -> None:
    assert file_name(made(question=question), "word") == name


# What to mind


MINDED = (Caution("retracted", "lit", "Withdrawn 2026-03-05: the study has been retracted. Reason: *made up*"),)


def minded() -> Answer:
    answer = made("en")
    first, *others = answer.citations
    card_of, *cards = answer.cards
    first_card = replace(card_of, cautions=MINDED, appraised_by="Eva", appraised_on=date(2026, 5, 1), emmie=("effect",))
    return replace(
        answer,
        citations=(replace(first, read_by_ocr=True, cautions=MINDED), *others),
        cards=(replace(first_card, evidence_source="appraised"), *cards),
        nearest=(replace(answer.nearest[0], cautions=MINDED),),
    )


def test_a_brief_marks_a_withdrawn_source_at_its_quote_and_in_the_table() -> None:
    for text in (plain(minded(), STUDIES, "apa", STAMP), words_of(word(minded(), STUDIES, "apa", STAMP))):
        assert text.count("Withdrawn 2026-03-05: the study has been retracted. Reason: *made up*") == 2
        assert "International (as appraised)" in text
        assert "EMMIE: effect." in text
        assert "Appraised by Eva on 2026-05-01." in text
    assert markdown(minded(), STUDIES, "apa", STAMP).count(r"Reason: \*made up\*") == 2


def test_a_brief_of_no_answer_marks_the_nearest_sources_too() -> None:
    answer = replace(unanswered("en"), nearest=minded().nearest)
    assert "the study has been retracted" in plain(answer, STUDIES, "apa", STAMP)
