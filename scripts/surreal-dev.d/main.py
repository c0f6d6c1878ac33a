"""Serves the embedded SurrealDB engine over the wire protocol of the SurrealDB server: /rpc (HTTP and WebSocket, CBOR),
/health, /ready, /version. Which engine that is depends on the Python environment."""

import argparse
import asyncio
import os
import signal
import sys
import threading

try:
    from aiohttp import WSMsgType, web

    try:
        from engine3 import Engine
    except ImportError:
        from engine2 import Engine
except ImportError as error:
    sys.exit(f"surreal-dev: {error}; scripts/bootstrap installs what is missing, or set EMBED_STAR_PYTHON")

HTTP_LIMIT = 4 << 20  # the server's own, for /rpc
MESSAGE_LIMIT = 128 << 20
IN_FLIGHT = 64
CBOR = "application/cbor"


class Routes:
    def __init__(self, engine):
        self.engine = engine
        self.sockets = set()

    async def well(self, _request):
        return web.Response()

    async def version(self, _request):
        return web.Response(text=self.engine.version)

    async def rpc(self, request):
        if request.content_type != CBOR or request.headers.get("Accept", CBOR).partition(";")[0] not in (CBOR, "*/*"):
            return web.Response(status=415, text=f"Content-Type and Accept must be {CBOR}")
        body = await read(request, HTTP_LIMIT)
        session = await self.session(request)
        try:
            return web.Response(body=await session.answer(body), content_type=CBOR)
        finally:
            if "Authorization" not in request.headers:
                await session.close()

    async def session(self, request):
        """The session that the header fields of an HTTP request describe."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return self.engine.session()
        names = (request.headers.get("Surreal-NS"), request.headers.get("Surreal-DB"))
        try:
            if scheme.lower() == "bearer":
                return await self.engine.http_session(*names, token.strip())
        except RuntimeError:
            pass
        raise web.HTTPUnauthorized(text="There was a problem with authentication")

    async def socket(self, request):
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response(status=405, headers={"Allow": "POST"})
        socket = web.WebSocketResponse(protocols=("cbor",), max_msg_size=MESSAGE_LIMIT)
        await socket.prepare(request)
        self.sockets.add(socket)
        session = self.engine.session()
        try:
            await self.converse(socket, session)
        finally:
            self.sockets.discard(socket)
            await session.close()
        return socket

    async def converse(self, socket, session):
        """Queries of one connection run beside each other; what changes the session is done in its turn."""
        in_flight = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as tasks:
            async for message in socket:
                if message.type != WSMsgType.BINARY:
                    continue
                await in_flight.acquire()
                exchange = tasks.create_task(self.exchange(socket, session, message.data, in_flight))
                if b"query" not in message.data[:256]:
                    await exchange

    async def exchange(self, socket, session, data, in_flight):
        try:
            answer = await session.answer(data)
            if not socket.closed:
                await socket.send_bytes(answer)
        except ConnectionError:
            pass
        finally:
            in_flight.release()

    async def close(self, _app):
        for socket in list(self.sockets):
            await socket.close(code=1001)


async def read(request, limit):
    """The body, at most `limit` bytes of it."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(body))
    return bytes(body)


def application(routes):
    app = web.Application(client_max_size=MESSAGE_LIMIT)
    app.add_routes([
        web.get("/health", routes.well), web.get("/ready", routes.well), web.get("/version", routes.version),
        web.get("/rpc", routes.socket), web.post("/rpc", routes.rpc),
    ])
    app.on_shutdown.append(routes.close)
    return app


def arguments():
    parser = argparse.ArgumentParser("surreal-dev", description="SurrealDB's embedded engine as a server, for tests.")
    parser.add_argument("path", help="folder of the data (surrealkv), or `memory` for one that goes with the process")
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
    await engine.open(options.user, options.password)
    runner = web.AppRunner(application(Routes(engine)), access_log=None, handle_signals=False, shutdown_timeout=5)
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
        print(f"surreal-dev serves the database at http://{shown}:{address[1]} ({engine.version}, {options.path})", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()
        await engine.close()


if __name__ == "__main__":
    try:
        asyncio.run(serve(arguments()))
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"surreal-dev: {error}")
    # The engine's threads outlive the event loop and would meet an interpreter that is being taken down.
    sys.stdout.flush()
    os._exit(0)
