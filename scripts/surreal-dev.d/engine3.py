"""The engine of SurrealDB 3: it keeps any number of sessions apart by itself, and checks every user."""

import asyncio
import json
import os
import shutil
import tempfile
import time
import uuid

from surrealdb_embedded import AsyncEmbeddedDB

import envelope

REFUSED = {"live", "kill", "attach", "detach", "sessions"}
# How long a header's token is believed before the engine is asked again, and its session kept when nobody uses it.
TRUST_SECONDS, IDLE_SECONDS = 60, 600


class Session:
    """A session of the engine's own: of a WebSocket connection, or of what HTTP requests have in common."""

    def __init__(self, engine):
        self.engine = engine
        self.key = b"\xd8\x25\x50" + uuid.uuid4().bytes
        self.lock = asyncio.Lock()
        self.is_attached = False
        self.checked_at = self.used_at = float("-inf")

    async def answer(self, data):
        """The CBOR answer to a CBOR request."""
        request_id = None
        try:
            fields = envelope.fields(data)
            request_id = fields.get("id")
            method = envelope.text(fields.get("method", b"\x60"), 0).lower()
            if method in REFUSED:
                return envelope.failure(f"{method} is not available here", request_id)
            await self.attach()
            if method == "signin":
                return envelope.success(await self.sign_in(fields.get("params", b"\x80")), request_id)
            fields["session"] = self.key
            return self.without_session(await self.engine.database.execute(envelope.mapping(fields.items())))
        except (envelope.Malformed, RuntimeError) as error:
            return envelope.failure(str(error), request_id)

    async def sign_in(self, params):
        """The token. Checking a password takes the engine long by design, so one that was right is believed for a while."""
        async with self.engine.signing_in:
            token, until = self.engine.tokens.get(params, (None, 0))
            if time.monotonic() < until:
                await self.engine.call("authenticate", token, session=self.key)
            else:
                token = await self.engine.call("signin", *envelope.elements(params), session=self.key)
                self.engine.tokens[params] = (token, time.monotonic() + TRUST_SECONDS)
        return token

    def without_session(self, answer):
        """The answer as a client gets it that named no session: the engine writes it last."""
        tail = envelope.string("session") + self.key
        return bytes([answer[0] - 1]) + answer[1 : -len(tail)] if answer.endswith(tail) else answer

    async def attach(self):
        async with self.lock:
            if not self.is_attached:
                await self.engine.call("attach", session=self.key)
                self.is_attached = True

    async def bear(self, namespace, database, token):
        """Puts the session where the header fields of a request say; the engine is asked again from time to time."""
        await self.attach()
        async with self.lock:
            self.used_at = time.monotonic()
            if self.used_at - self.checked_at < TRUST_SECONDS:
                return
            if namespace and self.checked_at < 0:
                names = (envelope.optional(namespace), envelope.optional(database))
                await self.engine.call("use", *names, session=self.key)
            if token:
                await self.engine.call("authenticate", envelope.string(token), session=self.key)
            self.checked_at = self.used_at

    async def close(self):
        if self.is_attached:
            await self.engine.call("detach", session=self.key)


class Engine:
    """The datastore at one path. `memory` is a folder that goes with the process: the engine's own store in memory loses
    updates and becomes slow in large transactions."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="surreal-dev-") if path == "memory" else None
        self.path = self.folder or os.path.abspath(path)
        os.makedirs(self.path, exist_ok=True)
        self.database = AsyncEmbeddedDB(f"surrealkv://{self.path}")
        self.sessions = {}
        self.tokens = {}
        self.signing_in = asyncio.Lock()
        self.tending = None

    async def open(self, user, password):
        try:
            await self.database.connect()
        except RuntimeError as error:
            if "manifest format" not in str(error):
                raise
            raise SystemExit(f"surreal-dev: {self.path} was written by SurrealDB 2, which has another format; "
                             "take another folder, or serve it with SURREAL_DEV_ENGINE=2") from None
        await self.query(f"DEFINE USER OVERWRITE `{user}` ON ROOT PASSWORD {json.dumps(password)} ROLES OWNER")
        self.version = envelope.text(await self.call("version"), 0)
        self.tending = asyncio.create_task(self.tend())

    async def close(self):
        self.tending.cancel()
        await self.database.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    async def call(self, method, *params, session=None):
        """The raw result of a call. Raises RuntimeError with the engine's words."""
        message = [("method", envelope.string(method)), ("params", envelope.array(params))]
        answer = envelope.fields(await self.database.execute(
            envelope.mapping(message + ([("session", session)] if session else []))))
        if "error" in answer:
            raise RuntimeError(envelope.text(envelope.fields(answer["error"])["message"], 0))
        return answer["result"]

    async def query(self, text):
        return await self.call("query", envelope.string(text))

    def session(self):
        return Session(self)

    async def http_session(self, namespace, database, token):
        """The session of all requests with these header fields. Raises RuntimeError unless the token is good."""
        key = (namespace, database, token)
        session = self.sessions.setdefault(key, Session(self))
        try:
            await session.bear(*key)
        except RuntimeError:
            self.sessions.pop(key, None)
            raise
        return session

    async def tend(self):
        """Detaches sessions that nobody uses."""
        while True:
            await asyncio.sleep(IDLE_SECONDS / 10)
            now = time.monotonic()
            for key, session in list(self.sessions.items()):
                if now - session.used_at > IDLE_SECONDS:
                    await self.sessions.pop(key).close()
