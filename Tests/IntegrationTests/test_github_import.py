"""Somebody's stars, read from GitHub's API: by the command, by a request, and by the service itself."""

import signal
import time

from Harness.process import Process, eventually
from Harness.service import environment, program


def test_stars_are_imported_and_only_changes_are_asked_for_again(database, github, run):
    github.star("octocat", range(1, 251))
    settings = {**database.settings, **github.settings}
    result = run("import", "--github", "octocat", settings=settings)
    assert result.returncode == 0, result.stderr
    assert "250 repos created" in result.stdout
    assert database.count() == 250
    row = database.repo("owner7/repo7")
    assert (row["github_id"], row["stars"], row["topics"]) == (7, 7, ["a", "b"])
    again = run("import", "--github", "OctoCat", settings=settings)
    assert again.returncode == 0, again.stderr
    assert github.statuses[-3:] == [304, 304, 304]
    assert "3 of them unchanged" in again.stdout


def test_only_what_the_stars_brought_is_pruned(database, github, run):
    settings = {**database.settings, **github.settings}
    database.add("other/program")
    github.star("octocat", range(1, 121))
    github.star("hubot", [2])
    for user in ("octocat", "hubot"):
        assert run("import", "--github", user, settings=settings).returncode == 0
    for number in (1, 2):
        github.unstar("octocat", number)
    assert run("import", "--github", "octocat", settings=settings).returncode == 0
    assert database.count() == 121
    result = run("import", "--github", "octocat", "--prune", settings=settings)
    assert result.returncode == 0, result.stderr
    assert "1 removed" in result.stdout
    assert database.repo("owner1/repo1") is None
    # The one is starred by another user, too; the other was never anybody's star.
    assert database.repo("owner2/repo2") and database.repo("other/program")
    # What is starred again comes back, although nothing of it changed.
    github.star("octocat", [1])
    assert run("import", "--github", "octocat", settings=settings).returncode == 0
    assert database.repo("owner1/repo1")


def test_a_rate_limit_is_waited_for(database, github, run):
    github.star("octocat", range(1, 201))
    github.limit, github.reset = 1, int(time.time()) + 2
    result = run("import", "--github", "octocat", settings={**database.settings, **github.settings})
    assert result.returncode == 0, result.stderr
    assert "GitHub's rate limit is reached; waiting until" in result.stderr
    assert 403 in github.statuses
    assert database.count() == 200


def test_an_interrupted_import_goes_on_where_it_was(database, github, run, tmp_path):
    github.star("octocat", range(1, 301))
    settings = {**database.settings, **github.settings}
    # The first page is answered, the second is not.
    answered = github.answer

    def hold(path, headers):
        if "&page=2&" in path:
            github.gate.clear()
            github.gate.wait(60)
        return answered(path, headers)

    github.answer = hold
    importing = Process([program(), "import", "--github", "octocat"], environment(settings), tmp_path)
    eventually(lambda: len(github.requests) == 2, what="the second page")
    importing.signal(signal.SIGINT)
    assert importing.wait() == 130, importing.output
    assert "run it again to resume" in importing.output
    github.answer = answered
    github.gate.set()
    del github.requests[:]
    result = run("import", "--github", "octocat", settings=settings)
    assert result.returncode == 0, result.stderr
    assert [path.split("&page=")[1].split("&")[0] for path in github.requests] == ["2", "3"]
    assert database.count() == 300


def test_the_token_comes_from_a_file_and_is_not_told(database, github, run, tmp_path):
    github.star("octocat", [1])
    token = tmp_path / "token"
    token.write_text("github_pat_secret\n")
    settings = {**database.settings, **github.settings, "GITHUB_TOKEN": "another"}
    result = run("import", "--github", "octocat", "--token-file", token, settings=settings)
    assert result.returncode == 0, result.stderr
    assert github.tokens == {"Bearer github_pat_secret"}
    assert "secret" not in result.stdout + result.stderr


def test_faults_have_their_exit_codes(database, github, run, tmp_path):
    settings = {**database.settings, **github.settings}

    def code(*arguments, **more):
        result = run("import", *arguments, settings={**settings, **more})
        assert result.stderr.count("\n") >= 1, result
        return result.returncode

    assert code("--github", "nobody") == 66
    assert code("--github", "not/a/login") == 64
    assert code("--github", "octocat", "file.json") == 64
    assert code("--prune", "file.json") == 64
    assert code("--github", "octocat", "--token-file", tmp_path / "none") == 66
    github.answer = lambda *_: (401, {}, {"message": "Bad credentials"})
    assert code("--github", "octocat") == 77
    github.answer = lambda *_: (429, {"Retry-After": "0"}, {"message": "slow down"})
    assert code("--github", "octocat") == 75
    github.answer = lambda *_: (200, {}, {"message": "hello"})
    assert code("--github", "octocat") == 70


def test_a_request_starts_an_import_and_tells_how_far_it_is(database, github, upstream, serve):
    github.star("octocat", range(1, 121))
    service = serve(database.settings, upstream.openai(API_KEYS="the-admin-key", READ_KEYS="the-reading-key"), github.settings)
    assert service.get("/import/github").json() == {"state": "idle"}
    github.gate.clear()
    answer = service.post("/import/github", {"user": "octocat"})
    assert answer.status_code == 202 and answer.json()["state"] == "running", answer.text
    assert service.post("/import/github", {"user": "hubot"}).status_code == 409
    reading = {"Authorization": "Bearer the-reading-key"}
    assert service.post("/import/github", {"user": "hubot"}, headers=reading).status_code == 403
    github.gate.set()
    status = eventually(lambda: (now := service.get("/import/github").json())["state"] == "done" and now, what="the import")
    assert (status["created"], status["pages"], status["error"]) == (120, 2, None)
    service.await_drained(120)
    # A user that is not there.
    assert service.post("/import/github", {"user": "nobody"}).status_code == 202
    status = eventually(lambda: (now := service.get("/import/github").json())["state"] == "failed" and now, what="the end")
    assert "no such user" in status["error"]


def test_the_service_follows_a_users_stars_and_two_replicas_do_it_once(database, github, upstream, serve):
    github.star("octocat", range(1, 51))
    settings = (database.settings, upstream.openai(GITHUB_STARS_USER="octocat"), github.settings)
    first = serve(*settings)
    first.await_drained(50)
    second = serve(*settings)
    eventually(lambda: second.get("/pipeline").json()["embedded"] == 50, what="the second replica")
    assert second.get("/import/github").json() == {"state": "idle"}
    assert len(github.requests) == 1
