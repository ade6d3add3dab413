"""Text to vector, with a pinned and verified model."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.embedder import (
    BUNDLED,
    BUNDLED_SHA256,
    ModelIdentity,
    ModelNotFound,
    ModelNotTrusted,
    SentenceTransformerEmbedder,
    open_embedder,
    profile,
)
from corpus.settings import Settings
from tests.corpus.models import HIDDEN, make_model

ROOT = Path(__file__).parent.parent.parent
ENGLISH = "A compulsory levy solves the free rider problem because every owner must pay."
SWEDISH = "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare måste betala."


def given(model: str) -> Settings:
    return Settings(embedding_model=model, language="en", _env_file=None)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder that looks like a model from outside, with weights nobody can load."""
    folder = tmp_path / "look-alike"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text(json.dumps({"hidden_size": 12}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model") / "tiny")


# Which model it is


def test_an_identity_reads_as_name_revision_and_dimension() -> None:
    assert str(ModelIdentity("a/b", "0123456789abcdef", 384)) == "a/b@0123456789ab (384)"


def test_the_bundled_model_is_known_without_loading_it() -> None:
    script = (
        "import sys\n"
        "from corpus.embedder import open_embedder\n"
        "from corpus.settings import Settings\n"
        "print(open_embedder(Settings(embedding_model='', _env_file=None)).identity)\n"
        "heavy = {'sentence_transformers', 'transformers', 'torch', 'huggingface_hub'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout == f"{BUNDLED}@{BUNDLED_SHA256[:12]} (384)\n"
    assert done.stderr.strip() == ""


def test_the_bundled_model_may_be_asked_for_by_name() -> None:
    assert open_embedder(given(BUNDLED)).identity == open_embedder(given("")).identity
    assert open_embedder(given("")).identity == ModelIdentity(BUNDLED, BUNDLED_SHA256, 384)


def test_a_model_in_a_folder_is_named_after_it_and_revised_by_its_weights(files: Path) -> None:
    before = open_embedder(given(str(files))).identity
    assert (before.name, before.dimension, len(before.revision)) == ("look-alike", 12, 64)
    (files / "model.safetensors").write_bytes(b"other weights")
    assert open_embedder(given(str(files))).identity.revision != before.revision


def test_the_dimension_is_that_of_the_last_part_that_says_so(files: Path) -> None:
    (files / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 24}), "utf-8")
    assert open_embedder(given(str(files))).identity.dimension == 24
    (files / "2_Dense").mkdir()
    (files / "2_Dense" / "config.json").write_text(json.dumps({"in_features": 24, "out_features": 6}), "utf-8")
    assert open_embedder(given(str(files))).identity.dimension == 6


# What is refused


@pytest.mark.parametrize("name", ["modeling.py", "pytorch_model.bin", "sub/weights.pt", "data.pkl", "native.so"])
def test_a_folder_with_code_or_pickles_is_refused_by_the_name_of_the_file(files: Path, name: str) -> None:
    (files / name).parent.mkdir(exist_ok=True)
    (files / name).write_bytes(b"")
    with pytest.raises(ModelNotTrusted) as refusal:
        open_embedder(given(str(files)))
    assert refusal.value.values == {"folder": files, "file": Path(name).name}


def test_a_folder_without_safetensors_holds_no_model(files: Path) -> None:
    (files / "model.safetensors").unlink()
    with pytest.raises(ModelNotFound):
        open_embedder(given(str(files)))


@pytest.mark.parametrize("model", ["nobody/no-such-model", "not a name at all", "/nowhere/at/all"])
def test_a_model_that_is_not_on_this_machine_is_not_found_and_not_fetched(model: str) -> None:
    with pytest.raises(ModelNotFound) as refusal:
        open_embedder(given(model))
    assert model in refusal.value.sentence("sv")


def test_weights_that_were_tampered_with_are_refused_before_they_are_loaded(files: Path) -> None:
    embedder = SentenceTransformerEmbedder(files, "look-alike", "1", sha256="0" * 64)
    with pytest.raises(ModelNotTrusted) as refusal:
        embedder.encode_query("trygghet")
    assert refusal.value.values == {"folder": files, "file": "model.safetensors"}


# A small model, made on the spot


@pytest.mark.slow
def test_vectors_have_unit_length_and_the_dimension_of_the_identity(tiny: Path) -> None:
    embedder = open_embedder(given(str(tiny)))
    vectors = embedder.encode_documents(["abc", "xyz", "a b c"])
    assert (vectors.shape, str(vectors.dtype)) == ((3, HIDDEN), "float32")
    assert embedder.identity.dimension == HIDDEN
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(embedder.encode_query("xyz"), vectors[1], atol=1e-5)


@pytest.mark.slow
def test_prompts_come_from_the_models_own_configuration(tmp_path: Path) -> None:
    plain = open_embedder(given(str(make_model(tmp_path / "plain"))))
    prompted = open_embedder(given(str(make_model(tmp_path / "prompted", query="query: ", document="passage: "))))
    text = "abc"
    assert np.allclose(prompted.encode_query(text), plain.encode_query("query: abc"), atol=1e-5)
    assert np.allclose(prompted.encode_documents([text])[0], plain.encode_documents(["passage: abc"])[0], atol=1e-5)
    assert not np.allclose(prompted.encode_query(text), plain.encode_query(text), atol=1e-3)


@pytest.mark.slow
def test_a_model_whose_configuration_has_no_prompts_is_given_those_its_authors_ask_for(tmp_path: Path) -> None:
    known = open_embedder(given(str(make_model(tmp_path / "multilingual-e5-small"))))
    plain = open_embedder(given(str(make_model(tmp_path / "plain"))))
    assert profile("intfloat/multilingual-e5-small").prompts == {"query": "query: ", "document": "passage: "}
    assert np.allclose(known.encode_query("abc"), plain.encode_query("query: abc"), atol=1e-5)


def test_the_bundled_model_reads_english_and_another_reads_all_unless_it_is_said(tmp_path: Path) -> None:
    folder = str(make_model(tmp_path / "other"))
    bundled, other = open_embedder(given("")), open_embedder(given(folder))
    said = open_embedder(Settings(embedding_model=folder, embedding_reads="en da", _env_file=None))
    reading = {model: [lang for lang in ("en", "sv", "da") if model.reads(lang)] for model in (bundled, other, said)}
    assert list(reading.values()) == [["en"], ["en", "sv", "da"], ["en", "da"]]


def test_no_texts_have_no_vectors_and_no_pieces(tiny: Path) -> None:
    embedder = open_embedder(given(str(tiny)))
    assert embedder.encode_documents([]).shape == (0, HIDDEN)
    assert embedder.piece_counts([]) == []


@pytest.mark.slow
def test_pieces_are_counted_without_markers_and_without_end(tiny: Path) -> None:
    embedder = open_embedder(given(str(tiny)))
    assert embedder.piece_counts(["a", "abc", "a " * 100, ""]) == [1, 3, 100, 0]
    assert embedder.window == 30


@pytest.mark.slow
def test_one_changed_byte_in_real_weights_is_refused(tiny: Path, tmp_path: Path) -> None:
    import hashlib
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(tiny, copy)
    weights = copy / "model.safetensors"
    right = hashlib.sha256(weights.read_bytes()).hexdigest()
    SentenceTransformerEmbedder(copy, "copy", right, right).encode_query("trygghet")
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelNotTrusted):
        SentenceTransformerEmbedder(copy, "copy", right, right).encode_query("trygghet")


# The model that comes with the program


@pytest.fixture(scope="module")
def bundled() -> SentenceTransformerEmbedder:
    return open_embedder(given(""))


@pytest.mark.slow
def test_the_bundled_model_gives_unit_vectors_of_384_numbers(bundled: SentenceTransformerEmbedder) -> None:
    vectors = bundled.encode_documents([ENGLISH, SWEDISH])
    assert (vectors.shape, str(vectors.dtype)) == ((2, 384), "float32")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_the_bundled_model_puts_like_beside_like(bundled: SentenceTransformerEmbedder) -> None:
    levy, lamps = bundled.encode_documents([ENGLISH, "Street lighting reduced burglary at night."])
    question = bundled.encode_query("How are free riders made to pay?")
    assert question @ levy > question @ lamps + 0.1


@pytest.mark.slow
def test_a_swedish_sentence_takes_more_pieces_than_its_english_twin(bundled: SentenceTransformerEmbedder) -> None:
    swedish, english = bundled.piece_counts([SWEDISH, ENGLISH])
    assert swedish > english
    assert bundled.window == 254


@pytest.mark.slow
def test_the_weights_of_the_bundled_model_are_checked(bundled: SentenceTransformerEmbedder) -> None:
    other = SentenceTransformerEmbedder(bundled.folder, BUNDLED, "1", sha256=BUNDLED_SHA256[::-1])
    with pytest.raises(ModelNotTrusted):
        other.encode_query("trygghet")
