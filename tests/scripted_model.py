"""An OpenAI-compatible chat server on loopback that says what a test tells it to, and keeps what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

BREAK = "\0break"
"""In place of a chunk: the connection ends there, in mid-answer."""


@dataclass
class ScriptedModel:
    """`chunks` are streamed to a request that asks for a stream; `reply` is given whole to any other."""

    chunks: list[str] = field(default_factory=list)
    reply: str = ""
    status: int = 200
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
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append(request)
            model.keys.append(self.headers.get("Authorization", ""))
            self.send_response(model.status)
            if model.status != 200:
                self._end(json.dumps({"error": {"message": "scripted failure", "type": "server_error"}}))
            elif request.get("stream"):
                self._stream()
            else:
                message = {"role": "assistant", "content": model.reply}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                self._end(json.dumps(_object("chat.completion", choice)))

        def _end(self, body: str) -> None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def _stream(self) -> None:
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for chunk in model.chunks:
                    if chunk == BREAK:
                        self._event({"error": {"message": "scripted break", "type": "server_error"}})
                        return
                    self._event(_object("chat.completion.chunk", {"index": 0, "delta": {"content": chunk}}))
                self.wfile.write(b"data: [DONE]\n\n")
            except (BrokenPipeError, ConnectionResetError):  # the reader has heard enough
                pass

        def _event(self, value: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
