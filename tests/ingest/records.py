"""Records of invented works in the five forms, and what all of them say."""

from corpus.description import resolve
from corpus.study import Description
from ingest.records.imported import Imported
from ingest.records.importers import Reading, read_records

RIS = """\
TY  - RPRT
TI  - Belysning på Sturetorget: en utvärdering
AU  - Åström, Ä.
AU  - Öberg, B.-E.
PY  - 2015/12/22/
PB  - Brå
M1  - 2015:21
SN  - 978-91-87335-55-6
LA  - sv
UR  - http://urn.kb.se/resolve?urn=urn:nbn:se:bra-624
KW  - belysning
KW  - torg
L1  - files/12/Åström och Öberg - Belysning.pdf
AB  - Vi mätte
före och efter.
ER  -

TY  - JOUR
T1  - Light & squares
A1  - Smith, J.
Y1  - 2019
JO  - Journal of Places
VL  - 12
IS  - 3
SP  - 45
EP  - 67
DO  - https://doi.org/10.5555/ABC.12
SN  - 1234-5679
LA  - en-GB
ER  -
"""

BIBTEX = r"""
@string{jop = "Journal of Places"}
A comment between entries.

@techreport{astrom2015,
  title     = {{Belysning p{\aa} Sturetorget: en utv{\"a}rdering}},
  author    = {{\AA}str{\"o}m, {\"A}. and {\"O}berg, B.-E.},
  year      = 2015,
  institution = {Br{\aa}},
  number    = "2015:21",
  type      = {Rapport},
  isbn      = {978-91-87335-55-6},
  url       = {http://urn.kb.se/resolve?urn=urn:nbn:se:bra-624},
  language  = {swedish},
  keywords  = {belysning, torg},
  abstract  = {Vi m{\"a}tte f{\"o}re och efter.},
  file      = {Full Text:files/12/{\AA}str{\"o}m och {\"O}berg - Belysning.pdf:application/pdf},
}

@article{smith2019,
  title   = {Light \& squares},
  author  = "Smith, J.",
  date    = {2019-05-01},
  journal = jop,
  volume  = 12, number = 3,
  pages   = {45--67},
  doi     = {10.5555/ABC.12},
  issn    = {1234-5679},
  langid  = {english}
}
"""

CSL = """\
[
  {
    "id": "http://zotero.org/users/1/items/A", "type": "report", "genre": "Rapport",
    "title": "Belysning på Sturetorget: en <i>utvärdering</i>",
    "author": [{"family": "Åström", "given": "Ä."}, {"family": "Öberg", "given": "B.-E."}],
    "issued": {"date-parts": [["2015", 12, 22]]}, "publisher": "Brå", "number": "2015:21",
    "ISBN": "978-91-87335-55-6", "URL": "http://urn.kb.se/resolve?urn=urn:nbn:se:bra-624",
    "language": "sv", "keyword": "belysning, torg", "abstract": "Vi mätte före och efter.",
    "attachments": [{"title": "Full Text", "path": "C:\\\\Zotero\\\\12\\\\Åström och Öberg - Belysning.pdf"}]
  },
  {
    "id": "smith2019", "type": "article-journal", "title": "Light & squares",
    "author": [{"family": "Smith", "given": "J."}], "issued": {"date-parts": [[2019]]},
    "container-title": "Journal of Places", "volume": "12", "issue": 3, "page": "45-67",
    "DOI": "10.5555/ABC.12", "ISSN": "1234-5679", "language": "en-GB"
  }
]
"""

MODS = """\
<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink">
<mods version="3.7">
  <genre authority="diva" type="publicationTypeCode">report</genre>
  <genre authority="diva" type="publicationType" lang="swe">Rapport</genre>
  <titleInfo lang="swe"><title>Belysning på Sturetorget</title><subTitle>en utvärdering</subTitle></titleInfo>
  <titleInfo type="alternative" lang="eng"><title>Light on the square</title></titleInfo>
  <name type="personal"><namePart type="family">Åström</namePart><namePart type="given">Ä.</namePart>
    <namePart type="date">1970-</namePart><role><roleTerm authority="marcrelator">aut</roleTerm></role></name>
  <name type="personal"><namePart type="family">Öberg</namePart><namePart type="given">B.-E.</namePart>
    <role><roleTerm type="code" authority="marcrelator">aut</roleTerm></role></name>
  <name type="personal"><namePart type="family">Redaktör</namePart><namePart type="given">R.</namePart>
    <role><roleTerm type="code">ths</roleTerm></role></name>
  <name type="corporate"><namePart>Brå</namePart><role><roleTerm type="code">pbl</roleTerm></role></name>
  <language><languageTerm type="code" authority="iso639-2b">swe</languageTerm></language>
  <originInfo><place><placeTerm>Stockholm</placeTerm></place><dateIssued>2015</dateIssued></originInfo>
  <identifier type="isbn">9789187335556</identifier>
  <identifier type="uri">http://urn.kb.se/resolve?urn=urn:nbn:se:bra-624</identifier>
  <abstract lang="swe">&lt;p&gt;Vi mätte före och efter.&lt;/p&gt;</abstract>
  <subject lang="swe"><topic>belysning</topic><topic>torg</topic></subject>
  <relatedItem type="series"><titleInfo><title>Rapport</title></titleInfo>
    <identifier type="issn">1100-6676</identifier><identifier type="issue number">2015:21</identifier></relatedItem>
  <location><url displayLabel="fulltext" xlink:href="x">http://example.org/FULLTEXT01.pdf</url></location>
</mods>
<mods version="3.7">
  <genre authority="diva" type="publicationTypeCode">article</genre>
  <titleInfo lang="eng"><title>Light &amp; squares</title></titleInfo>
  <name type="personal"><namePart type="family">Smith</namePart><namePart type="given">J.</namePart>
    <role><roleTerm type="code">aut</roleTerm></role></name>
  <language><languageTerm type="code">eng</languageTerm></language>
  <originInfo><dateIssued>2019</dateIssued></originInfo>
  <identifier type="doi">10.5555/ABC.12</identifier>
  <relatedItem type="host"><titleInfo><title>Journal of Places</title></titleInfo>
    <identifier type="issn">1234-5679</identifier>
    <part><detail type="volume"><number>12</number></detail><detail type="issue"><number>3</number></detail>
      <extent><start>45</start><end>67</end></extent></part></relatedItem>
</mods>
</modsCollection>
"""

CSV = """\
Titel;Författare;År;Publicerad i;Typ;Språk;DOI;ISBN;URN;Rapportnummer;Nyckelord;Sammanfattning;Fil;Färg
Belysning på Sturetorget: en utvärdering;Åström, Ä.; Öberg, B.-E.;2015;Brå;x
"Belysning på Sturetorget: en utvärdering";"Åström, Ä.; Öberg, B.-E.";2015;"Brå, Rapport 2015:21";report;svenska;;\
978-91-87335-55-6;urn:nbn:se:bra-624;2015:21;"belysning; torg";Vi mätte före och efter.;\
12/Åström och Öberg - Belysning.pdf;blå
Light & squares;Smith, J.;2019;Journal of Places 12(3):45-67;article;en;10.5555/ABC.12;;;;;;;
"""

SAMPLES = {"lista.ris": RIS, "lista.bib": BIBTEX, "lista.json": CSL, "diva.xml": MODS, "lista.csv": CSV}


def read(name: str, text: str | bytes) -> Reading:
    return read_records(name, text if isinstance(text, bytes) else text.encode())


def described(record: Imported) -> Description:
    return resolve(record.proposals)


def sentences(reading: Reading) -> list[str]:
    """What is said of the records that cannot be read, in English."""
    return [bad.sentence("en") for bad in reading.bad]
