"""XMP packets to texts."""

import pytest

from ingest.front.xmp import read_xmp

PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="%s" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    "%s>%s</rdf:Description></rdf:RDF></x:xmpmeta>"
)  # fmt: skip
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"


def said(elements: str, attributes: str = "", prism: str = PRISM) -> dict[str, list[str]]:
    return read_xmp((PACKET % (prism, attributes, elements)).encode())


def test_a_list_gives_each_of_its_texts_in_order() -> None:
    found = said("<dc:creator><rdf:Seq><rdf:li>Anna Berg</rdf:li><rdf:li>Carl Dahl</rdf:li></rdf:Seq></dc:creator>")
    assert found == {"dc:creator": ["Anna Berg", "Carl Dahl"]}


def test_of_several_languages_the_default_comes_first() -> None:
    items = '<rdf:li xml:lang="sv">Ljus</rdf:li><rdf:li xml:lang="x-default">Light</rdf:li>'
    assert said(f"<dc:title><rdf:Alt>{items}</rdf:Alt></dc:title>") == {"dc:title": ["Light", "Ljus"]}


@pytest.mark.parametrize("version", ["basic/1.2/", "basic/2.0/", "basic/3.0/"])
def test_prism_is_known_in_all_its_versions(version: str) -> None:
    assert said("", ' prism:doi="10.1/x"', f"http://prismstandard.org/namespaces/{version}") == {
        "prism:doi": ["10.1/x"]
    }


def test_other_vocabularies_and_empty_texts_are_left_out() -> None:
    assert said("<xmp:CreatorTool>Word</xmp:CreatorTool><dc:title> </dc:title>") == {}


def test_signs_that_are_not_seen_are_taken_out() -> None:
    assert said("<dc:title>Li\u202eght\u200f</dc:title>") == {"dc:title": ["Light"]}


def test_no_more_than_sixty_texts_of_five_thousand_letters_are_kept() -> None:
    items = f"<rdf:li>{'light ' * 1_000}</rdf:li>" * 70
    found = said(f"<dc:creator><rdf:Seq>{items}</rdf:Seq></dc:creator>")["dc:creator"]
    assert (len(found), len(found[0])) == (60, 5_000)


@pytest.mark.parametrize("packet", [b"", b"\xff\xfe\x00", b"<a", b"<?xml version='1.0' encoding='x-none'?><a/>"])
def test_what_is_no_xmp_says_nothing(packet: bytes) -> None:
    assert read_xmp(packet) == {}
