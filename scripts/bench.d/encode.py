"""Runs the built-in model and its peers in turn on the same texts; see scripts/bench.d/encode."""

import argparse
import gzip
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy

from repo_texts import encode, repo_text, sample

SAMPLE = Path("data/sample-repos.ndjson")


def load_texts(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        return [repo_text(json.loads(line)) for line in lines if line.strip()]


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(encode, texts, rounds):
    """The best wall-clock and processor rates of several rounds, and the vectors."""
    wall = cpu = 0
    vectors = None
    for _ in range(rounds):
        start, start_cpu = time.perf_counter(), cpu_seconds()
        vectors = encode(texts)
        wall = max(wall, len(texts) / (time.perf_counter() - start))
        cpu = max(cpu, len(texts) / (cpu_seconds() - start_cpu))
    return wall, cpu, vectors


class Peer:
    """What the peers share: Hugging Face's tokenizer, batches sorted by length, mean pooling."""

    # Tokens of a batch, padding included.
    batch_tokens = 32 * 256

    def __init__(self, directory, limit):
        from tokenizers import Tokenizer

        self.inputs = model_inputs(directory)
        self.limit = limit
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.enable_truncation(limit)
        self.tokenizer.enable_padding()

    def encode(self, texts):
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = None
        size = max(1, self.batch_tokens // self.limit)
        for start in range(0, len(order), size):
            chosen = order[start:start + size]
            encodings = self.tokenizer.encode_batch([texts[index] for index in chosen])
            mask = numpy.array([encoding.attention_mask for encoding in encodings], dtype=numpy.int64)
            inputs = {
                "input_ids": numpy.array([encoding.ids for encoding in encodings], dtype=numpy.int64),
                "attention_mask": mask,
                "token_type_ids": numpy.zeros_like(mask),
            }
            hidden = self.run({name: inputs[name] for name in self.inputs})
            pooled = (hidden * mask[:, :, None]).sum(1)
            if vectors is None:
                vectors = numpy.zeros((len(texts), pooled.shape[1]), dtype=numpy.float32)
            vectors[chosen] = pooled / numpy.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors


class OnnxRuntime(Peer):
    name = "ONNX Runtime fp32"

    def __init__(self, directory, limit, onnx, threads):
        super().__init__(directory, limit)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])

    def run(self, inputs):
        return self.session.run(None, inputs)[0]


class OpenVINO(Peer):
    def __init__(self, directory, limit, onnx, threads, precision):
        super().__init__(directory, limit)
        import openvino

        self.name = f"OpenVINO {precision}"
        core = openvino.Core()
        self.model = core.compile_model(core.read_model(onnx), "CPU", {
            "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads})

    def run(self, inputs):
        return self.model(inputs)[0]


def model_inputs(directory):
    """What a model is given."""
    kind = json.loads((directory / "config.json").read_text())["model_type"]
    return ["input_ids", "attention_mask"] + (["token_type_ids"] if kind == "bert" else [])


def export(directory, target):
    """The model as ONNX, with names of axes that may vary."""
    import torch
    from transformers import AutoModel

    names = model_inputs(directory)

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = AutoModel.from_pretrained(directory, attn_implementation="eager").eval()

        def forward(self, *given):
            return self.model(**dict(zip(names, given, strict=True))).last_hidden_state

    sample = torch.ones((2, 16), dtype=torch.int64)
    given = tuple(torch.zeros_like(sample) if name == "token_type_ids" else sample for name in names)
    axes = {0: "batch", 1: "length"}
    with torch.no_grad():
        torch.onnx.export(
            Encoder(), given, str(target), dynamo=False, opset_version=17, input_names=names,
            output_names=["last_hidden_state"], dynamic_axes={name: axes for name in [*names, "last_hidden_state"]})


def make_random(kind, tokenizer, folder):
    """A model of that shape with random weights, and the vocabulary of another."""
    import torch
    import transformers

    torch.manual_seed(1)
    shapes = {
        "bert-base": lambda: transformers.BertModel(transformers.BertConfig(vocab_size=30522)),
        "modernbert-base": lambda: transformers.ModernBertModel(transformers.ModernBertConfig(
            vocab_size=30522, pad_token_id=0, cls_token_id=101, sep_token_id=102, bos_token_id=101, eos_token_id=102)),
    }
    model = shapes[kind]()
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling"):
        if (tokenizer / name).is_dir():
            shutil.copytree(tokenizer / name, folder / name)
        else:
            shutil.copy(tokenizer / name, folder / name)
    pooling = json.loads((folder / "1_Pooling/config.json").read_text())
    pooling["word_embedding_dimension"] = model.config.hidden_size
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling))
    limit = model.config.max_position_embeddings
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": limit}))
    return folder


def lengthened(texts, tokens, directory):
    """Texts of about so many tokens, each of several of the given."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    longer, parts, count = [], [], 0
    for text in texts:
        parts.append(text)
        count += len(tokenizer.encode(text).ids) - 2
        if count >= tokens:
            longer.append(" ".join(parts))
            parts, count = [], 0
    return longer


def reference(directory, texts):
    """Vectors of sentence-transformers in fp32."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(directory), device="cpu").encode(
        texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)


def token_faults(directory, texts, lines, limit):
    """Texts whose tokens differ from Hugging Face's."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    faults = 0
    for line, encoding in zip(lines, tokenizer.encode_batch(texts), strict=True):
        count, *tokens = map(int, line.split())
        ids = encoding.ids
        expected = ids if len(ids) <= limit else ids[:limit - 1] + ids[-1:]
        faults += count != len(ids) or tokens != expected
    return faults


def ours(arguments, texts, *options):
    return encode(arguments.binary, arguments.model, texts, arguments.threads, *options)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench encode")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, default=Path("models/all-MiniLM-L6-v2"))
    parser.add_argument("--random", choices=["bert-base", "modernbert-base"],
                        help="a model of that shape with random weights, in place of --model")
    parser.add_argument("--tokens", type=int, help="texts of so many tokens in place of those of repos")
    parser.add_argument("--texts", type=Path, default=SAMPLE,
                        help="NDJSON of repos, gzip or not (default: the sample in data/; scripts/bench.d/README.md says "
                             "how to get more)")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    arguments = parser.parse_args()
    if not arguments.texts.exists():
        sys.exit(f"{arguments.texts} is missing; name a file of repos with --texts")
    everything = load_texts(arguments.texts)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.random:
            arguments.model = make_random(arguments.random, arguments.model, folder / arguments.random)
        if arguments.tokens:
            everything = lengthened(everything, arguments.tokens, arguments.model)
        texts = sample(everything, min(arguments.count, len(everything)))
        limit = json.loads((arguments.model / "sentence_bert_config.json").read_text())["max_seq_length"]
        limit = min(limit, arguments.tokens or limit)
        if arguments.tokens and arguments.random:
            (arguments.model / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": limit}))
        rows = []
        tokens = folder / "tokens"
        ours(arguments, everything, "--rounds", "0", "--singles", "1", "--tokens", tokens)
        faults = token_faults(arguments.model, everything, tokens.read_text().splitlines(), limit)
        print(f"tokenizer: {faults} of {len(everything)} texts differ from Hugging Face's")

        expected = reference(arguments.model, texts)
        onnx = folder / "model.onnx"
        export(arguments.model, onnx)
        flags = Path("/proc/cpuinfo").read_text()
        precisions = ["f32", "bf16"] if "avx512_bf16" in flags or "amx_bf16" in flags else ["f32"]
        peers = [lambda: OnnxRuntime(arguments.model, limit, onnx, arguments.threads)]
        peers += [lambda p=p: OpenVINO(arguments.model, limit, onnx, arguments.threads, p) for p in precisions]

        vectors = folder / "vectors"
        result = ours(
            arguments, texts, "--rounds", str(arguments.rounds), "--tokenizations", "5", "--vectors", vectors)
        found = numpy.fromfile(vectors, dtype="<f4").reshape(len(texts), -1)
        rows.append((f"embed-star {result['precision']}", result["texts_per_second"],
                     result["texts_per_cpu_second"], lowest_cosine(found, expected)))
        # The same lone text on one core, and on all of them, in one run.
        lone = [encode(arguments.binary, arguments.model, texts, threads, "--rounds", "0", "--singles", "200",
                       "--only-tokens", "46")["latency_p50_ms"] for threads in (1, arguments.threads)]
        for make in peers:
            peer = make()
            wall, cpu, found = measure(peer.encode, texts, arguments.rounds)
            rows.append((peer.name, wall, cpu, lowest_cosine(found, expected)))

    print(f"{len(texts)} texts, {result['tokens'] / len(texts):.1f} tokens each, {arguments.threads} threads")
    print(f"{'':24}{'texts/s':>10}{'texts/CPU s':>13}{'ratio':>8}{'lowest cosine':>16}")
    for label, wall, cpu, cosine in rows:
        print(f"{label:24}{wall:10.1f}{cpu:13.1f}{rows[0][1] / wall:8.2f}{cosine:16.7f}")
    print(f"one text of 46 tokens: {lone[0]} ms on one core, {lone[1]} ms on {arguments.threads}: "
          f"{lone[1] / lone[0]:.2f}")
    print(f"tokenizer {result['tokenized_per_second']:.0f} texts/s; one text p50 {result['latency_p50_ms']} ms, "
          f"p99 {result['latency_p99_ms']} ms; start {result['start_ms']} ms; "
          f"resident {result['resident_mib']} MiB")
    if arguments.json:
        arguments.json.write_text(json.dumps({
            "tokenizer_faults": faults, "lone_text_ms": lone, "built_in": result,
            "rows": [dict(zip(("name", "texts_per_second", "texts_per_cpu_second", "lowest_cosine"),
                              (label, wall, cpu, float(cosine)))) for label, wall, cpu, cosine in rows]}, indent=2) + "\n")


def lowest_cosine(left, right):
    left, right = left.astype(float), right.astype(float)
    return ((left * right).sum(1) / numpy.linalg.norm(left, axis=1) / numpy.linalg.norm(right, axis=1)).min()


main()
