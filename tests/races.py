"""Races, really parallel: threads that start together, on several processes' worth of connections."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import URL

from app.db.database import Database
from app.errors import Problem

T = TypeVar("T")


@contextmanager
def several(url: URL | str, count: int = 4) -> Iterator[list[Database]]:
    """Several processes' worth of connections to the same database."""
    databases = [Database(url) for _ in range(count)]
    yield databases
    for database in databases:
        database.dispose()


def race(deeds: Sequence[Callable[[], T]]) -> list[T | Problem]:
    """Do everything at once; what each returned, or the problem it met. Any other exception fails the test."""
    barrier = threading.Barrier(len(deeds))

    def run(call: Callable[[], T]) -> T | Problem:
        barrier.wait()
        try:
            return call()
        except Problem as problem:
            return problem

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def repeat(number: int, call: Callable[[int], T]) -> list[Callable[[], T]]:
    """The same deed so many times, each told its number."""
    return [partial(call, each) for each in range(number)]


def outcomes(results: Sequence[object]) -> Counter[str]:
    """Count the results and problems by kind."""
    return Counter(type(result).__name__ for result in results)
