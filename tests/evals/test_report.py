"""A run's page shows the run's own figures and every failure with its page, and needs nothing but itself."""

import base64
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from corpus.library import Library
from corpus.words import LANGUAGES, Language, say
from evals.case import Case, Gold, QuestionSet
from evals.lines import write_rows
from evals.report import FAILURES, OtherCorpus, at, bounds, failure_of, figure, report, said
from evals.run import Run, read_run, run
from tests.evals.runs import a_row
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

LIGHT = "Does street lighting reduce property crime?"
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
LEVY = "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala."
BENCHES = "Who visits the benches in parks?"
HOSTILE = "Do families who visit park six sit on benches & write <script>six</script> tags?"
TAGS = "Families who visit park six sit on benches & write <script>six</script> tags there."
PARKS = make_pdf(
    [
        f"Park {n}\nFamilies who visit park {n} sit on benches & write <script>{n}</script> tags there."
        for n in ("one", "two", "three", "four", "five", "six")
    ],
    title="Benches & <b>parks</b>",
)


def case(name: str, question: str, *gold: Gold, answerable: str = "yes", language: str = "en") -> Case:
    pair = f"{language}-?" if gold else f"none-{language}"
    return Case(name, question, language, answerable, gold, pair=pair, kind="effect")  # type: ignore[arg-type]


CASES = (  # the failures from the least to the worst
    case("well", LIGHT, Gold("lighting.pdf", 2, FELL, language="en")),
    case("silent", "What was measured at tollbooths in harbours?", Gold("lighting.pdf", 2, FELL, language="en")),
    case("lost", BENCHES, Gold("friakare.pdf", 1)),
    case("hostile", HOSTILE, Gold("parks.pdf", 1), Gold("parks.pdf", 6, TAGS, language="en")),
    case("elsewhere", LIGHT, Gold("friakare.pdf", 2, LEVY, language="sv")),
    case("tagged", HOSTILE, Gold("lighting.pdf", 1, TAGS, language="en")),
    case("wrongly", LIGHT, answerable="near_miss"),
    case("swedish", "Hur löser man friåkarproblemet?", Gold("friakare.pdf", 2, LEVY, language="sv"), language="sv"),
    case("refused", "?", answerable="far_off"),
)
FAILED = {
    "wrongly": "wrongly_answered",
    "elsewhere": "wrong_page",
    "tagged": "wrong_page",
    "lost": "not_found",
    "silent": "silent",
}
VOID = {"meta", "input", "br", "link", "img", "wbr"}


def questions(*cases: Case) -> QuestionSet:
    return QuestionSet("small & <b>bold</b>", "1", "dev", cases, "a" * 64)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The small library and a study of six pages, so that a page can be among none of the first five."""
    folder = tmp_path_factory.mktemp("shelf")
    with Library(settings_in(folder), write=True, embedder=FakeEmbedder()) as library:
        fill(library, lighting=LIGHTING, friakare=FREE_RIDERS, parks=PARKS)
        yield library


@pytest.fixture(scope="module")
def made(shelf: Library, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "made"
    return run(shelf, questions(*CASES), folder, baselines=("bm25", "vectors"), cold_ms=(900.0, 1100.0))


@pytest.fixture(scope="module")
def english(made: Run, shelf: Library) -> str:
    return report(made, shelf, "en")


@pytest.fixture(scope="module")
def swedish(made: Run, shelf: Library) -> str:
    return report(made, shelf, "sv")


@pytest.fixture(params=LANGUAGES)
def in_a_language(request: pytest.FixtureRequest, english: str, swedish: str) -> tuple[Language, str]:
    """The page in Swedish, and then in English."""
    return ("sv", swedish) if request.param == "sv" else ("en", english)


@dataclass
class Element:
    """An element with what stands in it."""

    tag: str
    attributes: dict[str, str]
    within: "list[Element | str]" = field(default_factory=list)

    def all(self, *tags: str) -> "list[Element]":
        """Every element of these kinds within, in the order of the page."""
        found: list[Element] = []
        for inner in self.within:
            if isinstance(inner, Element):
                found += [inner] if inner.tag in tags else []
                found += inner.all(*tags)
        return found

    def every(self) -> "list[Element]":
        inner = [one for one in self.within if isinstance(one, Element)]
        return [*inner, *(element for one in inner for element in one.every())]

    def text(self) -> str:
        """All text within, as one line."""
        return " ".join("".join(x if isinstance(x, str) else f" {x.text()} " for x in self.within).split())


class Reader(HTMLParser):
    """Reads a page, each element of which must be closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(page)
        self.close()
        assert self.open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].within.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].within.append(data)


def read(page: str) -> Element:
    return Reader(page).root


def articles(page: str) -> dict[str, Element]:
    """The failures on a page, by the question's id."""
    return {one.attributes["id"].removeprefix("f-"): one for one in read(page).all("article")}


def figures(page: str) -> dict[str, Element]:
    """The figures on a page by their path; a path that is there twice says the same twice."""
    return {e.attributes["data-path"]: e for e in read(page).every() if "data-path" in e.attributes}


# Every figure is the run's own


def number(text: str, language: Language) -> float:
    """What a reader reads; no other decimal sign may stand there."""
    assert re.fullmatch(r"-?\d+(,\d+)?" if language == "sv" else r"-?\d+(\.\d+)?", text), text
    return float(text.replace(",", "."))


def test_every_figure_is_in_the_json_where_it_says_and_reads_as_what_stands_there(
    made: Run, in_a_language: tuple[Language, str]
) -> None:
    language, page = in_a_language
    form, told = made.form(), [e for e in read(page).every() if "data-path" in e.attributes]
    assert len(told) > 200
    for element in told:
        value = at(form, element.attributes["data-path"].split("/"))
        held = value if isinstance(value, list) else [value]
        assert element.attributes["data-value"] == " ".join(map(str, held))
        shown = [round(one, 3) if abs(one) < 10 else one for one in held]  # three decimals are enough to read
        assert [number(text, language) for text in element.text().split(" – ")] == shown


def wanted(form: dict[str, Any]) -> Iterator[str]:
    """The figures that a decision rests on."""
    for measure in ("hit@5", "nDCG@10", "Recall@10", "answered_right", "page_accuracy"):
        for group in ("overall", *(f"pairs/{pair}" for pair in form["pairs"])):
            yield from (f"{group}/{measure}", f"{group}/{measure}_interval")
        yield f"detectable/{measure}"
    for name, beside in form["baselines"].items():
        yield from (f"baselines/{name}/overall/{measure}" for measure in ("hit@5", "nDCG@10", "answered_right"))
        yield f"baselines/{name}/overall/nDCG@10_interval"
        yield f"baselines/{name}/abstention/near_miss_answered/share"
        for pair in beside["pairs"]:
            yield from (f"baselines/{name}/pairs/{pair}/{m}" for m in ("nDCG@10", "nDCG@10_interval"))
    for share in ("answered_share", "wrong_of_answers", "near_miss_answered", "far_off_answered"):
        yield from (f"abstention/{share}/{key}" for key in ("count", "n", "share", "interval"))
    yield from (f"abstention/{key}" for key in ("auroc_answerable", "auroc_right", "aurc"))
    yield from (
        "calibration/brier",
        "calibration/ece",
        "fidelity/loose",
        "fidelity/strict",
        "fidelity/sentence_support",
    )
    yield from (f"index/{key}" for key in form["index"] if key not in ("questions", "passages_looked_at"))
    yield from (f"speed/{key}/{at}" for key in ("search_ms", "ask_ms", "cold_ms") for at in ("p50", "p95"))
    yield from ("speed/answers_per_second", "speed/peak_mb", "matrix/nDCG@10/gaps/en/gap", "fairness/sv/n")


def test_every_figure_that_a_decision_rests_on_is_on_the_page(made: Run, english: str) -> None:
    form = made.form()
    assert (list(form["pairs"]), list(form["baselines"])) == (["sv-sv", "en-sv", "en-en"], ["bm25", "vectors"])
    assert [path for path in wanted(form) if path not in figures(english)] == []


def test_the_same_figures_are_on_the_page_in_both_languages(english: str, swedish: str) -> None:
    told = [{p: e.attributes["data-value"] for p, e in figures(page).items()} for page in (english, swedish)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("value", "en", "sv"),
    [
        (0.5, "0.500", "0,500"),
        (-0.125, "-0.125", "-0,125"),
        (1.0, "1.000", "1,000"),
        (12.5, "12.5", "12,5"),
        (1234.5, "1234.5", "1234,5"),
        (7, "7", "7"),
        (120, "120", "120"),
    ],
)
def test_a_number_has_a_decimal_comma_in_swedish(value: float, en: str, sv: str) -> None:
    assert (said(value, "en"), said(value, "sv")) == (en, sv)


def test_a_figure_that_is_not_there_is_a_dash_and_an_interval_nothing() -> None:
    form = {"a": {"b": None}}
    assert [figure(form, keys, "en") for keys in (["a", "b"], ["a", "c"], ["a", "b", "c"])] == ["–", "–", "–"]
    assert bounds(form, ["a", "b"], "en") == ""


def test_a_figure_of_nought_is_no_dash() -> None:
    assert figure({"a": 0.0}, ["a"], "sv") == '<span class="figure" data-path="a" data-value="0.0">0,000</span>'
    assert "0.000 – 0.500" in bounds({"a": [0.0, 0.5]}, ["a"], "en")


def test_the_page_says_what_it_was_made_from(made: Run, english: str) -> None:
    text = read(english).text()
    assert f"Fingerprint {made.summary['fingerprint']}." in text
    for part in (made.made_from["model"], made.made_from["code"]["files_sha256"][:16], "3, 10, 10, sha256", "a" * 16):
        assert part in text


# What went wrong


@pytest.mark.parametrize(
    ("answerable", "answered", "right", "hit", "kind"),
    [
        ("near_miss", True, 0, 0, "wrongly_answered"),
        ("far_off", True, 0, 0, "wrongly_answered"),
        ("near_miss", False, 0, 0, ""),
        ("yes", True, 0, 1, "wrong_page"),
        ("yes", True, 0, 0, "wrong_page"),
        ("yes", True, 1, 0, "not_found"),
        ("yes", False, 0, 0, "not_found"),
        ("yes", False, 0, 1, "silent"),
        ("yes", True, 1, 1, ""),
    ],
)
def test_a_failure_is_of_one_kind(answerable: str, answered: bool, right: float, hit: float, kind: str) -> None:
    values = {"answered_right": right, "hit@5": hit} if answerable == "yes" else {"wrongly_answered": float(answered)}
    assert failure_of(a_row("q", answerable=answerable, answered=answered, values=values)) == kind


def test_every_failure_of_the_run_is_on_the_page_and_nothing_else_the_worst_first(made: Run, english: str) -> None:
    assert {row.id: kind for row in made.rows if (kind := failure_of(row))} == FAILED
    assert list(articles(english)) == ["wrongly", "elsewhere", "tagged", "lost", "silent"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_failures_are_in_the_same_order_without_a_library(made: Run, language: Language) -> None:
    assert list(articles(report(made, None, language))) == ["wrongly", "elsewhere", "tagged", "lost", "silent"]


def test_failures_stand_under_what_they_are_and_how_many_there_are(english: str) -> None:
    under = [
        (section.all("h2")[0].text(), [one.attributes["id"] for one in section.all("article")])
        for section in read(english).all("section")
        if section.all("article")
    ]
    assert under == [
        ("Answered, though nothing answers it (1)", ["f-wrongly"]),
        ("Answered without a page that answers (2)", ["f-elsewhere", "f-tagged"]),
        ("Page not found (1)", ["f-lost"]),
        ("Found, but not answered (1)", ["f-silent"]),
    ]
    assert list(dict.fromkeys(FAILED.values())) == list(FAILURES)


def test_a_failure_shows_its_question_its_answer_and_its_gold(made: Run, in_a_language: tuple[Language, str]) -> None:
    _, page = in_a_language
    shown = articles(page)
    for row in made.rows:
        if row.id in FAILED:
            text = shown[row.id].text()
            assert shown[row.id].all("h3")[0].text() == row.question
            told = row.given["quotes"] if row.answered else [{"text": row.given["message"]}]
            for part in (*(q["text"] for q in told), *(g["quote"] for g in row.given["gold"])):
                assert part in text
            assert all(g["file"] in text for g in row.given["gold"])


def test_an_answer_says_of_each_quote_whether_its_page_answers(english: str) -> None:
    wrong, silent = (articles(english)[name].all("b") for name in ("elsewhere", "silent"))
    assert {mark.text() for mark in wrong} == {"not a page that answers"}
    assert {mark.text() for mark in silent} == {"a page that answers", "not a page that answers"}


def test_what_was_withheld_can_be_opened(english: str) -> None:
    (folded,) = articles(english)["silent"].all("details")
    assert (folded.all("summary")[0].text(), "open" in folded.attributes) == ("What was withheld", False)
    assert folded.all("blockquote")
    assert articles(english)["elsewhere"].all("details") == []


def test_a_page_that_was_not_found_is_beside_the_first_pages_instead(made: Run, english: str) -> None:
    lost = articles(english)["lost"]
    firsts = [item.text() for item in lost.all("li") if item.attributes.get("class") == "source"]
    ranking = next(row for row in made.rows if row.id == "lost").ranking
    assert len(firsts) == 3
    assert [text.rpartition("p. ")[2] for text in firsts] == [str(page) for _, page, _ in ranking[:3]]
    assert articles(english)["silent"].text().count("first pages") == 0


def test_every_question_has_a_row_and_a_failure_a_link_to_where_it_is_told(english: str) -> None:
    (section,) = [s for s in read(english).all("section") if s.attributes.get("id") == "questions"]
    rows = section.all("tbody")[0].all("tr")
    assert [row.all("th")[0].text() for row in rows] == [case.id for case in CASES]
    links = {row.all("th")[0].text(): [a.attributes["href"] for a in row.all("a")] for row in rows}
    assert links == {case.id: [f"#f-{case.id}"] if case.id in FAILED else [] for case in CASES}
    outcomes = {row.all("th")[0].text(): row.all("td")[-1].text() for row in rows}
    assert outcomes["well"] == outcomes["swedish"] == outcomes["refused"] == "well"
    assert outcomes["silent"] == "Found, but not answered"


# Pictures


def pictures(page: str) -> dict[str, Image.Image]:
    """The picture of each failure that has one."""
    found: dict[str, Image.Image] = {}
    for name, article in articles(page).items():
        for image in article.all("img"):
            head, _, data = image.attributes["src"].partition(",")
            assert head == "data:image/webp;base64"
            found[name] = Image.open(io.BytesIO(base64.b64decode(data)))
    return found


def marked(picture: Image.Image) -> bool:
    """Is anything on a page of black on white coloured?"""
    pixels = np.asarray(picture.convert("RGB"), np.int16)
    return bool((pixels.max(2) - pixels.min(2) > 60).sum() > 100)


def test_each_failure_has_a_picture_of_its_gold_page_with_the_quote_marked(english: str) -> None:
    drawn = pictures(english)
    assert list(drawn) == list(FAILED)
    assert {picture.format for picture in drawn.values()} == {"WEBP"}
    assert {picture.size for picture in drawn.values()} == {(745, 1053)}  # A4 at 1.25 pixels a point, rounded up
    # no quote is known of "lost", and the one of "tagged" is not on that page
    assert {name for name, picture in drawn.items() if marked(picture)} == {"wrongly", "elsewhere", "silent"}


def test_a_picture_says_what_it_is_of(english: str) -> None:
    said_of = {name: article.all("img")[0].attributes["alt"] for name, article in articles(english).items()}
    assert said_of == {
        "wrongly": "Street lighting and crime, 2",  # what was shown, since nothing is right
        "elsewhere": "Friåkare i platssamverkan, 2",
        "tagged": "Street lighting and crime, 1",
        "lost": "Friåkare i platssamverkan, 1",
        "silent": "Street lighting and crime, 2",
    }


def test_without_a_library_there_is_no_picture_and_all_else(made: Run, english: str) -> None:
    bare = report(made, None, "en")
    assert read(bare).all("img") == []
    assert "data:image" not in bare
    assert figures(bare).keys() == figures(english).keys()
    assert {name: one.text() for name, one in articles(bare).items()} == {
        name: one.text().removesuffix(one.all("img")[0].attributes["alt"]).strip()
        for name, one in articles(english).items()
    }


def test_a_study_whose_pdf_is_gone_has_no_picture(small_library: Library, tmp_path: Path) -> None:
    for path in (small_library.folder / "pdf").iterdir():
        path.unlink()
    wrongly = next(case for case in CASES if case.id == "wrongly")
    page = report(run(small_library, questions(wrongly), tmp_path / "run"), small_library, "en")
    assert list(articles(page)) == ["wrongly"]
    assert read(page).all("img") == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "was made over another corpus than the library"), ("sv", "är gjord över en annan korpus än biblioteket")],
)
def test_a_run_over_another_corpus_gets_no_pictures_from_this_one(
    made: Run, standing: Library, language: Language, sentence: str
) -> None:
    with pytest.raises(OtherCorpus) as caught:
        report(made, standing, language)
    assert caught.value.values == {"folder": made.folder, "library": standing.folder}
    assert sentence in caught.value.sentence(language)
    assert "--no-pages" in caught.value.sentence(language)


# The page itself


def test_the_page_needs_nothing_but_itself(in_a_language: tuple[Language, str]) -> None:
    _, page = in_a_language
    assert not any(word in page for word in ("http:", "https:", "url(", "@import", "fetch(", "//cdn"))
    elements = read(page).every()
    assert {e.tag for e in elements} & {"link", "iframe", "object", "embed", "base", "form"} == set()
    assert {e.attributes["src"][:16] for e in elements if "src" in e.attributes} == {"data:image/webp;"}
    assert {e.attributes["href"][:3] for e in elements if "href" in e.attributes} == {"#f-"}
    assert not any({"srcset", "action", "poster", "data"} & e.attributes.keys() for e in elements)


def test_the_page_may_load_nothing(english: str) -> None:
    (policy,) = [
        m.attributes["content"]
        for m in read(english).all("meta")
        if m.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "script-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_what_comes_from_questions_and_studies_is_text_and_no_markup(in_a_language: tuple[Language, str]) -> None:
    language, page = in_a_language
    tagged = articles(page)["tagged"]
    assert tagged.all("h3")[0].text() == HOSTILE
    assert [quote.text() for quote in tagged.all("blockquote")] == [TAGS, TAGS]  # the answer's and the gold's
    root = read(page)
    assert len(root.all("script")) == 1
    assert not any(isinstance(e, Element) and e.text() == "bold" for e in root.all("b"))
    assert (
        root.all("h1")[0].text() == root.all("title")[0].text() == say("report_title", language, set=questions().name)
    )


def test_each_language_on_the_page_is_said(in_a_language: tuple[Language, str]) -> None:
    language, page = in_a_language
    root = read(page)
    assert root.all("html")[0].attributes["lang"] == language
    assert {e.all("h3")[0].attributes["lang"] for e in root.all("article")} == {"en"}
    quotes = {quote.text(): quote.attributes.get("lang") for quote in root.all("blockquote")}
    assert (quotes[FELL], quotes[LEVY]) == ("en", "sv")
    asked = {td.text(): td.attributes["lang"] for td in root.all("td") if "lang" in td.attributes}
    assert (asked[LIGHT], asked["Hur löser man friåkarproblemet?"]) == ("en", "sv")


def test_headings_are_one_below_another(in_a_language: tuple[Language, str]) -> None:
    _, page = in_a_language
    levels = [int(e.tag[1]) for e in read(page).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {2, 3} <= set(levels)


def test_no_two_elements_have_the_same_id_and_every_link_leads_somewhere(english: str) -> None:
    elements = read(english).every()
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {e.attributes["href"].removeprefix("#") for e in elements if "href" in e.attributes} <= set(ids)


def test_every_row_of_a_table_has_as_many_cells_as_its_head_and_a_name(english: str) -> None:
    for table in read(english).all("table"):
        for row in table.all("tbody")[0].all("tr"):
            assert row.all("th")[0].attributes["scope"] == "row"
            if table.all("thead"):
                assert len(row.all("th", "td")) == len(table.all("thead")[0].all("th"))


def test_a_page_is_the_same_to_the_byte_when_it_is_made_again(made: Run, shelf: Library, english: str) -> None:
    assert report(read_run(made.folder), shelf, "en") == english


@pytest.mark.parametrize("names", ["", "well", "wrongly", "refused", "silent refused", "swedish"])
def test_there_is_a_page_however_odd_the_set(shelf: Library, tmp_path: Path, names: str) -> None:
    cases = [case for case in CASES if case.id in names.split()]
    made = run(shelf, questions(*cases), tmp_path / "run")
    for language in LANGUAGES:
        page = report(made, None, language)
        assert list(articles(page)) == [case.id for case in cases if case.id in FAILED]
        assert "None" not in read(page).all("main")[0].text()


def test_a_set_as_large_as_is_asked_for_is_not_called_small(made: Run) -> None:
    small = say("report_small", "en")
    large = {**made.summary, "set": {**made.summary["set"], "questions": 320}}
    assert small in report(made, None, "en")
    assert small not in report(replace(made, summary=large), None, "en")


# In a browser


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[list[str]]:
    """The start of a call of a real browser with nothing of its own."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed")
    yield [found, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]


def call(chromium: list[str], *arguments: str) -> str:
    return subprocess.run([*chromium, *arguments], capture_output=True, check=True, timeout=120).stdout.decode()


CLICKS = """<script>
const table = [...document.querySelectorAll("table.sortable")].find((t) => t.tHead.textContent.includes("hit@5"));
const first = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join(" ");
const button = table.tHead.rows[0].cells[1].querySelector("button");
const seen = [first()];
button.click(); seen.push(first(), table.tHead.rows[0].cells[1].getAttribute("aria-sort"));
button.click(); seen.push(first(), table.tHead.rows[0].cells[1].getAttribute("aria-sort"));
document.title = seen.join("|");
</script>"""


@pytest.mark.slow
def test_a_browser_shows_the_page_and_a_click_on_a_heading_sorts(
    chromium: list[str], made: Run, swedish: str, tmp_path: Path
) -> None:
    path = tmp_path / "clicked.html"
    path.write_text(swedish.replace("</body>", f"{CLICKS}</body>"), "utf-8")
    shown = call(chromium, "--dump-dom", path.as_uri())
    assert LEVY in shown
    assert {pair: group["n"] for pair, group in made.summary["pairs"].items()} == {"sv-sv": 1, "en-sv": 2, "en-en": 4}
    # by n, with that of all: first the largest, then the smallest
    assert read(shown).all("title")[0].text() == "|".join(
        (
            "sv-sv en-sv en-en alla",
            "alla en-en en-sv sv-sv",
            "descending",
            "sv-sv en-sv en-en alla",
            "ascending",
        )
    )


def printed(chromium: list[str], page: str, folder: Path) -> str:
    """The text of the page on paper, as one line."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(page, "utf-8")
    call(chromium, f"--print-to-pdf={target}", "--no-pdf-header-footer", source.as_uri())
    pdf = pypdfium2.PdfDocument(target)
    try:
        return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pdf).split())
    finally:
        pdf.close()


@pytest.mark.slow
def test_the_page_can_be_printed_with_its_failures(chromium: list[str], english: str, tmp_path: Path) -> None:
    text = printed(chromium, english, tmp_path)
    for part in (BENCHES, FELL, "Found, but not answered (1)", "nDCG@10"):
        assert part in text


@pytest.mark.slow
def test_what_is_folded_on_the_screen_is_open_on_paper(chromium: list[str], english: str, tmp_path: Path) -> None:
    text = printed(chromium, english, tmp_path)
    (folded,) = articles(english)["silent"].all("details")
    assert folded.all("blockquote")[0].text() in text
    assert "span_nDCG@10" in text  # in the table of every measure alone


def test_a_model_s_opinion_is_a_column_with_its_warning_and_moves_nothing_else(made: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(made.folder, tmp_path / "judged")
    plain = report(read_run(folder), None, "en")
    write_rows(folder / "opinion.jsonl", [{"id": "well", "verdict": "partly", "model": "m", "error": ""}])
    judged = report(read_run(folder), None, "en")
    assert ">partly</td>" in judged
    assert ">partly</td>" not in plain
    assert (say("opinion_warning", "en") in judged, say("opinion_warning", "en") in plain) == (True, False)
    assert [shown.text() for shown in figures(judged).values()] == [shown.text() for shown in figures(plain).values()]
