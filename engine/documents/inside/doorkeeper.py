"""The small process that templates are opened in. It has an empty environment and no secrets; for each order it forks a child that locks
itself in, does the work and answers bytes.

Run as a script by `engine.documents.box`: orders on standard input, answers on standard output, each a header in JSON and a body.
"""

import json
import os
import pathlib
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import lock  # type: ignore[import-not-found] # noqa: E402
import word  # type: ignore[import-not-found] # noqa: E402

SIZE = struct.Struct(">II")
WORK: Mapping[str, Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]] = {
    "render": word.render, "inspect": word.inspect, "probe": word.probe}
CHUNK = 1 << 16


def read_exactly(file: int, size: int) -> bytes:
    """So many bytes; fewer only at the end of the input."""
    parts: list[bytes] = []
    while size and (part := os.read(file, min(size, CHUNK))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write_all(file: int, body: bytes) -> None:
    """All of it."""
    view = memoryview(body)
    while view:
        view = view[os.write(file, view[: 1 << 20]):]


def packed(header: Mapping[str, Any], body: bytes) -> bytes:
    """A message: the lengths, the header, the body."""
    words = json.dumps(header, ensure_ascii=False).encode()
    return SIZE.pack(len(words), len(body)) + words + body


def child(order: dict[str, Any], body: bytes, out: int) -> None:
    """Lock up, work, answer; never returns."""
    try:
        lock.libc.prctl(lock.DEATH_SIGNAL, signal.SIGKILL)
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2 and int(name) != out:
                _close(int(name))
        kept = lock.shut(order["cpu"], order["memory"])
        answer = _worked(order, body)
        write_all(out, answer)
        del kept
    finally:
        os._exit(0)


def _close(file: int) -> None:
    try:
        os.close(file)
    except OSError:
        return


def _worked(order: dict[str, Any], body: bytes) -> bytes:
    try:
        header, result = WORK[order["task"]](order, body)
        return packed({"ok": True, **header}, result)
    except MemoryError:
        return packed({"ok": False, "kind": "MemoryError", "why": "memory"}, b"")
    except Exception as error:
        return packed({"ok": False, "kind": type(error).__name__, "why": str(error)[:500]}, b"")


def serve_one(order: dict[str, Any], body: bytes) -> bytes:
    """Fork, wait for the answer within the time and size allowed, and say how it ended."""
    inside, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(order, body, out)
    os.close(out)
    answer, ended = _collected(inside, time.perf_counter() + order["wall"], order["most"])
    os.close(inside)
    if ended:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if ended:
        return packed({"ok": False, "kind": ended, "why": ended}, b"")
    if os.WIFSIGNALED(status):
        return packed({"ok": False, "kind": "killed", "why": signal.Signals(os.WTERMSIG(status)).name}, b"")
    return answer or packed({"ok": False, "kind": "silent", "why": "no answer"}, b"")


def _collected(inside: int, until: float, most: int) -> tuple[bytes, str]:
    parts: list[bytes] = []
    size = 0
    while True:
        ready = select.select([inside], [], [], max(0.0, until - time.perf_counter()))[0]
        if not ready:
            return b"", "too slow"
        part = os.read(inside, CHUNK)
        if not part:
            return b"".join(parts), ""
        size += len(part)
        if size > most:
            return b"", "too long"
        parts.append(part)


def main() -> None:
    """Take orders until the input ends."""
    word.warm_up()
    write_all(1, packed({"ok": True, "layers": lock.layers()}, b""))
    while head := read_exactly(0, SIZE.size):
        words, length = SIZE.unpack(head)
        order = json.loads(read_exactly(0, words))
        write_all(1, serve_one(order, read_exactly(0, length)))


if __name__ == "__main__":
    main()
