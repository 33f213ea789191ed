"""A small site that answers as WordPress was seen to: articles, pictures and tags, drafts that no stranger sees."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], str]
USER, PASSWORD = "harbour", "aaaa bbbb cccc dddd"
_ABLE = ("edit_posts", "publish_posts", "upload_files")


class Small(ThreadingHTTPServer):
    """Keeps articles as WordPress does. `says` are answers to a request that come before its own, without any work."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.port, self.user, self.password = self.server_port, USER, PASSWORD
        self.url = f"http://127.0.0.1:{self.port}"
        self.kept: dict[str, dict[int, dict[str, Any]]] = {"posts": {}, "media": {}, "tags": {}}
        self.says: dict[str, list[Answer]] = {}
        self.able = dict.fromkeys(_ABLE, True)
        self.authentication: Any = {"application-passwords": {}}
        self.seen: Counter[str] = Counter()
        self._one = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def all(self, route: str, **asked: str) -> list[dict[str, Any]]:
        return [told for told in self.kept[route.strip("/")].values() if told.get("status") != "trash"]

    def articles(self) -> list[dict[str, Any]]:
        return self.all("/posts")

    def change(self, id: int, **fields: str) -> None:
        """What a person does to an article."""
        told = self.kept["posts"][id]
        told |= {name: {"raw": v} if name in ("title", "content", "excerpt") else v for name, v in fields.items()}
        if fields.get("status") == "trash":
            told["slug"] += "__trashed"

    def write(self, **fields: str) -> int:
        """A new article by a person; its number."""
        return int(json.loads(self._new("posts", fields)[2])["id"])

    def answer(self, method: str, query: dict[str, str], body: bytes, headers: Any) -> Answer:
        route = query.get("rest_route", "/").removeprefix("/wp/v2/")
        kind, _, id = route.partition("/")
        name = f"{method} {kind}{'/ID' if id.isdigit() else ''}"
        self.seen[name] += 1
        if said := self.says.get(name):
            return said.pop(0)
        right = headers.get("Authorization") == f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"
        with self._one:
            if route == "/":
                told = {"name": "Harbour Light", "namespaces": ["wp/v2"], "authentication": self.authentication}
                return 200, {}, json.dumps(told)
            if method == "GET" and not id:
                return self._listed(kind, query) if right else bad(400, "rest_invalid_param", "Invalid parameter(s)")
            if not right:
                return bad(401, "rest_not_logged_in", "You are not currently logged in.")
            if route == "users/me":
                return 200, {}, json.dumps({"username": USER, "capabilities": self.able})
            if id:
                return self._one_of(kind, int(id), json.loads(body) if method == "POST" else {})
            return self._new(kind, fields_of(body, headers))

    def _listed(self, kind: str, query: dict[str, str]) -> Answer:
        slugs, states = query["slug"].split(","), query.get("status", "inherit").split(",")
        found = [told for told in self.kept[kind].values() if told["slug"] in slugs]
        return 200, {}, json.dumps([t for t in found if "trash" in states or t.get("status") != "trash"])

    def _one_of(self, kind: str, id: int, fields: dict[str, Any]) -> Answer:
        if id not in self.kept[kind]:
            return bad(404, "rest_post_invalid_id", "Invalid post ID.")
        told = self.kept[kind][id]
        told |= _shaped(fields)
        if fields.get("status") == "publish":
            told["slug"] = self._free(kind, told["slug"], id)
        return 200, {}, json.dumps(told)

    def _new(self, kind: str, fields: dict[str, Any]) -> Answer:
        id = sum(map(len, self.kept.values())) + 1
        if kind == "tags":
            same = [i for i, told in self.kept["tags"].items() if told["name"].casefold() == fields["name"].casefold()]
            if same:
                return bad(400, "term_exists", "A term with the name provided already exists.", term_id=same[0])
        usual = {"status": "draft", "slug": "", "alt_text": "", "tags": [], "featured_media": 0}
        told = usual | {"title": {"raw": ""}, "content": {"raw": ""}, "excerpt": {"raw": ""}} | _shaped(fields)
        told |= {"id": id, "link": f"{self.url}/?p={id}"}
        if kind == "media" or told["status"] == "publish":  # a draft may have the slug of another
            told["slug"] = self._free(kind, told["slug"], id)
        self.kept[kind][id] = told
        return 201, {}, json.dumps(told)

    def _free(self, kind: str, slug: str, id: int) -> str:
        taken = {told["slug"] for other, told in self.kept[kind].items() if other != id}
        return next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, 99))) if s not in taken)


def _shaped(fields: dict[str, Any]) -> dict[str, Any]:
    return {n: {"raw": v} if n in ("title", "content", "excerpt") else v for n, v in fields.items()}


def fields_of(body: bytes, headers: Any) -> dict[str, Any]:
    """The fields of a JSON or of a form with a file in it."""
    if headers.get("Content-Type") == "application/json":
        return dict(json.loads(body))
    found = re.findall(rb'name="(\w+)"\r\n\r\n(.*?)\r\n--', body, re.S)
    return {name.decode(): value.decode() for name, value in found}


def bad(status: int, code: str, message: str, **data: object) -> Answer:
    return status, {}, json.dumps({"code": code, "message": message, "data": {"status": status, **data}})


class _Asked(BaseHTTPRequestHandler):
    server: Small

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        status, headers, text = self.server.answer(self.command, query, body, self.headers)
        self.send_response_only(status)
        for header, value in ({"Content-Length": str(len(text.encode()))} | headers).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *words: object) -> None:
        pass
