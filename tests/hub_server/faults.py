"""Faults on demand: `POST /_control/faults` arms one, the next matching requests suffer it.

A fault is JSON: `match` (regular expression over "METHOD /path?query"), `times`, and one of

- `status`, `headers`, `body` (JSON) or `raw` (bytes in hexadecimal): answered instead of the real answer;
- `cut`: "request" drops the connection before anything is done, "response" does everything and then drops it
  unanswered, a number sends that many bytes of the real body and drops it;
- `hold`: a number; the request waits until so many requests are waiting, then all of them go on (two writers at once).

`POST /_control/parents` makes a repository one whose commits are taken whatever their parent is, on that parent.
`GET /_control/log` lists the requests served, `POST /_control/reset` forgets faults and log.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Dropped(Exception):
    """The connection is to be cut; uvicorn closes it when an application fails in mid-answer."""


class Faults:
    """ASGI middleware in front of the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.armed: list[dict[str, Any]] = []
        self.log: list[str] = []
        self.gate: asyncio.Event | None = None
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith("/_control/"):
            answer = await self.control(Request(scope, receive))
            await answer(scope, receive, send)
            return
        line = f"{scope['method']} {scope['raw_path'].decode()}" + "?" * bool(scope["query_string"])
        line += scope["query_string"].decode()
        self.log.append(line)
        await self.serve(self.take(line), scope, receive, send)

    async def control(self, request: Request) -> Response:
        """Arm a fault, read the log, or forget both."""
        if request.url.path.endswith("/parents"):
            request.app.state.hub.careless.add((await request.json())["repo"])
            return Response()
        if request.url.path.endswith("/log"):
            return JSONResponse(self.log)
        if request.url.path.endswith("/reset"):
            self.armed, self.log = [], []
        else:
            self.armed.append({"times": 1, **(await request.json())})
        return Response()

    def take(self, line: str) -> dict[str, Any] | None:
        """The first armed fault that matches, used up by one."""
        for fault in self.armed:
            if fault["times"] > 0 and re.search(fault["match"], line):
                fault["times"] -= 1
                return fault
        return None

    async def serve(self, fault: dict[str, Any] | None, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, or the fault instead of it."""
        if fault is not None and "cut" in fault:
            await self.cut(fault["cut"], scope, receive, send)
        elif fault is not None and "status" in fault:
            body, headers = fault.get("body", {"error": "injected"}), {"Content-Type": "application/json"}
            content = bytes.fromhex(fault["raw"]) if "raw" in fault else json.dumps(body).encode()
            answer = Response(content, fault["status"], headers | fault.get("headers", {}))
            await answer(scope, receive, send)
        else:
            if fault is not None:
                await self.hold(fault["hold"])
            await self.app(scope, receive, send)

    async def hold(self, count: int) -> None:
        """Wait for `count` requests to stand here."""
        self.gate = self.gate or asyncio.Event()
        gate, self.waiting = self.gate, self.waiting + 1
        if self.waiting >= count:
            self.gate, self.waiting = None, 0
            gate.set()
        await asyncio.wait_for(gate.wait(), timeout=30)

    async def cut(self, where: str | int, scope: Scope, receive: Receive, send: Send) -> None:
        """Drop the connection at `where`."""
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        if where != "request":
            await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in sent)
        start = sent[0] if sent else {"type": "http.response.start", "status": 200, "headers": []}
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        # More is announced than is sent, so the client sees an answer that breaks off, whatever it asked for.
        announced = len(body) if isinstance(where, int) else 1
        await send({**start, "headers": [*headers, (b"content-length", str(announced).encode())]})
        await send(
            {"type": "http.response.body", "body": body[:where] if isinstance(where, int) else b"", "more_body": True}
        )
        raise Dropped
