"""What the command line shows, on a terminal, in a pipe, and to a shell."""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import termios

import pytest

from Harness import service as program
from Harness.process import CHECKOUT, eventually

COMMANDS = ["serve", "demo", "import", "export", "health", "open", "search", "similar", "status", "drain", "pause",
            "resume", "failures", "reprocess", "repo", "migrate", "model", "config", "doctor"]


@pytest.fixture
def repos(tmp_path):
    """A file of 3000 repos."""
    path = tmp_path / "repos.ndjson"
    path.write_text("".join(json.dumps({"full_name": f"o{i}/r", "description": f"Number {i}."}) + "\n"
                            for i in range(3000)))
    return path


def on_terminal(arguments, settings, directory, columns, term="xterm"):
    """Runs a subcommand on a terminal of so many columns; its status and all that it wrote."""
    command = [program.program(), *map(str, arguments)]
    return terminal(command, {**program.environment(settings), "TERM": term}, directory, columns)


def terminal(command, environment, directory, columns):
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=directory, env=environment,
                               start_new_session=True)
    os.close(slave)
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            break
        if not piece:
            break
        written += piece
    os.close(master)
    return process.wait(60), written.decode()


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_progress_stays_on_one_line_of_a_terminal(database, upstream, tmp_path, repos, columns):
    settings = {**database.settings, **upstream.openai(), "BATCH_SIZE": 64, "PARALLEL_WORKERS": 1}
    upstream.delay = 0.05
    for command, total in ((["import", repos], "3,000 repos read: 3,000 created"), (["drain"], "3,000 repos embedded")):
        status, written = on_terminal(command, settings, tmp_path, columns)
        assert status == 0, written
        *frames, last = re.split(r"\r\x1b\[K", written)
        shown = [frame for frame in frames if frame.strip()]
        assert shown, written
        assert all(len(frame) < columns and "\n" not in frame for frame in shown)
        assert any(re.search(r"\d %", frame) for frame in shown), shown
        assert last.replace("\r\n", "\n").startswith(total)
        assert last.count("\n") == 1


def test_progress_in_a_pipe_is_plain_lines(database, upstream, run, repos):
    settings = {**database.settings, **upstream.openai()}
    for command in (["import", repos], ["drain"]):
        result = run(*command, settings=settings)
        assert result.returncode == 0, result.stderr
        assert "\r" not in result.stderr and "\x1b" not in result.stderr
        assert result.stdout.count("\n") == 1


def test_a_dumb_terminal_gets_plain_lines(database, upstream, tmp_path, repos):
    status, written = on_terminal(["import", repos], {**database.settings, **upstream.openai()}, tmp_path, 80, "dumb")
    assert status == 0
    assert "\x1b" not in written


def test_results_are_a_table_or_json(database, upstream, serve, run, tmp_path):
    service = serve(database.settings, upstream.openai(), SEARCH_BACKEND="memory")
    database.add("qdrant/qdrant", description="Vector\ndatabase \x1b[31mred", language="Rust", stars=21000)
    database.add("a/vector-database", description="Another vector database", language="Go", stars=7)
    service.await_drained(2)
    # What was written last is searched a moment later.
    eventually(lambda: len(service.get("/search?q=vector+database").json()["results"]) == 2, what="both repos found")
    # Words find a repo before its vector is followed.
    eventually(lambda: service.get("/repos/qdrant/qdrant/similar").json().get("results"), what="a similar repo")
    settings = {**service.settings}
    result = run("search", "vector database", settings=settings)
    assert result.returncode == 0, result.stderr
    head, *rows = result.stdout.splitlines()
    assert head.split() == ["SCORE", "REPO", "LANGUAGE", "STARS", "DESCRIPTION"]
    assert len(rows) == 2
    assert "\x1b" not in result.stdout
    for row in rows:
        assert re.match(r" *0\.\d{3}  \S+ +(Rust|Go) +[\d,]+  \S", row)
        assert len(row[: row.index("ector")].rstrip("V").rstrip()) <= head.index("DESCRIPTION") + len("Another v")
    assert {row.split()[1] for row in rows} == {"qdrant/qdrant", "a/vector-database"}
    answer = json.loads(run("search", "vector database", "--json", "--language", "rust", settings=settings).stdout)
    assert [hit["full_name"] for hit in answer["results"]] == ["qdrant/qdrant"]
    similar = run("similar", "qdrant/qdrant", settings=settings)
    assert "a/vector-database" in similar.stdout and "qdrant/qdrant" not in similar.stdout
    status, narrow = on_terminal(["search", "vector database"], settings, tmp_path, 40)
    assert status == 0 and all(len(line) <= 40 for line in narrow.replace("\r", "").splitlines())


def test_status_shows_the_state_at_a_glance(database, upstream, serve, run):
    service = serve(database.settings, upstream.openai())
    database.add("a/b")
    service.await_drained(1)
    result = run("status", settings=service.settings)
    assert result.returncode == 0
    assert "1 of 1 embedded (100 %), 0 pending, 0 failed" in result.stdout
    assert service.url in result.stdout and "provider  ready" in result.stdout
    assert json.loads(run("status", "--json", settings=service.settings).stdout)["embedded"] == 1


def test_a_service_that_is_not_there_is_explained(run):
    result = run("status", settings={"PORT": 1})
    assert result.returncode == 69
    assert "embed-star serve" in result.stderr and "--server" in result.stderr
    assert "Traceback" not in result.stderr and result.stdout == ""


def test_a_database_that_is_not_there_is_explained(run, repos):
    result = run("import", repos, settings={"DB_URL": "ws://127.0.0.1:1"})
    assert result.returncode == 69
    assert "correct DB_URL (now ws://127.0.0.1:1)" in result.stderr and result.stdout == ""


@pytest.mark.parametrize("word, meant", [("serach", "search"), ("stauts", "status"), ("drian", "drain"), ("srch", "search"),
                                          ("xyzzy", None)])
def test_a_command_that_does_not_exist_is_told(run, word, meant):
    result = run(word, "vector database", settings={})
    assert result.returncode == 64
    guess = f"did you mean `{meant}`? " if meant else ""
    assert result.stderr == f"embed-star: there is no command '{word}'; {guess}`embed-star --help` lists them\n"
    asked = run("help", word, settings={})
    assert (asked.returncode, asked.stdout, asked.stderr) == (64, "", result.stderr)


@pytest.mark.parametrize("arguments, meant", [
    (["config", "--log-levle", "debug"], "--log-level"), (["serve", "--prot=1"], "--port"), (["config", "--jsn"], None),
    (["serve", "--xyzzy-plugh"], None),
])
def test_a_flag_that_does_not_exist_is_told(run, arguments, meant):
    result = run(*arguments, settings={})
    assert result.returncode == 64 and result.stdout == ""
    told = f"embed-star: did you mean {meant}?\n" if meant else ""
    assert result.stderr.startswith(f"{told}Error: Unknown option '{arguments[1].split('=')[0]}'"), result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(run, command):
    result = run(command, "--help", settings={})
    assert result.returncode == 0
    examples = result.stdout.split("Examples:")[1]
    assert f"embed-star {command}" in examples


@pytest.fixture
def completion(run, tmp_path):
    """What a shell offers at the end of a line, by the script that the program makes for it; the shell's own output."""

    def bash(script, line):
        words = line.split(" ")
        return output("bash", "-c", f"""
            source {script}
            COMP_WORDS=({" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
            COMP_LINE='{line}' COMP_POINT={len(line)}
            _embed_star_with_settings embed-star '{words[-1]}' '{words[-2]}'
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """)

    def fish(script, line):
        return output("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")

    def zsh(script, line):
        # It completes in its line editor alone: where that begins, the line is written into it.
        (tmp_path / ".zshrc").write_text(f"""
            autoload -Uz compinit; compinit -u -D; source {script}
            zle-line-init() {{ BUFFER=$COMPLETED CURSOR=$#COMPLETED; zle list-choices; zle -R; exit }}
            zle -N zle-line-init
        """)
        given = {"PATH": os.environ["PATH"], "TERM": "xterm", "ZDOTDIR": str(tmp_path), "COMPLETED": line}
        return re.sub(r"\x1b\[\S*?[A-Za-z]", " ", terminal(["zsh", "-i"], given, tmp_path, 80)[1])

    def output(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def complete(shell, line):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not here; scripts/bootstrap --tests installs it")
        script = tmp_path / "completions"
        script.write_text(run("--generate-completion-script", shell, settings={}).stdout)
        return {"bash": bash, "fish": fish, "zsh": zsh}[shell](script, line)

    return complete


@pytest.mark.parametrize("line, expected", [
    ("embed-star serve --db-u", {"--db-url", "--db-user"}),
    ("embed-star --db-pass-f", {"--db-pass-file"}),
    ("embed-star serve --embedding-provider b", {"builtin"}),
    ("embed-star serve --embed-private-repos ", {"true", "false"}),
    ("embed-star imp", {"import"}),
])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_settings_and_their_values(completion, shell, line, expected):
    offered = completion(shell, line)
    assert expected <= {word.strip() for word in re.split(r"\s", offered)}, offered


def test_the_manual_is_up_to_date():
    made = subprocess.run([CHECKOUT / "scripts/manual", program.program()], check=True, capture_output=True, text=True)
    assert made.stdout == (CHECKOUT / "docs/embed-star.1").read_text(), "run scripts/manual PROGRAM >docs/embed-star.1"
    assert all(f"embed\\-star {command}" in made.stdout for command in COMMANDS)
    if shutil.which("groff"):
        checked = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"], input=made.stdout, capture_output=True,
                                 text=True, check=True)
        assert not checked.stderr


def test_the_pipeline_is_paused_and_resumed(database, upstream, serve, run):
    service = serve(database.settings, upstream.openai())
    paused = run("pause", settings=service.settings)
    assert paused.returncode == 0 and "`embed-star resume`" in paused.stdout
    eventually(lambda: service.pipeline()["state"] == "paused", what="the pause")
    assert json.loads(run("resume", "--json", settings=service.settings).stdout) == {"paused": False}
    eventually(lambda: service.pipeline()["state"] != "paused", what="the end of the pause")


def test_a_repo_is_shown_embedded_again_and_deleted(database, upstream, serve, run):
    service = serve(database.settings, upstream.openai())
    database.add("a/b", description="A parser")
    service.await_drained(1)
    shown = run("repo", "show", "a/b", settings=service.settings)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"^state +embedded$", shown.stdout, re.MULTILINE)
    again = run("reprocess", "a/b", "--force", settings=service.settings)
    assert again.stdout == "1 repos will be embedded again\n", again.stderr
    every = run("reprocess", "--scope", "all", "--json", settings=service.settings)
    assert "enqueued" in json.loads(every.stdout)
    gone = run("repo", "delete", "a/b", settings=service.settings)
    assert gone.stdout == "deleted a/b\n", gone.stderr
    missing = run("repo", "show", "a/b", settings=service.settings)
    assert missing.returncode == 66 and missing.stdout == "" and missing.stderr


@pytest.mark.parametrize("arguments", [["reprocess"], ["reprocess", "a/b", "--scope", "all"], ["reprocess", "a/b", "--owner", "x"],
                                       ["repo", "show", "ab"], ["reprocess", "--scope", "some"], ["similar", "/b"],
                                       ["status", "--server", "localhost"], ["migrate", "--from", "there"], ["model", "rm", "x"], ["model", "pull", "x"], ["model", "verify", "x"],
                                       ["import", "--github", "no/login"]])
def test_wrong_usage_ends_with_64(run, arguments):
    result = run(*arguments, settings={"PORT": 1})
    assert result.returncode == 64, result.stderr
    # The usage is that of the command.
    words = [word for word in arguments[:2] if word.isalpha()][:2 if arguments[0] in ("repo", "model") else 1]
    assert f"Usage: embed-star {' '.join(words)} " in result.stderr


def test_what_cannot_be_is_told_by_its_code(database, upstream, serve, run, tmp_path):
    service = serve(database.settings, upstream.openai())
    taken = run("serve", settings=service.settings)
    assert taken.returncode == 69 and "correct" not in taken.stderr and "PORT" in taken.stderr
    refused = run("search", "text", "--limit", "1000", settings=service.settings)
    assert refused.returncode == 65 and "limit" in refused.stderr
    # Also when the database is away, which would be asked after it.
    missing = run("import", tmp_path / "nothing.ndjson", settings={"DB_URL": "ws://127.0.0.1:1"})
    assert missing.returncode == 66 and "nothing.ndjson" in missing.stderr


def test_json_has_the_documented_shape(database, upstream, serve, run, repos, tmp_path):
    page = (CHECKOUT / "docs/operations.md").read_text().split("## In scripts")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z -]+)` \| (object|list of objects): (.*) \|$", page, re.M)
    documented = {command: (form, set(re.findall("`([a-z_]+)`", members))) for command, form, members in rows}
    service = serve(database.settings, upstream.openai())
    given = {"import": [repos]}
    tested = set()
    for command in sorted(documented, key=lambda one: (one != "import", one)):
        if command in ("migrate", "model verify", "import --github"):
            continue  # test_migrate, test_models and test_github_import have what these need
        result = run(*command.split(), *given.get(command, []), "--json", settings=service.settings)
        assert result.returncode == 0, (command, result.stderr)
        form, members = documented[command]
        answer = json.loads(result.stdout)
        for one in answer if form == "list of objects" else [answer]:
            assert set(one) <= members and (set(one) == members or command in ("model in-use", "doctor")), command
        tested.add(command)
    assert tested >= {"drain", "import", "doctor", "model in-use"}
    for asking in (["status"], ["search", "Number"], ["failures"], ["repo", "show", "o2/r"], ["pause"], ["resume"], ["health"],
                   ["reprocess", "o2/r"]):
        result = run(*asking, "--json", settings=service.settings)
        assert result.returncode == 0 and isinstance(json.loads(result.stdout), dict), (asking, result.stdout, result.stderr)


def test_failures_are_listed_and_retried(database, upstream, serve, run):
    upstream.fail(400, when=lambda texts: any("poisonous" in text for text in texts))
    service = serve(database.settings, upstream.openai(), RETRY_ATTEMPTS=1)
    database.add("bad/one", description="poisonous text")
    eventually(lambda: service.pipeline()["failed"] == 1, what="the dead letter")
    listed = run("failures", settings=service.settings)
    assert listed.returncode == 0 and "bad/one" in listed.stdout
    upstream.heal()
    assert run("failures", "--retry", settings=service.settings).stdout == "1 repos will be embedded again\n"
    service.await_drained(1)
    assert run("failures", settings=service.settings).stdout == "no repo has failed\n"


def test_the_service_and_key_of_the_client_are_settings(database, upstream, serve, run):
    service = serve(database.settings, upstream.openai(), API_KEYS="secret-key")
    settings = {"EMBED_STAR_URL": service.url}
    refused = run("status", settings=settings)
    assert refused.returncode == 77 and refused.stdout == ""
    allowed = run("status", settings={**settings, "EMBED_STAR_KEY": "secret-key"})
    assert allowed.returncode == 0 and service.url in allowed.stdout


def test_a_database_that_refuses_ends_with_77(database, run, repos):
    result = run("import", repos, settings={**database.settings, "DB_PASS": "wrong"})
    assert result.returncode == 77, result.stderr
    assert "DB_PASS" in result.stderr


def test_an_interrupted_drain_says_what_is_left(database, upstream, tmp_path, repos, run):
    settings = {**database.settings, **upstream.openai(), "BATCH_SIZE": 1, "PARALLEL_WORKERS": 1}
    assert run("import", repos, settings=settings).returncode == 0
    upstream.delay = 0.2
    process = subprocess.Popen([program.program(), "drain"], env=program.environment(settings), cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(lambda: upstream.calls, what="the first call")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 75
    assert re.search(r"interrupted with [\d,]+ left; run it again to resume", output), output


def test_doctor_and_config_answer_in_json(database, upstream, run):
    settings = {**database.settings, **upstream.openai()}
    findings = json.loads(run("doctor", "--json", settings=settings).stdout)
    assert {"database", "provider"} <= {finding["subject"] for finding in findings}
    assert all(finding["verdict"] in ("ok", "warn", "fail") for finding in findings)
    values = json.loads(run("config", "--json", settings=settings).stdout)
    assert values["BATCH_SIZE"] == {"value": "64", "source": "default"}
    assert values["DB_PASS"] == {"value": "***", "source": "environment"}


def test_config_tells_what_defaults_stand_for_here(run, tmp_path):
    def explained(**settings):
        """Defaults that are words about a value, and no value."""
        # What the tests set is not set.
        given = {"HOME": str(tmp_path), "LOG_FORMAT": "", "BUILTIN_MODEL_DIR": "", **settings}
        shown = json.loads(run("config", "--json", settings=given).stdout)
        defaults = {name: one["value"] for name, one in shown.items() if one["source"] == "default"}
        words = {name for name, value in defaults.items() if re.search(r"[a-z]{2} |[$'=]", value)}
        return defaults, words - {"AZURE_OPENAI_DEPLOYMENT"}

    values, words = explained()
    assert values["BUILTIN_PRECISION"] in ("fp32", "bf16")
    assert 1 <= int(values["BUILTIN_THREADS"]) <= os.cpu_count()
    assert re.fullmatch(r"\d+ MiB", values["MODEL_MEMORY"])
    assert values["EMBEDDING_MODEL"] == "all-MiniLM-L6-v2"
    assert values["MODEL_CACHE"] == f"{tmp_path}/.cache/embed-star/models"
    assert (values["LOG_FORMAT"], values["REQUESTS_PER_MINUTE"], values["MONITORING_PORT"]) == ("json", "0", "9090")
    # These are in the model's folder.
    assert words == {"EMBEDDING_DIMENSIONS", "TOKEN_LIMIT", "QUERY_PREFIX", "DOCUMENT_PREFIX"}
    values, words = explained(EMBEDDING_PROVIDER="openai", OPENAI_API_KEY="sk-x", PORT="7000")
    assert (values["EMBEDDING_MODEL"], values["EMBEDDING_DIMENSIONS"]) == ("text-embedding-3-small", "1536")
    assert (values["QUERY_PREFIX"], values["REQUESTS_PER_MINUTE"]) == ("none", "3000")
    assert values["EMBED_STAR_URL"] == "http://127.0.0.1:7000"
    assert not words
