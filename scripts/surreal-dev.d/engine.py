"""One embedded engine shared by many connections, each with its own session."""

import asyncio
import fcntl
import functools
import os
import re
import time
from collections import deque
from contextlib import asynccontextmanager

from surrealdb._surrealdb_ext import AsyncEmbeddedDB

import envelope

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

TOKEN_TRUST_SECONDS = 60


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


class Engine:
    """The datastore at one path."""

    def __init__(self, path):
        self.path = path
        self.lock_file = None
        self.turnstile = Turnstile()
        self.tokens = {}
        self.is_user = False
        if path in ("memory", "mem://"):
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

    async def open(self):
        await self.database.connect()

    async def close(self):
        async with self.turnstile.enter(("closed",), True, self._nothing):
            await self.database.close()

    async def _nothing(self):
        pass

    async def run(self, request, session, writes=True):
        """The raw result of `request` in the session given. Raises RuntimeError with the engine's words."""
        payload = request.encoded(session.variables)
        async with self.turnstile.enter(session.key, writes, lambda: self.switch(session)):
            return envelope.fields(await self.database.execute(payload))["result"]

    async def switch(self, session):
        """Puts the engine's one session where `session` is."""
        if session.user_token:
            await self.call("authenticate", envelope.string(session.user_token))
        elif self.is_user:
            await self.call("invalidate")
        self.is_user = session.user_token is not None
        if session.namespace is not None:
            database = envelope.NONE if session.database is None else envelope.string(session.database)
            await self.call("use", envelope.string(session.namespace), database)

    async def call(self, method, *params):
        message = [("id", b"\x01"), ("method", envelope.string(method)), ("params", envelope.array(params))]
        return await self.database.execute(envelope.mapping(message))

    async def sign_in(self, params):
        """The engine's own token for a user of a namespace or database."""
        async with self.turnstile.enter(object(), True, self._nothing):
            answer = await self.call("signin", params)
            await self.call("invalidate")
            self.turnstile.key = None
        return envelope.text(envelope.fields(answer)["result"], 0)

    async def check_token(self, token):
        """Raises RuntimeError when the engine does not know the token; a good one is believed for a minute."""
        now = time.monotonic()
        if self.tokens.get(token, 0) > now:
            return
        async with self.turnstile.enter(object(), True, self._nothing):
            await self.call("authenticate", envelope.string(token))
            await self.call("invalidate")
            self.turnstile.key = None
        self.tokens = {known: until for known, until in self.tokens.items() if until > now}
        self.tokens[token] = now + TOKEN_TRUST_SECONDS
