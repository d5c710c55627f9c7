"""Write what a reader found into the tables: by COPY, which takes a tenth of the time of INSERTs.

COPY goes past the ORM and so past its guard of workspaces: callers hold the upload's row, got through the guard.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from offers.models import Offer
from reports.models import RowProblem, Upload, UploadKind, UploadRow
from reports.readers.concepts import FORMS, Concept, Form
from reports.readers.problems import RowProblem as FoundProblem
from reports.readers.reader import ReportReading
from reports.readers.rows import ReportRow

Natural = Callable[[ReportRow], str]
# Concepts that have no column of their own name.
NEVER_STORED: Final = frozenset({Concept.DETAILS, Concept.OFFER_ID})
OFFERS_AT_ONCE: Final = 2_000
SEPARATOR: Final = "\x1f"
MONEY: Final = tuple(concept for concept, form in FORMS.items() if form is Form.MONEY)
TEXT_LENGTHS: Final = {
    found.name: found.max_length for found in UploadRow._meta.fields if found.get_internal_type() == "CharField"
}


@dataclass(slots=True)
class Written:
    """What the rows say all together: how many they are, and the currencies of their amounts.

    `unnamed` tells whether an amount names no currency in its own row.
    """

    rows: int = 0
    currencies: set[str] = field(default_factory=set)
    unnamed: bool = False

    def add(self, row: ReportRow) -> None:
        """Take one more row into account."""
        self.rows += 1
        if named := row.values.get(Concept.CURRENCY):
            self.currencies.add(str(named))
        elif not self.unnamed:
            self.unnamed = any(concept in row.values for concept in MONEY)


def write_rows(upload: Upload, reading: ReportReading) -> Written:
    """Store every row of the reading, tied to the offers of the account that are known; in the caller's transaction.

    The rows that the reader makes of one line of an offer list, one per marketplace, are stored as one with its prices.
    """
    concepts = _stored_concepts(reading.rows)
    has_prices = Concept.MARKETPLACE in concepts and reading.kind == UploadKind.OFFER_LIST
    columns = ["upload_id", "offer_id", "row_number", "natural_key", "allegro_offer_id", *concepts]
    columns += ["prices"] if has_prices else []
    offers = _offers_named(upload, reading.rows)
    natural_key = natural_keys(reading.kind)
    written = Written()
    with connection.cursor() as cursor, cursor.copy(_copy_into(UploadRow, columns)) as copy:
        for _number, parts in groupby(reading.rows, key=attrgetter("number")):
            row, *others = parts
            written.add(row)
            number = str(row.values.get(Concept.OFFER_ID, ""))
            values = [_stored(concept, row.values.get(concept)) for concept in concepts]
            prices = [_prices([row, *others])] if has_prices else []
            copy.write_row((upload.pk, offers.get(number), row.number, natural_key(row), number, *values, *prices))
    return written


def write_problems(upload: Upload, problems: Sequence[FoundProblem]) -> None:
    """Store what could not be taken; in the caller's transaction."""
    columns = ["upload_id", "row_number", "column", "code", "value"]
    with connection.cursor() as cursor, cursor.copy(_copy_into(RowProblem, columns)) as copy:
        for found in problems:
            copy.write_row(
                (upload.pk, found.row, _clean(found.column_heading, 120), str(found.code), _clean(found.value, 200))
            )


def natural_keys(kind: str) -> Natural:
    """What makes the same event of two files the same; "" for kinds whose rows are no events.

    An order has its id, a line its own. Charges and payments have none (Allegro took it away, allegro-api issue 1673):
    there all that the row says counts, and the ordinal among rows that say the same, for two equal charges of one
    minute do happen.
    """
    if kind == UploadKind.ORDERS:
        return _order_keys()
    if kind in {UploadKind.BILLING, UploadKind.PAYMENTS}:
        return _whole_row_keys()
    return lambda _row: ""


def same_rows(one: Upload, other: Upload) -> bool:
    """Whether two readings of a file hold the same rows, apart from what ties them to uploads and offers."""
    compared = [
        connection.ops.quote_name(str(found.column))
        for found in UploadRow._meta.concrete_fields
        if found.name not in {"id", "upload", "offer", "natural_key"}
    ]
    # Names of our own columns and table, and nothing else, are put into the text.
    rows = f"SELECT {', '.join(compared)} FROM {UploadRow._meta.db_table} WHERE upload_id = %s"  # noqa: S608
    difference = f"({rows} EXCEPT ALL {rows})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS {difference} OR EXISTS {difference}",
            [one.pk, other.pk, other.pk, one.pk],
        )
        found_difference = cursor.fetchone()
    return not (found_difference and found_difference[0])


def _copy_into(model: type[UploadRow] | type[RowProblem], columns: Sequence[str]) -> str:
    names = ", ".join(map(connection.ops.quote_name, columns))
    return f"COPY {model._meta.db_table} ({names}) FROM STDIN"


def _stored_concepts(rows: Sequence[ReportRow]) -> list[Concept]:
    """The concepts that at least one row has, in the order of their definition."""
    present: set[Concept] = set()
    for row in rows:
        present.update(row.values)
    return [concept for concept in Concept if concept in present and concept not in NEVER_STORED]


def _offers_named(upload: Upload, rows: Sequence[ReportRow]) -> dict[str, Any]:
    """The account's offers that the rows name, by Allegro's number."""
    numbers = sorted({str(row.values[Concept.OFFER_ID]) for row in rows if Concept.OFFER_ID in row.values})
    offers: dict[str, Any] = {}
    for start in range(0, len(numbers), OFFERS_AT_ONCE):
        some = numbers[start : start + OFFERS_AT_ONCE]
        known = Offer.objects.filter(account=upload.account_id, allegro_id__in=some)
        offers.update(known.values_list("allegro_id", "pk"))
    return offers


def _stored(concept: Concept, value: Any) -> Any:
    if (length := TEXT_LENGTHS.get(concept)) is None:
        return value
    return "" if value is None else _clean(str(value), length)


def _prices(parts: Sequence[ReportRow]) -> Jsonb:
    """The prices of one offer by marketplace, as {"amount", "currency"} in text; the reader gives a row for each."""
    return Jsonb(
        {
            str(part.values[Concept.MARKETPLACE]): {
                "amount": str(part.values[Concept.PRICE]),
                "currency": str(part.values.get(Concept.CURRENCY, "")),
            }
            for part in parts
            if Concept.MARKETPLACE in part.values and Concept.PRICE in part.values
        }
    )


def _clean(text: str, length: int | None) -> str:
    # PostgreSQL keeps no NUL in a text.
    return text.replace("\x00", "")[:length]


def _order_keys() -> Natural:
    otherwise = _whole_row_keys()

    def key(row: ReportRow) -> str:
        line, order = row.values.get(Concept.LINE_ITEM_ID), row.values.get(Concept.ORDER_ID)
        if line:
            return f"line:{line}"
        is_order = str(row.values.get(Concept.ROW_TYPE, "")).casefold() == "order"
        return f"order:{order}" if order and is_order else otherwise(row)

    return key


def _whole_row_keys() -> Natural:
    seen: Counter[bytes] = Counter()

    def key(row: ReportRow) -> str:
        said = SEPARATOR.join(_said(row))
        digest = sha256(said.encode()).digest()[:24]
        seen[digest] += 1
        return f"row:{digest.hex()}:{seen[digest]}"

    return key


def _said(row: ReportRow) -> Iterator[str]:
    for concept in sorted(row.values):
        value = row.values[concept]
        yield f"{concept}={value.normalize():f}" if isinstance(value, Decimal) else f"{concept}={value}"
