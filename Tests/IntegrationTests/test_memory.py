"""What requests took is given back: memory does not keep the size of the worst moment. What a model takes is bounded."""

import array
import contextlib
import json
import pathlib
import random
import resource
import shutil
import socket

import pytest

from Harness.process import eventually
from Harness.service import MODEL

MIB = 1 << 20
BODY = 2 * MIB


def resident(service):
    pages = pathlib.Path(f"/proc/{service.process.pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def fill(service, connections):
    """Bodies that lack their last byte, so that all of them are held at once."""
    body = json.dumps({"input": ["x" * 1000] * 2000}).encode()
    body += b" " * (BODY - len(body) - 1)
    head = (f"POST /v1/embeddings HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {BODY}\r\n\r\n").encode()
    with contextlib.ExitStack() as stack:
        for _ in range(connections):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            # Past the budget the service answers and closes.
            with contextlib.suppress(OSError):
                client.sendall(head + body)
        eventually(lambda: resident(service) > 150 * MIB, what="memory to be taken")


def test_memory_comes_back_after_the_body_budget_was_filled_twice(database, upstream, serve):
    service = serve(database.settings, upstream.openai())
    before = resident(service)
    for _ in range(2):
        fill(service, 150)
        eventually(lambda: resident(service) < before + 48 * MIB, what="memory to come back")
    assert service.embed(["still here"])


WIDTH, INNER, LAYERS, WORDS, PLACES = 768, 3072, 12, 30522, 512


def bert_base_tensors():
    """Names and shapes of BERT's 109 million weights."""
    yield "embeddings.word_embeddings.weight", [WORDS, WIDTH]
    yield "embeddings.position_embeddings.weight", [PLACES, WIDTH]
    yield "embeddings.token_type_embeddings.weight", [2, WIDTH]
    layers = {"attention.self.query": [WIDTH, WIDTH], "attention.self.key": [WIDTH, WIDTH],
              "attention.self.value": [WIDTH, WIDTH], "attention.output.dense": [WIDTH, WIDTH],
              "attention.output.LayerNorm": [WIDTH], "intermediate.dense": [INNER, WIDTH], "output.dense": [WIDTH, INNER],
              "output.LayerNorm": [WIDTH]}
    parts = {"embeddings.LayerNorm": [WIDTH]} | {
        f"encoder.layer.{layer}.{name}": shape for layer in range(LAYERS) for name, shape in layers.items()}
    for name, shape in parts.items():
        yield f"{name}.weight", shape
        yield f"{name}.bias", shape[:1]


def write_bert_base(folder):
    """A model of BERT's base size with random weights of 32 bits, which repeat themselves.
    Returns the number of weights."""
    folder.mkdir()
    shutil.copy(MODEL / "tokenizer.json", folder)
    (folder / "config.json").write_text(json.dumps({
        "model_type": "bert", "vocab_size": WORDS, "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "num_attention_heads": 12, "intermediate_size": INNER, "max_position_embeddings": PLACES, "type_vocab_size": 2}))
    header, count = {}, 0
    for name, shape in bert_base_tensors():
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [4 * count, 4 * (count + size)]}
        count += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    source = random.Random(1)
    block = array.array("f", (source.gauss(0, 0.05) for _ in range(99_991))).tobytes()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for place in range(0, 4 * count, len(block)):
            file.write(block[:4 * count - place])
    return count


def test_a_model_takes_little_more_than_its_weights_in_bf16(database, serve, tmp_path):
    if not {"avx512_bf16", "amx_bf16"} & set(pathlib.Path("/proc/cpuinfo").read_text().split()):
        pytest.skip("this processor does not compute in bf16")
    weights = write_bert_base(tmp_path / "bert-base")
    service = serve(database.settings, EMBEDDING_MODEL=str(tmp_path / "bert-base"), BUILTIN_PRECISION="bf16", CACHE_MAX_BYTES=0)
    for _ in range(3):
        service.embed([f"a library that does the {number}th of all things" for number in range(64)])
    assert resident(service) <= 1.3 * 2 * weights + 60 * MIB
