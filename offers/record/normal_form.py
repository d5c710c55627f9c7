"""One form for one content of what stands beside offers: money, lists, emptiness. No Django here.

Two documents that say the same are equal here, however Allegro writes them: money has two decimals, lists without an
order are sorted, what is absent, null or empty is left out. The form is a canonical one of `offers.record.documents`.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from offers.record.documents import canonical

Document = dict[str, Any]

# Lists whose order says nothing, besides those of `offers.record.documents`.
UNORDERED = frozenset({
    "attachments", "benefits", "criteria", "discounts", "extra", "failedDeliveryMethods", "offers",
    "passedDeliveryMethods", "planned", "products", "publication", "requirements", "responsibleProducers", "scores",
    "sizeFeedback", "slots", "smartDeliveryMethods", "thresholds", "values",
})  # fmt: skip
EMPTY: tuple[Any, ...] = (None, {}, [])
# Longer than any whole number in Allegro's documents.
WIDTH = 20


def normal(document: Mapping[str, Any]) -> Document:
    """`document` in its one form; what stands in an unknown list keeps its order."""
    content: Document = canonical(_plain(dict(document)))
    return content


def written(number: Any, write: Callable[[Decimal], str]) -> Any:
    """A number, or text that is one, as `write` gives it; whatever else stands in its place as it is."""
    try:
        exact = Decimal(str(number))
    except InvalidOperation:
        return number
    return write(exact) if exact.is_finite() else number


def dump(value: Any) -> str:
    """JSON with sorted keys, to compare by."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _plain(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        plain = {name: _plain(item, name) for name, item in value.items()}
        return _with_exact_money({name: item for name, item in plain.items() if item not in EMPTY})
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return sorted(items, key=_rank) if key in UNORDERED else items
    return value


def _with_exact_money(document: Document) -> Document:
    """19.9 and 19.90 are one amount."""
    if not {"amount", "currency"} <= document.keys():
        return document
    return {**document, "amount": written(document["amount"], lambda amount: f"{amount:.2f}")}


def _rank(item: Any) -> tuple[str, ...]:
    """By what tells items apart (the order of slots, ids, names) and then by all they say."""
    names = [item.get(key) for key in ("order", "id", "name")] if isinstance(item, dict) else []
    return *(_by_size(name) for name in names), _by_size(item), dump(item)


def _by_size(value: Any) -> str:
    """Text that sorts numbers by their size: 500.00 before 1000.00."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(WIDTH), dump(value))
