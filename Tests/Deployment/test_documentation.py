"""README and docs: links lead somewhere, names exist, and every command and example does what it is said to do."""

import os
import re
import subprocess
import sys
import textwrap

import pytest
import yaml

from Harness.process import CHECKOUT, free_port
from Harness.service import Service, environment, program
from Harness.vocabulary import variables

PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").glob("*.md")),
         CHECKOUT / "k8s/README.md"]
NAMES = [page.relative_to(CHECKOUT).as_posix() for page in PAGES]

# Commands that need what a test has not: a container engine, a cluster, a signed-in account, another provider, or hours.
ELSEWHERE = re.compile(
    r"^(scripts/|docker |kubectl |gh |pip |man |time |curl -L|git clone|swift |EMBEDDING_PROVIDER=|HOST=0\.0\.0\.0)")


def fenced(page, language):
    """The blocks of code of one language, with the text that follows each."""
    return re.findall(rf"^```{language}\n(.*?)^```\n(.{{0,80}})", page.read_text(), re.DOTALL | re.MULTILINE)


def examples(page):
    """Command and expected output of every prompt in the console blocks."""
    found = []
    for block, _ in fenced(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.rstrip("\n").split("\n")
            count = 1
            while lines[count - 1].endswith("\\"):
                count += 1
            found.append(("\n".join(lines[:count]), "\n".join(lines[count:])))
    return found


def anchor(heading):
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


COMMANDS = [(page, *example) for page in PAGES for example in examples(page) if not ELSEWHERE.match(example[0])]
SCRIPTS = [(page, code, after) for page in PAGES for code, after in fenced(page, "python")]


def identity(value):
    return value.relative_to(CHECKOUT).as_posix() if hasattr(value, "relative_to") else ""


@pytest.fixture(scope="module")
def loaded(engine, sample, tmp_path_factory):
    """A service on the sample, as after scripts/run."""
    folder = tmp_path_factory.mktemp("documentation")
    database = engine.new_database()
    service = Service(database.settings, folder, free_port()).await_ready()
    subprocess.run([program(), "import", sample], env=environment(database.settings), cwd=folder, check=True,
                   capture_output=True)
    service.await_drained(109)
    # What an example says is `embed-star`, `.build/release/embed-star`, `data/…`.
    (folder / ".build/release").mkdir(parents=True)
    (folder / ".build/release/embed-star").symlink_to(program())
    (folder / "data").symlink_to(CHECKOUT / "data")
    (folder / "docs").symlink_to(CHECKOUT / "docs")
    service.folder = folder
    yield service
    service.process.stop()
    database.close()


def surroundings(service):
    """The environment of an example: the program on the PATH, the service's address and database."""
    ours = environment({**service.settings, "PORT": service.port})
    folder = service.folder / ".build/release"
    return {**ours, **variables(service.folder), "PATH": f"{folder}:{os.path.dirname(sys.executable)}:{ours['PATH']}", "LC_ALL": "C.UTF-8"}


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


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_are_named_exist(name):
    known = set(re.findall(r"^\| `(\w+)`", (CHECKOUT / "docs/settings.md").read_text(), re.MULTILINE))
    assert len(known) > 40
    # The predecessor's, and what other programs read.
    foreign = {"RUST_LOG", "NAME_FILE", "TCP_NOTSENT_LOWAT", "POOL_MAX_SIZE", "SSL_CERT_FILE", "POOL_TIMEOUT_SECS", "ASAN_OPTIONS", "EMBED_STAR", "CONFIGURATION"}
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
def test_commands_do_what_they_are_said_to_do(loaded, page, command, expected):
    here = command.replace("http://localhost:9090", loaded.url).replace("localhost:9090", loaded.url)
    here = re.sub(r"^curl ", "curl --silent --show-error --fail-with-body ", here)
    result = subprocess.run(["bash", "-o", "pipefail", "-c", here], env=surroundings(loaded), cwd=loaded.folder, text=True,
                            capture_output=True, timeout=120, check=False)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    # `…` ends what is compared; with nothing before it, any output will do.
    told = expected.split("…")[0].strip()
    assert told in (result.stdout + result.stderr) if told else result.stdout.strip(), result.stdout + result.stderr


@pytest.mark.parametrize("page,code,after", SCRIPTS, ids=identity)
def test_python_examples_print_what_they_are_said_to_print(loaded, page, code, after):
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(code).replace("http://localhost:9090", loaded.url)],
                            cwd=loaded.folder, text=True, capture_output=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    expected = re.match(r"\s*prints `([^`]*)`", after)
    assert expected, "an example says what it prints"
    assert result.stdout.strip() == expected[1]
