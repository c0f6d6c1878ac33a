"""Deliveries of GitHub, of the shape that its published schema demands, against two replicas."""

import hashlib
import hmac
import itertools
import json
import urllib.parse
import uuid

import pytest

from Harness.process import eventually
from Harness.secret import Secret

SECRET = "webhook-secret"

# The members that the schema `common/repository` requires and embed-star does not look at, by type.
URLS = ["forks", "keys", "collaborators", "teams", "hooks", "issue_events", "events", "assignees", "branches", "tags",
        "blobs", "git_tags", "git_refs", "trees", "statuses", "languages", "stargazers", "contributors", "subscribers",
        "subscription", "commits", "git_commits", "comments", "issue_comment", "contents", "compare", "merges",
        "archive", "downloads", "issues", "pulls", "milestones", "notifications", "labels", "releases", "deployments"]
FLAGS = ["fork", "has_issues", "has_projects", "has_downloads", "has_wiki", "has_pages", "archived", "is_template"]
NUMBERS = ["size", "watchers_count", "forks_count", "open_issues_count", "forks", "open_issues", "watchers"]


def user(login):
    return {"login": login, "id": 21031067, "node_id": "MDQ6VXNlcg==", "avatar_url": "https://avatars.example/u/1",
            "gravatar_id": "", "url": f"https://api.github.com/users/{login}", "html_url": f"https://github.com/{login}",
            "type": "User", "site_admin": False}


def repository(full_name, **fields):
    owner, name = full_name.split("/")
    api = f"https://api.github.com/repos/{full_name}"
    return {
        "id": 186853002, "node_id": "MDEwOlJlcG9zaXRvcnk=", "name": name, "full_name": full_name, "private": False,
        "owner": user(owner), "html_url": f"https://github.com/{full_name}", "description": "Says hello.", "url": api,
        **{f"{part}_url": f"{api}/{part}" for part in URLS}, **dict.fromkeys(FLAGS, False), **dict.fromkeys(NUMBERS, 0),
        "created_at": "2026-05-15T15:19:25Z", "updated_at": "2026-05-15T15:20:13Z", "pushed_at": "2026-05-15T15:20:57Z",
        "git_url": f"git://github.com/{full_name}.git", "ssh_url": f"git@github.com:{full_name}.git",
        "clone_url": f"https://github.com/{full_name}.git", "svn_url": f"https://github.com/{full_name}",
        "homepage": None, "stargazers_count": 42, "language": "Swift", "mirror_url": None, "license": None,
        "default_branch": "main", "visibility": "public", "topics": ["greeting"], **fields,
    }


def deliver(service, event, payload, delivery=None, secret=SECRET, form=False):
    raw = json.dumps({"sender": user("octo"), **payload})
    kind = "application/json"
    if form:
        raw, kind = urllib.parse.urlencode({"payload": raw}), "application/x-www-form-urlencoded"
    signature = hmac.new(secret.encode(), raw.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": kind, "X-GitHub-Event": event, "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
               "X-Hub-Signature-256": f"sha256={signature}", "User-Agent": "GitHub-Hookshot/044aadd"}
    return service.post("/webhooks/github", data=raw.encode(), headers=headers)


@pytest.fixture
def service(database, upstream, serve):
    return serve(database.settings, upstream.openai(GITHUB_WEBHOOK_SECRET=SECRET, PRIVATE_SEARCH_KEYS="trusted"))


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize("event, payload", [
    ("star", {"action": "created", "starred_at": "2026-05-15T15:20:40Z"}),
    ("star", {"action": "deleted", "starred_at": None}),
    ("watch", {"action": "started"}),
    ("public", {}),
    ("repository", {"action": "created"}),
    ("push", {"ref": "refs/heads/main", "commits": [], "head_commit": None, "forced": False}),
])
def test_a_repo_that_an_event_carries_is_stored_and_embedded(service, database, event, payload, form):
    carried = repository("octo/hello")
    if event == "push":
        # There owners have another shape and times are seconds.
        carried |= {"created_at": 1557933565, "pushed_at": 1557933657, "stargazers": 42, "master_branch": "main",
                    "owner": {**user("octo"), "name": "octo", "email": "octo@example.com"}}
    answer = deliver(service, event, {**payload, "repository": carried}, form=form)
    assert answer.status_code == 202, answer.text
    service.await_drained(1)
    row = database.repo("octo/hello")
    assert (row["description"], row["language"], row["stars"], row["topics"], row["is_private"]) == (
        "Says hello.", "Swift", 42, ["greeting"], False)
    assert row["owner"]["login"] == "octo"


def test_what_happens_to_a_repo_on_github_happens_to_its_row(service, database, upstream):
    deliver(service, "repository", {"action": "created", "repository": repository("octo/hello")})
    service.await_drained(1)
    moved = database.repo("octo/hello")["id"]

    changes = {"repository": {"name": {"from": "hello"}}}
    deliver(service, "repository", {"action": "renamed", "changes": changes, "repository": repository("octo/hi")})
    assert database.repo("octo/hello") is None
    assert database.repo("octo/hi")["id"] == moved

    changes = {"owner": {"from": {"user": user("octo")}}}
    deliver(service, "repository", {"action": "transferred", "changes": changes, "repository": repository("acme/hi")})
    assert database.repo("octo/hi") is None
    assert database.repo("acme/hi")["id"] == moved
    assert database.repo("acme/hi")["owner"]["login"] == "acme"

    private = repository("acme/hi", private=True, visibility="private")
    deliver(service, "repository", {"action": "privatized", "repository": private})
    assert database.repo("acme/hi")["is_private"] is True
    assert service.get("/repos/acme/hi").status_code == 404
    assert service.get("/repos/acme/hi", headers={"Authorization": "Bearer trusted"}).status_code == 200

    deliver(service, "repository", {"action": "publicized", "repository": repository("acme/hi")})
    assert database.repo("acme/hi")["is_private"] is False
    assert service.get("/repos/acme/hi").status_code == 200

    deliver(service, "repository", {"action": "deleted", "repository": repository("acme/hi")})
    assert database.repo("acme/hi") is None


def history(number):
    """A repo is renamed, another takes its name and is starred, the first is deleted; names and ids of their own."""
    first, second = 1000 + 2 * number, 1001 + 2 * number

    def carried(identity, name, minute):
        return repository(f"octo{number}/{name}", id=identity, updated_at=f"2026-05-15T15:{minute:02}:00Z")

    renamed = {"repository": {"name": {"from": "old"}}}
    return [
        ("repository", {"action": "renamed", "changes": renamed, "repository": carried(first, "new", 2)}),
        ("repository", {"action": "created", "repository": carried(second, "old", 3)}),
        ("star", {"action": "created", "repository": carried(second, "old", 4)}),
        ("repository", {"action": "deleted", "repository": carried(first, "new", 5)}),
    ]


def test_deliveries_in_any_order_twice_or_late_end_in_the_same_rows(service, database):
    for number, order in enumerate(itertools.permutations(range(4))):
        events = history(number)
        first = repository(f"octo{number}/old", id=1000 + 2 * number, updated_at="2026-05-15T15:01:00Z")
        deliver(service, "star", {"action": "created", "repository": first})
        for place in [*order, order[0]]:
            answer = deliver(service, *events[place])
            assert answer.status_code == 202, answer.text
        deliver(service, "star", {"action": "created", "repository": first})
        assert database.repo(f"octo{number}/old")["github_id"] == 1001 + 2 * number, order
        assert database.repo(f"octo{number}/new") is None, order
    assert database.count() == 24


def test_an_organization_takes_its_repos_along(service, database):
    for identity, name in ((1, "one"), (2, "two")):
        deliver(service, "repository", {"action": "created", "repository": repository(f"old/{name}", id=identity)})
    renamed = {"action": "renamed", "changes": {"login": {"from": "old"}}, "organization": {"login": "new"}}
    answer = deliver(service, "organization", renamed)
    assert answer.json() == {"result": "renamed 2 repos"}
    assert database.repo("new/one") and database.repo("new/two") and database.count() == 2


def test_a_delivery_has_its_effect_once_in_all_replicas(service, database, upstream, serve):
    other = serve(database.settings, upstream.openai(GITHUB_WEBHOOK_SECRET=SECRET))
    payload = {"action": "created", "repository": repository("octo/hello")}
    assert deliver(service, "repository", payload, "one").status_code == 202
    assert service.delete("/repos/octo/hello").status_code == 204
    for replica in (service, other):
        answer = deliver(replica, "repository", payload, "one")
        assert (answer.status_code, database.repo("octo/hello")) == (200, None), answer.text
    assert deliver(other, "repository", payload, "two").status_code == 202
    assert database.repo("octo/hello")


def test_what_is_not_signed_with_the_secret_is_refused(service, database):
    payload = {"action": "created", "repository": repository("octo/hello")}
    assert deliver(service, "repository", payload, secret="guessed").status_code == 401
    assert database.repo("octo/hello") is None


def test_a_ping_is_answered_and_other_events_are_ignored_with_the_reason(service):
    ping = deliver(service, "ping", {"zen": "Design for failure.", "hook_id": 1, "hook": {"type": "Repository"}})
    assert (ping.status_code, ping.json()) == (200, {"result": "pong"})
    ignored = deliver(service, "issues", {"action": "opened", "repository": repository("octo/hello")})
    assert ignored.status_code == 202
    assert ignored.json()["result"].startswith("ignored")


def test_a_webhooks_secret_rotates_with_its_file(database, upstream, serve, tmp_path):
    secret = Secret(tmp_path, "the old secret\n")
    service = serve(database.settings, upstream.openai(GITHUB_WEBHOOK_SECRET_FILE=secret.path))

    def status(with_secret):
        return deliver(service, "repository", {"action": "edited", "repository": repository("o/r")}, secret=with_secret).status_code

    secret.rotate("the old secret", "the new secret", service, status, accepted=202)
    assert "GITHUB_WEBHOOK_SECRET_FILE is missing" in service.process.output
