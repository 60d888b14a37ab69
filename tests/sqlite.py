"""A SQLite file for the tests, replaced for each test by a copy of one that was played up to some scene."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from app.db.database import Database
from tests.kept import KeptDatabase

Play = Callable[[Database], None]


class SQLite:
    """One database per test process; it keeps its address, so that what was compiled for it is compiled once."""

    def __init__(self, folder: Path, scenes: Mapping[str, Play]) -> None:
        self._folder = folder
        self._file = folder / "now.sqlite3"
        self.url = f"sqlite:///{self._file}"
        self.database = KeptDatabase(self.url, checkpoints=True)
        for name, play in scenes.items():
            play(self.database)
            self.database.dispose()
            shutil.copy(self._file, self._scene(name))

    def set_scene(self, name: str, play: Play | None = None) -> None:
        """Bring the database to a scene, whatever the test before left; one that few need is played on first use."""
        if play is not None and not self._scene(name).exists():
            self.set_scene("empty")
            play(self.database)
            self.database.dispose()
            shutil.copy(self._file, self._scene(name))
        self.database.dispose()
        for leftover in self._folder.glob("now.sqlite3*"):
            leftover.unlink()
        shutil.copy(self._scene(name), self._file)

    def copy_scene(self, name: str, file: Path) -> None:
        """Make a file of a scene somewhere else, for its owner's eyes alone."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(self._scene(name), file)

    def _scene(self, name: str) -> Path:
        return self._folder / f"{name}.scene"
