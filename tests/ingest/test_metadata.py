"""Title, authors, year and numbers of real PDFs: measured against Crossref, and found in each place they can stand."""

import io
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DecodedStreamObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from corpus.settings import Settings
from corpus.study import Description, Source
from ingest.describe import describe
from ingest.read import ChildReader, Document
from tests.ingest.conftest import ReadBytes
from tests.ingest.pdfs import joined, print_pdf

BODY = [("We asked people in the square whether better light makes it feel safer after dark.", 10.0)] * 8
ARTICLE = [("Street lighting and fear", 18.0), ("Anna Berg and Carl Dahl", 12.0), *BODY]
PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"
 xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/"%s>%s</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadBytes]:
    """Reads a PDF given as bytes; one child process reads for all tests here, which are many."""
    folder = tmp_path_factory.mktemp("read")
    with ChildReader(Settings(data=folder / "data", language="en", _env_file=None)) as reader:

        def read(pdf: bytes) -> Document:
            path = folder / "paper.pdf"
            path.write_bytes(pdf)
            return reader.read(path)

        yield read


def with_xmp(pdf: bytes, packet: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    stream = DecodedStreamObject()
    stream.set_data(packet.encode())
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def linked(pdf: bytes, address: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.add_annotation(0, Link(rect=(50, 50, 200, 70), url=address))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def found_from(description: Description, field: str) -> str | None:
    return dict(description.sources).get(field)


def pages(*lines: Sequence[tuple[str, float]]) -> bytes:
    return joined(*(print_pdf(page) for page in lines))


# XMP


def test_xmp_gives_authors_doi_journal_and_day_of_publication(read: ReadBytes) -> None:
    said = (
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Street lighting and fear</rdf:li></rdf:Alt></dc:title>"
        "<dc:creator><rdf:Seq><rdf:li>Anna Berg</rdf:li><rdf:li>Carl Dahl</rdf:li></rdf:Seq></dc:creator>"
        "<dc:publisher><rdf:Bag><rdf:li>Lamplight Press</rdf:li></rdf:Bag></dc:publisher>"
        "<prism:doi>10.1000/LAMP.2019.4</prism:doi><prism:publicationName>Journal of Light</prism:publicationName>"
        "<prism:coverDate>2019-05-14</prism:coverDate><prism:issn>2577-3569</prism:issn>"
    )
    found = describe(read(with_xmp(print_pdf(ARTICLE), PACKET % ("", said))), "a.pdf")
    assert (found.title, found.authors) == ("Street lighting and fear", ("Anna Berg", "Carl Dahl"))
    assert (found.year, found.published_in, found.publisher) == (2019, "Journal of Light", "Lamplight Press")
    assert found.identifiers == (("doi", "10.1000/lamp.2019.4"), ("issn", "2577-3569"))
    fields = ("title", "authors", "year", "published_in", "publisher", "doi", "issn")
    assert {found_from(found, field) for field in fields} == {"xmp"}


def test_xmp_may_be_written_as_attributes(read: ReadBytes) -> None:
    pdf = with_xmp(print_pdf(ARTICLE), PACKET % (' pdfx:doi="10.1000/lamp.4"', ""))
    assert describe(read(pdf), "a.pdf").identifiers == (("doi", "10.1000/lamp.4"),)


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "<x:xmpmeta",
        "\0" * 500,
        PACKET[:200],
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" + PACKET % ("", "<dc:title>&a;</dc:title>"),
        "<a>" * 50_000,
        PACKET % ("", f"<dc:title>{'x' * 1_100_000}</dc:title>"),
    ],
    ids=["empty", "cut", "nul", "half", "entity", "deep", "huge"],
)
def test_broken_or_hostile_xmp_says_nothing_and_costs_nothing_else(read: ReadBytes, packet: str) -> None:
    found = describe(read(with_xmp(print_pdf(ARTICLE), packet)), "a.pdf")
    assert (found.title, found.authors) == ("Street lighting and fear", ("Anna Berg", "Carl Dahl"))
    assert not [p for p in found.proposals if p.source is Source.XMP]


def test_an_issn_with_a_wrong_check_digit_is_not_proposed_from_xmp_either(read: ReadBytes) -> None:
    pdf = with_xmp(print_pdf(ARTICLE), PACKET % ("", "<prism:issn>2577-3560</prism:issn>"))
    assert describe(read(pdf), "a.pdf").identifiers == ()


# Print


def test_raised_marks_are_no_part_of_names_or_title(read: ReadBytes) -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    text = canvas.beginText(72, 700)
    for words, size, rise in (
        ("Street lighting and fear", 18.0, 0),
        ("*", 11.0, 6),
        ("\n", 18.0, 0),
        ("Anna Berg", 12.0, 0),
        ("1,2", 7.0, 5),
        (", Jan van der Dahl", 12.0, 0),
        ("2", 7.0, 5),
        (" and Eva M. Falk-Åberg", 12.0, 0),
        ("1", 7.0, 5),
    ):
        text.setFont("Helvetica", size)
        text.setRise(rise)
        text.textOut(words) if words != "\n" else text.textLine("")
    canvas.drawText(text)
    canvas.save()
    found = describe(read(stream.getvalue()), "a.pdf")
    assert found.title == "Street lighting and fear"
    assert found.authors == ("Anna Berg", "Jan van der Dahl", "Eva M. Falk-Åberg")


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["Anna Berg", "Lund University", "Carl Dahl", "Malmö University"], ("Anna Berg", "Carl Dahl")),
        (["ANNA BERG AND CARL-ERIK DAHL"], ("Anna Berg", "Carl-Erik Dahl")),
        (["Anna Berg 1,*, Carl Dahl 2 and Eva Falk 1"], ("Anna Berg", "Carl Dahl", "Eva Falk")),
        (["Anna Berg, Thomas L.", "Ek and Eva Falk"], ("Anna Berg", "Thomas L. Ek", "Eva Falk")),
        (["Dr Anna Berg, PhD & Carl Dahl, MSc"], ("Anna Berg", "Carl Dahl")),
        (["Anna Berg (https://orcid.org/0000-0002-1825-0097), Carl Dahl"], ("Anna Berg", "Carl Dahl")),
        (["Av Anna Berg och Carl Dahl"], ("Anna Berg", "Carl Dahl")),
        (["Department of Sociology", "Lund University"], ()),
    ],
)  # fmt: skip
def test_authors_stand_below_the_title_in_many_ways(
    read: ReadBytes, lines: list[str], authors: tuple[str, ...]
) -> None:
    page = [("Street lighting and fear", 18.0), *((line, 12.0) for line in lines), *BODY]
    assert describe(read(print_pdf(page)), "a.pdf").authors == authors


def test_a_page_whose_lines_have_no_size_is_titled_with_less_certainty(read: ReadBytes) -> None:
    document = replace(read(print_pdf(ARTICLE)), front=())
    title = next(p for p in describe(document, "scan.pdf").proposals if p.field == "title")
    assert (title.value, title.confidence) == ("Street lighting and fear", 0.35)


def test_authors_of_a_report_stand_in_its_colophon(read: ReadBytes) -> None:
    cover = [("Rapport 2015:21", 12.0), ("Kameror på torg", 26.0)]
    colophon = [("Författare: Fredrik Ek och Eva Hall", 9.0), ("© Brottsförebyggande rådet 2015", 9.0)]
    found = describe(read(pages(cover, colophon)), "a.pdf")
    assert (found.title, found.authors) == ("Kameror på torg", ("Fredrik Ek", "Eva Hall"))
    assert (found.published_in, dict(found.identifiers)) == ("Rapport 2015:21", {"report": "2015:21"})
    assert (found.publisher, found.year, found.kind) == ("Brottsförebyggande rådet", 2015, "report")


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (["Received: 12 January 2018; Accepted: 3 March 2019; Published: 9 March 2020"], 2020),
        (["Submitted: 08 May 2017", "Published: 30 August 2018"], 2018),
        (["© 2019 The Authors"], 2019),
        (["Berg & Dahl. (2016). Street lighting and fear. Journal of Light, 9(95), 302."], 2016),
        (["2019, Vol. 16(3) 301–320"], 2019),
        (["Cities 89 (2014) 12–20"], 2014),
        (["April 2022"], 2022),
        (["https://doi.org/10.1016/j.cities.2013.01.002"], 2013),
        (["Accepted 11/11/2015"], 2015),
        (["Received 3 March 2018"], None),
        (["In 2012 crime fell (Falk, 2011)."], None),
    ],
)
def test_the_year_is_that_of_publication(read: ReadBytes, lines: list[str], year: int | None) -> None:
    page = [*ARTICLE, *((line, 8.0) for line in lines)]
    assert describe(read(print_pdf(page)), "a.pdf").year == year


# DOI


@pytest.mark.parametrize(
    "lines",
    [
        ["DOI: 10.1000/own.7"],
        ["https://doi.org/10.1000/own.7"],
        [
            "Cite as: Berg, A. (2019). Street lighting and",
            "fear. J. Light, 4(2), 9. https://doi.org/10.1000/own.",
            "7.",
        ],
        ["doi:10.1000/own.7", "Archive: https://doi.org/10.5281/zenodo.99"],
        ["Archive", "https://doi.org/10.5281/zenodo.99", "https://doi.org/10.1000/own.7"],
        ["See also Falk (2012), doi:10.1000/cited.", "DOI 10.1000/own.7"],
        ["doi: 10.1000/own.7", "References", "Falk, E. (2012). Light. https://doi.org/10.1000/cited"],
    ],
)
def test_the_doi_is_the_works_own(read: ReadBytes, lines: list[str]) -> None:
    page = [*ARTICLE, *((line, 8.0) for line in lines)]
    assert dict(describe(read(print_pdf(page)), "a.pdf").identifiers)["doi"] == "10.1000/own.7"


def test_a_doi_of_a_cited_work_alone_is_hardly_believed(read: ReadBytes) -> None:
    page = [*ARTICLE, ("References", 10.0), ("Falk, E. (2012). Light. https://doi.org/10.1000/cited", 8.0)]
    dois = [p.confidence for p in describe(read(print_pdf(page)), "a.pdf").proposals if p.field == "doi"]
    assert dois == [0.02]


def test_a_doi_cut_by_a_line_end_is_mended_by_the_link_beneath(read: ReadBytes) -> None:
    pdf = print_pdf([*ARTICLE, ("doi: 10.1000/light", 8.0), ("4711", 8.0)])
    found = describe(read(linked(pdf, "https://doi.org/10.1000/light4711")), "a.pdf")
    assert found.identifiers == (("doi", "10.1000/light4711"),)


@pytest.mark.parametrize("name", ["10.1000_own.7.pdf", "10.1000.own.7.pdf", "10.1000-own.7.PDF"])
def test_a_file_may_be_named_after_its_doi(read: ReadBytes, name: str) -> None:
    found = describe(read(print_pdf(ARTICLE)), name)
    assert found.identifiers == (("doi", "10.1000/own.7"),)
    assert found_from(found, "doi") == "file name"


# Numbers with a check digit, and of official print


@pytest.mark.parametrize("line", ["ISBN 978-91-38-12345-6", "ISSN 2577-3560", "ISBN 91-38-12345-X"])
def test_a_fault_in_print_is_not_proposed(read: ReadBytes, line: str) -> None:
    assert describe(read(print_pdf([*ARTICLE, (line, 9.0)])), "a.pdf").identifiers == ()


def test_an_isbn_in_a_list_of_references_is_of_another_work(read: ReadBytes) -> None:
    page = [*ARTICLE, ("References", 10.0), ("Falk, E. (2012). Light. ISBN 978-91-38-12345-4", 8.0)]
    assert describe(read(print_pdf(page)), "a.pdf").identifiers == ()


BILL = [
    ("Regeringens proposition", 19.0),
    ("2012/13:144", 19.0),
    ("Ljus på torg i små", 14.0),
    ("städer", 14.0),
    ("Prop.", 14.0),
    ("2012/13:144", 14.0),
    ("Regeringen överlämnar denna proposition till riksdagen.", 10.0),
    ("Stockholm den 18 april 2013", 10.0),
    ("Fredrik Ek", 10.0),
    ("(Näringsdepartementet)", 10.0),
]


def test_a_bill_is_known_by_its_title_page(read: ReadBytes) -> None:
    found = describe(read(print_pdf(BILL, title="Regeringens proposition", author="Nanna Ek")), "a.pdf")
    assert (found.title, found.authors, found.year) == ("Ljus på torg i små städer", (), 2013)
    assert (found.kind, found.publisher, found.identifiers) == (
        "bill",
        "Näringsdepartementet",
        (("prop", "2012/13:144"),),
    )


@pytest.mark.parametrize(
    ("cover", "identifier", "kind"),
    [
        ([("Trygghet på allmän plats", 24), ("SOU 2021:38", 14)], ("sou", "2021:38"), "government inquiry"),
        ([("Ljus på torg", 24), ("Ds 2019:2", 14)], ("ds", "2019:2"), "ministry paper"),
        (
            [("Kommittédirektiv", 20), ("Ljus på torg", 14), ("Dir.", 14), ("2014:158", 14)],
            ("dir", "2014:158"),
            "directive",
        ),
        (
            [("Svensk författningssamling", 20), ("Lag", 16), ("om ljus på torg", 16), ("SFS 2023:196", 11)],
            ("sfs", "2023:196"),
            "statute",
        ),
        (
            [("AFS 2011:19", 11), ("Kemiska arbetsmiljörisker", 25)],
            ("report", "2011:19"),
            "regulation",
        ),
    ],
)
def test_official_print_bears_its_number_in_a_line_of_its_own(
    read: ReadBytes, cover: list[tuple[str, float]], identifier: tuple[str, str], kind: str
) -> None:
    found = describe(read(print_pdf(cover)), "a.pdf")
    assert identifier in found.identifiers
    assert (found.kind, found.year) == (kind, int(identifier[1][:4]))


def test_a_number_that_is_only_cited_is_not_the_works_own(read: ReadBytes) -> None:
    cover = [("Ordningsvakter och trygghet", 20.0), ("Uppdraget gavs i Prop. 2012/13:144, se även", 10.0), *BODY]
    text = [("Som framgår av SOU 2019:1 och dir. 2018:4 är detta", 10.0), *BODY]
    assert describe(read(pages(cover, text, text)), "a.pdf").identifiers == ()


def test_a_response_to_an_inquiry_is_not_the_inquiry(read: ReadBytes) -> None:
    cover = [("Remissvar gällande betänkandet Ljus på torg", 16.0), ("(SOU 2026:14)", 16.0), ("2026-06-24", 8.0)]
    found = describe(read(print_pdf(cover)), "a.pdf")
    assert found.title == "Remissvar gällande betänkandet Ljus på torg (SOU 2026:14)"
    assert (found.kind, found.year, found.identifiers) == ("consultation response", 2026, ())


# What the text tells


def test_an_abstract_ends_at_the_next_heading(read: ReadBytes) -> None:
    lines = [line for line, _ in BODY[:3]]
    page = [*ARTICLE[:2], ("Abstract", 12.0), *BODY[:3], ("Keywords: light, fear", 10.0), *BODY]
    found = describe(read(print_pdf(page)), "a.pdf")
    assert found.abstract == " ".join(lines)
    assert found.languages == ("en",)


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("We surveyed 300 residents in Sweden about lighting after dark in their own parks.", "Sweden"),
        ("A nationally representative sample of U.S. police officers answered the questions.", "USA"),
        ("Vi genomförde intervjuer med boende i Sverige om ljus i parken efter mörkrets inbrott.", "Sverige"),
        ("The results allow us to compare residents in Sweden and Norway in some detail here.", ""),
        ("Swedish law is unlike that of other lands, as is the light in the north of Europe.", ""),
    ],
)
def test_the_country_is_told_only_where_the_abstract_says_where_its_data_are_from(
    read: ReadBytes, sentence: str, country: str
) -> None:
    page = [*ARTICLE[:2], ("Abstract", 12.0), (sentence, 10.0), *BODY[:2], ("Keywords: light", 10.0)]
    found = describe(read(print_pdf(page)), "a.pdf")
    assert found.evidence_from == {"Sverige": "Sweden"}.get(country, country)


# Measured on real papers


@dataclass(frozen=True, slots=True)
class Truth:
    """What Crossref says of a paper."""

    title: str
    authors: frozenset[tuple[str, str]]
    year: int
    doi: str


def truth(path: Path) -> Truth:
    root = ElementTree.parse(path).getroot()
    space = root.tag.split("}")[0] + "}"
    paper = next(root.iter(f"{space}journal_article"))
    people = paper.findall(f"{space}contributors/{space}person_name")
    named = ((p.findtext(f"{space}given_name") or "", p.findtext(f"{space}surname") or "") for p in people)
    title = paper.find(f"{space}titles/{space}title")
    return Truth(
        "".join(title.itertext()) if title is not None else "",
        frozenset(person(given, family) for given, family in named),
        int(paper.findtext(f"{space}publication_date/{space}year") or 0),
        (paper.findtext(f"{space}doi_data/{space}doi") or "").lower(),
    )


def person(given: str, family: str) -> tuple[str, str]:
    """First given name and last family name, letters only: Crossref often leaves middle names and initials out."""
    return letters_of(given.partition(" ")[0]), letters_of(family.rpartition(" ")[2])


def letters_of(text: str) -> str:
    """The letters without case, accents and spacing."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalpha())


def same(found: Description, wanted: Truth) -> dict[str, bool]:
    return {
        "title": re.sub(r"\s", "", found.title).casefold() == re.sub(r"\s", "", wanted.title).casefold(),
        "authors": {person(name, name) for name in found.authors} == wanted.authors,
        "year": found.year == wanted.year,
        "doi": dict(found.identifiers).get("doi") == wanted.doi,
    }


@pytest.mark.slow
def test_papers_are_described_as_crossref_describes_them(
    shared: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    records = sorted((shared / "jose_papers").glob("*.crossref.xml"))
    pairs = [(pdf, truth(r)) for r in records if (pdf := r.with_name(r.name.replace(".crossref.xml", ".pdf"))).exists()]
    with ChildReader(settings) as reader:  # under a name that tells nothing
        rows = [same(describe(reader.read(pdf), "paper.pdf"), wanted) for pdf, wanted in pairs]
    shares = {name: sum(row[name] for row in rows) / len(rows) for name in ("title", "doi", "year", "authors")}
    with capsys.disabled():
        sys.stdout.write(f"\n{len(rows)} papers: {', '.join(f'{n} {share:.3f}' for n, share in shares.items())}\n")
    assert len(rows) > 20
    assert shares["title"] >= 0.95
    assert shares["doi"] >= 0.98
    assert shares["year"] >= 0.95
    assert shares["authors"] >= 0.85
