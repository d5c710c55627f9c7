"""Every code of the reader has a plain sentence."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from reports.messages import (
    DOUBTS,
    MEANINGS,
    PROBLEMS,
    REFUSALS,
    SOURCES,
    doubt_message,
    explain_refusal,
    problem_message,
    source_message,
)
from reports.readers.concepts import Concept
from reports.readers.periods import PeriodDoubt, PeriodSource
from reports.readers.problems import Problem
from reports.readers.refusals import Refusal
from reports.reading import INTERNAL, INTERRUPTED, TOOK_TOO_LONG


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_no_code_is_without_words() -> None:
    assert set(REFUSALS) == {*Refusal, INTERNAL, INTERRUPTED, TOOK_TOO_LONG}
    assert set(PROBLEMS) == set(Problem)
    assert set(DOUBTS) == set(PeriodDoubt)
    assert set(MEANINGS) == set(Concept)
    assert set(PeriodSource) < set(SOURCES)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_of_an_older_row_lacks_values_but_still_has_words(code: str) -> None:
    shown = explain_refusal({"code": code}, file_kept=True)
    assert "%(" not in str(shown)
    assert "the file itself is kept" in shown.kept


@pytest.mark.parametrize(
    ("code", "context", "expected"),
    [
        ("too_large", {"size": 31457280, "limit": 20971520}, "The file has 30.0\xa0MB; the limit is 20.0\xa0MB."),
        ("unpacks_too_large", {"limit": 209715200}, "more than 200.0\xa0MB"),
        ("too_many_rows", {"part": "xl/a.xml", "row": 250001, "limit": 250000}, "more than 250,000 rows"),
        ("not_a_workbook", {"detected": "html"}, "it is a web page"),
        ("not_a_workbook", {"detected": "from the future"}, "it is something else"),
        ("no_known_heading", {"headings": ["SKU", "100%"], "missing": ["offer_id"]}, "Missing: Offer number."),
        ("no_known_heading", {"headings": ["SKU", "100%"], "missing": ["offer_id"]}, "row says: SKU, 100%."),
        ("no_known_heading", {"headings": [], "missing": []}, "row says: none."),
        ("mixed_currencies", {"currencies": ["EUR", "PLN"]}, "(EUR, PLN)"),
        ("duplicate_entry", {"name": "%(evil)s %s"}, "named “%(evil)s %s”"),
        ("of a later version", {"x": 1}, "Something went wrong on our side"),
    ],
)
def test_a_refusal_says_what_happened_with_its_values(code: str, context: dict[str, Any], expected: str) -> None:
    assert expected in explain_refusal({"code": code, "context": context}, file_kept=True).happened


def test_a_file_that_was_not_kept_is_not_said_to_be_kept() -> None:
    assert "Nothing of it was kept" in str(explain_refusal({"code": "too_large"}, file_kept=False))


def test_unknown_codes_of_a_later_version_still_have_words() -> None:
    assert problem_message("new_problem") and doubt_message("new_doubt") and doubt_message(None)
    assert source_message("") == ""
