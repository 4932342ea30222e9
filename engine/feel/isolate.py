"""The V8 isolate that runs FEEL: one per process, made when first needed, limited in time and memory, closed at exit.

V8's threads do not survive a fork: an isolate made before one hangs the child for ever, so a child forgets its parent's.
"""

import atexit
import ctypes
import json
import logging
import os
import threading
from pathlib import Path

from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

from engine.errors import ExpressionFailed, Unavailable

BUNDLE = Path(__file__).parent / "dist" / "feel.js"
LIMIT = 0.1  # seconds for one evaluation; a batch gets as many times that
LONGEST = 2.0  # seconds for one batch, however many evaluations it holds
PATIENCE = 5  # times the limit, for a second chance
HEAP = 64 * 1024 * 1024  # bytes of V8's own heap; the process needs more than twice that at its peak

_log = logging.getLogger(__name__)


class _Exhausted(ExpressionFailed):
    """The isolate ran out of something, or died; a fresh one may do better."""


class Isolate:
    """One V8 with the FEEL bundle. Calls from several threads wait for each other."""

    def __init__(self, bundle: Path = BUNDLE, limit: float = LIMIT, heap: int = HEAP) -> None:
        self._bundle = bundle
        self._limit = limit
        self._heap = heap
        self._lock = threading.Lock()
        self._engine: MiniRacer | None = None

    def call(self, function: str, *arguments: str | bool, weight: int = 1, again: bool = True) -> str:
        """The text that a function of the bundle answers. `weight` is the number of evaluations in it.

        What takes too long or too much memory is refused with ExpressionFailed; the next call works again. `again` gives it a
        second, longer chance: the limit counts wall time, the machine may have stalled, or others have left the memory full.
        """
        seconds = min(LONGEST, self._limit * max(1, weight))
        source = f"{function}({', '.join(json.dumps(argument) for argument in arguments)})"
        with self._lock:
            try:
                return self._evaluate(source, seconds)
            except _Exhausted as refusal:
                if not again:
                    raise
                _log.info("FEEL is asked a second time: %s", refusal.message)
                return self._evaluate(source, min(LONGEST, seconds * PATIENCE))

    def close(self) -> None:
        """Gives V8 back. An unclosed isolate can keep the interpreter from ending."""
        with self._lock:
            self._discard()

    def forget(self) -> None:
        """For a forked child: leaves the parent's V8 alone for ever, neither used nor closed nor collected."""
        if self._engine is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._engine))
        self._engine = None
        self._lock = threading.Lock()

    def _evaluate(self, source: str, seconds: float) -> str:
        if self._engine is None:
            self._engine = self._start()
        try:
            answer = self._engine.eval(source, timeout_sec=seconds)
        except JSTimeoutException as reason:
            self._engine.low_memory_notification()  # what the broken-off evaluation left must not press on the next one
            raise _Exhausted(f"表达式计算超过 {seconds:g} 秒，已中止。请简化表达式。", cause="timeout") from reason
        except JSOOMException as reason:
            self._discard()
            raise _Exhausted("表达式占用内存过多，已中止。请简化表达式。", cause="memory") from reason
        except JSEvalException as reason:
            raise ExpressionFailed("表达式过于复杂，无法计算。请简化表达式。", cause=str(reason)[:500]) from reason
        except RuntimeError as reason:
            self._discard()
            raise _Exhausted("表达式引擎意外停止，已重新启动。请重试。", cause=str(reason)) from reason
        if not isinstance(answer, str):
            raise ExpressionFailed(cause=f"unexpected answer {type(answer)}")
        return answer

    def _start(self) -> MiniRacer:
        try:
            source = self._bundle.read_text("utf-8")
        except OSError as reason:
            message = f"表达式引擎没有安装（缺少 {self._bundle.name}）。请先运行 make setup。"
            raise Unavailable(message, cause=str(reason)) from reason
        engine = MiniRacer()
        engine.eval(source)
        engine.set_hard_memory_limit(self._heap)
        _log.debug("FEEL isolate started in process %d", os.getpid())
        return engine

    def _discard(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()


shared = Isolate()
atexit.register(shared.close)
os.register_at_fork(after_in_child=shared.forget)
