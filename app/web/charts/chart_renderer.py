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
from xml.sax.saxutils import escape

from app.errors import Unavailable

DRAWING_SECONDS = 30.0  # a chart takes about one, on a busy machine some more; a worker that hangs is ended

MOST_PROBED = 10_000  # characters of which it is known whether fonts have them; each took about a millisecond

_HERE = Path(__file__).parent
_COMMAND = [sys.executable, "-I", str(_HERE / "worker.py")]
_OWN_FONTS = {"FONTCONFIG_FILE": str(_HERE / "fonts.conf")}
_BEYOND_CYRILLIC = "\u0530"  # before, vl-convert's own fonts have every letter and mark
_NO_CHARACTER = "\U0010fffd"  # of a private plane: no font has it
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" font-family="Liberation Sans">'
    '<text x="4" y="30" font-size="24" font-weight="700">{}</text></svg>'
)
_SENTENCE = "The charts can’t be drawn right now. Everything else works; try again in a moment."


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
        self._box = b""
        self._drawn: dict[str, bool] = {}

    def svg(self, spec: dict[str, Any]) -> str:
        """A Vega-Lite specification drawn. Raises Unavailable, or ValueError for one that makes no sense."""
        return self._ask({"spec": spec})["svg"]

    def png(self, svg: str) -> bytes:
        """An SVG as PNG, in its own size. Raises Unavailable, or ValueError."""
        return base64.b64decode(self._ask({"svg": svg})["png"])

    def draws(self, character: str) -> bool:
        """Tell whether the fonts at hand have a character, rather than a box in its place. Raises Unavailable."""
        if character < _BEYOND_CYRILLIC:
            return True
        if not self._box:
            self._box = self.png(_PROBE.format(_NO_CHARACTER))
        if character not in self._drawn and len(self._drawn) < MOST_PROBED:
            self._drawn[character] = self.png(_PROBE.format(escape(character))) != self._box
        return self._drawn.get(character, True)

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


def chart_renderer(*, system_fonts: bool = False) -> ChartRenderer:
    """The one easel of this process, or the one that draws with the system's fonts."""
    return _renderer(system_fonts)


@cache
def _renderer(system_fonts: bool) -> ChartRenderer:
    renderer = ChartRenderer(system_fonts=system_fonts)
    atexit.register(renderer.close)
    return renderer
