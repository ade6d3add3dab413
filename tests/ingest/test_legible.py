"""Whether a text layer can be read: what is flawed is seen, and what only looks odd is left alone."""

import random
import string
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from corpus.study import Reader
from corpus.text import letters
from ingest.legible import Flaw, choose, flaw
from tests.ingest.conftest import ReadBytes
from tests.ingest.pdfs import exchanged_pdf, line_pdf

ENGLISH = (
    "Street lighting reduced property crime by 14 per cent in the lit squares, while violent crime did not fall.\n"
    "Fear of crime was not measured at all, and nobody asked the people who had moved away from the centre."
)
SWEDISH = (
    "Kommunen och fastighetsägarna följde i tre år hur invånarna upplevde torget efter att belysningen bytts ut.\n"
    "Andelen som kände sig otrygga på kvällen sjönk, medan antalet anmälda brott var oförändrat hela tiden."
)
GOOD = {
    "English": ENGLISH,
    "Swedish": SWEDISH,
    "Danish": "Undersøgelsen viser, at bedre belysning på pladsen gør beboerne mere trygge om aftenen, selv om "
    "antallet af anmeldte forbrydelser er uændret, og at de ældste kvinder oftest går en omvej hjem.",
    "German": "Die Untersuchung zeigt, dass eine bessere Straßenbeleuchtung das Sicherheitsgefühl der Bewohner in der "
    "Innenstadt erhöht, vor allem abends, wenn die Straßen leer sind und niemand zuhört.",
    "French": "L'étude montre que l'éclairage public réduit la peur de la criminalité dans le centre-ville, surtout le "
    "soir, lorsque les rues sont désertes et que les habitants se sentent moins en sécurité.",
    "Finnish": "Kaupungin keskustan turvallisuutta voidaan parantaa valaistuksella, joka tekee kaduista ja aukioista "
    "viihtyisämpiä. Tutkimuksen mukaan asukkaat kokevat pelkoa erityisesti syrjäisillä alueilla.",
    "Polish": "Badanie dotyczy bezpieczeństwa w centrum miasta oraz współpracy właścicieli nieruchomości z gminą. "
    "Mieszkańcy czują się pewniej, gdy ulice są dobrze oświetlone, a przestrzeń publiczna jest zadbana.",
    "Hungarian": "A kutatás azt vizsgálja, hogyan növelhető a biztonságérzet a városközpontban a közvilágítás "
    "fejlesztésével. A lakosok szerint a legnagyobb gondot az elhanyagolt terek és az éjszakai zaj jelenti.",
    "Turkish": "Araştırma, şehir merkezindeki güvenlik duygusunun sokak aydınlatmasıyla nasıl artırılabileceğini "
    "incelemektedir. Katılımcıların çoğu, akşam saatlerinde kendilerini güvende hissetmediklerini belirtmiştir.",
    "Russian": "Исследование показывает, что уличное освещение снижает страх перед преступностью в центре города, "
    "особенно вечером, когда улицы пусты и рядом нет других людей, которые могли бы помочь.",
    "Greek": "Η μελέτη δείχνει ότι ο καλύτερος φωτισμός των δρόμων μειώνει τον φόβο του εγκλήματος στο κέντρο "
    "της πόλης, ιδιαίτερα το βράδυ, όταν οι δρόμοι είναι άδειοι.",
    "Arabic": "تظهر الدراسة أن تحسين إضاءة الشوارع يقلل من الخوف من الجريمة في وسط المدينة، خاصة في المساء عندما تكون "
    "الشوارع خالية ولا يوجد أشخاص آخرون في المكان.",
    "Hebrew": "המחקר מראה כי תאורת רחוב טובה יותר מפחיתה את הפחד מפשיעה במרכז העיר, במיוחד בערב, כאשר הרחובות "
    "ריקים ואין אנשים אחרים בסביבה שיכולים לעזור.",
    "Chinese": "研究表明，改善街道照明可以减少人们对市中心犯罪的恐惧，尤其是在夜晚街道空无一人、"
    "周围没有其他人的时候。居民认为最大的问题是无人管理的空间以及夜间的噪音，这些问题应当由业主和市政府共同解决，而不是由个别居民承担全部费用。",
    "Japanese": "この研究は、街路照明を改善することで中心市街地における犯罪への不安が減ることを"
    "示しています。特に夜間、通りに人がいないときにその効果は大きく、"
    "住民は管理されていない空間と夜間の騒音を最大の問題と考えています。",
    "Thai": "การศึกษาแสดงให้เห็นว่าการปรับปรุงไฟถนนช่วยลดความกลัวต่ออาชญากรรมในใจกลางเมืองโดยเฉพาะในเวลากลางคืนเมื่อถนนว่างเปล่า"
    "และไม่มีคนอื่นอยู่ใกล้เคียง",
    "a table": "Year  N  %  p\n2009 1 240 38.1 0.04*\n2010 1 198 36.4 0.11\n2011 1 207 33.0 <0.001***\n"
    "2012 1 311 29.2 (ref.)\n"
    "AUC 0.71 [0.66–0.75] VIF 1.2 R² .18 BIC 1 204.5 RMSE 0.3 OLS FE IV GMM Δ −2.1 ± 0.4 χ²(3) = 7.81",
    "references": "Welsh, B. C., Farrington, D. P., & Douglas, S. (2022). Crim. Justice Rev., 47(3), 351–371.\n"
    "Ceccato, V. (2012). Urban Fabric Crime Fear. Springer. Wilson, J. Q., & Kelling, G. L. (1982). Atl. Mon., "
    "249, 29–38.",
    "formulas": "L(θ) = Σ_i [ y_i log p_i + (1 − y_i) log(1 − p_i) ],  ∂L/∂β_k = Σ_i (y_i − p_i) x_ik,  H = −XᵀWX,\n"
    "β̂ = argmax L(β),  se(β̂) = √diag(H⁻¹),  p_i = 1/(1 + exp(−x_iᵀβ)),  λ ≥ 0, ‖β‖₁ ≤ t, ε ~ N(0, σ²I)",
    "a list of contents": "".join(f"{n} Resultat {'.' * 60} {4 * n}\n" for n in range(1, 12)),
    "capitals": ENGLISH.upper(),
    "a very long word": "Ett ord som nordvästersjökustartilleriflygspaningssimulatoranläggningsmaterielunderhåll. "
    + SWEDISH,
    "a heading set wide": "S A M M A N F A T T N I N G\n" + SWEDISH,
    "bullets of a sign font": "\uf0b7 " + ENGLISH.replace("\n", "\n\uf0b7 "),
    "nothing": "",
    "a page number": "14",
}


def moved(text: str, by: int) -> str:
    """Each small letter of the alphabet so many places further on."""
    alphabet = string.ascii_lowercase
    return text.lower().translate(str.maketrans(alphabet, alphabet[by:] + alphabet[:by]))


FLAWED = {
    "private characters": (ENGLISH.translate({ord(c): 0xE000 + ord(c) for c in string.ascii_lowercase}), Flaw.UNMAPPED),
    "replacement characters": (
        "\ufffd\ufffd\ufffd \ufffd\ufffd \ufffd\ufffd\ufffd\ufffd, \ufffd\ufffd" * 3,
        Flaw.UNMAPPED,
    ),
    "control characters": ("".join(chr(ord(c) % 29 + 1) if c.isalpha() else c for c in ENGLISH), Flaw.UNMAPPED),
    "numbers of characters": ("(cid:51)(cid:87)(cid:85)(cid:72)(cid:72)(cid:87) " * 6, Flaw.UNMAPPED),
    "names of glyphs": ("/G43/G24/G14/G44/G13/G22 /G7/G15/G23/G22/G22 " * 4, Flaw.UNMAPPED),
    "signs for letters": ("".join(chr(33 + (ord(c) * 7) % 15) if c.isalpha() else c for c in ENGLISH), Flaw.UNMAPPED),
    "scripts in turn": (" ".join("aбγदあ"[i % 5 :] + "مगяλz" for i in range(20)), Flaw.UNMAPPED),
    "letters moved": (moved(ENGLISH, 3), Flaw.EXCHANGED),
    "Swedish letters moved": (moved(SWEDISH, 11), Flaw.EXCHANGED),
    "codes less 29": ("".join(chr(ord(c) - 29) if ord(c) > 63 else " " for c in ENGLISH), Flaw.EXCHANGED),
    "letters three times": ("".join(3 * c if c.isalpha() else c for c in ENGLISH.upper()), Flaw.EXCHANGED),
    "no spaces": (SWEDISH.replace(" ", ""), Flaw.RUN_TOGETHER),
    "a space after every letter": (" ".join(SWEDISH.replace(" ", "  ")), Flaw.SPACED),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_text_that_can_be_read_has_no_flaw(text: str) -> None:
    assert flaw(text) is None


@pytest.mark.parametrize(("text", "expected"), FLAWED.values(), ids=FLAWED)
def test_text_that_cannot_be_read_has_the_flaw_it_has(text: str, expected: Flaw) -> None:
    assert flaw(text) is expected


def test_whatever_letters_are_exchanged_for_whichever_it_is_seen_nine_times_in_ten() -> None:
    chance = random.Random(7)
    seen = 0
    for _ in range(100):
        exchanged = "".join(chance.sample(string.ascii_lowercase, 26))
        seen += flaw(ENGLISH.lower().translate(str.maketrans(string.ascii_lowercase, exchanged))) is Flaw.EXCHANGED
    assert seen >= 90


# Two readers


def test_of_two_readings_the_one_that_can_be_read_is_kept() -> None:
    wrong = moved(ENGLISH, 3)
    assert (choose(ENGLISH, wrong).text, choose(ENGLISH, wrong).reader) == (ENGLISH, Reader.PYPDF)
    assert (choose(wrong, ENGLISH).text, choose(wrong, ENGLISH).reader) == (ENGLISH, Reader.PDFIUM)


def test_a_witness_with_wrong_letters_is_no_witness_and_one_with_wrong_spaces_is() -> None:
    assert choose(ENGLISH, moved(ENGLISH, 3)).witness == ""
    assert choose(ENGLISH, ENGLISH.replace(" ", "")).witness == letters(ENGLISH)


def test_where_both_are_flawed_nothing_is_kept() -> None:
    chosen = choose(moved(ENGLISH, 3), moved(ENGLISH, 5))
    assert (chosen.text, chosen.reader, chosen.witness, chosen.garbled) == ("", Reader.NONE, "", True)


def test_the_page_number_that_one_reader_could_map_does_not_stand_for_the_page() -> None:
    assert choose(moved(ENGLISH, 3), "14").garbled
    assert choose("14", moved(ENGLISH, 3)).garbled


def test_where_neither_has_a_flaw_the_second_is_kept_only_if_it_saw_far_more() -> None:
    half = ENGLISH[: len(ENGLISH) // 2]
    assert choose(half, ENGLISH).reader is Reader.PDFIUM
    assert choose(ENGLISH[:-20], ENGLISH).reader is Reader.PYPDF
    assert choose("", "").reader is Reader.NONE


# Real PDFs


def test_a_page_with_a_wrong_map_has_no_text(read: ReadBytes) -> None:
    (page,) = read(exchanged_pdf(ENGLISH, by=3)).pages
    assert (page.layer, page.text, page.reader, page.witness) == ("garbled", "", Reader.NONE, "")


def test_one_sign_that_is_not_mapped_does_not_cost_the_page(read: ReadBytes) -> None:
    (page,) = read(line_pdf("@ Street lighting prevents crime in the town and costs little", at_sign="F0B7")).pages
    assert (page.layer, page.reader) == ("text", Reader.PYPDF)
    assert page.text.endswith("Street lighting prevents crime in the town and costs little")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["pdf_domain_en", "pdf_swedish", "jose_papers"])
def test_no_page_of_good_papers_is_taken_for_garbled(shared: Path, folder: str) -> None:
    papers = sorted((shared / folder).glob("*.pdf"))
    if not papers:
        pytest.skip(f"the papers of {folder} are not beside the project")
    pages, flawed = 0, []
    for path in papers:
        document = pdfium.PdfDocument(path)
        for number in range(len(document)):
            text = document[number].get_textpage().get_text_bounded()
            pages += 1
            flawed += [(path.name, number + 1)] if flaw(text) else []
        document.close()
    assert pages > 150
    assert flawed == []
