"""Serves the embedded SurrealDB engine over the wire protocol of the SurrealDB server: /rpc (HTTP and WebSocket, CBOR
and JSON), /sql, /health, /version."""

import argparse
import asyncio
import base64
import binascii
import os
import signal
import sys
import threading

try:
    from aiohttp import WSMsgType, web
    from surrealdb.cbor import dumps

    import envelope
    import wire
    from auth import Denied, Root, Session
    from engine import Engine, statement
except ImportError as error:
    sys.exit(f"surreal-dev: {error}; scripts/bootstrap installs what is missing, or set EMBED_STAR_PYTHON")

VERSION = "surrealdb-2.3.10"
HTTP_LIMIT = 4 << 20  # the server's own, for /rpc
SQL_LIMIT = 1 << 20
MESSAGE_LIMIT = 128 << 20
IN_FLIGHT = 64
FAILED, METHOD_UNKNOWN = -32000, -32601
DENIED = "There was a problem with the database: There was a problem with authentication"
ANONYMOUS = "There was a problem with the database: IAM error: Not enough permissions to perform this action"
NO_NAMESPACE = "There was a problem with the database: Specify a namespace to use"
REFUSED = {"live", "kill", "graphql", "attach", "detach", "begin", "commit", "cancel", "sessions"}
READING = {"select", "info"}
FORWARDED = READING | {
    "query", "create", "insert", "insert_relation", "update", "upsert", "merge", "patch", "delete", "relate", "run",
}


class Front:
    """Answers RPC requests."""

    def __init__(self, engine, root):
        self.engine = engine
        self.root = root

    async def answer(self, data, session, with_id=True):
        """The CBOR answer to a CBOR request; never raises."""
        request_id = None
        try:
            request = envelope.Request(data)
            request_id = request.id if with_id else None
            return envelope.success(await self.perform(request, session), request_id)
        except envelope.Malformed:
            return envelope.failure(-32700, "Parse error", request_id)
        except Denied as error:
            return envelope.failure(FAILED, str(error), request_id)
        except NotImplementedError as error:
            return envelope.failure(METHOD_UNKNOWN, str(error), request_id)
        except RuntimeError as error:
            return envelope.failure(FAILED, str(error), request_id)

    async def perform(self, request, session):
        method = request.method
        own = getattr(self, f"rpc_{method}", None)
        if own:
            return await own(request.params, session)
        if method in REFUSED:
            raise RuntimeError(f"{method} is not available here: this is the embedded engine of surreal-dev")
        if method not in FORWARDED:
            raise NotImplementedError("Method not found")
        if not session.is_signed_in:
            raise Denied(ANONYMOUS)
        if method == "query":
            return await self.query(request, session)
        if session.namespace is None:
            raise RuntimeError(NO_NAMESPACE)
        return await self.engine.run(request, session, method not in READING)

    async def query(self, request, session):
        text = statement(request.statement())
        if text.is_live:
            raise RuntimeError("LIVE and KILL are not available here: this is the embedded engine of surreal-dev")
        if session.namespace is None and not text.is_global:
            raise RuntimeError(NO_NAMESPACE)
        return await self.engine.run(request, session, text.writes)

    async def rpc_ping(self, _params, _session):
        return envelope.NONE

    async def rpc_version(self, _params, _session):
        return envelope.string(VERSION)

    async def rpc_use(self, params, session):
        names = [None if item in (envelope.NONE, b"\xf6") else envelope.text(item, 0) for item in params[:2]]
        names += [None] * (2 - len(names))
        session.namespace = names[0] if names[0] is not None else session.namespace
        session.database = names[1] if names[1] is not None else session.database
        return envelope.NONE

    async def rpc_let(self, params, session):
        if len(params) < 2:
            raise RuntimeError("Invalid params")
        session.variables[envelope.text(params[0], 0)] = params[1]
        return envelope.NONE

    rpc_set = rpc_let

    async def rpc_unset(self, params, session):
        session.variables.pop(envelope.text(params[0], 0) if params else None, None)
        return envelope.NONE

    async def rpc_signin(self, params, session):
        given = envelope.fields(params[0]) if params else {}
        if "ns" in given or "NS" in given:
            token = await self.engine.sign_in(params[0])
            session.sign_out()
            session.user_token = token
            for name, attribute in (("ns", "namespace"), ("db", "database")):
                raw = given.get(name) or given.get(name.upper())
                if raw:
                    setattr(session, attribute, envelope.text(raw, 0))
            return envelope.string(token)
        user, password = (envelope.text(given.get(name, b"\x60"), 0) for name in ("user", "pass"))
        if not self.root.accepts(user, password):
            raise Denied(DENIED)
        session.sign_out()
        session.is_root = True
        return envelope.string(self.root.token())

    async def rpc_signup(self, _params, _session):
        raise Denied(DENIED)

    async def rpc_authenticate(self, params, session):
        await self.bear(envelope.text(params[0], 0) if params else "", session)
        return envelope.NONE

    async def rpc_invalidate(self, _params, session):
        session.sign_out()
        return envelope.NONE

    async def rpc_reset(self, _params, session):
        session.__init__()
        return envelope.NONE

    async def rpc_info(self, _params, session):
        return envelope.NONE

    async def bear(self, token, session):
        """Signs in by token: the root user's are ours, others are the engine's."""
        if token.count(".") != 2:
            raise Denied(DENIED)
        session.sign_out()
        if self.root.verifies(token):
            session.is_root = True
        else:
            await self.engine.check_token(token)
            session.user_token = token

    async def http_session(self, request):
        """The session that the header fields of an HTTP request describe."""
        session = Session()
        headers = request.headers
        session.namespace = headers.get("Surreal-NS") or headers.get("NS")
        session.database = headers.get("Surreal-DB") or headers.get("DB")
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            await self.bear(value.strip(), session)
        elif scheme.lower() == "basic":
            await self.sign_in_basic(value, headers, session)
        return session

    async def sign_in_basic(self, value, headers, session):
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Denied(DENIED) from None
        namespace, database = headers.get("Surreal-Auth-NS"), headers.get("Surreal-Auth-DB")
        if namespace:
            params = {"ns": namespace, "user": user, "pass": password}
            session.user_token = await self.engine.sign_in(dumps(params | ({"db": database} if database else {})))
        elif self.root.accepts(user, password):
            session.is_root = True
        else:
            raise Denied(DENIED)


class Handlers:
    """The HTTP routes."""

    def __init__(self, front):
        self.front = front

    async def health(self, _request):
        return web.Response()

    async def version(self, _request):
        return web.Response(text=VERSION)

    async def rpc(self, request):
        session = await self.session(request)
        content_type = request.content_type
        accepted = request.headers.get("Accept", content_type).partition(";")[0]
        if content_type not in ("application/cbor", "application/json") or accepted not in (content_type, "*/*"):
            return web.Response(status=415, text="Content-Type and Accept must be equal: application/cbor or json")
        body = await read(request, HTTP_LIMIT)
        if content_type == "application/cbor":
            return web.Response(body=await self.front.answer(body, session, False), content_type=content_type)
        try:
            body = wire.from_json(body)
        except ValueError:
            return web.Response(status=400, text="malformed JSON")
        answer = await self.front.answer(body, session, False)
        return web.Response(text=wire.to_json(answer), content_type=content_type)

    async def sql(self, request):
        session = await self.session(request)
        if not session.is_signed_in:
            return web.Response(status=403, text=ANONYMOUS)
        text = (await read(request, SQL_LIMIT)).decode("utf-8", "replace")
        variables = dumps(dict(request.query))
        call = envelope.mapping([
            ("method", envelope.string("query")), ("params", envelope.array([envelope.string(text), variables])),
        ])
        answer = envelope.fields(await self.front.answer(call, session, False))
        if request.headers.get("Accept", "").startswith("application/cbor"):
            return web.Response(body=answer.get("result") or answer["error"], content_type="application/cbor")
        if "error" in answer:
            return web.Response(status=400, text=wire.to_json(answer["error"]), content_type="application/json")
        return web.Response(text=wire.to_json(answer["result"]), content_type="application/json")

    async def session(self, request):
        try:
            return await self.front.http_session(request)
        except (Denied, RuntimeError):
            raise web.HTTPUnauthorized(text=DENIED) from None

    async def socket(self, request):
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(status=405, headers={"Allow": "POST"})
        socket = web.WebSocketResponse(protocols=("cbor", "json"), max_msg_size=MESSAGE_LIMIT, autoping=True)
        session = await self.session(request)
        await socket.prepare(request)
        request.app["sockets"].add(socket)
        try:
            await self.converse(socket, session)
        finally:
            request.app["sockets"].discard(socket)
        return socket

    async def converse(self, socket, session):
        """Queries of one connection run beside each other; what changes the session is done in its turn."""
        in_flight = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as tasks:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    continue
                await in_flight.acquire()
                exchange = self.exchange(socket, session, message, in_flight)
                if is_plain_query(message):
                    tasks.create_task(exchange)
                else:
                    await exchange

    async def exchange(self, socket, session, message, in_flight):
        try:
            is_text = message.type == WSMsgType.TEXT
            try:
                data = wire.from_json(message.data) if is_text else message.data
            except ValueError:
                data = b""
            answer = await self.front.answer(data, session)
            if not socket.closed:
                await (socket.send_str(wire.to_json(answer)) if is_text else socket.send_bytes(answer))
        except ConnectionError:
            pass
        finally:
            in_flight.release()


def is_plain_query(message):
    head = message.data[:256] if isinstance(message.data, bytes) else message.data[:256].encode()
    return b"query" in head


async def read(request, limit):
    """The body, at most `limit` bytes of it."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(body))
    return bytes(body)


def application(handlers):
    app = web.Application(client_max_size=MESSAGE_LIMIT)
    app["sockets"] = set()
    app.add_routes([
        web.get("/health", handlers.health), web.get("/version", handlers.version), web.get("/rpc", handlers.socket),
        web.post("/rpc", handlers.rpc), web.post("/sql", handlers.sql),
    ])
    return app


def arguments():
    parser = argparse.ArgumentParser("surreal-dev", description="SurrealDB's embedded engine as a server, for tests.")
    parser.add_argument("path", help="folder of the data (surrealkv), or `memory`")
    parser.add_argument("--bind", default=os.environ.get("SURREAL_BIND", "127.0.0.1:8000"), metavar="ADDRESS:PORT",
                        help="port 0 takes a free one and prints it")
    parser.add_argument("--user", default=os.environ.get("SURREAL_USER", "root"))
    parser.add_argument("--pass", dest="password", default=os.environ.get("SURREAL_PASS", "root"))
    parser.add_argument("--until-eof", action="store_true", help="end when standard input does, with its parent")
    return parser.parse_args()


def wait_for_eof(loop, stop):
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


async def serve(options):
    host, _, port = options.bind.rpartition(":")
    engine = Engine(options.path.removeprefix("surrealkv://"))
    await engine.open()
    runner = web.AppRunner(application(Handlers(Front(engine, Root(options.user, options.password)))),
                           access_log=None, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]") or "127.0.0.1", int(port), backlog=1024).start()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        if options.until_eof:
            threading.Thread(target=wait_for_eof, args=(loop, stop), daemon=True).start()
        address = runner.addresses[0]
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        print(f"surreal-dev listens on http://{shown}:{address[1]} ({options.path})", flush=True)
        await stop.wait()
    finally:
        for socket in list(runner.app["sockets"]):
            await socket.close(code=1001)
        await runner.cleanup()
        await engine.close()


if __name__ == "__main__":
    try:
        asyncio.run(serve(arguments()))
    except (OSError, ValueError) as error:
        sys.exit(f"surreal-dev: {error}")
    # The engine's threads outlive the event loop and would meet an interpreter that is being taken down.
    sys.stdout.flush()
    os._exit(0)
