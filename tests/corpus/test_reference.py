"""References as Swedish and English guides write them. The works are real; nothing is made up of them."""

import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from citeproc import CitationStylesStyle

from corpus.reference import (
    STYLES,
    UnknownStyle,
    author,
    csl_item,
    in_order,
    in_text,
    is_note,
    pieces,
    reference,
    references,
)
from corpus.starter import starter_notes
from corpus.study import Description, Study, StudyFile, TextState
from corpus.words import Language

FOLDER = Path(__file__).parent.parent.parent / "corpus" / "styles"


def work(  # a work as it is described, by its title, authors, year, where it was published, and the rest
    title: str,
    authors: str = "",
    year: int | None = None,
    where: str = "",
    kind: str = "",
    *identifiers: tuple[str, str],
    language: str = "en",
    file: str = "work.pdf",
) -> Study:
    names = tuple(filter(None, authors.split("; ")))
    described = Description(title, names, year, where, kind=kind, identifiers=identifiers)
    return Study(title[:9], described, (language,), TextState.SEARCHABLE, (StudyFile("a" * 64, file, 1, 1),))


BROOKS = work(
    "Volunteering to be taxed: business improvement districts and the extra-governmental provision of public safety",
    "Brooks, L.",
    2008,
    "Journal of Public Economics 92:388-406",
)
COOK = work(
    "Public safety through private action: an economic assessment of BIDs",
    "Cook, P. J.; MacDonald, J.",
    2011,
    "The Economic Journal 121(552)",
)
CHAINED = work(
    "Introducing EMMIE: an evidence rating scale to encourage mixed-method crime prevention synthesis reviews",
    "Johnson, S. D.; Tilley, N.; Bowers, K. J.",
    2015,
    "Journal of Experimental Criminology 11(3):459-473",
    "methodology",
    ("doi", "10.1007/s11292-015-9238-7"),
)
CHAPTER = work(
    "Maryland Scientific Methods Scale",
    "Farrington, D. P.; Gottfredson, D. C.; Sherman, L. W.; Welsh, B. C.",
    2002,
    "In Evidence-Based Crime Prevention, Routledge, pp. 13-21",
)
CAMERAS = work(
    "Kameraövervakning på Stureplan och Medborgarplatsen: slutrapport (2015:21)",
    "Marklund, F.; Holmberg, S.",
    2015,
    "Brå rapport 2015:21 (ISBN 978-91-87335-55-6, URN:NBN:SE:BRA-624)",
    language="sv",
)
LIGHTING = work(
    "Går det att förebygga brott genom att förändra utomhusbelysningen? Resultat från en internationell metastudie",
    "Brottsförebyggande rådet",
    2023,
    "Brå",
    "government report",
    language="sv",
)
SOFIELUND = work(
    "BID Sofielund: fastighetsägares roll i områdesutveckling",
    "Bohman, H.; Jingryd, O.",
    2015,
    "Malmö högskola",
    language="sv",
)
THESIS = work(
    "Neighborhoods without community: collective efficacy and crime in Malmö, Sweden",
    "Gerell, M.",
    2017,
    "Malmö University (ISBN 978-91-7104-747-2)",
    "dissertation",
)
LAW = work(
    "Lag (2023:196) om kommuners ansvar för brottsförebyggande arbete",
    "Riksdagen / Justitiedepartementet",
    2023,
    "Svensk författningssamling",
    language="sv",
)
BILL = work(
    "Kommuners ansvar för brottsförebyggande arbete (prop. 2022/23:43)",
    "Regeringen",
    2022,
    "Regeringskansliet",
    language="sv",
)
INQUIRY = work("Kommuner mot brott (SOU 2021:49)", "Regeringskansliet", 2021, "Regeringskansliet", language="sv")
DIRECTIVE = work(
    "Åtgärder för stärkt trygghet i den byggda miljön (Dir. 2023:99)",
    "Regeringen, Landsbygds- och infrastrukturdepartementet",
    2023,
    language="sv",
)
PROGRAMME = work(
    "Tillsammans mot brott - ett nationellt brottsförebyggande program (Skr. 2016/17:126)",
    "Regeringen",
    2017,
    language="sv",
)
NOTES = {name.split("-")[0]: description for name, description in starter_notes().items()}
NOTE = Study("note", NOTES["bid004"], ("en",), TextState.SEARCHABLE, ())
BROOKS_TITLE = BROOKS.title
ABOUT = f"Brooks, L. (2008). {BROOKS_TITLE}. Journal of Public Economics 92:388-406.]"
SERIES_TITLE = "Kameraövervakning på Stureplan och Medborgarplatsen: slutrapport"


@pytest.mark.parametrize(
    ("study", "style", "language", "expected"),
    [
        (BROOKS, "apa", "sv", f"Brooks, L. (2008). {BROOKS_TITLE}. Journal of Public Economics, 92, 388–406."),
        (BROOKS, "harvard", "sv", f"Brooks, L. (2008) ”{BROOKS_TITLE}”, Journal of Public Economics, 92, s. 388–406."),
        (BROOKS, "harvard", "en", f"Brooks, L. (2008) ‘{BROOKS_TITLE}’, Journal of Public Economics, 92, pp. 388–406."),
        (BROOKS, "note", "sv", f"L. Brooks, ”{BROOKS_TITLE}”, Journal of Public Economics 92, 2008, s. 388–406."),
        (BROOKS, "note", "en", f"L. Brooks, ‘{BROOKS_TITLE}’, Journal of Public Economics 92, 2008, pp. 388–406."),
        (COOK, "apa", "sv", f"Cook, P. J., & MacDonald, J. (2011). {COOK.title}. The Economic Journal, 121(552)."),
        (COOK, "harvard", "sv", f"Cook, P.J. och MacDonald, J. (2011) ”{COOK.title}”, The Economic Journal, 121(552)."),
        (COOK, "harvard", "en", f"Cook, P.J. and MacDonald, J. (2011) ‘{COOK.title}’, The Economic Journal, 121(552)."),
        (COOK, "note", "sv", f"P. J. Cook och J. MacDonald, ”{COOK.title}”, The Economic Journal 121(552), 2011."),
        (
            CHAINED,
            "apa",
            "en",
            f"Johnson, S. D., Tilley, N., & Bowers, K. J. (2015). {CHAINED.title}. Journal of Experimental "
            "Criminology, 11(3), 459–473. https://doi.org/10.1007/s11292-015-9238-7",
        ),
        (
            CHAINED,
            "harvard",
            "sv",
            f"Johnson, S.D., Tilley, N. och Bowers, K.J. (2015) ”{CHAINED.title}”, Journal of Experimental "
            "Criminology, 11(3), s. 459–473. doi:10.1007/s11292-015-9238-7",
        ),
        (
            CHAPTER,
            "apa",
            "sv",
            "Farrington, D. P., Gottfredson, D. C., Sherman, L. W., & Welsh, B. C. (2002). Maryland Scientific Methods "
            "Scale. I Evidence-Based Crime Prevention (s. 13–21). Routledge.",
        ),
        (
            CHAPTER,
            "apa",
            "en",
            "Farrington, D. P., Gottfredson, D. C., Sherman, L. W., & Welsh, B. C. (2002). Maryland Scientific Methods "
            "Scale. In Evidence-Based Crime Prevention (pp. 13–21). Routledge.",
        ),
        (
            CHAPTER,
            "note",
            "sv",
            "D. P. Farrington m.fl., ”Maryland Scientific Methods Scale”, i Evidence-Based Crime Prevention, "
            "Routledge, 2002, s. 13–21.",
        ),
        (CAMERAS, "apa", "sv", f"Marklund, F., & Holmberg, S. (2015). {SERIES_TITLE} (Rapport 2015:21). Brå."),
        (CAMERAS, "harvard", "sv", f"Marklund, F. och Holmberg, S. (2015) {SERIES_TITLE}, Rapport 2015:21, Brå."),
        (CAMERAS, "note", "en", f"F. Marklund and S. Holmberg, {SERIES_TITLE}, Rapport 2015:21, Brå, 2015."),
        (LIGHTING, "apa", "sv", f"Brottsförebyggande rådet. (2023). {LIGHTING.title}."),
        (LIGHTING, "harvard", "en", f"Brottsförebyggande rådet (2023) {LIGHTING.title}."),
        (SOFIELUND, "apa", "en", f"Bohman, H., & Jingryd, O. (2015). {SOFIELUND.title}. Malmö högskola."),
        (THESIS, "apa", "en", f"Gerell, M. (2017). {THESIS.title} [Dissertation]. Malmö University."),
        (LAW, "apa", "sv", "SFS 2023:196. Lag om kommuners ansvar för brottsförebyggande arbete."),
        (LAW, "harvard", "en", "SFS 2023:196. Lag om kommuners ansvar för brottsförebyggande arbete."),
        (LAW, "note", "sv", "SFS 2023:196, Lag om kommuners ansvar för brottsförebyggande arbete."),
        (BILL, "apa", "sv", "Prop. 2022/23:43. Kommuners ansvar för brottsförebyggande arbete. Regeringskansliet."),
        (INQUIRY, "harvard", "sv", "SOU 2021:49. Kommuner mot brott. Regeringskansliet."),
        (DIRECTIVE, "apa", "sv", "Dir. 2023:99. Åtgärder för stärkt trygghet i den byggda miljön."),
        (
            PROGRAMME,
            "apa",
            "en",
            "Skr. 2016/17:126. Tillsammans mot brott - ett nationellt brottsförebyggande program.",
        ),
        (
            NOTE,
            "apa",
            "sv",
            f"Startkorpus, Centrum för AMP:s forskningsassistent. (2026). {NOTE.title}. [Evidensnotis om: {ABOUT}",
        ),
        (
            NOTE,
            "harvard",
            "en",
            f"Startkorpus, Centrum för AMP:s forskningsassistent (2026) {NOTE.title}. [Evidence note about: {ABOUT}",
        ),
        (
            NOTE,
            "note",
            "sv",
            f"Startkorpus, Centrum för AMP:s forskningsassistent, {NOTE.title}, 2026. [Evidensnotis om: {ABOUT}",
        ),
    ],
)
def test_a_reference_by_hand(study: Study, style: str, language: Language, expected: str) -> None:
    assert reference(study, style, language) == expected


@pytest.mark.parametrize(
    ("study", "style", "language", "expected"),
    [
        (BROOKS, "apa", "sv", "(Brooks, 2008)"),
        (BROOKS, "harvard", "sv", "(Brooks 2008)"),
        (BROOKS, "note", "sv", "Brooks, ”Volunteering to be taxed”, 2008"),
        (COOK, "apa", "sv", "(Cook & MacDonald, 2011)"),
        (COOK, "harvard", "sv", "(Cook och MacDonald 2011)"),
        (COOK, "harvard", "en", "(Cook and MacDonald 2011)"),
        (CHAINED, "apa", "sv", "(Johnson m.fl., 2015)"),
        (CHAINED, "apa", "en", "(Johnson et al., 2015)"),
        (CHAINED, "harvard", "sv", "(Johnson m.fl. 2015)"),
        (CHAINED, "note", "en", "Johnson et al., ‘Introducing EMMIE’, 2015"),
        (LIGHTING, "apa", "sv", "(Brottsförebyggande rådet, 2023)"),
        (LAW, "apa", "sv", "(SFS 2023:196)"),
        (BILL, "harvard", "sv", "(prop. 2022/23:43)"),
        (DIRECTIVE, "apa", "sv", "(dir. 2023:99)"),
        (INQUIRY, "note", "sv", "SOU 2021:49"),
        (NOTE, "apa", "sv", f"(Startkorpus, Centrum för AMP:s forskningsassistent, 2026, ”{NOTE.title}”)"),
    ],
)
def test_what_stands_in_a_sentence_by_hand(study: Study, style: str, language: Language, expected: str) -> None:
    assert in_text(study, style, language) == expected


# What is not known


@pytest.mark.parametrize(
    ("style", "language", "expected"),
    [
        ("apa", "sv", "AMP-modellen. (u.å.)."),
        ("apa", "en", "AMP-modellen. (n.d.)."),
        ("harvard", "sv", "AMP-modellen (u.å.)."),
        ("note", "en", "AMP-modellen, n.d."),
    ],
)
def test_without_author_the_title_is_first_and_an_unknown_year_is_said(
    style: str, language: Language, expected: str
) -> None:
    assert reference(work("AMP-modellen"), style, language) == expected


def test_without_author_the_title_stands_in_the_sentence() -> None:
    assert in_text(work("AMP-modellen"), "apa", "sv") == "(”AMP-modellen”, u.å.)"


def test_what_is_not_known_is_not_in_the_item() -> None:
    assert csl_item(work("AMP-modellen")) == {
        "id": "AMP-model",
        "type": "document",
        "title": "AMP-modellen",
        "language": "en",
    }


def test_a_question_mark_is_not_followed_by_a_full_stop() -> None:
    assert reference(work("Dags för BIDs i Sverige?", "Holmberg, H.", 2016), "apa", "sv") == (
        "Holmberg, H. (2016). Dags för BIDs i Sverige?"
    )


def test_a_web_address_with_a_day_says_when_it_was_seen() -> None:
    seen = work("AMP-modellen", "Centrum för AMP", 2024, "", "", ("url", "https://a.se"), ("accessed", "2024-05-01"))
    assert reference(seen, "apa", "sv").endswith("AMP-modellen. Hämtad 1 maj 2024 från https://a.se")
    assert reference(seen, "apa", "en").endswith("AMP-modellen. Retrieved 1 May 2024 from https://a.se")


def test_a_web_address_without_a_day_has_none_invented() -> None:
    seen = work("AMP-modellen", "Centrum för AMP", 2024, "", "", ("url", "https://a.se"), ("accessed", "i våras"))
    assert reference(seen, "apa", "sv") == "Centrum för AMP. (2024). AMP-modellen. https://a.se"


# Names


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Brooks, L.", "Brooks", "L."),
        ("Ivert, A.-K.", "Ivert", "A.-K."),
        ("Di Rocco, J.", "Di Rocco", "J."),
        ("Norén Bretzer, Y.", "Norén Bretzer", "Y."),
        ("Rayment-McHugh, S.", "Rayment-McHugh", "S."),
        ("Wolfe, Scott E", "Wolfe", "Scott E"),
        ("Anna-Karin Ivert", "Ivert", "Anna-Karin"),
        ("Scott E. Wolfe", "Wolfe", "Scott E."),
        ("Jan van Dijk", "van Dijk", "Jan"),
        ("Åke Öberg", "Öberg", "Åke"),
    ],
)
def test_a_person_has_a_family_name(name: str, family: str, given: str) -> None:
    assert author(name) == {"family": family, "given": given}


@pytest.mark.parametrize(
    "name",
    [
        "Brå",
        "Boverket",
        "Regeringskansliet",
        "Centrum för AMP",
        "Startkorpus, Centrum för AMP:s forskningsassistent",
        "Regeringen, Landsbygds- och infrastrukturdepartementet",
        "RISE Research Institutes of Sweden",
        "Svenska Stadskärnor",
        "Stiftelsen Tryggare Sverige",
        "Länsstyrelsen i Dalarna",
        "Järfälla kommun",
        "Handelns Forskningsinstitut",
        "New York City Department of Transportation",
        "MacDonald, J. et al. (author list not confirmed)",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_body_is_never_parted(name: str) -> None:
    assert author(name) == {"literal": name}


def test_a_long_list_of_authors_keeps_the_last_after_nineteen() -> None:
    names = "; ".join(f"Namn{letter}, A." for letter in "abcdefghijklmnopqrstuv")
    text = reference(work("Title", names, 2020), "apa", "en")
    assert "Namns, A., … Namnv, A. (2020)" in text
    assert "Namnt" not in text


# Swedish official print


@pytest.mark.parametrize(
    ("study", "label", "title"),
    [
        (work("SOU 2025:5 Avgift för områdessamverkan"), "SOU 2025:5", "Avgift för områdessamverkan"),
        (work("Prop. 2022/23:91. En ny lag om ordningsvakter"), "Prop. 2022/23:91", "En ny lag om ordningsvakter"),
        (work("Kamera (prop. 2024/25:93; bet. 2024/25:JuU27)"), "Prop. 2024/25:93", "Kamera"),
        (work("Ds 2021:1 Titel"), "Ds 2021:1", "Titel"),
        (work("Titel", "", None, "", "", ("ds", "2021:1")), "Ds 2021:1", "Titel"),
        (work("prop-2022-23-43", file="prop-2022-23-43.pdf"), "Prop. 2022/23:43", None),
        (work("Kommuner mot brott", file="SOU_2021_49.pdf"), "SOU 2021:49", "Kommuner mot brott"),
        (work("Kamerabevakningslag (2018:1200)"), "SFS 2018:1200", "Kamerabevakningslag"),
    ],
)
def test_official_print_is_known_by_title_identifier_or_file_name(study: Study, label: str, title: str | None) -> None:
    item = csl_item(study)
    assert (item["citation-label"], item.get("title")) == (label, title)


@pytest.mark.parametrize(
    "study",
    [
        work(
            "Remissvar över SOU 2025:5: platssamverkan får inte bli en kommunal pålaga", "Handelns Forskningsinstitut"
        ),
        work("Svar om avgift (SOU 2025:5)", kind="consultation response"),
        work("Evidensnotis: Vad kräver lagen av kommunen? Lag (2023:196)"),
        work("Utvärdering av ordningsvaktslag (2023:421) i Malmö"),
        work("A study", "Gerell, M.", 2020, "", "", ("sou", "2021:49")),
        work("A study", "", 2020, "", "", ("sou", "2021:49"), ("doi", "10.1007/s10610-014-9257-3")),
        work("Titel", file="sou-2022-23-43.pdf"),
    ],
)
def test_a_text_about_official_print_is_not_that_print(study: Study) -> None:
    assert "citation-label" not in csl_item(study)


@pytest.mark.parametrize(
    ("where", "title", "genre", "number", "publisher"),
    [
        ("Malmö högskola, FoU-rapport 2017:1 (ISBN 978-91-7104-721-2)", "T", "FoU-rapport", "2017:1", "Malmö högskola"),
        ("CERUM Working Paper 90/2009, Umeå universitet", "T", "Working Paper", "90/2009", "CERUM, Umeå universitet"),
        ("KTH, TRITA-ABE-RPT-1921", "T", None, "TRITA-ABE-RPT-1921", "KTH"),
        ("Brå", "T (rapport 2016:20)", "Rapport", "2016:20", "Brå"),
    ],
)
def test_a_report_keeps_its_number_in_the_series(
    where: str, title: str, genre: str | None, number: str, publisher: str
) -> None:
    item = csl_item(work(title, "Holmberg, S.", 2016, where))
    assert item["type"] == "report"
    assert (item["title"], item.get("genre"), item["number"], item["publisher"]) == ("T", genre, number, publisher)


# Notes


def test_every_starter_note_says_that_it_is_one_and_about_which_work() -> None:
    for name, description in starter_notes().items():
        note = Study(name, description, ("sv",), TextState.SEARCHABLE, ())
        assert is_note(note)
        for style in STYLES:
            text = reference(note, style, "sv")
            assert f"[Evidensnotis om: {' '.join(description.published_in.split()).rstrip('.')}.]" in text


def test_a_note_has_neither_the_number_nor_the_doi_of_the_work_it_is_about() -> None:
    items = [csl_item(Study("n", said, ("sv",), TextState.SEARCHABLE, ())) for said in NOTES.values()]
    assert not [item for item in items if item.keys() & {"DOI", "ISBN", "citation-label", "container-title"}]


# Lists, styles, speed


def test_a_list_holds_each_work_once_by_author_with_swedish_letters_last() -> None:
    studies = [work("D", "Öberg, Å.", 2001), work("C", "Åberg, O.", 2001), work("B", "Zorn, A."), work("A", "Ek, B.")]
    assert [entry.split(",")[0] for entry in references([*studies, studies[0]], "apa", "sv")] == [
        "Ek",
        "Zorn",
        "Åberg",
        "Öberg",
    ]


def test_notes_keep_the_order_they_are_given_in() -> None:
    assert in_order([COOK, BROOKS, COOK], "note", "sv") == [COOK, BROOKS]


def test_titles_are_in_italics_and_the_pieces_make_the_reference() -> None:
    parts = pieces(CAMERAS, "apa", "sv")
    assert [part.text for part in parts if part.italic] == [SERIES_TITLE]
    assert "".join(part.text for part in parts) == reference(CAMERAS, "apa", "sv")


@pytest.mark.parametrize("make", [reference, in_text, pieces])
def test_an_unknown_style_names_those_there_are(make: object) -> None:
    with pytest.raises(UnknownStyle) as caught:
        make(BROOKS, "vancouver", "sv")  # type: ignore[operator]
    assert (
        caught.value.sentence("sv")
        == "Det finns ingen referensstil som heter vancouver. Välj en av: apa, harvard, note."
    )
    with pytest.raises(UnknownStyle):
        references([], "vancouver", "sv")


@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_valid_csl(style: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # citeproc warns of a style that its schema does not know
        CitationStylesStyle(str(FOLDER / f"{style}.csl"), validate=True)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_hostile_text_stays_text_on_one_line(style: str, language: Language) -> None:
    nasty = 'A\x00\u202eB\ud800 *x* <i>y</i> <span class="nocase">z\n\tå \ue000 =1+1'
    text = reference(work(nasty, nasty, None, nasty, nasty, ("doi", nasty), ("url", nasty)), style, language)
    assert "AB *x* <i>y</i> z å =1+1" in text
    assert text.isprintable()
    assert text.encode()


def test_a_reference_seen_before_takes_under_two_milliseconds() -> None:
    reference(BROOKS, "apa", "sv")
    start = time.perf_counter()
    for _ in range(100):
        reference(BROOKS, "apa", "sv")
    assert (time.perf_counter() - start) / 100 < 0.002


def test_many_threads_get_the_same_references_as_one() -> None:
    many = [work(f"Title {n}", f"Ek, {'ABCDEFGH'[n % 8]}.", 1990 + n) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda study: reference(study, "apa", "sv"), many))
    assert found == [f"Ek, {'ABCDEFGH'[n % 8]}. ({1990 + n}). Title {n}." for n in range(40)]
