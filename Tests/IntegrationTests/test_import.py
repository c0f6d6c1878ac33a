"""`embed-star import`: formats, bad lines, repetition."""

import gzip
import json

import pytest


def repos(count, **fields):
    return [
        {"full_name": f"owner{i}/repo{i}", "owner": {"login": f"owner{i}"}, "description": f"Number {i}.",
         "language": "Go", "stars": i, **fields}
        for i in range(count)
    ]


def starred(count):
    """What GitHub's API gives for starred repositories."""
    return [
        {"id": i, "node_id": "x", "name": f"repo{i}", "full_name": f"owner{i}/repo{i}", "private": False,
         "owner": {"login": f"owner{i}", "id": i, "avatar_url": "https://avatars.githubusercontent.com/u/1?v=4"},
         "html_url": f"https://github.com/owner{i}/repo{i}", "description": None if i % 3 == 0 else f"Number {i}.",
         "url": f"https://api.github.com/repos/owner{i}/repo{i}", "language": None if i % 5 == 0 else "Go",
         "stargazers_count": i, "topics": ["a", "b"], "fork": False, "updated_at": "2026-01-01T00:00:00Z",
         "license": {"key": "mit"}, "permissions": {"admin": False}}
        for i in range(count)
    ]


def ndjson(items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


FORMATS = {
    "ndjson": ("repos.ndjson", lambda items: ndjson(items).encode()),
    "ndjson without a last line end": ("repos.ndjson", lambda items: ndjson(items).rstrip().encode()),
    "array": ("repos.json", lambda items: json.dumps(items).encode()),
    "indented array": ("repos.json", lambda items: json.dumps(items, indent=2).encode()),
    "ndjson, gzip": ("repos.ndjson.gz", lambda items: gzip.compress(ndjson(items).encode())),
    "array, gzip": ("repos.json.gz", lambda items: gzip.compress(json.dumps(items).encode())),
}


@pytest.mark.parametrize("shape", [repos, starred], ids=["ours", "github"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_imported(database, run, tmp_path, shape, form):
    name, encode = FORMATS[form]
    path = tmp_path / name
    path.write_bytes(encode(shape(7)))
    result = run("import", path, settings=database.settings)
    assert result.returncode == 0, result.stderr
    assert database.count() == 7
    row = database.repo("owner4/repo4")
    assert (row["description"], row["language"], row["stars"]) == ("Number 4.", "Go", 4)
    assert row["owner"]["login"] == "owner4"


def test_the_time_of_starring_is_understood(database, run, tmp_path):
    """The API's media type `star+json` wraps each repo."""
    path = tmp_path / "starred.json"
    path.write_text(json.dumps([{"starred_at": "2026-01-01T00:00:00Z", "repo": repo} for repo in starred(3)]))
    assert run("import", path, settings=database.settings).returncode == 0
    assert database.count() == 3


def test_bad_lines_are_reported_by_number_and_left_out(database, run, tmp_path):
    lines = ndjson(repos(6)).splitlines()
    lines[1] = "{not json"
    lines[3] = '{"description": "no name"}'
    lines[4] = '{"full_name": "not-a-full-name"}'
    path = tmp_path / "repos.ndjson"
    path.write_text("\n".join(lines) + "\n")
    result = run("import", path, settings=database.settings)
    assert database.count() == 3
    report = result.stdout + result.stderr
    for number in (2, 4, 5):
        assert f"repos.ndjson:{number}" in report or f"line {number}" in report, report


def test_importing_again_does_nothing_twice(database, upstream, run, serve, tmp_path):
    path = tmp_path / "repos.ndjson"
    path.write_text(ndjson(repos(20)))
    assert run("import", path, settings=database.settings).returncode == 0
    service = serve(database.settings, upstream.openai())
    service.await_drained(20)
    assert run("import", path, settings=database.settings).returncode == 0
    database.add("one/more")
    service.await_drained(21)
    assert database.count() == 21
    assert upstream.total == 21


def test_the_sample_is_imported(database, run, sample):
    result = run("import", sample, settings=database.settings)
    assert result.returncode == 0, result.stderr
    assert database.count() == len(sample.read_text().splitlines()) >= 100


def pretty(items):
    """What `jq '.[]'` writes."""
    return "".join(json.dumps(item, indent=2) + "\n" for item in items)


def listed(items):
    """What `gh repo list --json` writes."""
    return [
        {"nameWithOwner": item["full_name"], "stargazerCount": item["stargazers_count"],
         "primaryLanguage": item["language"] and {"name": item["language"]}, "url": item["html_url"],
         "isPrivate": False, "repositoryTopics": [{"name": "a"}], "updatedAt": item["updated_at"]}
        for item in items
    ]


GITHUB_FORMS = {
    "one value": lambda items: json.dumps(items[0], indent=2) + pretty(items[1:]),
    "values over many lines": pretty,
    "values on one line": lambda items: "".join(json.dumps(item) for item in items),
    "pages in a row": lambda items: json.dumps(items[:2]) + json.dumps(items[2:]),
    "pages in an array": lambda items: json.dumps([items[:2], items[2:]]),
    "a search": lambda items: json.dumps({"total_count": 5, "incomplete_results": False, "items": items}, indent=1),
    "gh repo list": lambda items: json.dumps(listed(items)),
    "GraphQL": lambda items: json.dumps({"data": {"viewer": {"repositories": {"nodes": listed(items)}}}}),
    "a byte order mark": lambda items: "\ufeff" + ndjson(items),
    "half a surrogate": lambda items: ndjson([{**item, "description": "\ud83d"} for item in items]).replace(
        "\ud83d", "\\ud83d"),
}


@pytest.mark.parametrize("form", GITHUB_FORMS)
def test_what_tools_for_github_write_is_read(database, run, tmp_path, form):
    path = tmp_path / "repos.json"
    path.write_text(GITHUB_FORMS[form](starred(5)))
    result = run("import", path, settings=database.settings)
    assert result.returncode == 0, result.stderr
    assert database.count() == 5
    assert database.repo("owner4/repo4")["stars"] == 4


NO_REPOS = {
    "an array cut off within an object": (65, json.dumps(starred(3))[:-200]),
    "an array cut off between objects": (65, json.dumps(starred(2))[:-1]),
    "a page": (65, "<!DOCTYPE html>\n<html>\n<body>rate {limited}</body>\n</html>\n"),
    "an error of GitHub's": (65, json.dumps({"message": "API rate limit exceeded", "documentation_url": "https://d"})),
    "another format": (65, "root:x:0:0:root\ndaemon:x:1:1\n" * 100),
    "another encoding": (65, ndjson(starred(3)).encode("utf-16")),
}


@pytest.mark.parametrize("kind", NO_REPOS)
def test_what_is_no_file_of_repos_is_one_error(database, run, tmp_path, kind):
    code, content = NO_REPOS[kind]
    path = tmp_path / "repos.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run("import", path, settings=database.settings)
    assert result.returncode == code, result.stderr
    errors = [line for line in result.stderr.splitlines() if "repos read" not in line]
    assert len(errors) == 1 and "repos.json" in errors[0], result.stderr


def test_a_renamed_repo_is_one_row(database, run, tmp_path):
    path = tmp_path / "repos.ndjson"
    for name, year in (("qa/old", 2024), ("qa/new", 2025), ("qa/old", 2024)):
        repo = {**starred(1)[0], "id": 700, "full_name": name, "updated_at": f"{year}-01-01T00:00:00Z"}
        path.write_text(ndjson([repo]))
        assert run("import", path, settings=database.settings).returncode == 0
    assert database.count() == 1
    assert database.repo("qa/new")["github_id"] == 700


def test_a_directory_is_one_error(database, run, tmp_path):
    result = run("import", tmp_path, settings=database.settings)
    assert result.returncode == 66
    assert "directory" in result.stderr


def test_a_file_that_is_not_there_is_a_clear_error(database, run, tmp_path):
    result = run("import", tmp_path / "nothing.json", settings=database.settings)
    assert result.returncode != 0
    assert "nothing.json" in result.stderr


def test_several_files_and_standard_input(database, run, tmp_path):
    first, second = tmp_path / "1.ndjson", tmp_path / "2.json"
    first.write_text(ndjson(repos(3)))
    second.write_text(json.dumps(starred(5)))
    assert run("import", first, second, settings=database.settings).returncode == 0
    assert database.count() == 5
    extra = ndjson([{"full_name": "from/stdin"}])
    assert run("import", "-", settings=database.settings, stdin=extra).returncode == 0
    assert database.repo("from/stdin")
