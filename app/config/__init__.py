"""Settings: what an installation can be told, read and checked in one place."""

from app.config.database import sqlite_url
from app.config.settings import PREFIX, PROJECT, BoardVisibility, LogFormat, Settings, sentences

__all__ = ["PREFIX", "PROJECT", "BoardVisibility", "LogFormat", "Settings", "sentences", "sqlite_url"]
