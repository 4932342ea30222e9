"""The box in which strangers' templates are opened: no files, no network, no new processes, little memory, little time.

A small helper process with an empty environment forks a locked child for each order (`engine.documents.inside`). Where the kernel has
landlock and the processor is x86_64 everything is closed; elsewhere only limits hold, and then whatever somebody uploaded is refused.
"""

import atexit
import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.errors import Unavailable, UnsafeInput

HELPER = Path(__file__).parent / "inside" / "doorkeeper.py"
SIZE = struct.Struct(">II")
CPU, MEMORY, WALL, MOST = 10, 256 << 20, 30.0, 30 << 20
"""Seconds of computing, bytes more than at rest, seconds in all, bytes of an answer."""
WORDS = {"limits": "内存、时间限制", "landlock": "禁止访问文件和网络（landlock）", "seccomp": "系统调用白名单（seccomp）"}
PROBES = {"read": "读文件", "connect": "上网", "fork": "启动进程", "swell": "占满内存"}
ENDS = {"too slow": "用时过长", "too long": "结果过大", "MemoryError": "占用内存过多", "killed": "做了不允许的操作", "silent": "没有结果"}


@dataclass(frozen=True)
class Limits:
    """What one order may use: see CPU, MEMORY, WALL, MOST."""

    cpu: int = CPU
    memory: int = MEMORY
    wall: float = WALL
    most: int = MOST


class BoxRefused(UnsafeInput):
    """The work in the box failed or was stopped. `kind` says how: the exception's name, "killed", "too slow", "too long"."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(f"处理模板时{ENDS.get(kind, '出错')}，已停止：{why}", kind=kind)
        self.kind, self.why = kind, why


class _Helper:
    """One helper process, started when first asked and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self.layers: Mapping[str, bool] = {}

    def ask(self, order: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Raises Unavailable when no helper can be started, or this one died."""
        with self._lock:
            process = self._running()
            try:
                words = json.dumps(order, ensure_ascii=False).encode()
                stdin = _pipe(process.stdin)
                stdin.write(SIZE.pack(len(words), len(body)) + words + body)
                stdin.flush()
                return _answer(_pipe(process.stdout))
            except (OSError, EOFError) as error:
                self._stop()
                raise Unavailable("处理文书模板的程序意外停止，请重试。", cause=str(error)) from error

    def start(self) -> Mapping[str, bool]:
        """What protection there is. Raises Unavailable."""
        with self._lock:
            self._running()
            return self.layers

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None and self._owner == os.getpid():
            return self._process
        self._stop()
        try:
            self._process = subprocess.Popen([sys.executable, "-I", str(HELPER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             env={}, cwd="/", close_fds=True)
            self._owner = os.getpid()
            self.layers = _answer(_pipe(self._process.stdout))[0]["layers"]
        except (OSError, EOFError) as error:
            self._stop()
            raise Unavailable("处理文书模板的程序不能启动，请管理员运行 gridloop doctor 检查。", cause=str(error)) from error
        return self._process

    def stop(self) -> None:
        """End it."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()


_helper = _Helper()
atexit.register(_helper.stop)


def layers() -> Mapping[str, bool]:
    """Which protections are active here: limits, landlock, seccomp. Raises Unavailable when the helper cannot be started."""
    return _helper.start()


def is_closed() -> bool:
    """Whether everything that should be closed is: only then may uploaded templates be opened."""
    return all(layers().get(name, False) for name in WORDS)


def open_doors() -> tuple[str, ...]:
    """Which protections are missing, in words; each that is there is tried by breaking out. Raises Unavailable."""
    missing = [words for name, words in WORDS.items() if not layers().get(name, False)]
    for way, words in PROBES.items():
        try:
            run("probe", {"way": way}, b"", Limits(cpu=1, wall=5.0))
        except BoxRefused:
            continue
        missing.append(f"试探“{words}”没有被拦住")
    return tuple(missing)


def must_be_closed() -> None:
    """Raises Unavailable where the box cannot be closed: nothing uploaded is opened there."""
    open_doors = [words for name, words in WORDS.items() if not layers().get(name, False)]
    if open_doors:
        raise Unavailable(f"本机不能为上传的文书模板提供完整的隔离（缺少：{'、'.join(open_doors)}），不能使用上传的模板。"
                          "请使用系统自带的模板，或者把系统安装在 5.13 以上内核的 x86_64 Linux 上。")


def run(task: str, order: Mapping[str, Any], body: bytes, limits: Limits | None = None) -> tuple[dict[str, Any], bytes]:
    """Do one piece of work in the box. Raises BoxRefused (how it ended, and why), Unavailable."""
    given = limits or Limits()
    full = {**order, "task": task, "cpu": given.cpu, "memory": given.memory, "wall": given.wall, "most": given.most}
    header, result = _helper.ask(full, body)
    if not header.pop("ok"):
        raise BoxRefused(header["kind"], header["why"])
    return header, result


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError("no pipe")
    return pipe


def _answer(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    words, length = SIZE.unpack(_exactly(pipe, SIZE.size))
    header: dict[str, Any] = json.loads(_exactly(pipe, words))
    return header, _exactly(pipe, length)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    body = pipe.read(size)
    if len(body) != size:
        raise EOFError("the helper is gone")
    return body


