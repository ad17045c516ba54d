"""A small server that speaks OpenAI's protocol, in a process of its own; and misbehaves on demand.

``python model_server.py PORT MODE FILE`` appends every request to FILE, as JSON lines. Modes:

good        chooses ``balance``, then tells a sentence, word by word
slow        the same, a word every 150 ms
hang        accepts, and never answers
die         tells three words of the answer, then closes the line
lie         calls tools that do not exist, and real ones with persons in their arguments
obey-TOOL   chooses TOOL, and does whatever any text that it is shown tells it: the worst model
invent      tells figures that are in no record
silent      answers without a word
broken      answers something that is no JSON
"""

from __future__ import annotations

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MODE, FILE = sys.argv[2:4] if len(sys.argv) > 3 else ("good", "")
SENTENCE = (
    "Your balance is shown below , and each figure in it leads to the statement from which it "
    "comes , so that you can check it in peace whenever you like ."
)
ORDER = re.compile(r"CALL (\w+)")


class Model(BaseHTTPRequestHandler):
    """One model, as MODE has it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer one request for a completion."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with Path(FILE).open("a") as file:
            file.write(json.dumps(asked) + "\n")
        if MODE == "hang":
            time.sleep(60)
        if MODE == "broken":
            self._send(b"<html>busy</html>", "text/html")
            return
        calls = _calls(asked)
        if asked.get("stream"):
            self._stream(calls)
        else:
            message = {
                "role": "assistant",
                "content": None if calls else "Hello",
                "tool_calls": calls,
            }
            self._send(json.dumps(_completion(message=message)).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, calls: list[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        words = SENTENCE.split()
        if MODE == "invent":
            words = "You are owed 999999 EUR , or 12,345.67 , at once .".split()
        if MODE == "silent":
            words = []
        for n, word in enumerate(words):
            if MODE == "die" and n == 3:
                self.close_connection = True
                self.connection.close()
                return
            self._event(_completion(delta={"role": "assistant", "content": f"{word} "}))
            if MODE == "slow":
                time.sleep(0.15)
        for n, call in enumerate(calls):
            self._event(_completion(delta={"tool_calls": [{**call, "index": n}]}))
        self._event(_completion(delta={}, finish="stop"))
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, data: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


def _calls(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the model calls, given what it was shown."""
    shown = json.dumps(asked["messages"])
    if MODE.startswith("obey"):
        ordered = [(name, "{}") for name in ORDER.findall(shown)]
        wanted = [] if asked.get("stream") else [_wanted(asked, MODE.removeprefix("obey-"))]
        return [_call(n, *one) for n, one in enumerate(ordered or wanted)]
    if asked.get("stream"):
        return [_call(0, "withdraw", "{}")] if MODE == "lie" else []
    if MODE == "lie":
        told = [("erase_everything", "{}"), ("balance", '{"user": "ben"}'), ("statements", "[1")]
        return [_call(n, *one) for n, one in enumerate(told)]
    return [_call(0, "balance", "{}")]


def _wanted(asked: dict[str, Any], name: str) -> tuple[str, str]:
    """Return a call of a tool with what the person said, if it takes their question."""
    known = {tool["function"]["name"]: tool["function"]["parameters"] for tool in asked["tools"]}
    told = {"question": asked["messages"][-1]["content"]}
    return name, json.dumps(told if "question" in known[name].get("properties", {}) else {})


def _call(number: int, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _completion(
    message: dict[str, Any] | None = None,
    delta: dict[str, Any] | None = None,
    finish: str | None = None,
) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "finish_reason": finish}
    if message is not None:
        choice |= {"message": message, "finish_reason": "stop"}
    else:
        choice["delta"] = delta
    kind = "chat.completion" if message is not None else "chat.completion.chunk"
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "c", "object": kind, "created": 1, "model": "m", "choices": [choice]} | (
        {"usage": usage} if message is not None else {}
    )


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Model)
    print("ready", flush=True)
    server.serve_forever()
