"""Checks that several kinds of request bodies share: the shape, whole numbers, decimals, money."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from allegro.simulator.documents import Json, money
from allegro.simulator.validation import Refusal


@contextmanager
def shaped_body() -> Iterator[None]:
    """Turn the errors of reading a body that has another shape into a Refusal."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Refusal(
            "JsonMappingException", "", f"The body does not have the documented shape ({error!r})."
        ) from error


def whole(value: Any, path: str, lowest: int, highest: int) -> int:
    """Return a JSON number that is whole and in the range; raise Refusal otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Refusal("ConstraintViolationException", path, f"{path} must be a whole number.")
    if not lowest <= value <= highest:
        raise Refusal("ConstraintViolationException", path, f"{path} must be {lowest} to {highest}.")
    return int(value)


def truth_value(value: Any, path: str) -> bool:
    """Return a JSON boolean; raise Refusal for anything else."""
    if not isinstance(value, bool):
        raise Refusal("ConstraintViolationException", path, f"{path} must be true or false.")
    return value


def entries(value: Any, path: str, lowest: int, highest: int) -> list[Json]:
    """Return a list of objects with so many entries; raise Refusal otherwise."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refusal("ConstraintViolationException", path, f"{path} must be a list of objects.")
    if not lowest <= len(value) <= highest:
        raise Refusal("ConstraintViolationException", path, f"{path} takes {lowest} to {highest} entries.")
    return value


def distinct(values: Collection[Any], path: str) -> None:
    """Raise Refusal if a value comes twice."""
    if len(set(values)) != len(values):
        raise Refusal("ConstraintViolationException", path, f"{path}: each value may come once only.")


def positive(text: Any, path: str) -> Decimal:
    """Return a positive decimal written as text; raise Refusal otherwise."""
    number = Decimal(text) if isinstance(text, str) else Decimal("NaN")
    if not number.is_finite() or number <= 0:
        raise Refusal("ConstraintViolationException", path, f"{path} must be a positive number in text form.")
    return number


def positive_money(value: Json, path: str, currency: str) -> Json:
    """Return a money object of that currency with two decimals; raise Refusal for another currency or amount."""
    if value["currency"] != currency:
        raise Refusal("InvalidCurrency", f"{path}.currency", f"{path} must be in {currency}.")
    return money(positive(value["amount"], f"{path}.amount"), currency)
