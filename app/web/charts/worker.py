"""The process that draws: a JSON request a line on stdin, a JSON answer a line on stdout; imports nothing of ours."""

import base64
import json
import os
import signal
import sys
from typing import Any

import vl_convert

IDLE_SECONDS = 120


def draw(request: dict[str, Any]) -> dict[str, str]:
    """A Vega-Lite `spec` as `svg`, or an `svg` as `png` (base64); reaches for no address."""
    if "spec" in request:
        return {"svg": vl_convert.vegalite_to_svg(request["spec"], allowed_base_urls=[])}
    return {"png": base64.b64encode(vl_convert.svg_to_png(request["svg"])).decode()}


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
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
