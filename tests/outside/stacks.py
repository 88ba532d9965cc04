"""The same read in Python's stacks, for tests/outside/stacks.sh: a ticket and its thread from a desk's SQLite file,
behind a bearer token. They keep no audit and no metrics, which is less than the desk does.

python3 stacks.py fastapi|fastmcp DESK TOKEN PORT
"""

import hashlib
import hmac
import json
import sqlite3
import sys

import uvicorn

which, desk, token, port = sys.argv[1:]
db = sqlite3.connect(f"file:{desk}?mode=ro", uri=True, check_same_thread=False)
db.row_factory = sqlite3.Row
good = hashlib.sha256(token.encode()).digest()

ROW = """SELECT id, subject, status, priority, tags, assignee, customer_id, customer_name, created_at, updated_at,
         due_at, messages, version FROM tickets WHERE id = ?"""
THREAD = """SELECT at, author, name, visibility, body, attachments FROM messages WHERE ticket_id = ?
            ORDER BY position"""


def ticket(ticket_id):
    row = db.execute(ROW, (ticket_id,)).fetchone()
    if row is None:
        return None
    thread = [dict(message) for message in db.execute(THREAD, (ticket_id,))]
    for message in thread:
        message["attachments"] = json.loads(message["attachments"])
    return {**dict(row), "tags": json.loads(row["tags"]), "thread": thread, "body": thread[0]["body"] if thread else ""}


def may_come_in(headers):
    shown = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
    return hmac.compare_digest(hashlib.sha256(shown).digest(), good)


class Door:
    """Lets in whoever has the token."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and not may_come_in(dict(scope["headers"])):
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, send)


if which == "fastapi":
    from fastapi import FastAPI, HTTPException

    app = FastAPI()

    @app.get("/tickets/{ticket_id}")
    async def read(ticket_id: str):
        found = ticket(ticket_id)
        if found is None:
            raise HTTPException(404)
        return found
else:
    from fastmcp import FastMCP

    server = FastMCP("stacks")

    @server.tool
    def get_ticket(ticket_id: str) -> dict:
        return ticket(ticket_id) or {}

    # Its best setting: no sessions, and JSON in place of a stream.
    app = server.http_app(path="/mcp", stateless_http=True, json_response=True)

uvicorn.run(Door(app), port=int(port), log_level="error", access_log=False, loop="uvloop", http="httptools")
