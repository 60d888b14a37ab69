"""Imports at the start of a process, without looking for garbage meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Import inside this block: what the garbage collector would do in it is left out, for good.

    Importing makes hundreds of thousands of objects and drops hardly any: going through them again and again takes a
    sixth of the start. They stay as long as the process, so they are not gone through later either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
