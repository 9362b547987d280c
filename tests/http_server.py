"""A real web server on loopback that answers what a test tells it to, and a clock for those who wait for it."""

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """`site.replies[path]` answers, any other path with 404; `site.requests` is what was asked, in order."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        site = self
        self.replies: dict[str, Reply] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append((self.path, dict(self.headers)))
                self.close_connection = True
                site.replies.get(self.path, plain(b"missing", status=404))(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that hangs up early is what many of these tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, but for robots.txt."""
        return [path for path, _ in self.requests if path != "/robots.txt"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def plain(data: bytes, content_type: str = "text/html", status: int = 200, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if content_type:
            handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return reply


def raw(*parts: bytes, pause_seconds: float = 0) -> Reply:
    """The parts as they are, each sent alone."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(pause_seconds)

    return reply


def redirect(location: str, status: int = 302) -> Reply:
    return plain(b"", status=status, Location=location)


def in_turn(*replies: Reply) -> Reply:
    """The first reply to the first request and so on; the last to all after it."""
    left = list(replies)

    def reply(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return reply


def unless_known(etag: str, reply: Reply) -> Reply:
    """304 to a client that sends `etag`, else `reply`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (plain(b"", status=304) if handler.headers["If-None-Match"] == etag else reply)(handler)

    return answer


class Clock:
    """Stands still but for those who sleep; `slept` is how long each sleep was."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
