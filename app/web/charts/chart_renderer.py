"""The easel: has charts drawn in a process of their own."""

import atexit
import base64
import json
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import Unavailable

DRAWING_SECONDS = 30.0  # a chart takes about one, on a busy machine some more; a worker that hangs is ended

_HERE = Path(__file__).parent
_COMMAND = [sys.executable, "-I", str(_HERE / "worker.py")]
_OWN_FONTS = {"FONTCONFIG_FILE": str(_HERE / "fonts.conf")}
_SENTENCE = "The charts cannot be drawn right now. Everything else works; try again in a moment."


class ChartRenderer:
    """Draws one thing at a time, in whatever thread asks.

    vl-convert holds the interpreter for as long as it draws (a second when it starts), which would stop every stream
    of this server; so it runs elsewhere. The process starts when it is needed and ends itself when nobody asks. With
    the fonts that come with vl-convert a drawing looks alike on every machine; only the system's know all scripts.
    """

    def __init__(self, *, system_fonts: bool = False) -> None:
        # A clean environment: a drawing needs no secret.
        self._environment = {"LANG": "C.UTF-8", **({} if system_fonts else _OWN_FONTS)}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def svg(self, spec: dict[str, Any]) -> str:
        """A Vega-Lite specification drawn. Raises Unavailable, or ValueError for one that makes no sense."""
        return self._ask({"spec": spec})["svg"]

    def png(self, svg: str) -> bytes:
        """An SVG as PNG, in its own size. Raises Unavailable, or ValueError."""
        return base64.b64decode(self._ask({"svg": svg})["png"])

    def close(self) -> None:
        """End the process; the next drawing starts another."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, Any]) -> dict[str, str]:
        line = json.dumps(request) + "\n"
        with self._lock:
            # Twice, because a process that has been idle may end just when it is asked.
            text = self._exchange(line) or self._exchange(line)
        if not text:
            raise Unavailable(_SENTENCE)
        answer: dict[str, str] = json.loads(text)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer

    def _exchange(self, line: str) -> str:
        """The answer to one line; empty where the process died or took too long over it."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise ValueError("the drawing process has no pipes")
        timer = threading.Timer(DRAWING_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            text = process.stdout.readline()
        except BrokenPipeError:
            text = ""
        finally:
            timer.cancel()
        if not text:
            self._end()
        return text

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            # A session of its own: Ctrl+C is for the server.
            self._process = subprocess.Popen(  # noqa: S603 (fixed words)
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env=self._environment,
                start_new_session=True,
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@cache
def chart_renderer(*, system_fonts: bool = False) -> ChartRenderer:
    """The one easel of this process, or the one that draws with the system's fonts."""
    renderer = ChartRenderer(system_fonts=system_fonts)
    atexit.register(renderer.close)
    return renderer
