"""Lots: chance that is the same in every demo."""

from zlib import crc32


def lot(*words: object) -> float:
    """A number from 0 to below 1 that looks drawn by lot, and is the same for the same words everywhere."""
    return crc32("/".join(map(str, words)).encode()) / 2**32
