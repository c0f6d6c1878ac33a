"""The engine of SurrealDB 2: it has one session, and loses updates that run beside each other. So the sessions of its
clients are kept here, and writers go one at a time."""

import asyncio
import base64
import fcntl
import functools
import json
import os
import re
import time
from collections import deque
from contextlib import asynccontextmanager

from surrealdb._surrealdb_ext import AsyncEmbeddedDB

import envelope

VERSION = "surrealdb-2.3.10"
NO_NAMESPACE = "There was a problem with the database: Specify a namespace to use"
ANONYMOUS = "There was a problem with the database: IAM error: Not enough permissions to perform this action"
READING = {"select", "info"}
FORWARDED = READING | {
    "query", "create", "insert", "insert_relation", "update", "upsert", "merge", "patch", "delete", "relate", "run",
}
# How long a token is believed before the engine is asked again.
TRUST_SECONDS = 60
# Strings, quoted identifiers and comments: what looks like a keyword in them is none.
QUOTED = re.compile(
    r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`(?:\\.|[^`\\])*`|⟨[^⟩]*⟩|/\*.*?\*/|(?:--|#|//)[^\n]*", re.DOTALL
)
WRITING = re.compile(
    r"\b(CREATE|UPDATE|UPSERT|DELETE|INSERT|RELATE|DEFINE|REMOVE|ALTER|REBUILD|BEGIN|LIVE|KILL|ACCESS)\b|\b(fn|sequence)::",
    re.IGNORECASE,
)
LIVE = re.compile(r"(?:^|[;{(=])\s*(LIVE\s+SELECT|KILL)\b", re.IGNORECASE)
# What needs no namespace.
GLOBAL = re.compile(r"\s*(USE|RETURN|INFO\s+FOR\s+(ROOT|KV)|(DEFINE|REMOVE)\s+NAMESPACE)\b", re.IGNORECASE)


class Statement:
    """What has to be known of a query before it runs."""

    def __init__(self, text):
        bare = QUOTED.sub(lambda match: " " * len(match.group()), text)
        self.writes = WRITING.search(bare) is not None
        self.is_live = LIVE.search(bare) is not None
        self.is_global = GLOBAL.match(bare) is not None


@functools.lru_cache(maxsize=512)
def cached_statement(text):
    return Statement(text)


def statement(text):
    """The classified statement, remembered when short."""
    return cached_statement(text) if len(text) <= 16384 else Statement(text)


class Turn:
    """Somebody waiting at the turnstile, or inside."""

    def __init__(self, key, writes):
        self.key = key
        self.writes = writes
        self.is_alone = False
        self.admitted = asyncio.get_running_loop().create_future()


class Turnstile:
    """Admits readers of one session key together and writers alone, in the order they came, so that a writer waits
    for no reader that came later. The engine loses updates that run beside each other."""

    def __init__(self):
        self.key = None
        self.readers = 0
        self.is_taken = False
        self.waiting = deque()

    @asynccontextmanager
    async def enter(self, key, writes, switch):
        """Runs `switch` first when the one before had another key."""
        turn = Turn(key, writes)
        self.waiting.append(turn)
        self.admit()
        try:
            await turn.admitted
            if key != self.key:
                self.key = None
                await switch()
                self.key = key
            if turn.is_alone and not writes:
                turn.is_alone, self.is_taken = False, False
                self.readers += 1
                self.admit()
            yield
        finally:
            if turn.admitted.done() and not turn.admitted.cancelled():
                self.leave(turn)

    def admit(self):
        while self.waiting:
            turn = self.waiting[0]
            turn.is_alone = turn.writes or turn.key != self.key
            if self.is_taken or (turn.is_alone and self.readers):
                return
            self.waiting.popleft()
            if turn.admitted.cancelled():
                continue
            if turn.is_alone:
                self.is_taken = True
            else:
                self.readers += 1
            turn.admitted.set_result(None)

    def leave(self, turn):
        if turn.is_alone:
            self.is_taken = False
        else:
            self.readers -= 1
        self.admit()


class Session:
    """What a connection has chosen."""

    def __init__(self, engine, namespace=None, database=None):
        self.engine = engine
        self.namespace = namespace
        self.database = database
        self.variables = {}
        self.is_signed_in = False
        # Of a user of a namespace or database: the engine takes whoever shows none for root.
        self.token = None

    @property
    def key(self):
        """Equal for sessions that the engine need not tell apart."""
        return (self.namespace, self.database, self.token)

    async def answer(self, data):
        """The CBOR answer to a CBOR request."""
        request_id = None
        try:
            request = envelope.Request(data)
            request_id = request.id
            return envelope.success(await self.perform(request), request_id)
        except (envelope.Malformed, RuntimeError) as error:
            return envelope.failure(str(error), request_id)

    async def perform(self, request):
        own = getattr(self, f"rpc_{request.method}", None)
        if own:
            return await own(*request.params)
        if request.method not in FORWARDED:
            raise RuntimeError("Method not found")
        if not self.is_signed_in:
            raise RuntimeError(ANONYMOUS)
        writes, is_global = request.method not in READING, False
        if request.method == "query":
            text = statement(request.statement())
            if text.is_live:
                raise RuntimeError("LIVE and KILL are not available here")
            writes, is_global = text.writes, text.is_global
        if self.namespace is None and not is_global:
            raise RuntimeError(NO_NAMESPACE)
        return await self.engine.run(request, self, writes)

    async def rpc_ping(self):
        return envelope.NONE

    async def rpc_version(self):
        return envelope.string(VERSION)

    async def rpc_use(self, namespace=envelope.NONE, database=envelope.NONE):
        names = [None if name in (envelope.NONE, b"\xf6") else envelope.text(name, 0) for name in (namespace, database)]
        self.namespace, self.database = names[0] or self.namespace, names[1] or self.database
        return envelope.NONE

    async def rpc_let(self, name, value):
        self.variables[envelope.text(name, 0)] = value
        return envelope.NONE

    rpc_set = rpc_let

    async def rpc_unset(self, name):
        self.variables.pop(envelope.text(name, 0), None)
        return envelope.NONE

    async def rpc_signin(self, credentials):
        token = await self.engine.sign_in(credentials)
        await self.bear(token)
        given = envelope.fields(credentials)
        await self.rpc_use(given.get("ns", envelope.NONE), given.get("db", envelope.NONE))
        return envelope.string(token)

    async def rpc_authenticate(self, token):
        await self.bear(envelope.text(token, 0))
        return envelope.NONE

    async def rpc_invalidate(self):
        self.is_signed_in, self.token = False, None
        return envelope.NONE

    async def bear(self, token):
        await self.engine.check(token)
        self.is_signed_in = True
        self.token = token if "NS" in claims(token) else None

    async def close(self):
        pass


def claims(token):
    """What a JSON Web Token (RFC 7519) says."""
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


class Engine:
    """The datastore at one path."""

    version = VERSION

    def __init__(self, path):
        self.turnstile = Turnstile()
        self.tokens = {}
        self.signed_in = {}
        self.is_user = False
        if path == "memory":
            self.database = AsyncEmbeddedDB("mem://")
            return
        # Two openers of one path would both succeed and silently diverge.
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        self.lock_file = open(f"{path.rstrip('/')}.lock", "w")
        try:
            fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"surreal-dev: {path} is in use by another process") from None
        self.database = AsyncEmbeddedDB(f"surrealkv://{os.path.abspath(path)}")

    async def open(self, user, password):
        await self.database.connect()
        await self.call(
            "query", envelope.string(f"DEFINE USER OVERWRITE `{user}` ON ROOT PASSWORD {json.dumps(password)} ROLES OWNER")
        )

    async def close(self):
        async with self.alone():
            await self.database.close()

    def session(self):
        return Session(self)

    async def http_session(self, namespace, database, token):
        """The session that the header fields of a request describe. Raises RuntimeError unless the token is good."""
        session = Session(self, namespace, database)
        await session.bear(token)
        return session

    @asynccontextmanager
    async def alone(self):
        """A turn after which the engine's session has to be set anew."""
        async def nothing():
            pass

        async with self.turnstile.enter(object(), True, nothing):
            try:
                yield
            finally:
                self.turnstile.key = None

    async def run(self, request, session, writes):
        """The raw result of `request` in the session given. Raises RuntimeError with the engine's words."""
        payload = request.encoded(session.variables)
        async with self.turnstile.enter(session.key, writes, lambda: self.switch(session)):
            return envelope.fields(await self.database.execute(payload))["result"]

    async def switch(self, session):
        """Puts the engine's one session where `session` is."""
        if session.token:
            await self.call("authenticate", envelope.string(session.token))
        elif self.is_user:
            await self.call("invalidate")
        self.is_user = session.token is not None
        if session.namespace is not None:
            await self.call("use", envelope.string(session.namespace), envelope.optional(session.database))

    async def call(self, method, *params):
        message = [("id", b"\x01"), ("method", envelope.string(method)), ("params", envelope.array(params))]
        return await self.database.execute(envelope.mapping(message))

    async def sign_in(self, credentials):
        """The engine's own token for a user. Raises RuntimeError unless the credentials are right; those that were are
        believed for a while, since checking them takes the engine long by design."""
        async with self.alone():
            token, until = self.signed_in.get(credentials, (None, 0))
            if time.monotonic() > until:
                answer = await self.call("signin", credentials)
                await self.call("invalidate")
                token = envelope.text(envelope.fields(answer)["result"], 0)
                self.signed_in[credentials] = (token, time.monotonic() + TRUST_SECONDS)
        return token

    async def check(self, token):
        """Raises RuntimeError when the engine does not know the token; a good one is believed for a minute."""
        now = time.monotonic()
        if self.tokens.get(token, 0) > now:
            return
        async with self.alone():
            await self.call("authenticate", envelope.string(token))
            await self.call("invalidate")
        self.tokens = {known: until for known, until in self.tokens.items() if until > now}
        self.tokens[token] = now + TRUST_SECONDS
