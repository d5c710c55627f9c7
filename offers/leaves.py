"""Any document of Allegro's as rows of name and text: what a form of its own is not worth, and what nobody foresaw."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.templatetags.ui import MOMENT_FORMATS
from offers.calendar import WARSAW
from offers.values import as_money, show_duration, show_money

# Allegro's words for the pieces of a document that a seller sets; all others are shown as they are.
LABELS: Mapping[str, str] = {
    "name": gettext_noop("name"),
    "type": gettext_noop("type"),
    "status": gettext_noop("status"),
    "city": gettext_noop("city"),
    "countryCode": gettext_noop("country"),
    "postCode": gettext_noop("postcode"),
    "province": gettext_noop("province"),
    "from": gettext_noop("from"),
    "to": gettext_noop("to"),
    "minPrice": gettext_noop("lowest price"),
    "maxPrice": gettext_noop("highest price"),
    "quantity": gettext_noop("quantity"),
    "value": gettext_noop("value"),
    "percentage": gettext_noop("per cent"),
    "discount": gettext_noop("discount"),
    "period": gettext_noop("period"),
    "range": gettext_noop("range"),
    "parameter": gettext_noop("parameter"),
    "product": gettext_noop("product"),
    "offers": gettext_noop("offers"),
    "thresholds": gettext_noop("thresholds"),
    "orderValue": gettext_noop("order value"),
    "lowerBound": gettext_noop("at least"),
    "specification": gettext_noop("terms"),
    "description": gettext_noop("description"),
    "street": gettext_noop("street"),
    "address": gettext_noop("address"),
    "contact": gettext_noop("contact"),
    "email": gettext_noop("e-mail"),
    "phoneNumber": gettext_noop("phone"),
    "coveredBy": gettext_noop("paid by"),
    "strategy": gettext_noop("way"),
    "features": gettext_noop("features"),
    "isFulfillment": gettext_noop("for One Fulfillment"),
    "managedByAllegro": gettext_noop("managed by Allegro"),
    "businessReturnAllowed": gettext_noop("businesses may return"),
    "cashOnDeliveryNotAllowed": gettext_noop("no returns by cash on delivery"),
    "freeAccessoriesReturnRequired": gettext_noop("free accessories must come back"),
    "refundLoweredByReceivedDiscount": gettext_noop("refund lowered by the discount received"),
    "collectBySellerOnly": gettext_noop("collected by the seller only"),
    "rates": gettext_noop("rates"),
    "rate": gettext_noop("rate"),
    "subject": gettext_noop("subject"),
    "exemption": gettext_noop("exemption"),
    "mode": gettext_noop("mode"),
    "hint": gettext_noop("hint"),
    "slots": gettext_noop("slots"),
    "entryPoint": gettext_noop("leads to the bundle"),
    "requiredQuantity": gettext_noop("pieces needed"),
    "attachment": gettext_noop("attachment"),
    "lifetime": gettext_noop("lifelong"),
    "configuration": gettext_noop("terms"),
    "operation": gettext_noop("operation"),
    "values": gettext_noop("amounts"),
    "leaf": gettext_noop("without subcategories"),
    "options": gettext_noop("options"),
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
# What names an entry of a list, so that one that only moved is not taken for another.
NAMING = ("name", "id", "code", "order")
UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def leaves(value: Any) -> dict[str, str]:
    """{"thresholds · #1 · per cent": "5"}: each single value of a document by the way to it; {"": text} of a scalar."""
    return dict(_walk(value, ()))


def _walk(value: Any, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not value and isinstance(value, Mapping | list):
        return
    if _is_single(value):
        yield " · ".join(way), show_leaf(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, (*way, label_of_key(str(key))))
    else:
        for position, item in enumerate(value, start=1):
            yield from _walk(item, (*way, _name_of_item(item, position)))


def _is_single(value: Any) -> bool:
    if isinstance(value, Mapping):
        return as_money(value) is not None or value.keys() == {"id"}
    return not isinstance(value, list) or not any(isinstance(item, Mapping | list) for item in value)


def _name_of_item(item: Any, position: int) -> str:
    if isinstance(item, Mapping):
        for key in NAMING:
            if isinstance(item.get(key), str | int):
                return short_id(str(item[key]))
    return f"#{position}"


def label_of_key(key: str) -> str:
    """A document's key in words where it has any."""
    return _(LABELS[key]) if key in LABELS else key


def short_id(text: str) -> str:
    """The beginning of an id that nobody can read; any other text as it is."""
    return f"{text[:8]}…" if UUID_TEXT.fullmatch(text) else text


def show_leaf(value: Any) -> str:
    """One value that has no parts."""
    if isinstance(value, Mapping):
        return show_money(value) if as_money(value) else str(value.get("id"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(show_leaf(item) for item in value)
    if isinstance(value, str):
        return show_instant(value) if INSTANT.fullmatch(value) else show_duration(value)
    return json.dumps(value, ensure_ascii=False)


def show_instant(text: str) -> str:
    """An ISO 8601 instant in Warsaw time; any other text as it is."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    if instant.tzinfo is None:
        return text
    style = MOMENT_FORMATS["pl" if (get_language() or "pl").startswith("pl") else "en"]["minute"]
    return date_format(timezone.localtime(instant, WARSAW), style)
