"""Values with parts as named entries: the parameters, the campaigns, the delivery methods of a price list ...

Two values are compared entry by entry, so that a person reads what came, went and changed instead of two documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from offers.fields import Field, Kind
from offers.leaves import leaves, show_instant, show_leaf
from offers.names import NameOf
from offers.values import as_money, parameter_values, show_money

Entries = dict[str, str]
"""Name -> text; "" where being there is all that there is to say."""

CAMPAIGN_STATUSES: Mapping[str, Any] = {
    "IN_VERIFICATION": gettext_lazy("in verification"),
    "VERIFICATION": gettext_lazy("in verification"),
    "WAITING_FOR_PUBLICATION": gettext_lazy("waiting for publication"),
    "ACCEPTED": gettext_lazy("accepted"),
    "ACTIVE": gettext_lazy("active"),
    "FINISHED": gettext_lazy("finished"),
    "DECLINED": gettext_lazy("declined"),
}
VISIBILITY: Mapping[str, Any] = {
    "APPROVED": gettext_lazy("visible"),
    "REFUSED": gettext_lazy("refused"),
    "IN_PROGRESS": gettext_lazy("being checked"),
    "PENDING": gettext_lazy("waiting"),
}
# The column over the names, by field or kind.
HEADINGS: Mapping[str, str] = {
    Kind.PARAMETERS: gettext_noop("Parameter"),
    Kind.CAMPAIGNS: gettext_noop("Campaign"),
    Kind.RATES: gettext_noop("Delivery method"),
    "smart_conditions": gettext_noop("Condition"),
    "promotion.benefits": gettext_noop("Condition"),
    "blocked_deliveries": gettext_noop("Country"),
    "rating_scores": gettext_noop("Score"),
    "unfilled_parameters": gettext_noop("Parameter"),
    "product": gettext_noop("Catalogue product"),
    "product.compatibility": gettext_noop("Fits"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry that differs; None where it is not there."""

    name: str
    old: str | None
    new: str | None


def has_entries(field: Field) -> bool:
    """Whether values of `field` are told by entries."""
    return field.kind in _BY_KIND or field.key in _BY_FIELD


def entries(field: Field, value: Any, name_of: NameOf = str) -> Entries:
    """The entries of a value of `field`, in its order; `name_of` gives the names of what it refers to by id."""
    if value is None:
        return {}
    if field.kind is Kind.REFERENCES:
        return _references(value, name_of)
    if field.key == "product":
        return _products(value, name_of)
    read = _BY_FIELD.get(field.key) or _BY_KIND.get(field.kind) or leaves
    return read(value)


def differing(field: Field, old: Any, new: Any, name_of: NameOf = str) -> list[Row]:
    """The entries that differ between two values of `field`: those of the old one first, in their order."""
    before, after = entries(field, old, name_of), entries(field, new, name_of)
    names = [*before, *(name for name in after if name not in before)]
    return [Row(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def heading(field: Field) -> str:
    """What the names of the entries are."""
    return _(HEADINGS.get(field.key) or HEADINGS.get(field.kind) or gettext_noop("Part"))


def as_text(found: Entries) -> str:
    """All entries on one line."""
    return "; ".join(f"{name}: {text}" if name and text else name or text for name, text in found.items())


# The forms ------------------------------------------------------------------------------------------------------------


def _references(value: Any, name_of: NameOf) -> Entries:
    """Promotions and bundles by name; of two with one name the ids tell which is which."""
    ids = [str(each) for each in (value if isinstance(value, list) else [value])]
    return dict.fromkeys(_distinct_names(ids, name_of), "")


def _distinct_names(ids: Sequence[str], name_of: NameOf) -> list[str]:
    names = [name_of(each) for each in ids]
    return [name if names.count(name) == 1 else f"{name} ({key})" for key, name in zip(ids, names, strict=True)]


def _products(value: Any, name_of: NameOf) -> Entries:
    """The catalogue products of an offer by name, each with its pieces and what else the offer says of it."""
    found: Entries = {}
    elements = list(_mappings(value))
    products = [element.get("product") or {} for element in elements]
    names = _distinct_names([str(about.get("id") or "?") for about in products], name_of)
    for name, about, element in zip(names, products, elements, strict=True):
        found[name] = str((element.get("quantity") or {}).get("value") or "")
        told = {f"{name}, {parameter}": text for parameter, text in parameter_values(about.get("parameters")).items()}
        rest = {key: part for key, part in about.items() if key not in {"id", "parameters"}}
        rest |= {key: part for key, part in element.items() if key not in {"product", "quantity"}}
        found |= told | {f"{name}, {what}": text for what, text in leaves(rest).items()}
    return found


def _campaigns(value: Any) -> Entries:
    """{campaign id: {"name", "status", "prices", ...}} as status, price, period and reasons of each."""
    found: Entries = {}
    listed = value.items() if isinstance(value, Mapping) else ()
    for key, campaign in ((key, each) for key, each in listed if isinstance(each, Mapping)):
        name = str(campaign.get("name") or key)
        found |= {f"{name}, {what}" if what else name: text for what, text in _about_campaign(campaign) if text}
    return found


def _about_campaign(campaign: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "", status_in_words(CAMPAIGN_STATUSES, campaign.get("status"))
    yield _("price"), _campaign_price(campaign.get("prices") or {})
    yield _("pieces"), str((campaign.get("campaignStock") or {}).get("quantity") or "")
    yield _("pieces for one buyer"), str(campaign.get("purchaseLimit") or "")
    publication = campaign.get("publication") or {}
    yield _("from"), show_instant(str(publication.get("from") or ""))
    yield _("until"), show_instant(str(publication.get("to") or ""))
    yield _("reasons"), ", ".join(str(each) for each in campaign.get("reasons") or ())


def _campaign_price(prices: Mapping[str, Any]) -> str:
    """What the seller asks in the campaign."""
    subsidy = prices.get("subsidy") or {}
    offered = [prices.get("bargain"), prices.get("proposedPrice"), subsidy.get("sellerPrice"), *prices.values()]
    return next((show_money(each) for each in offered if as_money(each)), "")


def _rates(value: Any) -> Entries:
    """Delivery methods with what they cost; the methods' names are not always known, their ids are."""
    found: Entries = {}
    for rate in _mappings(value):
        method = rate.get("deliveryMethod") or {}
        name = str(method.get("name") or method.get("id") or "?")
        found[name] = ", ".join(text for text in _about_rate(rate) if text)
    return found


def _about_rate(rate: Mapping[str, Any]) -> Iterator[str]:
    if as_money(rate.get("firstItemRate")):
        yield show_money(rate["firstItemRate"])
    if as_money(rate.get("nextItemRate")):
        yield _("each next piece %(price)s") % {"price": show_money(rate["nextItemRate"])}
    if rate.get("maxQuantityPerPackage"):
        yield _("%(count)s in a package") % {"count": rate["maxQuantityPerPackage"]}
    weight = rate.get("maxPackageWeight") or {}
    if weight.get("value"):
        yield _("up to %(weight)s kg") % {"weight": weight["value"]}
    time = rate.get("shippingTime") or {}
    if time:
        yield "–".join(show_leaf(time[end]) for end in ("from", "to") if time.get(end))


def _benefits(value: Any) -> Entries:
    """The thresholds of a rebate and what each takes off."""
    found: Entries = {}
    for benefit in _mappings(value):
        terms = benefit.get("specification") or {}
        for threshold in _mappings(terms.get("thresholds")):
            found[_threshold(threshold)] = _per_cent_off((threshold.get("discount") or {}).get("percentage"))
        trigger = terms.get("trigger") or {}
        if trigger:
            every = _("%(pieces)s of every %(count)s pieces") % {
                "pieces": trigger.get("discountedNumber") or 1,
                "count": trigger.get("forEachQuantity"),
            }
            found[every] = _per_cent_off((terms.get("configuration") or {}).get("percentage"))
        known = {"type", "thresholds", "trigger", "configuration"}
        found |= leaves({key: part for key, part in terms.items() if key not in known})
    return found


def _threshold(threshold: Mapping[str, Any]) -> str:
    value = (threshold.get("orderValue") or {}).get("lowerBound")
    if value is not None:
        return _("orders from %(amount)s") % {"amount": show_money(value)}
    return _("from %(count)s pieces") % {"count": (threshold.get("quantity") or {}).get("lowerBound")}


def _per_cent_off(percentage: Any) -> str:
    return f"\N{MINUS SIGN}{percentage}\N{NO-BREAK SPACE}%" if percentage is not None else ""


def _packages(value: Any) -> Entries:
    """One promotion package or several, each with the day it ends."""
    return {show_package(each): "" for each in _mappings(value if isinstance(value, list) else [value])}


def show_package(package: Mapping[str, Any]) -> str:
    """Like "emphasized10d until 12 Sep 2026, 10:00"; without an end a package is renewed until it is stopped."""
    until = package.get("validTo")
    name = str(package.get("id") or "?")
    return _("%(package)s until %(moment)s") % {"package": name, "moment": show_instant(until)} if until else name


def _conditions(value: Any) -> Entries:
    """Conditions of Smart! and the delivery methods that fail them."""
    found: Entries = {}
    for condition in _mappings(value):
        failed = ", ".join(str(each.get("id")) for each in condition.get("failedDeliveryMethods") or ())
        text = _("fulfilled") if condition.get("fulfilled") else _("not fulfilled")
        found[str(condition.get("name") or condition.get("code"))] = f"{text} ({failed})" if failed else text
    return found


def _scores(value: Any) -> Entries:
    return {str(each.get("name")): str(each.get("count")) for each in _mappings(value)}


def _ids(value: Any) -> Entries:
    listed = value if isinstance(value, list) else [value]
    return {str(each.get("name") or each.get("id")) if isinstance(each, Mapping) else str(each): "" for each in listed}


def _blockades(value: Any) -> Entries:
    """Countries with the reason, by marketplace; older rows name countries only (Allegro, 2026-02-04)."""
    found: Entries = {}
    for each in _mappings(value):
        place = each.get("marketplaceId") or ""
        blockades = each.get("blockades") or [{"country": country} for country in each.get("shippingTo") or ()]
        found |= {f"{block.get('country')} ({place})": str(block.get("reason") or "") for block in blockades}
    return found


def _marketplaces(value: Any) -> Entries:
    if not isinstance(value, Mapping):
        return leaves(value)
    listed = [value.get("base") or {}, *_mappings(value.get("additional"))]
    return {str(each["id"]): "" for each in listed if each.get("id")}


def _visibility(value: Any) -> Entries:
    return {"": show_visibility(value)} if isinstance(value, Mapping) else leaves(value)


def show_visibility(value: Mapping[str, Any]) -> str:
    """The state on a marketplace and, where it was refused, why."""
    state = status_in_words(VISIBILITY, value.get("state"))
    reasons = [str(each.get("userMessage") or each.get("code")) for each in value.get("refusalReasons") or ()]
    return f"{state}: {', '.join(reasons)}" if reasons else state


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


def status_in_words(words: Mapping[str, Any], status: Any) -> str:
    """A status of Allegro's in words, one that it may add later as it is, "" for none."""
    return str(words.get(str(status), status)) if status else ""


_BY_KIND: Mapping[Kind, Callable[[Any], Entries]] = {
    Kind.PARAMETERS: parameter_values,
    Kind.REFERENCES: _ids,
    Kind.CAMPAIGNS: _campaigns,
    Kind.RATES: _rates,
    Kind.DOCUMENT: leaves,
}
_BY_FIELD: Mapping[str, Callable[[Any], Entries]] = {
    "promotion.benefits": _benefits,
    "promo_package": _packages,
    "promo_extras": _packages,
    "promo_pending": _packages,
    "smart_conditions": _conditions,
    "rating_scores": _scores,
    "unfilled_parameters": _ids,
    "product.kept": _ids,
    "product.compatibility": _ids,
    "blocked_deliveries": _blockades,
    "marketplaces": _marketplaces,
    "visibility": _visibility,
}
