"""A chat model's stand-in: a real server on loopback that speaks the chat completions protocol."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from retriever.answer import Citation
from tests.retriever.writings import numbered


@dataclass(frozen=True)
class Asked:
    """What the server was asked: the messages' texts, whether to stream, and which call this is, from 1."""

    order: str
    given: str
    streams: bool
    call: int

    @property
    def quotes(self) -> dict[int, str]:
        """The quotes it was given, by number."""
        return {int(n): text for n, text in re.findall(r'<quote n="(\d+)"[^>]*>(.*?)</quote>', self.given, re.DOTALL)}


@dataclass(frozen=True)
class Reply:
    """What is said, and how: "whole", "broken", "stalled", "garbage", "endless", "filtered", or an HTTP status."""

    text: str = ""
    how: str | int = "whole"
    pause: float = 0.0


Plays = Callable[[Asked], Reply]


@dataclass
class Writer:
    """The server as a test sees it: what it shall say, where it is, and what it was asked."""

    plays: Plays
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def writer(plays: Plays) -> Iterator[Writer]:
    """A server that speaks the chat completions protocol, on a free port of loopback."""
    state = Writer(plays)

    class Handler(_Handler):
        writer = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    writer: Writer
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):  # the other side may go
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        order, *given = (message["content"] for message in body["messages"])
        asked = Asked(order, "\n".join(given), bool(body.get("stream")), len(self.writer.asked) + 1)
        self.writer.asked.append(asked)
        reply = self.writer.plays(asked)
        if isinstance(reply.how, int):
            self._whole({"error": {"message": "no", "type": "error", "code": str(reply.how)}}, reply.how)
        elif reply.how == "garbage":
            self._garbage(asked.streams)
        elif asked.streams:
            self._stream(reply)
        else:
            self._whole(_completion(reply.text))

    def _whole(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _garbage(self, streams: bool) -> None:
        data = b"data: {]]] <html>\n\n" if streams else b"<html>no JSON</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streams else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in _pieces(reply):
            if self.writer.closing.wait(reply.pause):
                break
            self._event(_chunk(piece))
            self.writer.sent.append(piece)
        if reply.how == "stalled":
            self.writer.closing.wait(30)
        if reply.how in ("broken", "stalled"):
            self.close_connection = True  # without the end of the body
            return
        self._event(_chunk("", "content_filter" if reply.how == "filtered" else "stop"))
        self._send(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, body: dict[str, Any]) -> None:
        self._send(b"data: " + json.dumps(body).encode() + b"\n\n")

    def _send(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _pieces(reply: Reply) -> Iterator[str]:
    while True:
        yield from re.findall(r"\S+\s*|\s+", reply.text)
        if reply.how != "endless":
            return


def _chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def _completion(text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


# Ways to play


def says(text: str, how: str | int = "whole", pause: float = 0.0) -> Plays:
    """The same, whatever is asked."""
    return lambda _: Reply(text, how, pause)


def tells(citations: Sequence[Citation]) -> Plays:
    """Obeys: each quote as it stands, with its number."""
    return says(" ".join(numbered(citation.quote, citation.n) for citation in citations))


def follows_orders(asked: Asked) -> Reply:
    """Does what a quote tells it to: says what follows "write that" in any quote, and cites that quote."""
    found = [(n, match[1]) for n, text in asked.quotes.items() if (match := re.search(r"(?:write|skriv) (.+)", text))]
    return Reply(" ".join(numbered(text[0].upper() + text[1:], n) for n, text in found) or "Nothing to obey.")
