"""The quote contract: what is shown is on the page, or it is not shown.

A quote passes when (1) it is, character for character, a span of the page's stored text on one line, and (2) its
letters and digits stand in the same order in what a second, independent PDF reader found on that page.
`corpus.text.clean`, `one_line` and `letters` are the whole of the normalisation.

A page that was read by OCR has no second reader: its witness is what OCR itself read, so that the contract says no more
than that the quote stands as OCR read it. The citation tells so, and how sure OCR was of the page.
"""

from __future__ import annotations

from corpus.study import Page, Reader, Study
from corpus.text import letters, one_line
from retriever.answer import Citation


def is_on_page(quote: str, page: Page) -> bool:
    """Can this quote be found on this page by both readers?

    A page that the second reader could not read at all is believed on the first reader's word.
    """
    wanted = letters(quote)
    if not wanted or one_line(quote) not in one_line(page.text):
        return False
    return not page.witness or wanted in page.witness


def cite(n: int, study: Study, page: Page, start: int, end: int, language: str) -> Citation | None:
    """The citation of `page.text[start:end]`, or None where the contract does not hold."""
    quote = one_line(page.text[start:end])
    if not is_on_page(quote, page):
        return None
    return Citation(
        n=n,
        study_id=study.id,
        file=study.file_name,
        title=study.title,
        authors=study.description.authors,
        year=study.description.year,
        page=page.number,
        page_label=page.label,
        language=language,
        quote=quote,
        start=start,
        end=end,
        read_by_ocr=page.reader is Reader.OCR,
        certainty=page.certainty if page.reader is Reader.OCR else None,
    )
