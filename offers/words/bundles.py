"""What is in a bundle, what it takes off, where it is on sale: both kinds of Allegro's bundles as named entries."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.words.codes import text_in_words
from offers.words.leaves import leaves
from offers.words.names import NameOf
from offers.words.values import as_money, show_money

Entries = dict[str, str]


def bundle_slots(value: Any, name_of: NameOf) -> Entries:
    """The offers of a bundle by title, each with its pieces; those of one slot are a choice for the buyer."""
    found: Entries = {}
    for slot in _mappings(value):
        if "id" in slot:
            _enter(found, "", slot["id"], _about_slot(slot), name_of)
            continue
        element = _element(slot)
        found[element] = _about_slot(slot)
        if "representative" in slot:
            _enter(found, element, slot["representative"], "", name_of)
        for offer in _mappings(slot.get("offers")):
            without = _("not discounted") if offer.get("excludedFromDiscount") else ""
            _enter(found, element, offer.get("id"), without, name_of)
    return found


def _enter(found: Entries, element: str, offer: Any, text: str, name_of: NameOf) -> None:
    """Put an offer into `found` by its title; of two with one title the ids tell which is which."""
    title = name_of(str(offer))
    plain = title if title != str(offer) else _("offer %(id)s") % {"id": offer}
    name = f"{element}, {plain}" if element else plain
    found[f"{name} ({offer})" if name in found else name] = text


def _element(slot: Mapping[str, Any]) -> str:
    """What a slot is called: Allegro counts them from 0."""
    return _("element %(number)d") % {"number": _number(slot.get("order")) + 1}


def _about_slot(slot: Mapping[str, Any]) -> str:
    pieces = _number(slot.get("requiredQuantity"))
    parts = [
        ngettext("%(count)s piece", "%(count)s pieces", pieces) % {"count": pieces} if pieces else "",
        _("its page shows the bundle") if slot.get("entryPoint") else "",
    ]
    return ", ".join(part for part in parts if part)


def bundle_discounts(value: Any) -> Entries:
    """What a bundle takes off on each marketplace, in money, or per cent of the whole or of single elements."""
    if not isinstance(value, Mapping):
        return {_place(each) or entry: _off(each) for entry, each in _counted(value)}
    found: Entries = {}
    whole, slots = _mapping(value.get("bundle")), _mapping(value.get("slot")).get("slots")
    if whole.get("minimumBoughtOffers"):
        found[_("bought offers needed")] = str(whole["minimumBoughtOffers"])
    for _entry, each in _counted(whole.get("discounts")):
        found[_("the whole bundle on %(marketplace)s") % {"marketplace": _place(each)}] = _off(each)
    for slot in _mappings(slots):
        element = _element(slot)
        found |= {f"{element}, {_place(each)}": _off(each) for _entry, each in _counted(slot.get("discounts"))}
    return leaves({key: part for key, part in value.items() if key not in {"bundle", "slot"}}) | found


def bundle_statuses(value: Any) -> Entries:
    """Whether a bundle is on sale, by marketplace."""
    return {_place(each) or entry: text_in_words("status", str(each.get("status"))) for entry, each in _counted(value)}


def _off(discount: Mapping[str, Any]) -> str:
    if as_money(discount):
        return f"\N{MINUS SIGN}{show_money(discount)}"
    percentage = discount.get("percentage")
    return "" if percentage is None else f"\N{MINUS SIGN}{percentage}\N{NO-BREAK SPACE}%"


def _place(each: Mapping[str, Any]) -> str:
    return str(each.get("marketplaceId") or _mapping(each.get("marketplace")).get("id") or "")


def _counted(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a list, each with what to call it where it names no marketplace."""
    for place, each in enumerate(_mappings(value), start=1):
        yield _("element %(number)d") % {"number": place}, each


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    """What Allegro gives in another shape than it says is nothing here; the page stands all the same."""
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))
