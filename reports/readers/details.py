"""Take apart the details of a billing entry: "Key: value, Key: value", where values may hold ", " themselves."""

import re
from collections.abc import Mapping
from typing import Final

from reports.readers.cells import PARSERS
from reports.readers.concepts import Concept, Value
from reports.readers.numbers import Amount
from reports.readers.problems import CellRefused, ProblemList

_SPLIT: Final = re.compile(r", (?=[A-ZĄĆĘŁŃÓŚŹŻ][^:,]*: )")
KEYS: Final[Mapping[str, Concept]] = {
    "identyfikator zamówienia": Concept.ORDER_ID,
    "wartość zamówienia": Concept.ORDER_VALUE,
    "waluta zamówienia": Concept.CURRENCY,
    "opłata za dzień": Concept.DAY_CHARGED,
    "identyfikator operacji": Concept.REFERENCE,
    "order id": Concept.ORDER_ID,
    "order identifier": Concept.ORDER_ID,
    "order value": Concept.ORDER_VALUE,
    "order currency": Concept.CURRENCY,
    "fee for day": Concept.DAY_CHARGED,
    "fee for the day": Concept.DAY_CHARGED,
    "operation id": Concept.REFERENCE,
    "operation identifier": Concept.REFERENCE,
}
# Money moved between an account's own pockets, and the balance of a closed month: no costs.
INTERNAL_OPERATIONS: Final = frozenset(
    {"pobranie opłat z wpływów", "podsumowanie miesiąca", "fees taken from takings", "summary of the month"}
)
INTERNAL, ENTRY = "internal", "entry"


def billing_values(number: int, values: dict[Concept, Value], problems: ProblemList) -> None:
    """Put what the details of a billing row say among its values, and mark rows that are no costs, in place.

    The currency is that of the order's value, the only one that the file names.
    """
    operation = str(values.get(Concept.OPERATION, "")).casefold()
    values[Concept.ROW_TYPE] = INTERNAL if operation in INTERNAL_OPERATIONS else ENTRY
    for key, text in split_details(str(values.pop(Concept.DETAILS, ""))):
        concept = KEYS.get(key.casefold())
        if concept is None:
            continue
        try:
            value = PARSERS[concept](text)
        except CellRefused as refused:
            problems.add(number, key, refused.code, text)
            continue
        if isinstance(value, Amount):
            values[concept] = value.value
        elif value is not None and not isinstance(value, tuple):
            values[concept] = value


def split_details(text: str) -> list[tuple[str, str]]:
    """Split details into keys and values, in order; what is no pair is left out."""
    pairs = (part.partition(": ") for part in _SPLIT.split(text))
    return [(key.strip(), value.strip()) for key, mark, value in pairs if mark]
