"""Trains a tokenizer of each kind on the texts, and compares ours with Hugging Face's on them and on strange ones; see
scripts/bench.d/tokenizers."""

import argparse
import io
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy
import sentencepiece
from safetensors.numpy import save_file
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from repo_texts import encode, load_texts

SAMPLE = Path("data/sample-repos.ndjson")
MODEL = Path("models/all-MiniLM-L6-v2")
WORDS = 20_000
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"


def strange_texts(count):
    """Scalars of all planes, alone and in company, marks in any order, odd spaces, special tokens, long words."""
    source = random.Random(11)
    blocks = [(0x20, 0x7E), (0, 0x20), (0x80, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF),
              (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF),
              (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE00, 0xFFEF), (0x1F300, 0x1FAFF), (0x20000, 0x2FA1F), (0xE0000, 0xE01EF)]
    pieces = ["[CLS]", "[MASK]", "</s>", "<s>", "<mask>", "<|endoftext|>", "don't", "WE'LL", "x" * 120, "\r\n", "   ", "1234567",
              "\u2581", "##ing", "e\u0301", "\u1e69", "\ufb01", "\u0130", "\u00df", "\u200d", "\ufeff"]

    def piece():
        if source.random() < 0.15:
            return source.choice(pieces)
        first, last = source.choice(blocks)
        scalars = (source.randint(first, last) for _ in range(source.randint(1, 6)))
        return "".join(chr(scalar) for scalar in scalars if not 0xD800 <= scalar < 0xE000)

    return ["".join(piece() + source.choice(["", "", " "]) for _ in range(source.randint(1, 30))) for _ in range(count)]


def word_pieces(texts, lowercase):
    result = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    result.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    result.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    result.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=WORDS, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    return result


def unigram(texts, splits):
    """XLM-RoBERTa's kind, with SentencePiece's own normalization."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(line for text in texts for line in text.split("\n")), model_writer=model, vocab_size=WORDS,
        model_type="unigram", character_coverage=0.9999, normalization_rule_name="nmt_nfkc", hard_vocab_limit=False,
        minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocabulary += [(piece.piece, piece.score) for piece in proto.pieces[3:]] + [("<mask>", 0.0)]
    result = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    rules = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    metaspace = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    if splits:
        result.normalizer = rules
        result.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    else:
        result.normalizer = normalizers.Sequence([rules, normalizers.Replace(Regex(" {2,}"), " ")])
        result.pre_tokenizer = metaspace
    result.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return result


def byte_pairs(texts, special, normalizer, digits=None, added=()):
    """GPT-2's kind; with `digits` that of cl100k, in which so many make a word."""
    result = Tokenizer(models.BPE())
    if normalizer:
        result.normalizer = normalizer
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=digits is None)
    result.pre_tokenizer = level if digits is None else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(CONTRACTIONS + digits + REST), "isolated"), level])
    result.decoder = decoders.ByteLevel()
    result.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=WORDS, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    for token in added:
        (result.add_special_tokens if token.special else result.add_tokens)([token])
    return result


KINDS = {
    "WordPiece, MiniLM's own": lambda texts: Tokenizer.from_file(str(MODEL / "tokenizer.json")),
    "WordPiece, cased": lambda texts: word_pieces(texts, False),
    "Unigram (e5, XLM-R)": lambda texts: unigram(texts, False),
    "Unigram, spaces apart": lambda texts: unigram(texts, True),
    "BPE of RoBERTa": lambda texts: byte_pairs(
        texts, ["<s>", "<pad>", "</s>", "<unk>"], None, added=[AddedToken("<mask>", lstrip=True, special=True)]),
    "BPE of ModernBERT": lambda texts: byte_pairs(
        texts, ["[UNK]", "[CLS]", "[SEP]", "[PAD]"], normalizers.NFC(),
        added=[AddedToken("[MASK]", lstrip=True, special=True), AddedToken("  ", normalized=True), AddedToken("   ", normalized=True)]),
    "BPE of Qwen3": lambda texts: byte_pairs(texts, ["<|endoftext|>"], normalizers.NFC(), digits="\\p{N}"),
    "BPE with 3 digits": lambda texts: byte_pairs(texts, ["<|endoftext|>"], normalizers.NFC(), digits="\\p{N}{1,3}"),
}


def write_model(tokenizer, folder):
    """The smallest model there is with that tokenizer: a table of embeddings."""
    (folder / "0").mkdir(parents=True)
    tokenizer.save(str(folder / "0/tokenizer.json"), pretty=False)
    save_file({"embedding.weight": numpy.ones((tokenizer.get_vocab_size(), 16), dtype="f4")}, folder / "0/model.safetensors")
    (folder / "modules.json").write_text(json.dumps([
        {"idx": 0, "name": "0", "path": "0", "type": "sentence_transformers.models.StaticEmbedding"}]))


def compare(binary, tokenizer, texts, strange, folder):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    write_model(tokenizer, folder)
    tokens = folder / "tokens"
    options = ("--rounds", "0", "--singles", "1", "--tokenizations", "3", "--tokens", str(tokens))
    rate, faults = 0, []
    for group in (strange, texts):
        rate = encode(binary, folder, group, 1, *options)["tokenized_per_second"]
        expected = tokenizer.encode_batch(group, add_special_tokens=False)
        found = [list(map(int, line.split()[1:])) for line in tokens.read_text().splitlines()]
        faults.append([text for text, ours, theirs in zip(group, found, expected, strict=True)
                       if ours != theirs.ids[:len(ours)] or len(ours) != min(len(theirs.ids), 8192)])
    begin = time.perf_counter()
    for text in texts:
        tokenizer.encode(text, add_special_tokens=False)
    return rate, len(texts) / (time.perf_counter() - begin), faults


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench tokenizers")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--texts", type=Path, default=SAMPLE, help="NDJSON of repos, gzip or not")
    parser.add_argument("--strange", type=int, default=1000, help="strange texts")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    arguments = parser.parse_args()
    texts, strange = load_texts(arguments.texts), strange_texts(arguments.strange)
    rows = []
    print(f"{'':26}{'texts/s':>10}{'theirs':>10}{'differ':>8}{'strange ones':>14}   of {len(texts)} and {len(strange)}")
    for name, make in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            rate, theirs, (odd, differ) = compare(arguments.binary, make(texts), texts, strange, Path(folder) / "model")
        rows.append({"name": name, "texts/s": rate, "peer texts/s": theirs, "differ": len(differ), "strange differ": len(odd)})
        print(f"{name:26}{rate:10.0f}{theirs:10.0f}{len(differ):8}{len(odd):14}", flush=True)
        for text in (differ + odd)[:3]:
            print(f"  {text!r:.200}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    sys.exit(any(row["differ"] or row["strange differ"] for row in rows))


main()
