"""How far the demo has come, in a file: an interrupted demo goes on, a second start finds the first one finished."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class DemoState:
    """What is done, and how to sign in."""

    email: str = "seller@example.com"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)
    signed_up: bool = False
    account_id: str = ""
    linked_at: str = ""
    replayed: bool = False
    uploaded: list[str] = field(default_factory=list)
    finished: bool = False


def load_state(path: Path) -> DemoState:
    """The state in `path`, or that of a demo not begun."""
    return DemoState(**json.loads(path.read_text())) if path.exists() else DemoState()


def save_state(path: Path, state: DemoState) -> None:
    """Write it so that a reader sees the old or the new one, never half."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(state), file)
    temporary.replace(path)
