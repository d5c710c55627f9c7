"""A database with every migration applied, which each process of the suite copies instead of migrating its own.

It is made from zero, once for each state of the migrations, and stays on the test server for the next run.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.db import connection
from django.db.backends.utils import CursorWrapper

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "template_offer_history_"
# Any number: whoever makes or replaces a template on this server holds it.
LOCK = 7_264_119


def migrated_template() -> str:
    """The template's name; made first where there is none yet. Raises CalledProcessError when a migration fails."""
    name = PREFIX + _state_of_the_migrations()
    with connection._nodb_cursor() as cursor:
        # Held until this connection closes: the other processes wait, and find the template.
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = _databases(cursor)
        if name not in found:
            _drop(cursor, found)
            _make(cursor, name)
    return name


def _state_of_the_migrations() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for file in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _databases(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in cursor.fetchall()]


def _drop(cursor: CursorWrapper, names: list[str]) -> None:
    """Templates of other states of the migrations, and one that was not finished."""
    for name in names:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def _make(cursor: CursorWrapper, name: str) -> None:
    """Under another name until it is whole."""
    building = f"{PREFIX}building"
    cursor.execute(f"CREATE DATABASE {building}")
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{building}").geturl()
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": address}, check=True)
    cursor.execute(f"ALTER DATABASE {building} RENAME TO {connection.ops.quote_name(name)}")
