"""Stand-ins made by hand: an embedder that needs no model, and PDFs made on the spot."""

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from corpus.embedder import BUNDLED, ModelIdentity
from corpus.language import content_stems
from corpus.record import Vectors

DIMENSION = 64


class FakeEmbedder:
    """Texts with the same words lie near each other: each stem adds a fixed pseudo-random direction.

    It bears the bundled model's name, so that the bundled weights apply.
    """

    def __init__(
        self, name: str = BUNDLED, revision: str = "1", dimension: int = DIMENSION, reads: tuple[str, ...] = ("en",)
    ) -> None:
        self._identity = ModelIdentity(name, revision, dimension)
        self._reads = reads
        self.encoded = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def window(self) -> int:
        return 254

    def reads(self, language: str) -> bool:
        return language in self._reads

    def piece_counts(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        vectors = [self.encode_query(text) for text in texts]
        return np.array(vectors, np.float32).reshape(len(texts), self._identity.dimension)

    def encode_query(self, text: str) -> Vectors:
        total = np.full(self._identity.dimension, 1e-6, np.float32)
        for stem in content_stems(text, "en"):
            total += self._direction(stem)
        return total / np.float32(np.linalg.norm(total))

    def _direction(self, stem: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self._identity.dimension).astype(np.float32)


def make_pdf(pages: Sequence[str], *, title: str = "", author: str = "", password: str = "", labels: str = "") -> bytes:
    """A PDF with one page for each text, a line for each line. `labels` "roman" numbers pages i, ii, iii."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, encrypt=password or None)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for number, page in enumerate(pages):
        text = canvas.beginText(72, 770)
        text.setFont("Helvetica", 11)
        for line in page.split("\n"):
            text.textLine(line)
        canvas.drawText(text)
        if labels == "roman":
            canvas.addPageLabel(number, "ROMAN_LOWER", 1 + number)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


LIGHTING = make_pdf(
    [
        "Street lighting and crime\n"
        "This study asks whether better street lighting prevents crime in town centres.\n"
        "We compare forty lit squares with forty squares that kept their old lamps.",
        "Results\n"
        "Street lighting reduced property crime by 14 per cent in the lit squares.\n"
        "Violent crime did not fall, and fear of crime was not measured at all.",
    ],
    title="Street lighting and crime",
)
FREE_RIDERS = make_pdf(
    [
        "Friåkare i platssamverkan\n"
        "Rapporten undersöker varför vissa fastighetsägare inte vill betala för gemensam trygghet.\n"
        "Friåkare är ägare som får del av nyttan utan att betala sin andel av kostnaden.",
        "Slutsatser\n"
        "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala.\n"
        "Frivilliga avgifter räcker däremot sällan i områden med många små ägare.",
    ],
    title="Friåkare i platssamverkan",
)
