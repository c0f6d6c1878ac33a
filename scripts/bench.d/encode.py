"""Runs the built-in model and its peers in turn on the same texts; see scripts/bench.d/encode."""

import argparse
import dataclasses
import itertools
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy

from repo_texts import encode, load_texts, sample

SAMPLE = Path("data/sample-repos.ndjson")


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


def rate(number):
    """With three digits that say something, where long texts make it small."""
    return f"{number:.1f}" if number >= 10 else f"{number:.3g}"


class Peer:
    """What the peers share: Hugging Face's tokenizer, batches sorted by length, mean pooling."""

    def __init__(self, directory, limit, batch):
        from tokenizers import Tokenizer

        self.inputs = model_inputs(directory)
        self.batch = batch
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.enable_truncation(limit)
        self.tokenizer.enable_padding()

    def encode(self, texts):
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = None
        for start in range(0, len(order), self.batch):
            chosen = order[start:start + self.batch]
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

    def __init__(self, onnx, threads, *model):
        super().__init__(*model)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])

    def run(self, inputs):
        return self.session.run(None, inputs)[0]


class OpenVINO(Peer):
    def __init__(self, precision, onnx, threads, *model):
        super().__init__(*model)
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
    if kind == "static":
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding
        from tokenizers import Tokenizer

        words = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        words.no_truncation()
        words.no_padding()
        SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=256)], device="cpu").save(str(folder))
        return folder
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


def lengthened(texts, tokens, wanted, directory):
    """So many texts of at least so many tokens, each of several of the given, which are taken again when they run out."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    longer, parts, count = [], [], 0
    given = itertools.cycle(texts)
    while len(longer) < wanted:
        parts.append(next(given))
        count += len(tokenizer.encode(parts[-1]).ids) - 2
        if count >= tokens:
            longer.append(" ".join(parts))
            parts, count = [], 0
    return longer


def reference(directory, texts):
    """Vectors of sentence-transformers in fp32."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(directory), device="cpu").encode(
        texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)


def token_faults(tokenizer, texts, lines, limit, special):
    """Texts whose tokens differ from Hugging Face's."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    faults = 0
    for line, encoding in zip(lines, tokenizer.encode_batch(texts, add_special_tokens=special), strict=True):
        count, *tokens = map(int, line.split())
        ids = encoding.ids
        expected = ids if len(ids) <= limit else ids[:limit - special] + ids[len(ids) - special:]
        faults += count != len(ids) or tokens != expected
    return faults


class SentenceTransformers:
    """What a table of embeddings has as a peer: there is nothing to run but the library it comes from."""

    name = "sentence-transformers"

    def __init__(self, directory):
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(str(directory), device="cpu")

    def encode(self, texts):
        return self.model.encode(texts, batch_size=1024, normalize_embeddings=True, show_progress_bar=False)


def transformer_peers(directory, limit, batch, threads, folder):
    """Each to be made when it is its turn."""
    onnx = folder / "model.onnx"
    export(directory, onnx)
    flags = Path("/proc/cpuinfo").read_text()
    precisions = ["f32", "bf16"] if "avx512_bf16" in flags or "amx_bf16" in flags else ["f32"]
    common = (onnx, threads, directory, limit, batch)
    return [lambda: OnnxRuntime(*common)] + [lambda p=p: OpenVINO(p, *common) for p in precisions]


@dataclasses.dataclass
class Workload:
    """A model and the texts it is given."""

    name: str
    # A shape with random weights; the model of --model where it is empty.
    shape: str = ""
    count: int = 1000
    # Of each text, when those of repos are put together.
    tokens: int = 0
    rounds: int = 3
    # Texts that are timed one by one.
    singles: int = 100


WORKLOADS = [
    Workload("minilm"),
    Workload("bert-base", "bert-base", rounds=2),
    Workload("bert-base-512", "bert-base", count=60, tokens=512, singles=20),
    Workload("modernbert-base", "modernbert-base", rounds=2),
    Workload("modernbert-base-8192", "modernbert-base", count=2, tokens=8192, rounds=1, singles=2),
    Workload("static", "static", count=50_000),
]


class Measurement:
    """One workload, computed by the built-in model and its peers in turn."""

    def __init__(self, arguments, workload, everything):
        self.arguments, self.workload = arguments, workload
        with tempfile.TemporaryDirectory() as name:
            self.run(Path(name), everything)

    def ours(self, texts, threads, *options):
        chosen = ["--precision", self.arguments.precision] if self.arguments.precision else []
        return encode(self.arguments.binary, self.model, texts, threads, *chosen, *map(str, options))

    def run(self, folder, everything):
        arguments, workload = self.arguments, self.workload
        threads, is_static = arguments.threads, workload.shape == "static"
        self.model = arguments.model
        if workload.shape:
            self.model = make_random(workload.shape, arguments.model, folder / workload.shape)
        if workload.tokens:
            everything = lengthened(everything, workload.tokens, workload.count, arguments.model)
        limit = 8192
        if not is_static:
            settings = self.model / "sentence_bert_config.json"
            limit = json.loads(settings.read_text())["max_seq_length"]
            if workload.tokens and workload.shape:
                limit = min(limit, workload.tokens)
                settings.write_text(json.dumps({"max_seq_length": limit}))
        texts = sample(everything, workload.count)
        if is_static:
            texts = list(itertools.islice(itertools.cycle(texts), workload.count))

        tokens = folder / "tokens"
        self.ours(everything, threads, "--rounds", 0, "--singles", 1, "--tokens", tokens)
        tokenizer = next(self.model.rglob("tokenizer.json"))
        self.faults = token_faults(tokenizer, everything, tokens.read_text().splitlines(), limit, not is_static)
        self.compared = len(everything)

        vectors = folder / "vectors"
        self.result = self.ours(texts, threads, "--rounds", workload.rounds + 2 * is_static, "--tokenizations", 3,
                                "--singles", workload.singles, "--vectors", vectors)
        found = numpy.fromfile(vectors, dtype="<f4").reshape(len(texts), -1)
        # Random weights, long texts: the reference is slow, and part of the texts says as much.
        compared = slice(None) if not workload.shape or is_static else slice(0, 100)
        expected = reference(self.model, texts[compared])
        self.rows = [(f"embed-star {self.result['precision']}", self.result["texts_per_second"],
                      self.result["texts_per_cpu_second"], lowest_cosine(found[compared], expected))]
        # The same lone text on one core, and on all of them, in one run.
        self.lone = None if workload.tokens or is_static else [
            self.ours(texts, count, "--rounds", 0, "--singles", 200, "--only-tokens", 46)["latency_p50_ms"]
            for count in (1, threads)]
        peers = [lambda: SentenceTransformers(self.model)] if is_static else transformer_peers(
            self.model, limit, max(1, arguments.peer_batch * 256 // (workload.tokens or 256)), threads, folder)
        for make in peers:
            peer = make()
            wall, cpu, found = measure(peer.encode, texts, min(workload.rounds, 2) if workload.shape else workload.rounds)
            self.rows.append((peer.name, wall, cpu, lowest_cosine(found[compared], expected)))

    @property
    def ratio(self):
        """How much faster than the best of the peers."""
        return self.rows[0][1] / max(row[1] for row in self.rows[1:])

    def show(self):
        result, count = self.result, self.result["texts"]
        print(f"{self.workload.name}: {count} texts, {result['tokens'] / count:.1f} tokens each, {self.arguments.threads} threads, "
              f"{result['products']} {result['kernels']}")
        print(f"tokenizer: {self.faults} of {self.compared} texts differ from Hugging Face's")
        print(f"{'':24}{'texts/s':>10}{'texts/CPU s':>13}{'ratio':>8}{'lowest cosine':>16}")
        for label, wall, cpu, cosine in self.rows:
            print(f"{label:24}{rate(wall):>10}{rate(cpu):>13}{self.rows[0][1] / wall:8.2f}{cosine:16.7f}")
        if self.lone:
            print(f"one text of 46 tokens: {self.lone[0]} ms on one core, {self.lone[1]} ms on {self.arguments.threads}: "
                  f"{self.lone[1] / self.lone[0]:.2f}")
        print(f"tokenizer {result['tokenized_per_second']:.0f} texts/s; one text p50 {result['latency_p50_ms']} ms, "
              f"p99 {result['latency_p99_ms']} ms; start {result['start_ms']} ms; "
              f"resident {result['resident_mib']} MiB\n", flush=True)

    @property
    def json(self):
        return {
            "workload": self.workload.name, "tokenizer_faults": self.faults, "lone_text_ms": self.lone,
            "built_in": self.result, "ratio": self.ratio,
            "rows": [{"workload": self.workload.name, "name": label, "texts_per_second": wall, "texts_per_cpu_second": cpu,
                      "lowest_cosine": float(cosine)} for label, wall, cpu, cosine in self.rows]}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench encode")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, default=Path("models/all-MiniLM-L6-v2"))
    names = [workload.name for workload in WORKLOADS]
    parser.add_argument("--workloads", default="minilm",
                        help=f"of {', '.join(names)}, comma-separated, or all; all but the first have random weights")
    parser.add_argument("--precision", help="fp32, bf16 or int8 in place of the best for the processor")
    parser.add_argument("--texts", type=Path, default=SAMPLE,
                        help="NDJSON of repos, gzip or not (default: the sample in data/; scripts/bench.d/README.md says "
                             "how to get more)")
    parser.add_argument("--count", type=int, help="texts of each workload")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--peer-batch", type=int, default=32,
                        help="texts that ONNX Runtime and OpenVINO are given at once, fewer of long ones (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    arguments = parser.parse_args()
    if not arguments.texts.exists():
        sys.exit(f"{arguments.texts} is missing; name a file of repos with --texts")
    wanted = names if arguments.workloads == "all" else arguments.workloads.split(",")
    if unknown := set(wanted) - set(names):
        sys.exit(f"there is no workload {', '.join(sorted(unknown))}")
    everything = load_texts(arguments.texts)

    measured = []
    for workload in WORKLOADS:
        if workload.name not in wanted:
            continue
        workload.count = arguments.count or workload.count
        workload.rounds = arguments.rounds or workload.rounds
        measured.append(Measurement(arguments, workload, everything))
        measured[-1].show()
    if len(measured) > 1:
        print(f"{'':24}{'texts/s':>10}{'of the best peer':>18}")
        for one in measured:
            print(f"{one.workload.name:24}{rate(one.rows[0][1]):>10}{one.ratio:18.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({
            **measured[0].json, "workloads": [one.json for one in measured],
            "rows": [row for one in measured for row in one.json["rows"]]}, indent=2) + "\n")


def lowest_cosine(left, right):
    left, right = left.astype(float), right.astype(float)
    return ((left * right).sum(1) / numpy.linalg.norm(left, axis=1) / numpy.linalg.norm(right, axis=1)).min()


main()
