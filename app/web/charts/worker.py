"""The process that draws: a JSON request a line on stdin, a JSON answer a line on stdout; imports nothing of ours."""

import base64
import json
import os
import re
import signal
import sys
from typing import Any

import vl_convert

IDLE_SECONDS = 120  # it holds some 80 MB, and starting anew takes a second

_CLIP = re.compile(r'(?<=id="clip)\d+(?=")|(?<=url\(#clip)\d+(?=\))')


def draw(request: dict[str, Any]) -> dict[str, str]:
    """A Vega-Lite `spec` as `svg`, or an `svg` as `png` (base64); reaches for no address."""
    if "spec" in request:
        return {"svg": renumber(vl_convert.vegalite_to_svg(request["spec"], allowed_base_urls=[]))}
    return {"png": base64.b64encode(vl_convert.svg_to_png(request["svg"])).decode()}


def renumber(svg: str) -> str:
    """The same drawing with its clips counted from 1: Vega counts them all its life, so no two would be alike."""
    numbers = {old: str(new) for new, old in enumerate(dict.fromkeys(_CLIP.findall(svg)), start=1)}
    return _CLIP.sub(lambda found: numbers[found[0]], svg)


def main() -> None:
    """Answer until stdin ends, or nobody has asked for a while: the alarm's default is to end the process."""
    os.nice(5)
    while True:
        signal.alarm(IDLE_SECONDS)
        line = sys.stdin.readline()
        signal.alarm(0)
        if not line:
            return
        try:
            answer = draw(json.loads(line))
        except (RuntimeError, ValueError) as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
