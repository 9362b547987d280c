"""An OpenAI-compatible chat server on loopback that says what a test tells it to, and keeps what it was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from threading import Event, Thread
from typing import Any

BREAK = "\0break"
"""In place of a chunk: an error comes there, in mid-answer."""
CLOSE = "\0close"
"""In place of a chunk: the connection is closed."""
SILENCE = "\0silence"
"""In place of a chunk: nothing comes until the client has gone."""
COMMENTS = "\0comments"
"""In place of a chunk: comments, which only keep the stream open, for as long as the server runs."""
TRICKLE = "\0trickle"
"""In place of a chunk: a full stop, again and again, for as long as the server runs."""


@dataclass
class ScriptedModel:
    """`rewriting` is streamed to a request to rewrite a question, `chunks` to any other."""

    chunks: list[str] = field(default_factory=list)
    rewriting: list[str] = field(default_factory=list)
    reply: Callable[[str], list[str]] | None = None
    """In place of `chunks`: prompt in, what is streamed out."""
    status: int = 200
    error: str = "scripted failure"
    broken: str = "scripted break"
    """The error that BREAK is."""
    headers: dict[str, str] = field(default_factory=dict)
    most_prompt_chars: int = 1_000_000
    """A longer prompt is refused as too long."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The Authorization header of each request."""

    @property
    def prompt(self) -> str:
        """Every word of the last request's messages."""
        return "\n".join(message["content"] for message in self.requests[-1]["messages"])


@contextmanager
def scripted(model: ScriptedModel) -> Iterator[str]:
    """The address of a server that speaks for `model`, for `OPENAI_BASE_URL`."""
    ended = Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append(request)
            model.keys.append(self.headers.get("Authorization", ""))
            if len(model.prompt) > model.most_prompt_chars:
                self.send_response(400)
                message = "This model's maximum context length is 512 tokens. Please reduce the length of the messages."
                self._end(json.dumps({"error": {"message": message, "code": "context_length_exceeded"}}))
                return
            self.send_response(model.status)
            if model.status != 200:
                for name, value in model.headers.items():
                    self.send_header(name, value)
                self._end(json.dumps({"error": {"message": model.error, "type": "server_error"}}))
            else:
                chunks = model.reply(model.prompt) if model.reply else model.chunks
                self._stream(model.rewriting if "\nLast question: " in model.prompt else chunks)

        def _end(self, body: str) -> None:
            self.send_header("Connection", "close")  # or the server's end waits for its clients'
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def _stream(self, chunks: list[str]) -> None:
            self.send_header("Connection", "close")
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")  # so that an early end is seen as one
            self.end_headers()
            try:
                for chunk in chunks:
                    if chunk == BREAK:
                        self._event({"error": {"message": model.broken, "type": "server_error"}})
                        break
                    if chunk == CLOSE:
                        self.connection.shutdown(SHUT_RDWR)
                        self.close_connection = True
                        return
                    if chunk == SILENCE:
                        self.connection.settimeout(30)
                        self.connection.recv(1)  # until the client hangs up
                        self.close_connection = True
                        return
                    if chunk in (COMMENTS, TRICKLE):
                        while not ended.wait(0.02):
                            if chunk == COMMENTS:
                                self._chunk(b": still here\n\n")
                            else:
                                self._say(".")
                        self.close_connection = True
                        return
                    self._say(chunk)
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")
            except OSError:  # the reader has heard enough
                self.close_connection = True

        def _say(self, text: str) -> None:
            choices = [{"index": 0, "delta": {"content": text}}]
            self._event({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "1", "choices": choices})

        def _event(self, value: dict[str, Any]) -> None:
            self._chunk(f"data: {json.dumps(value)}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a connection that ends early is what some of these tests are about

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
