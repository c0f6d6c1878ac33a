"""Runs the built-in model and its peers in turn on the same texts; see scripts/bench.d/encode."""

import argparse
import gzip
import json
import os
import resource
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

    batch = 32

    def __init__(self, directory, limit):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.enable_truncation(limit)
        self.tokenizer.enable_padding()

    def encode(self, texts):
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = numpy.zeros((len(texts), 384), dtype=numpy.float32)
        for start in range(0, len(order), self.batch):
            chosen = order[start:start + self.batch]
            encodings = self.tokenizer.encode_batch([texts[index] for index in chosen])
            mask = numpy.array([encoding.attention_mask for encoding in encodings], dtype=numpy.int64)
            inputs = {
                "input_ids": numpy.array([encoding.ids for encoding in encodings], dtype=numpy.int64),
                "attention_mask": mask,
                "token_type_ids": numpy.zeros_like(mask),
            }
            hidden = self.run(inputs)
            pooled = (hidden * mask[:, :, None]).sum(1)
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


def export(directory, target):
    """The model as ONNX, with names of axes that may vary."""
    import torch
    from transformers import AutoModel

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = AutoModel.from_pretrained(directory, attn_implementation="eager").eval()

        def forward(self, input_ids, attention_mask, token_type_ids):
            return self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state

    sample = torch.ones((2, 16), dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    with torch.no_grad():
        torch.onnx.export(
            Encoder(), (sample, sample, torch.zeros_like(sample)), str(target), dynamo=False, opset_version=17,
            input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["last_hidden_state"],
            dynamic_axes={name: axes for name in
                          ("input_ids", "attention_mask", "token_type_ids", "last_hidden_state")})


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
    texts = sample(everything, arguments.count)
    limit = json.loads((arguments.model / "sentence_bert_config.json").read_text())["max_seq_length"]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
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
        for make in peers:
            peer = make()
            wall, cpu, found = measure(peer.encode, texts, arguments.rounds)
            rows.append((peer.name, wall, cpu, lowest_cosine(found, expected)))

    print(f"{len(texts)} texts, {result['tokens'] / len(texts):.1f} tokens each, {arguments.threads} threads")
    print(f"{'':24}{'texts/s':>10}{'texts/CPU s':>13}{'ratio':>8}{'lowest cosine':>16}")
    for label, wall, cpu, cosine in rows:
        print(f"{label:24}{wall:10.1f}{cpu:13.1f}{rows[0][1] / wall:8.2f}{cosine:16.7f}")
    print(f"tokenizer {result['tokenized_per_second']:.0f} texts/s; one text p50 {result['latency_p50_ms']} ms, "
          f"p99 {result['latency_p99_ms']} ms; start {result['start_ms']} ms; "
          f"resident {result['resident_mib']} MiB")
    if arguments.json:
        arguments.json.write_text(json.dumps({
            "tokenizer_faults": faults, "built_in": result,
            "rows": [dict(zip(("name", "texts_per_second", "texts_per_cpu_second", "lowest_cosine"),
                              (label, wall, cpu, float(cosine)))) for label, wall, cpu, cosine in rows]}, indent=2) + "\n")


def lowest_cosine(left, right):
    left, right = left.astype(float), right.astype(float)
    return ((left * right).sum(1) / numpy.linalg.norm(left, axis=1) / numpy.linalg.norm(right, axis=1)).min()


main()
