"""The command as people see it: in terminals of several widths, by tmux, in pipes, and without a locale."""

import itertools
import json
import re
import shutil
import subprocess
import unicodedata

import pytest

from Harness.process import CHECKOUT, eventually
from Harness.service import environment, program

DESCRIPTIONS = {
    "emoji/flags": "🇨🇭 search 👩‍👩‍👧 with ⚡ vectors",
    "east/asian": "中文 向量 数据库 search",
    "right/left": "\u202egnp.exe\u202c search \u2067of vectors",
    "plain/text": "A vector search engine of many words, and of more words than a terminal has room for",
}


@pytest.fixture
def service(database, upstream, serve):
    started = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory")
    for name, description in DESCRIPTIONS.items():
        database.add(name, description=description, language="TypeScript", stars=12_345)
    started.await_drained(len(DESCRIPTIONS))
    eventually(lambda: len(started.get("/search?q=search").json()["results"]) == 4, what="all repos found")
    return started


@pytest.fixture
def tmux(tmp_path):
    """Runs a command on a screen of so many columns, and gives what stands there in the end."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not here; scripts/bootstrap --tests installs it")
    count = itertools.count()

    def run(command, settings, columns):
        # A server of its own for each: one that is told to end takes a moment.
        socket = tmp_path / f"tmux{next(count)}"
        given = {**environment(settings), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
        words = " ".join(f"'{word}'" for word in map(str, command))
        script = tmp_path / "shown.sh"
        script.write_text(f"{words}\ntmux -S {socket} wait-for -S done\nexec sleep 1000\n")
        tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        subprocess.run([*tmux, "new-session", "-d", "-x", str(columns), "-y", "40", "sh", script], env=given, cwd=tmp_path,
                       check=True, timeout=60)
        subprocess.run([*tmux, "wait-for", "done"], env=given, check=True, timeout=120)
        shown = subprocess.run([*tmux, "capture-pane", "-p"], env=given, capture_output=True, text=True, check=True).stdout
        subprocess.run([*tmux, "kill-server"], env=given, check=False)
        return [line for line in shown.split("\n") if line.strip()]

    return run


def columns_of(character):
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def test_results_keep_their_description_and_all_fits(service, tmux):
    for columns in (45, 80, 200):
        lines = tmux([program(), "search", "search"], service.settings, columns)
        assert len(lines) == 1 + len(DESCRIPTIONS), lines
        place = lines[0].index("DESCRIPTION")
        assert ("STARS" in lines[0]) == (columns > 45)
        for line in lines[1:]:
            ends = itertools.accumulate(map(columns_of, line))
            shown = "".join(character for character, end in zip(line, ends) if end > place)
            assert len(shown.strip()) >= 8, lines
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", line)
        assert any("pipeline" in line for line in tmux([program(), "status"], service.settings, columns))
        assert any("USAGE" in line for line in tmux([program(), "status", "--help"], {}, columns))


def test_json_says_all_and_nothing_that_a_terminal_obeys(service, run):
    for command in (["search", "search"], ["repo", "show", "right/left"]):
        shown = run(*command, "--json", settings=service.settings).stdout
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x7f-\x9f]", shown)
        assert DESCRIPTIONS["right/left"] in json.dumps(json.loads(shown), ensure_ascii=False)


def test_json_can_be_grepped_in_a_pipe_without_a_locale(service, tmp_path):
    given = {**environment(service.settings), "LC_ALL": "C"}
    script = f"""
        set -eu
        {program()} search search --json | grep -q '"full_name":"plain/text"'
        {program()} status --json | grep -q '"state":'
        {program()} repo show plain/text --json | grep -q '"embedded"'
        {program()} config --json | grep -q '"PORT"'
        {program()} export | grep -c '"full_name"'
    """
    done = subprocess.run(["sh", "-c", script], env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "4"
    table = subprocess.run([program(), "search", "search"], env=given, cwd=tmp_path, capture_output=True, check=True).stdout
    assert "中文" in table.decode() and b"\x1b" not in table


def test_an_answer_that_cannot_be_written_is_73(service, tmp_path):
    for command in (["search", "search"], ["status", "--json"], ["config", "--json"], ["export"],
                    ["help", "settings"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program(), *command], env=environment(service.settings), cwd=tmp_path, stdout=full,
                                  stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 73 and "standard output cannot be written" in done.stderr, (command, done.stderr)


def test_the_address_of_the_page_and_the_health_are_told(service, run):
    assert run("open", settings=service.settings).stdout == f"{service.url}\n"
    assert run("health", settings=service.settings).returncode == 0
    assert run("health", "--ready", settings=service.settings).returncode == 0
    assert run("health", settings={"PORT": 1}).returncode == 69


def test_colours_are_for_who_wants_them(database, run):
    def verdict(**settings):
        return run("doctor", settings={**database.settings, **settings}).stdout

    assert "\x1b[" not in verdict()
    assert "\x1b[" not in verdict(CLICOLOR_FORCE="1", NO_COLOR="1")
    assert "\x1b[31mfail\x1b[0m" in verdict(CLICOLOR_FORCE="1", DB_URL="ws://127.0.0.1:1")


def test_help_fits_a_screen_and_the_settings_have_their_own(run):
    for command in ([], ["serve"], ["config"], ["import"], ["search"], ["model"]):
        assert len(run(*command, "--help", settings={}).stdout.splitlines()) <= 40, command
    settings = run("help", "settings", settings={})
    assert settings.returncode == 0 and "--db-url" in settings.stdout


def test_a_reader_that_goes_away_ends_the_export(database, run, tmp_path):
    database.fill(3000)
    script = f"{program()} export | head -n 1"
    done = subprocess.run(["sh", "-c", script], env=environment(database.settings), cwd=tmp_path, capture_output=True, text=True,
                          check=False, timeout=60)
    assert json.loads(done.stdout)["full_name"]
    assert "Fatal" not in done.stderr and "panic" not in done.stderr


def test_each_exit_code_has_its_place_in_the_manual():
    """Each is seen in a test: 64 to 66, 69, 70, 73, 75 and 77 in test_github_import, test_export and test_command_line, 78
    in test_configuration, 130 in test_github_import."""

    page = (CHECKOUT / "docs/embed-star.1").read_text()
    named = set(re.findall(r"^\.TP\n(\d+)$", page.split(".SH EXIT STATUS")[1], re.M))
    assert named == {"0", "1", "64", "65", "66", "69", "70", "73", "75", "77", "78", "130"}
    tests = "".join(path.read_text() for path in (CHECKOUT / "Tests/IntegrationTests").glob("*.py"))
    for code in named - {"0", "1"}:
        assert re.search(rf"(returncode|wait\(\)|code\(.*\)|status) == {code}\b|: \({code}, ", tests), code
