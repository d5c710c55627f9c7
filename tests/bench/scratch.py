"""A new PostgreSQL and Valkey in a temporary folder, and the environment of a trial that uses them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import embedded


@contextmanager
def scratch_servers(**environment: str) -> Iterator[Path]:
    """Start both and set `environment`, for this process and its children; stop and delete them at the end.

    To be entered before Django's settings are loaded: a trial takes its servers from DATA_DIR. Yields that folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings", DATA_DIR=str(folder), PYTHONWARNINGS="ignore", LOG_LEVEL="ERROR"
    )
    os.environ.update(environment)
    try:
        embedded.ensure(folder)
        yield folder
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
