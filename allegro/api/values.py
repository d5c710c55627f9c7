"""What all readers of Allegro's answers share: money, instants, text, pages. No Django here.

Strict about what is needed, tolerant of everything else: `ValueError`, `KeyError`, `TypeError`, `AttributeError` and
`ArithmeticError` from here mean that the answer is not what the specification promises, and the transport turns them
into `Unavailable`. Words of an enumeration stay plain text, because Allegro adds new ones without notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from offers.record.documents import parse_instant

Document = dict[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount and its ISO 4217 currency; amounts of different currencies are never added."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows from an offset on; `total` is how many Allegro says there are, None where it does not say."""

    rows: tuple[Row, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[Row]):
    """Rows after a cursor; `next` is the cursor of the following page, "" after the last one."""

    rows: tuple[Row, ...]
    next: str


def document(value: Any) -> Document:
    """A JSON object. Raises TypeError for anything else."""
    if not isinstance(value, dict):
        raise TypeError(f"an object is needed, not {type(value).__name__}")
    return value


def identified(value: Any) -> Document:
    """A JSON object that has an id. Raises TypeError, KeyError."""
    text(document(value)["id"])
    return document(value)


def text(value: Any) -> str:
    """Text, or a whole number as text: ids have come as both. Raises TypeError for anything else, "" included."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise TypeError(f"text is needed, not {type(value).__name__}")
    return str(value)


def optional_text(value: Any) -> str:
    """As `text`, "" for what is absent."""
    return "" if value is None or value == "" else text(value)


def reference(value: Any) -> str:
    """The id in an object such as {"id": "17"}."""
    return text(document(value)["id"])


def optional_reference(value: Any) -> str:
    """As `reference`, "" where there is no object or no id in it."""
    return optional_text(document(value).get("id")) if value is not None else ""


def flag(value: Any) -> bool:
    """True or false. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise TypeError(f"true or false is needed, not {type(value).__name__}")
    return value


def optional_flag(value: Any) -> bool | None:
    """As `flag`, None for what is absent."""
    return None if value is None else flag(value)


def number(value: Any) -> Decimal:
    """A finite number, also when it is written as text. Raises TypeError, ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"a number is needed, not {type(value).__name__}")
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise ValueError("not a finite number")
    return exact


def optional_number(value: Any) -> Decimal | None:
    """As `number`, None for what is absent."""
    return None if value is None else number(value)


def whole(value: Any) -> int:
    """A whole number. Raises TypeError, ValueError, for example for 1.5."""
    exact = number(value)
    if exact != exact.to_integral_value():
        raise ValueError("not a whole number")
    return int(exact)


def optional_whole(value: Any) -> int | None:
    """As `whole`, None for what is absent."""
    return None if value is None else whole(value)


def money(value: Any) -> Money:
    """From {"amount": "19.90", "currency": "PLN"}."""
    return Money(number(document(value)["amount"]), text(document(value)["currency"]))


def optional_money(value: Any) -> Money | None:
    """As `money`, None for what is absent."""
    return None if value is None else money(value)


def instant(value: Any) -> datetime:
    """An ISO 8601 instant as an aware datetime in UTC. Raises TypeError, ValueError, also without an offset."""
    return parse_instant(value).astimezone(UTC)


def optional_instant(value: Any) -> datetime | None:
    """As `instant`, None for what is absent."""
    return None if value is None or value == "" else instant(value)


def as_parameter(moment: datetime) -> str:
    """An instant as Allegro takes it in queries: UTC, with Z. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The query without the parameters that are empty or None."""
    return {name: value for name, value in parameters.items() if value is not None and value not in ("", ())}


def rows(value: Any, read: Callable[[Document], Row]) -> tuple[Row, ...]:
    """Every object of a list, read. Raises TypeError where it is not a list of objects."""
    if not isinstance(value, list):
        raise TypeError(f"a list is needed, not {type(value).__name__}")
    return tuple(read(document(each)) for each in value)


def optional_rows(value: Any, read: Callable[[Document], Row]) -> tuple[Row, ...]:
    """As `rows`, nothing for a list that is absent."""
    return () if value is None else rows(value, read)


def page(answer: Any, key: str, read: Callable[[Document], Row]) -> Page[Row]:
    """From {key: [...], "totalCount": 17}."""
    return Page(rows(document(answer)[key], read), whole(document(answer)["totalCount"]))


def bare_page(answer: Any, key: str, read: Callable[[Document], Row]) -> Page[Row]:
    """From {key: [...]}, where Allegro gives no total."""
    return Page(rows(document(answer)[key], read))
