"""The documents say what the code does, where that can be checked."""

import ast
import re
from collections import Counter
from pathlib import Path

from allegro import errors
from allegro.messages import MESSAGES

ROOT = Path(__file__).resolve().parent.parent
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ALLEGRO = (ROOT / "docs" / "allegro.md").read_text(encoding="utf-8")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def failure_codes() -> set[str]:
    """The codes of all typed errors and of everything else that has a message."""
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    typed = {kind.code for kind in kinds if issubclass(kind, errors.AllegroError)}
    return typed | set(MESSAGES)


def test_every_failure_code_has_its_entry_in_the_runbook() -> None:
    assert set(re.findall(r"^### `(\w+)`$", RUNBOOK, re.MULTILINE)) == failure_codes()


def test_every_typed_error_has_a_message_for_the_seller() -> None:
    assert failure_codes() - {"allegro_error"} == set(MESSAGES)


def oddities() -> list[list[str]]:
    """The rows of the tables of Allegro's oddities: number, what, issues, what we do, proof."""
    lines = re.findall(r"^\| (\d+ \|.*) \|$", ALLEGRO, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def test_every_test_named_for_an_oddity_of_allegro_exists() -> None:
    named = set(NAMED_TEST.findall(ALLEGRO))
    assert len(named) > 80
    trees = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path, _name in named}
    tests = {
        (path, node.name) for path, tree in trees.items() for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    assert named <= tests


def test_every_oddity_of_allegro_has_its_proof_and_is_counted() -> None:
    states: Counter[str] = Counter()
    for number, (no, _what, issues, _done, proof) in enumerate(oddities(), start=1):
        assert int(no) == number
        assert re.fullmatch(r"–|\d{3,5}(, \d{3,5})*", issues), no
        state = proof.split(":")[0] if proof.startswith(("client only: ", "not applicable: ")) else "handled"
        assert bool(NAMED_TEST.search(proof)) == (state != "not applicable"), no
        states[state] += 1
    handled, client_only, not_applicable = re.findall(r": (\d+)\.", ALLEGRO.splitlines()[-1])
    counted = {"handled": handled, "client only": client_only, "not applicable": not_applicable}
    assert {state: str(number) for state, number in states.items()} == counted
