"""The state on disk: not the world, but what made it. Seed, start, every edit from outside, the clock and the tokens.

A world lives through the same days whenever it has the same seed and the same edits, so this is enough to have all of
it again, and it stays small enough to be written after every change.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

FILE_NAME = "simulator.json"
VERSION = 1
CALM_SECONDS = 2.0


class StateUnreadable(Exception):
    """The state file is broken or was written by a different simulator."""


class StateFile:
    """Writes the state atomically; clock moves alone are written at most every two seconds."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._written = 0.0
        directory.mkdir(parents=True, exist_ok=True)

    def read(self) -> dict[str, Any] | None:
        """Return the saved state, or None if there is none yet; raise StateUnreadable if it cannot be understood."""
        if not self.path.exists():
            return None
        try:
            document = json.loads(self.path.read_text())
            known = document["version"] == VERSION
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(self.path, str(error)) from error
        if not known:
            raise unreadable(self.path, "it was written by another version")
        return dict(document)

    def due(self) -> bool:
        """Return whether the last write is long enough ago for another one of little importance."""
        return time.monotonic() - self._written >= CALM_SECONDS

    def write(self, document: dict[str, Any]) -> None:
        """Replace the file in one step, so that a crash leaves the old one or the new one."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".simulator-")
        with os.fdopen(handle, "w") as file:
            json.dump({"version": VERSION, **document}, file)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.path)
        self._written = time.monotonic()


def unreadable(path: Path, reason: str) -> StateUnreadable:
    """Return the error that tells what to do about a state file."""
    return StateUnreadable(
        f"cannot use the simulator's state in {path}: {reason}. Run `make demo-reset` to start afresh."
    )
