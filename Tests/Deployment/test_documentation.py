"""README and docs: links lead somewhere, names exist, and every command and example does what it is said to do."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import types

import pytest
import yaml

from Harness.github import GitHub, repository
from Harness.hub import Hub, Model
from Harness.process import CHECKOUT, Process, eventually, free_port
from Harness.service import Service, environment, program
from Harness.upstream import Upstream
from Harness.vocabulary import variables

PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").glob("*.md")),
         CHECKOUT / "k8s/README.md"]
NAMES = [page.relative_to(CHECKOUT).as_posix() for page in PAGES]

# What a test cannot run: it needs root, a container engine, a cluster, another machine, or minutes. That the scripts and files
# that they name exist is tested here, what they do in the other files of this folder.
ELSEWHERE = re.compile(
    r"^(scripts/|\./|apt |cd |docker (?!.* config )|journalctl |kubectl (?!kustomize)|python3 -m venv |sha256sum |surreal |swift |systemctl |tar |"
    r"DB_URL=ws://new)")
CLIENTS_PYTHON = os.environ.get("CLIENTS_PYTHON") or CHECKOUT / ".local/venv-clients/bin/python"
SERVES = re.compile(r"embed-star (serve|demo)\b")


def fenced(page, language):
    """The blocks of code of one language, with the text that follows each."""
    return re.findall(rf"^```{language}\n(.*?)^```\n(?=(.{{0,80}}))", page.read_text(), re.DOTALL | re.MULTILINE)


def continues(command):
    """Whether another line belongs to it: after a backslash, or within quotes."""
    return command.endswith("\\") or command.count("'") % 2 == 1


def commands(lines):
    """The commands among lines, each with those that continue it."""
    found = []
    for line in lines:
        if found and continues(found[-1]):
            found[-1] += "\n" + line
        elif line and not line.startswith("#"):
            found.append(line)
    return found


def examples(page):
    """Command and expected output of every prompt in the console blocks, and the commands of the sh blocks."""
    found = []
    for block, _ in fenced(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip("\n").split("\n")
            while continues(command):
                command += "\n" + output.pop(0)
            found.append((command, "\n".join(output)))
    return found + [(command, None) for block, _ in fenced(page, "sh") for command in commands(block.split("\n"))]


def anchor(heading):
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


EXAMPLES = [(page, *example) for page in PAGES for example in examples(page)]
COMMANDS = [one for one in EXAMPLES if not ELSEWHERE.match(one[1])]
SCRIPTS = [(page, code, after) for page in PAGES for code, after in fenced(page, "python")]


def identity(value):
    return value.relative_to(CHECKOUT).as_posix() if hasattr(value, "relative_to") else ""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder as the examples have it, and doubles of the services outside: a provider, GitHub, the hub of models."""
    folder = tmp_path_factory.mktemp("documentation")
    for name in ("data", "docs", "k8s", "compose.yaml", "compose.build.yaml"):
        (folder / name).symlink_to(CHECKOUT / name)
    programs = folder / "bin"
    programs.mkdir()
    (programs / "embed-star").symlink_to(program())
    starred = json.dumps([repository(number) for number in range(1, 4)])
    for name, script in {"gh": f"echo '{starred}{starred}'", "docker": f'shift; exec {sys.executable} -m podman_compose "$@"',
                         "podman": "echo podman version 5.0.0"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (folder / ".openai-key").write_text("sk-test-sentinel")
    (folder / "keys").write_text("a-key-of-the-documentation")
    provider, github, hub = Upstream(), GitHub(), Hub()
    for user in ("octocat", "your_login"):
        github.star(user, [1, 2, 3])
    hub.models["intfloat/multilingual-e5-small"] = Model.of_folder(CHECKOUT / "Tests/InferenceTests/Fixtures/models/bert-cls")
    settings = {**github.settings, **hub.settings(folder / "cache"), "OLLAMA_URL": provider.url, "OPENAI_BASE_URL": f"{provider.url}/v1"}
    yield types.SimpleNamespace(folder=folder, settings=settings, provider=provider.url)
    for one in (provider, github, hub):
        one.close()


@pytest.fixture(scope="module")
def loaded(engine, sample, world):
    """A service on the sample, as after scripts/run."""
    database = engine.new_database()
    service = Service({**database.settings, **world.settings}, world.folder, free_port()).await_ready()
    subprocess.run([program(), "import", sample], env=environment(database.settings), cwd=world.folder, check=True,
                   capture_output=True)
    service.await_drained(109)
    service.database = database
    yield service
    service.process.stop()
    database.close()


def surroundings(service, world):
    """The environment of an example: the program on the PATH, the service's address and database."""
    ours = environment(service.settings)
    path = f"{world.folder / 'bin'}:{os.path.dirname(sys.executable)}:{ours['PATH']}"
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    return {**ours, **quiet, **variables(world.folder), "PATH": path, "HOME": str(world.folder), "LC_ALL": "C.UTF-8"}


def localized(text, service, world):
    """With the addresses and folders of the test in place of those that people have."""
    text = text.replace("OPENAI_BASE_URL=http://localhost:8000", f"OPENAI_BASE_URL={world.provider}")
    text = re.sub(r"(http://)?localhost:9090", service.url, text)
    text = text.replace("langchain/bin/python", sys.executable)
    return text.replace("/etc/embed-star/keys", "keys").replace("/run/embed-star/", f"{world.folder}/")


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    page = CHECKOUT / name
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", page.read_text()):
        link = next(part for part in target if part)
        if re.match(r"https?:", link):
            continue
        path, _, fragment = link.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{name} leads to {path}"
        if fragment and file.suffix == ".md":
            assert fragment in anchors(file), f"{name} leads to {link}"


def test_the_index_names_every_page():
    index = (CHECKOUT / "docs/README.md").read_text()
    for page in (CHECKOUT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_the_readme_can_be_read_in_five_minutes():
    assert len((CHECKOUT / "README.md").read_text().splitlines()) <= 200


def test_the_version_is_the_same_wherever_it_is_written(tmp_path):
    """What `scripts/version` would change has the version, and no file besides."""
    version = subprocess.run([CHECKOUT / "scripts/version"], check=True, capture_output=True, text=True).stdout.strip()
    script = (CHECKOUT / "scripts/version").read_text()
    copies = re.search(r"COPIES=\((.*?)\)", script, re.DOTALL)[1].split()
    for name in copies:
        assert re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", (CHECKOUT / name).read_text()), name
    written = subprocess.run(["git", "grep", "--files-with-matches", "--extended-regexp", f"embed-star[_:-]{version}"],
                             cwd=CHECKOUT, capture_output=True, text=True, check=False).stdout.split()
    assert set(written) <= {*copies, "docs/benchmarks.md", "docs/benchmarks.json"}


def test_the_clients_of_the_readme_are_those_that_are_tested():
    (table,) = re.findall(r"^\| client .*?\n\n", (CHECKOUT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    names = [name for cell in cells for name in re.findall(r"`([\w.-]+)`", cell)]
    named = {("llama-index-embeddings" + name if name.startswith("-") else name).replace("-", "_") for name in names}
    tests = "".join(path.read_text() for path in (CHECKOUT / "Tests/Compatibility").glob("*.py"))
    imported = {name.replace("llama_index.embeddings.", "llama_index_embeddings_").split(".")[0]
                for name in re.findall(r"^(?:from|import) ([\w.]+)", tests, re.MULTILINE)}
    # Those that providers' doubles are tried with, the database's, the generated one, and what is no client.
    others = {"cohere", "voyageai", "surrealdb", "generated", "tokenizers", "tiktoken", "requests", "pytest", "Harness",
              *sys.stdlib_module_names}
    assert {"haystack" if name == "haystack_ai" else name.split(".")[0] for name in named} == imported - others
    assert all(name in tests for name in named if "." in name)


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_are_named_exist(name):
    known = set(re.findall(r"^\| `(\w+)`", (CHECKOUT / "docs/settings.md").read_text(), re.MULTILINE))
    assert len(known) > 40
    # The predecessor's, and what other programs read.
    foreign = {"RUST_LOG", "NAME_FILE", "TCP_NOTSENT_LOWAT", "POOL_MAX_SIZE", "SSL_CERT_FILE", "POOL_TIMEOUT_SECS", "ASAN_OPTIONS", "EMBED_STAR", "CONFIGURATION",
               "EMBED_STAR_IMAGE", "GRAFANA_PASSWORD"}
    for setting in re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", (CHECKOUT / name).read_text()):
        assert setting in known or setting.removesuffix("_FILE") in known or setting in foreign, f"{name}: {setting}"


@pytest.mark.parametrize("name", NAMES)
def test_routes_that_are_named_exist(name):
    paths = yaml.safe_load((CHECKOUT / "openapi.yaml").read_text())["paths"]
    for methods, path in re.findall(r"`(GET|POST|DELETE|PUT) (/[^`?\s]*)", (CHECKOUT / name).read_text()):
        if methods == "GET" and path == "/" or "docs/http-server.md" == name:
            continue
        assert path in paths, f"{name}: {methods} {path}"
        assert methods.lower() in paths[path], f"{name}: {methods} {path}"


def test_metrics_that_are_named_exist(loaded):
    known = set(re.findall(r"^# TYPE (\w+)", loaded.get("/metrics").text, re.MULTILINE))
    # Some are there only while something is turned on.
    for source in (CHECKOUT / "Sources").rglob("*.swift"):
        known |= {f"embed_star_{name}" for name in re.findall(r'"([a-z][a-z_]+)"', source.read_text())}
    for page in PAGES:
        for metric in re.findall(r"`(embed_star_\w+)", page.read_text()):
            base = re.sub(r"_(total|bucket|count|sum)$", "", metric)
            assert metric in known or base in known or f"{metric}_total" in known, f"{page.name}: {metric}"


@pytest.mark.parametrize("page,command,expected", COMMANDS, ids=identity)
def test_commands_do_what_they_are_said_to_do(loaded, world, page, command, expected):
    # What an example before has stored is embedded by now.
    loaded.await_drained(109)
    here = localized(command, loaded, world)
    variables = surroundings(loaded, world)
    if SERVES.search(command):
        return assert_serves(here, {**variables, "PORT": str(free_port())}, world.folder)
    if "man " in command and not shutil.which("man"):
        pytest.skip("man is not installed")
    expected = localized(expected or "", loaded, world)
    if '"status":4' not in expected:
        here = re.sub(r"^curl ", "curl --fail-with-body ", here)
    here = re.sub(r"^curl ", "curl --silent --show-error ", here)
    result = subprocess.run(["bash", "-o", "pipefail", "-c", here], env=variables, cwd=world.folder, text=True,
                            capture_output=True, timeout=120, check=False)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    # `…` stands for any text.
    output = re.sub(r"\s+", " ", result.stdout + result.stderr)
    pattern = ".*".join(re.escape(re.sub(r"\s+", " ", part).strip()) for part in expected.split("…"))
    assert re.search(pattern, output) and (not expected or output.strip()), f"{expected}\n{output}"


def assert_serves(command, variables, folder):
    """It comes up, and ends when it is asked to."""
    service = Process(["bash", "-c", f"exec env {command}"], {**variables, "LOG_FORMAT": "text"}, folder)
    try:
        eventually(lambda: service.check() or re.search(r"listening for requests|Open http://", service.output),
                   what=f"the readiness of {command}")
    finally:
        service.stop() if service.is_running else None


@pytest.mark.parametrize("page,command,expected", [one for one in EXAMPLES if ELSEWHERE.match(one[1])], ids=identity)
def test_what_is_run_elsewhere_exists(page, command, expected):
    assert_named_files_exist(command)


def assert_named_files_exist(text):
    for script in re.findall(r"(?<![\w/.-])scripts/[\w.-]+(?: [a-z][\w-]*)?", text):
        path, _, argument = script.partition(" ")
        assert (CHECKOUT / path).exists(), path
        assert path != "scripts/bench" or not argument or (CHECKOUT / "scripts/bench.d" / argument).exists(), script
    for path in re.findall(r"-[fk] ([\w-]+(?:\.[\w-]+)*\.yaml|k8s/[\w/]+)", text):
        assert path.startswith("my-") or (CHECKOUT / path).exists(), path
    for module in re.findall(r"--filter (\w+)", text):
        assert (CHECKOUT / "Tests" / module).is_dir(), module


@pytest.mark.parametrize("name", NAMES)
def test_files_and_commands_that_are_named_exist(name, known_commands):
    for code in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", (CHECKOUT / name).read_text(), flags=re.DOTALL | re.MULTILINE)):
        assert_named_files_exist(code)
        if re.fullmatch(r"(Sources|Tests|CLibraries|deploy|docs|k8s|data|Page)/[\w./+-]+", code):
            path = CHECKOUT / code
            assert path.exists() or path.with_suffix(".swift").exists(), f"{name}: {code}"
        if command := re.match(r"embed-star ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", code):
            assert command[1] in known_commands, f"{name}: {code}"
            nested = known_commands[command[1]]
            assert not nested or not command[2] or command[2] in nested, f"{name}: {code}"


@pytest.fixture(scope="module")
def known_commands():
    """The subcommands, each with its own."""
    dump = subprocess.run([program(), "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    top = json.loads(dump)["command"]["subcommands"]
    return {one["commandName"]: {two["commandName"] for two in one.get("subcommands", [])} for one in top}


def texts_of_the_program():
    """The literals of the sources: those that are added to each other as one, what is interpolated as `…`."""
    for file in sorted((CHECKOUT / "Sources").rglob("*.swift")):
        text = re.sub(r'"\s*\+ "', "", file.read_text())
        yield file, re.sub(r"\\\((?:[^()]|\([^()]*\))*\)", "…", text)


def test_messages_that_are_named_exist():
    source = "\n".join(text.replace('\\"', '"') for _, text in texts_of_the_program())
    page = (CHECKOUT / "docs/troubleshooting.md").read_text()
    messages = [message for table in re.findall(r"^\| message .*?\n\n", page, re.DOTALL | re.MULTILINE)
                for message in re.findall(r"^\| `(.*?)` \|", table, re.MULTILINE)]
    assert len(messages) > 20
    for message in messages:
        for part in filter(None, (part.strip() for part in message.split("…"))):
            assert part in source, message


LITERAL = r'"((?:[^"\\]|\\.)*)"'


def remedies():
    """What the program advises: its doctor, and each kind of provider."""
    for file, text in texts_of_the_program():
        blocks = []
        if "EmbedStar" in file.parts:
            yield from re.findall(rf"remedy(?::|:? =|: String\? =)\s*{LITERAL}", text)
            blocks = re.findall(r"\n        remedy =\n(.*?)\n            }", text, re.DOTALL)
        elif file.name.endswith("Kind.swift"):
            blocks = re.findall(r"(?:remedy: \{ code in|func advice)(.*?)\n(?:        \},|    \})\n", text, re.DOTALL)
        for block in blocks:
            yield from (literal for literal in re.findall(LITERAL, block) if " " in literal)


def test_troubleshooting_has_every_remedy():
    page = (CHECKOUT / "docs/troubleshooting.md").read_text().replace("`", "")
    found = [remedy.replace("`", "") for remedy in remedies()]
    assert len(found) > 40
    missing = [remedy for remedy in found if remedy not in page]
    assert not missing, missing


@pytest.mark.parametrize("page,statement", [(page, code) for page in PAGES for code, _ in fenced(page, "sql")], ids=identity)
def test_statements_do_what_they_are_said_to_do(loaded, page, statement):
    before = loaded.pipeline()["total"]
    loaded.database.query(statement)
    eventually(lambda: loaded.pipeline()["total"] > before, what="the row in the counts")


def interpreter(code):
    """The environment that holds what an example imports: this one, or that of all clients."""
    imported = re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE)
    return sys.executable if all(importlib.util.find_spec(name) for name in imported) else CLIENTS_PYTHON


@pytest.mark.parametrize("page,code,after", SCRIPTS, ids=identity)
def test_python_examples_print_what_they_are_said_to_print(loaded, world, page, code, after):
    result = subprocess.run([interpreter(code), "-c", textwrap.dedent(code).replace("http://localhost:9090", loaded.url)],
                            env=surroundings(loaded, world), cwd=world.folder, text=True, capture_output=True, timeout=120,
                            check=False)
    assert result.returncode == 0, result.stderr
    expected = re.match(r"\s*prints `([^`]*)`", after)
    assert expected, "an example says what it prints"
    assert result.stdout.strip() == expected[1]
