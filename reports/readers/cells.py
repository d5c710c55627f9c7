"""How the cell of each concept becomes a value."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from reports.readers.concepts import FORMS, Concept, Form, Value
from reports.readers.moments import parse_day, parse_moment
from reports.readers.numbers import (
    CURRENCY_SIGNS,
    EXCEL_ERRORS,
    NO_VALUE,
    Amount,
    Percent,
    parse_count,
    parse_money,
    parse_offer_id,
    parse_percent,
    parse_ratio,
    tidy,
)
from reports.readers.problems import CellRefused, Problem

TEXT_LENGTH: Final = 250
_CODE: Final = re.compile(r"[A-Z]{3}")

Parser = Callable[[object], "Value | Amount | Percent | None"]


def parse_text(value: object) -> str | None:
    """Read a text of at most 250 characters; a number as its digits, a lone dash as nothing. Raises `CellRefused`."""
    text = tidy(str(value))[:TEXT_LENGTH]
    if text.upper() in EXCEL_ERRORS:
        raise CellRefused(Problem.EXCEL_ERROR)
    return None if text in NO_VALUE else text


def parse_currency(value: object) -> str | None:
    """Read an ISO 4217 code or a sign ("zł"). Raises `CellRefused`."""
    text = parse_text(value)
    if text is None:
        return None
    code = CURRENCY_SIGNS.get(text.casefold(), text.upper())
    if not _CODE.fullmatch(code):
        raise CellRefused(Problem.OTHER_CURRENCY)
    return code


def parse_details(value: object) -> str | None:
    """Read a text of any length, which is taken apart later."""
    return tidy(str(value)) or None


_BY_FORM: Final[Mapping[Form, Parser]] = {
    Form.ID: parse_offer_id,
    Form.TEXT: parse_text,
    Form.COUNT: parse_count,
    Form.MONEY: parse_money,
    Form.PERCENT: parse_percent,
    Form.RATIO: parse_ratio,
    Form.MOMENT: parse_moment,
    Form.DAY: parse_day,
}
PARSERS: Final[Mapping[Concept, Parser]] = {
    **{concept: _BY_FORM[FORMS[concept]] for concept in Concept},
    Concept.CURRENCY: parse_currency,
    Concept.DETAILS: parse_details,
}
