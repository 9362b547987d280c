"""An OpenAI-compatible chat server on loopback that says what a test tells it to, and keeps what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from threading import Thread
from typing import Any

BREAK = "\0break"
"""In place of a chunk: an error comes there, in mid-answer."""
CLOSE = "\0close"
"""In place of a chunk: the connection is closed."""
SILENCE = "\0silence"
"""In place of a chunk: nothing comes until the client has gone."""


@dataclass
class ScriptedModel:
    """`chunks` are streamed to a request that asks for a stream; `reply` is given whole to any other."""

    chunks: list[str] = field(default_factory=list)
    reply: str = ""
    status: int = 200
    error: str = "scripted failure"
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
            elif request.get("stream"):
                self._stream()
            else:
                reply = {"role": "assistant", "content": model.reply}
                choice = {"index": 0, "message": reply, "finish_reason": "stop"}
                self._end(json.dumps(_object("chat.completion", choice)))

        def _end(self, body: str) -> None:
            self.send_header("Connection", "close")  # or the server's end waits for its clients'
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def _stream(self) -> None:
            self.send_header("Connection", "close")
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")  # so that an early end is seen as one
            self.end_headers()
            try:
                for chunk in model.chunks:
                    if chunk == BREAK:
                        self._event({"error": {"message": "scripted break", "type": "server_error"}})
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
                    self._event(_object("chat.completion.chunk", {"index": 0, "delta": {"content": chunk}}))
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")
            except OSError:  # the reader has heard enough
                self.close_connection = True

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
        server.shutdown()
        thread.join()
        server.server_close()


def _object(kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {"id": "scripted-1", "object": kind, "created": 0, "model": "scripted", "choices": [choice]}
