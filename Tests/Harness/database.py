"""The real SurrealDB engine behind scripts/surreal-dev."""

import re
import sys
import uuid

from surrealdb import Surreal

from Harness.process import CHECKOUT, Process, eventually

USER, PASSWORD = "root", "correct-horse"
NAMESPACE = "test"


def settings_for(address, name):
    """embed-star's settings for a database of the engine at `address`."""
    return {
        "DB_URL": f"ws://{address}", "DB_USER": USER, "DB_PASS": PASSWORD,
        "DB_NAMESPACE": NAMESPACE, "DB_DATABASE": name,
    }


class Engine:
    """One engine process; every test takes a database of its own in it."""

    def __init__(self, path, environment, bind="127.0.0.1:0"):
        command = [CHECKOUT / "scripts/surreal-dev", "--bind", bind, "--user", USER, "--pass", PASSWORD, path]
        self.process = Process(command, {**environment, "EMBED_STAR_PYTHON": sys.executable}, CHECKOUT)
        self.address = eventually(self._address, within=180, what="the engine's address")

    def _address(self):
        self.process.check()
        found = re.search(r"http://(\S+:\d+)", self.process.output)
        return found and found.group(1)

    def new_database(self):
        return self.open(f"db{uuid.uuid4().hex[:12]}")

    def open(self, name):
        return Database(self, name)


class Database:
    """One database of the engine, spoken to with the official client."""

    def __init__(self, engine, name):
        self.engine = engine
        self.name = name
        self.url = f"ws://{engine.address}"
        self.client = self.connect()

    def connect(self):
        """A client as any other program has one."""
        client = Surreal(f"{self.url}/rpc")
        client.signin({"username": USER, "password": PASSWORD})
        client.use(NAMESPACE, self.name)
        return client

    def query(self, text, variables=None):
        """The result of the last statement; every one must have succeeded."""
        answer = self.client.query_raw(text, variables or {})
        assert "error" not in answer, answer["error"]
        failed = [statement["result"] for statement in answer["result"] if statement["status"] != "OK"]
        assert not failed, failed
        return answer["result"][-1]["result"]

    def change(self, text, variables=None):
        """Runs statements that meet other writers, until they meet none."""

        def changed():
            try:
                self.query(text, variables)
            except AssertionError as refused:
                if "can be retried" not in str(refused):
                    raise
                return False
            return True

        eventually(changed, what="a write without a conflict")

    @property
    def settings(self):
        return settings_for(self.engine.address, self.name)

    def repo(self, full_name):
        """The row as stored, None when there is none."""
        rows = self.query("SELECT * FROM repo WHERE full_name = $name", {"name": full_name})
        assert len(rows) < 2, f"{full_name} is stored {len(rows)} times"
        return rows[0] if rows else None

    def add(self, full_name, description="A test repository.", language="Swift", stars=100, **fields):
        """Writes a row as another program would."""
        owner = full_name.split("/")[0]
        row = {
            "full_name": full_name, "name": full_name.split("/")[1], "description": description,
            "language": language, "stars": stars, "owner": {"login": owner},
            "url": f"https://github.com/{full_name}", "is_private": False, **fields,
        }
        self.change("INSERT INTO repo $row", {"row": row})

    def fill(self, count, description="Repository number"):
        """Writes `count` rows as another program would, in statements of 500."""
        for start in range(0, count, 500):
            rows = [
                {"full_name": f"owner-{i}/repo", "description": f"{description} {i}.", "language": "C", "stars": i,
                 "owner": {"login": f"owner-{i}"}}
                for i in range(start, min(start + 500, count))
            ]
            self.change("INSERT INTO repo $rows RETURN NONE", {"rows": rows})

    def count(self, condition="true"):
        found = self.query(f"SELECT count() AS n FROM repo WHERE {condition} GROUP ALL")
        return found[0]["n"] if found else 0

    def close(self):
        self.client.close()
