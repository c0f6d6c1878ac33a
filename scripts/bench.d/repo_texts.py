"""The texts of repos as embed-star makes them, and what the built-in model alone does with texts."""

import gzip
import hashlib
import json
import random
import subprocess
import tempfile


def rounded(stars):
    unit = 1
    while stars // unit >= 100:
        unit *= 10
    return stars // unit * unit


def repo_text(repo):
    """The text of a repo, as EmbeddingCore's RepoText makes it."""
    owner = repo["owner"]["login"] if isinstance(repo["owner"], dict) else repo["owner"]
    lines = [f"Repository: {repo['full_name']}"]
    if repo.get("description"):
        lines.append(f"Description: {repo['description']}")
    if repo.get("language"):
        lines.append(f"Language: {repo['language']}")
    if repo.get("topics"):
        lines.append(f"Topics: {', '.join(repo['topics'])}")
    lines += [f"Stars: {rounded(repo.get('stars', 0))}", f"Owner: {owner}"]
    return "\n".join(lines)


def text_hash(repo):
    """What a row carries of the text that its vector is of."""
    return hashlib.sha256(repo_text(repo).encode()).hexdigest()


def load_texts(path):
    """The texts of the repos in a file of NDJSON, gzip or not."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        return [repo_text(json.loads(line)) for line in lines if line.strip()]


def sample(texts, count=1000):
    """The same texts every time."""
    return random.Random(7).sample(texts, min(count, len(texts)))


def encode(program, model, texts, threads, *options):
    """What encode-benchmark measures over the texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts, file)
        file.flush()
        output = subprocess.run(
            [program, model, file.name, "--threads", str(threads), *options], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    return json.loads(output)
