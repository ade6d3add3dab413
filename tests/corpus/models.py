"""Small sentence-transformers models made on the spot: random weights, their own tokenizer, saved as safetensors."""

from pathlib import Path

HIDDEN = 8


def make_model(folder: Path, hidden: int = HIDDEN, query: str = "", document: str = "") -> Path:
    """A model in `folder` with vectors of `hidden` numbers, and prompts where they are given."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(1)
    raw = folder.parent / f"{folder.name}-raw"
    letters = "abcdefghijklmnopqrstuvwxyzåäö"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), ":"]
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(raw)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=hidden,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=40,
        )
    ).save_pretrained(raw, safe_serialization=True)
    transformer = Transformer(str(raw), max_seq_length=32)
    prompts = {name: prompt for name, prompt in (("query", query), ("document", document)) if prompt}
    model = SentenceTransformer(modules=[transformer, Pooling(hidden)], device="cpu", prompts=prompts or None)
    model.save(str(folder), safe_serialization=True)
    return folder
