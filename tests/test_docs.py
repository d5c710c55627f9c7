"""The documents say what the code does, where that can be checked."""

import re
from pathlib import Path

from allegro import errors
from allegro.messages import MESSAGES

ROOT = Path(__file__).resolve().parent.parent
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def failure_codes() -> set[str]:
    """The codes of all typed errors and of everything else that has a message."""
    typed = {value.code for value in vars(errors).values() if isinstance(value, type)}
    return typed | set(MESSAGES)


def test_every_failure_code_has_its_entry_in_the_runbook() -> None:
    assert set(re.findall(r"^### `(\w+)`$", RUNBOOK, re.MULTILINE)) == failure_codes()


def test_every_typed_error_has_a_message_for_the_seller() -> None:
    assert failure_codes() - {"allegro_error"} == set(MESSAGES)
