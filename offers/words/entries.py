"""Values with parts as named entries: the parameters, the campaigns, the delivery methods of a price list ...

Two values are compared entry by entry, so that a person reads what came, went and changed instead of two documents.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.templatetags.ui import quoted
from offers.fields import BUNDLE, Field, Kind
from offers.words.bundles import bundle_discounts, bundle_slots, bundle_statuses
from offers.words.codes import (
    BLOCKADES,
    CAMPAIGN_STATUSES,
    PACKAGES,
    REFUSALS,
    SMART_CONDITIONS,
    VISIBILITY,
    VISIBILITY_REFUSALS,
    as_new_code,
    in_words,
    text_in_words,
)
from offers.words.leaves import label_of_key, leaves, short_id, show_instant, show_leaf
from offers.words.names import NameOf
from offers.words.values import as_money, parameter_values, show_money

Entries = dict[str, str]
"""Name -> text; "" where being there is all that there is to say."""

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
    "category.requirements": gettext_noop("Parameter"),
    "bundle.slots": gettext_noop("Offer"),
    "price_rule.configuration": gettext_noop("Price"),
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
    return field.kind in _BY_KIND or field.kind in _WITH_PARTS or field.key in _BY_FIELD or field.key in _NAMING


def entries(field: Field, value: Any, name_of: NameOf = str) -> Entries:
    """The entries of a value of `field`, in its order; `name_of` gives the names of what it refers to by id."""
    if value is None:
        return {}
    if field.kind is Kind.REFERENCES:
        return _references(field, value, name_of)
    if field.key in _NAMING:
        return _NAMING[field.key](value, name_of)
    if read := _BY_FIELD.get(field.key) or _BY_KIND.get(field.kind):
        return read(value)
    return leaves(value, (field.path or field.per_marketplace)[-1])


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


def _references(field: Field, value: Any, name_of: NameOf) -> Entries:
    """Promotions and bundles by name; of two with one name the ids tell which is which."""
    ids = [str(each) for each in (value if isinstance(value, list) else [value])]
    names = _distinct_names(ids, name_of)
    # A bundle is called by what is in it: quotation marks tell where that ends.
    return dict.fromkeys([quoted(name) for name in names] if field.refers == BUNDLE else names, "")


def _distinct_names(ids: Sequence[str], name_of: NameOf) -> list[str]:
    names = [name_of(each) for each in ids]
    return [
        name if names.count(name) == 1 else f"{name} ({short_id(key)})" for key, name in zip(ids, names, strict=True)
    ]


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
    yield "", in_words(CAMPAIGN_STATUSES, campaign.get("status"))
    yield _("price"), _campaign_price(campaign.get("prices") or {})
    yield _("pieces"), str((campaign.get("campaignStock") or {}).get("quantity") or "")
    yield _("pieces for one buyer"), str(campaign.get("purchaseLimit") or "")
    publication = campaign.get("publication") or {}
    yield _("from"), show_instant(str(publication.get("from") or ""))
    yield _("until"), show_instant(str(publication.get("to") or ""))
    yield _("reasons"), ", ".join(refusal_in_words(each) for each in campaign.get("reasons") or ())


def refusal_in_words(code: Any) -> str:
    """Why an offer is not in a campaign; of badges Allegro publishes codes without a list of them."""
    return str(REFUSALS[code]) if code in REFUSALS else _("Allegro's code %(code)s") % {"code": code}


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
        name = str(method.get("name") or _("delivery method %(id)s") % {"id": short_id(str(method.get("id") or "?"))})
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


def _rule_terms(value: Any) -> Entries:
    """What a price rule adds to the price it follows, or takes off: in each currency, or per cent."""
    if not isinstance(value, Mapping):
        return leaves(value)
    amount, percentage = value.get("changeByAmount") or {}, value.get("changeByPercentage") or {}
    found = {show_money(each): in_operation(amount) for each in _mappings(amount.get("values"))}
    if percentage:
        found[f"{percentage.get('value')}\N{NO-BREAK SPACE}%"] = in_operation(percentage)
    rest = {key: part for key, part in value.items() if key not in {"changeByAmount", "changeByPercentage"}}
    return found | leaves(rest)


def in_operation(change: Mapping[str, Any]) -> str:
    """Whether a rule raises or lowers the price."""
    return text_in_words("operation", str(change.get("operation") or ""))


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
    """Like "Flexible feature until 12 Sep 2026, 10:00"; without an end a package is renewed until it is stopped."""
    until = package.get("validTo")
    code = str(package.get("id") or "?")
    name = str(PACKAGES[code]) if code in PACKAGES else as_new_code(code)
    return _("%(package)s until %(moment)s") % {"package": name, "moment": show_instant(until)} if until else name


def _conditions(value: Any) -> Entries:
    """Conditions of Smart! and how many delivery methods fail them."""
    found: Entries = {}
    for condition in _mappings(value):
        code = str(condition.get("code") or "")
        text = _("fulfilled") if condition.get("fulfilled") else _("not fulfilled")
        # Of methods that another one replaced the number stays the same: their ids tell them apart.
        failed = ", ".join(short_id(str(each.get("id"))) for each in condition.get("failedDeliveryMethods") or ())
        without = _("without the delivery methods %(ids)s") % {"ids": failed}
        name = SMART_CONDITIONS.get(code) or condition.get("name") or as_new_code(code)
        found[str(name)] = f"{text}, {without}" if failed else text
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
        found |= {f"{block.get('country')} ({place})": _blockade(str(block.get("reason") or "")) for block in blockades}
    return found


def _blockade(reason: str) -> str:
    return str(BLOCKADES[reason]) if reason in BLOCKADES else text_in_words("", reason)


def _marketplaces(value: Any) -> Entries:
    if not isinstance(value, Mapping):
        return leaves(value)
    listed = [value.get("base") or {}, *_mappings(value.get("additional"))]
    return {str(each["id"]): "" for each in listed if each.get("id")}


def _visibility(value: Any) -> Entries:
    return {"": show_visibility(value)} if isinstance(value, Mapping) else leaves(value)


def show_visibility(value: Mapping[str, Any]) -> str:
    """The state on a marketplace and, where it was refused, why."""
    state = in_words(VISIBILITY, value.get("state"))
    reasons = [_refusal(each) for each in _mappings(value.get("refusalReasons"))]
    return f"{state}: {', '.join(reasons)}" if reasons else state


def _refusal(reason: Mapping[str, Any]) -> str:
    """In our words where the code is known; otherwise what Allegro says, as its own words."""
    code, message = str(reason.get("code") or ""), reason.get("userMessage")
    if code in VISIBILITY_REFUSALS:
        return str(VISIBILITY_REFUSALS[code])
    return _("Allegro says “%(message)s”") % {"message": message} if message else as_new_code(code)


def _files(value: Any) -> Entries:
    """Attachments: Allegro names them by id only."""
    return {_("file %(id)s") % {"id": short_id(str(each.get("id") or "?"))}: "" for each in _mappings(value)}


def _kept(value: Any) -> Entries:
    """The parts of an offer that must stay as in the catalogue."""
    return {label_of_key(str(each)): "" for each in (value if isinstance(value, list) else [value])}


def _fitting(value: Any) -> Entries:
    """What a compatibility list says the thing fits, and where the list comes from."""
    if not isinstance(value, Mapping):
        return leaves(value)
    listed = {str(each.get("text") or short_id(str(each.get("id")))): "" for each in _mappings(value.get("items"))}
    return leaves({key: part for key, part in value.items() if key not in {"id", "items"}}) | listed


def _unfilled(value: Any, name_of: NameOf) -> Entries:
    return {show_parameter(str(each), name_of): "" for each in (value if isinstance(value, list) else [value])}


def _planned(value: Any, name_of: NameOf) -> Entries:
    """The parameters that a category will demand, each with the day from which."""
    found: Entries = {}
    for each in _mappings(value):
        name, rest = show_parameter(str(each.get("parameter") or "?"), name_of), dict(each)
        since = show_instant(str(rest.pop("from", "")))
        rest.pop("parameter", None)
        found[name] = _("required from %(moment)s") % {"moment": since} if since else ""
        found |= {f"{name}, {what}": text for what, text in leaves(rest).items()}
    return found


def show_parameter(key: str, name_of: NameOf) -> str:
    """A parameter by its name; by its id, and that nobody knows the name, where no offer of the account has it."""
    name = name_of(key)
    return name if name != key else _("parameter %(id)s (name unknown)") % {"id": key}


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


# Kinds whose entries have no form of their own.
_WITH_PARTS = frozenset({Kind.REFERENCES, Kind.DOCUMENT})
_BY_KIND: Mapping[Kind, Callable[[Any], Entries]] = {
    Kind.PARAMETERS: parameter_values,
    Kind.CAMPAIGNS: _campaigns,
    Kind.RATES: _rates,
}
_BY_FIELD: Mapping[str, Callable[[Any], Entries]] = {
    "attachments": _files,
    "compatibility": _fitting,
    "promotion.benefits": _benefits,
    "price_rule.configuration": _rule_terms,
    "bundle.discounts": bundle_discounts,
    "bundle.publication": bundle_statuses,
    "promo_package": _packages,
    "promo_extras": _packages,
    "promo_pending": _packages,
    "smart_conditions": _conditions,
    "rating_scores": _scores,
    "product.kept": _kept,
    "product.compatibility": _ids,
    "blocked_deliveries": _blockades,
    "marketplaces": _marketplaces,
    "visibility": _visibility,
}
# Those whose entries are named by what they refer to.
_NAMING: Mapping[str, Callable[[Any, NameOf], Entries]] = {
    "product": _products,
    "bundle.slots": bundle_slots,
    "unfilled_parameters": _unfilled,
    "category.requirements": _planned,
}
