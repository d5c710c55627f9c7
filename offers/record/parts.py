"""From Allegro's raw documents to those of the parts and of the shared objects of `offers.fields`. No Django here.

All functions are pure, take JSON objects as Allegro gives them and leave out what moves without anybody's doing. A key
that nobody here knows is kept. What they return is in the form of `offers.record.normal_form`. Where a part is kept by
marketplace, "" is the account's own. All raise KeyError where an id or a marketplace is missing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from offers.record.normal_form import Document, dump, normal, written

Raw = Mapping[str, Any]
"""A JSON object as Allegro gives it."""
Documents = dict[str, Document]
"""By Allegro's offer id; offers without any content are not in it."""

OWN_MARKETPLACE = ""
# Of a shared object: its own id, which is not its content, whose it is, and when it was touched.
OBJECT_NOISE = ("id", "seller", "lastModified", "updatedAt", "createdAt")
# What moves by itself in Allegro Prices: its recommendations, and what the offer's own price already tells.
ALLEGRO_PRICES_NOISE = (
    "id", "name", "marketplace", "basePrice", "discount", "recommendedPriceReduction", "discountedAt",
    "declaredPriceReduction", "actualPriceReduction", "excludedAt",
)  # fmt: skip
# How much a row about an offer in a campaign says, where there are several of one offer and one campaign.
STANDING = {
    "FINISHED": 0, "DECLINED": 1, "IN_VERIFICATION": 3, "VERIFICATION": 3, "WAITING_FOR_PUBLICATION": 4, "ACCEPTED": 4,
    "ACTIVE": 5,
}  # fmt: skip
UNKNOWN_STANDING = 2

# Parts of all offers at once -----------------------------------------------------------------------------------------


def promotions(loyalty: Iterable[Raw], bundles: Iterable[Raw], flexible_bundles: Iterable[Raw]) -> Documents:
    """{"promotions": [ids], "bundles": [ids]} of each offer that rebates of any kind or bundles name, ids sorted.

    A rebate names offers only by CONTAINS_OFFERS: one for all offers, or assigned from elsewhere, is not in it. A row
    of the list of flexible bundles names one offer of each slot; a single flexible bundle names all of them.
    """
    found: dict[str, dict[str, set[str]]] = {}
    sources: tuple[tuple[str, Iterable[Raw], Callable[[Raw], Iterable[Any]]], ...] = (
        ("promotions", loyalty, _offers_of_promotion),
        ("bundles", bundles, offers_of_bundle),
        ("bundles", flexible_bundles, offers_of_bundle),
    )
    for key, rows, offers_of in sources:
        for row in rows:
            for offer in offers_of(row):
                found.setdefault(str(offer), {}).setdefault(key, set()).add(str(row["id"]))
    return {offer: {key: sorted(ids) for key, ids in named.items()} for offer, named in found.items()}


def _offers_of_promotion(raw: Raw) -> Iterable[Any]:
    return (
        offer["id"]
        for criterion in raw.get("offerCriteria") or ()
        if criterion.get("type") == "CONTAINS_OFFERS"
        for offer in criterion.get("offers") or ()
    )


def offers_of_bundle(raw: Raw) -> Iterable[Any]:
    """The ids of the offers in a bundle of either kind; a row of the list of flexible ones names one of each slot."""
    return (offer for slot in _choices(raw) for offer, _pieces in slot)


def _choices(raw: Raw) -> list[list[tuple[Any, int]]]:
    """The slots of a bundle, each with the offers to choose from and how many pieces of one are needed."""
    if "offers" in raw:
        return [[(each["id"], int(each.get("requiredQuantity") or 1))] for each in raw["offers"]]
    if "slots" in raw:
        slots = sorted(raw["slots"], key=lambda slot: int(slot.get("order") or 0))
        return [[(each["id"], int(slot.get("requiredQuantity") or 1)) for each in slot["offers"]] for slot in slots]
    return [[(offer, 1)] for offer in raw["slotsRepresentatives"]]


def content_of_bundle(raw: Raw, titles: Mapping[str, str]) -> str:
    """What is in a bundle, as "2 × Kawa mielona + Filtry (+1)": of a slot the first offer, and how many more there are.

    "" where none of its offers has a title in `titles`; one without is named by its id.
    """
    found = _choices(raw)
    if not any(str(offer) in titles for slot in found for offer, _pieces in slot):
        return ""
    return " + ".join(_choice(slot, titles) for slot in found if slot)


def _choice(slot: Sequence[tuple[Any, int]], titles: Mapping[str, str]) -> str:
    offer, pieces = slot[0]
    times = f"{pieces} × " if pieces > 1 else ""
    more = f" (+{len(slot) - 1})" if len(slot) > 1 else ""
    return f"{times}{titles.get(str(offer), str(offer))}{more}"


def badges(rows: Mapping[str, Iterable[Raw]], base_marketplace: str) -> Documents:
    """{marketplace: {campaign id: campaign}} of each offer, from the badges of each marketplace.

    A campaign is {"name", "status", "reasons": [codes of the rejection], "publication", "prices", "campaignStock"}.
    The market price is not in it: Allegro works it out by itself from the offer's past prices.
    """
    found: Documents = {}
    for marketplace, listed in rows.items():
        for row in listed:
            prices = _without(row.get("prices") or {}, "market")
            _enter(found, _place(marketplace, base_marketplace), {**row, "prices": prices})
    return found


def alle_discount(submitted: Iterable[Raw], marketplace_of: Mapping[str, str], base_marketplace: str) -> Documents:
    """{marketplace: {campaign id: campaign}} of each offer; `marketplace_of` gives that of each campaign.

    A campaign is {"status", "reasons": [codes of the errors], "prices", "purchaseLimit"}.
    """
    found: Documents = {}
    for row in submitted:
        marketplace = marketplace_of[str(row["campaign"]["id"])]
        _enter(found, _place(marketplace, base_marketplace), _without(row, "participationId"))
    return found


def _enter(found: Documents, place: str, row: Raw) -> None:
    """Put what a row says about an offer in a campaign into `found`; of several rows that of the higher standing."""
    entered = found.setdefault(str(row["offer"]["id"]), {}).setdefault(place, {})
    key, campaign = str(row["campaign"]["id"]), _campaign(row)
    entered[key] = max(entered.get(key, campaign), campaign, key=_standing)


def _campaign(row: Raw) -> Document:
    campaign, process = row["campaign"], row.get("process") or {}
    refusals = (*(process.get("rejectionReasons") or ()), *(process.get("errors") or ()))
    return normal({
        **_without(row, "offer", "campaign", "process"),
        "name": campaign.get("name"),
        "status": process.get("status"),
        # Codes alone: their messages are words for people, in whatever language and wording.
        "reasons": sorted({str(refusal["code"]) for refusal in refusals}),
        "campaign": _without(campaign, "id", "name"),
        "process": _without(process, "status", "rejectionReasons", "errors"),
    })  # fmt: skip


def _standing(campaign: Document) -> tuple[int, str, str]:
    since = (campaign.get("publication") or {}).get("from")
    return STANDING.get(campaign.get("status", ""), UNKNOWN_STANDING), str(since or ""), dump(campaign)


def allegro_prices(rows: Mapping[str, Iterable[Raw]], base_marketplace: str) -> Documents:
    """{marketplace: {"final", "declared", "excluded"}} of each offer that any of it is told of.

    `final` is the price (money) that the buyer pays, `declared` the share in percent, as text without idle zeros, by
    which the seller lets the price fall at most, `excluded` the instant since which the offer is left out.
    """
    found: Documents = {}
    for marketplace, listed in rows.items():
        for row in listed:
            if terms := _allegro_price(row):
                found.setdefault(str(row["id"]), {})[_place(marketplace, base_marketplace)] = terms
    return found


def _allegro_price(row: Raw) -> Document:
    declared = (row.get("declaredPriceReduction") or {}).get("sellerMaxDeclaredPercentage")
    return normal({
        **_without(row, *ALLEGRO_PRICES_NOISE),
        "final": (row.get("actualPriceReduction") or {}).get("finalPriceForTheBuyer"),
        "declared": None if declared is None else written(declared, lambda share: f"{share.normalize():f}"),
        "excluded": row.get("excludedAt"),
    })  # fmt: skip


def unfilled(rows: Iterable[Raw]) -> Documents:
    """{"parameters": [ids, sorted]} of each offer that lacks any."""
    found: Documents = {}
    for row in rows:
        lacking = {str(parameter["id"]) for parameter in row.get("parameters") or ()}
        if lacking:
            offer = found.setdefault(str(row["id"]), normal(_without(row, "id", "category", "parameters")))
            offer["parameters"] = sorted(lacking.union(offer.get("parameters", ())))
    return found


# Parts of one offer --------------------------------------------------------------------------------------------------


def promo_options(raw: Raw, base_marketplace: str) -> Document:
    """{marketplace: {"base": package, "extra": [packages], "pending": package}}, marketplaces without any left out.

    A package is {"id", "validFrom", "validTo"}; when it is billed again (`nextCycleDate`) moves by itself.
    """
    places = (raw, *(raw.get("additionalMarketplaces") or ()))
    found = {_place(each["marketplaceId"], base_marketplace): _packages(each) for each in places}
    return {place: packages for place, packages in found.items() if packages}


def _packages(raw: Raw) -> Document:
    pending = raw.get("pendingChanges") or {}
    known = (
        "offerId", "marketplaceId", "additionalMarketplaces", "basePackage", "extraPackages", "pendingChanges",
    )  # fmt: skip
    return normal({
        **_without(raw, *known),
        "base": _package(raw.get("basePackage")),
        "extra": [package for each in raw.get("extraPackages") or () if (package := _package(each))],
        "pending": _package(pending.get("basePackage")),
        "pendingChanges": _without(pending, "basePackage"),
    })  # fmt: skip


def _package(raw: Raw | None) -> Document:
    return normal(_without(raw or {}, "nextCycleDate"))


def price_rules(assignments: Iterable[Raw], base_marketplace: str) -> Document:
    """{marketplace: {"rule": id, "range": {"type", "minPrice", "maxPrice"}}} of one offer's rules at work."""
    return {
        _place(each["marketplace"]["id"], base_marketplace): _price_rule_at_work(each)
        for each in sorted(assignments, key=dump)
    }


def _price_rule_at_work(raw: Raw) -> Document:
    configuration = raw.get("configuration") or {}
    return normal({
        **_without(raw, "marketplace", "rule", "configuration", "updatedAt"),
        "rule": str(raw["rule"]["id"]),
        "range": configuration.get("priceRange"),
        "configuration": _without(configuration, "priceRange"),
    })  # fmt: skip


def translations(rows: Iterable[Raw]) -> Document:
    """{language: {"title", "title_type", "description": {"sections"}, "description_type", "safetyInformation"}}.

    Types are Allegro's words AUTO and MANUAL. What is BASE is the offer's own text, so its language stays out.
    """
    found = {str(row["language"]): _translation(row) for row in rows}
    return {language: translation for language, translation in found.items() if translation}


def _translation(row: Raw) -> Document:
    safety = row.get("safetyInformation") or {}
    return normal({
        **_without(row, "language", "title", "description", "safetyInformation"),
        **_translated("title", row.get("title") or {}),
        **_translated("description", row.get("description") or {}),
        "safetyInformation": {
            **safety,
            "products": [each for each in safety.get("products") or () if each.get("type") != "BASE"],
        },
    })  # fmt: skip


def _translated(name: str, element: Raw) -> Document:
    """An element's text under its name, and its other keys (its type) as "<name>_<key>"."""
    if element.get("type") == "BASE":
        return {}
    return {name if key == "translation" else f"{name}_{key}": value for key, value in element.items()}


def rating(raw: Raw) -> Document:
    """{"average": text, "responses": number, "scores": [{"name", "count"}]}; no average without any response."""
    average = raw.get("averageScore")
    return normal({
        **_without(raw, "averageScore", "totalResponses", "scoreDistribution"),
        "average": None if average is None else str(average),
        "responses": raw.get("totalResponses"),
        "scores": raw.get("scoreDistribution"),
    })  # fmt: skip


def smart(raw: Raw) -> Document:
    """{"fulfilled": true or false, "conditions": [...]}, the conditions in their order, which matters.

    Their values and thresholds have come as numbers and as true or false. Their descriptions, and when Allegro has
    classified the offer or will, are left out.
    """
    classification = raw.get("classification") or {}
    return normal({
        **_without(raw, "classification", "conditions", "scheduledForReclassification"),
        "fulfilled": classification.get("fulfilled"),
        "conditions": [_without(each, "description") for each in raw.get("conditions") or ()],
        "classification": _without(classification, "fulfilled", "lastChanged"),
    })  # fmt: skip


# Shared objects ------------------------------------------------------------------------------------------------------


def name_of(raw: Raw) -> str:
    """What people call a shared object, "" where it has no name; only a wholesale price list has it in its terms."""
    specifications = [benefit.get("specification") or {} for benefit in raw.get("benefits") or ()]
    return str(next((each["name"] for each in (raw, *specifications) if each.get("name")), ""))


def price_list(raw: Raw) -> Document:
    """{"name", "rates": [{"deliveryMethod", "firstItemRate", "nextItemRate", ...}], ...} of one delivery price list."""
    return normal(_without(raw, *OBJECT_NOISE))


def delivery_settings(raw: Raw) -> Document:
    """{"freeDelivery", "abroadFreeDelivery", "joinPolicy"}; their marketplace is their id."""
    return normal(_without(raw, *OBJECT_NOISE, "marketplace"))


def return_policy(raw: Raw) -> Document:
    """{"name", "availability", "withdrawalPeriod", "returnCost", "options", ...}, address and contact among them."""
    return normal(_without(raw, *OBJECT_NOISE))


def warranty(raw: Raw) -> Document:
    """{"name", "type", "individual", "corporate", "description", "attachment"}."""
    return normal(_without(raw, *OBJECT_NOISE))


def implied_warranty(raw: Raw) -> Document:
    """{"name", "individual", "corporate", "address", "description"} of complaint terms."""
    return normal(_without(raw, *OBJECT_NOISE))


def promotion(raw: Raw) -> Document:
    """{"status", "benefits", "criteria": [types, sorted]}; which offers are in it belongs to the offers.

    What else a criterion says stands under "offerCriteria".
    """
    criteria = raw.get("offerCriteria") or []
    besides = [_without(each, "type", "offers") for each in criteria]
    return normal({
        **_without(raw, *OBJECT_NOISE),
        "criteria": sorted({str(each["type"]) for each in criteria}),
        "offerCriteria": sorted((each for each in besides if each), key=dump),
    })  # fmt: skip


def is_for_all(raw: Raw) -> bool:
    """Whether a promotion holds for every offer of the seller without naming any."""
    return any(each["type"] == "ALL_OFFERS" for each in raw.get("offerCriteria") or ())


def bundle(raw: Raw) -> Document:
    """{"slots", "discounts", "createdBy"} of a bundle of either kind, and "publication" of the old kind.

    Slots are the offers and quantities of the old kind, and the slots of a single flexible bundle with theirs. A row
    of the list of flexible bundles gives {"order", "representative": offer id}, so read all in one of the two ways.
    """
    slots = [
        *(raw.get("offers") or ()),
        *(_slot(each) for each in raw.get("slots") or ()),
        *(
            {"order": order, "representative": offer}
            for order, offer in enumerate(raw.get("slotsRepresentatives") or ())
        ),
    ]
    known = ("offers", "slots", "slotsRepresentatives", "discount", "discounts")
    discounts = raw.get("discounts") or raw.get("discount")
    return normal({**_without(raw, *OBJECT_NOISE, *known), "slots": slots, "discounts": discounts})


def _slot(raw: Raw) -> Document:
    """A slot without its id and without the offers' present availability, which follows their stock."""
    return {**_without(raw, "id"), "offers": [_without(offer, "marketplaces") for offer in raw.get("offers") or ()]}


def price_rule(raw: Raw) -> Document:
    """{"name", "type", "default", "configuration"}."""
    return normal(_without(raw, *OBJECT_NOISE))


def category(raw: Raw, scheduled_changes: Iterable[Raw]) -> Document:
    """{"name", "parent": id, "planned": [{"parameter": id, "from": instant}], "leaf", "options"}.

    `scheduled_changes` are those of this category.
    """
    known = {**_without(raw, *OBJECT_NOISE), "parent": (raw.get("parent") or {}).get("id")}
    return with_demands(known, scheduled_changes)


def with_demands(known: Raw, scheduled_changes: Iterable[Raw]) -> Document:
    """The content of a category with what it plans to demand now, in place of what it planned before."""
    return normal({**known, "planned": [_planned(each) for each in scheduled_changes]})


def _planned(raw: Raw) -> Document:
    """A change to come; only one of another type than the usual needs to say which."""
    kind = raw.get("type")
    return {
        **_without(raw, "type", "scheduledAt", "scheduledFor", "category", "parameter"),
        "type": None if kind == "REQUIREMENT_CHANGE" else kind,
        "parameter": (raw.get("parameter") or {}).get("id"),
        "from": raw["scheduledFor"],
    }


def deleted_category(known: Raw, event: Raw, scheduled_changes: Iterable[Raw] = ()) -> Document:
    """The last known content of a category with "redirect": the id of the one that replaces it, "" for none.

    `event` is its CATEGORY_DELETED, which tells the name and place that the category had in the end: it can no longer
    be read itself. What it plans to demand is in a list of its own.
    """
    told = event.get("category") or {}
    last = {"name": told["name"], "parent": (told.get("parent") or {}).get("id")} if told.get("name") else {}
    redirect = str((event.get("redirectCategory") or {}).get("id") or "")
    return with_demands({**known, **last, "redirect": redirect}, scheduled_changes)


def product(raw: Raw) -> Document:
    """A product of the catalogue, all that an offer can take over from it or has to obey.

    {"name", "category": id, "images": [addresses], "description", "parameters", "requirements": [parameters that offers
    must have], "status", "hasProtectedBrand", "kept": [what offers must keep], "compatibility": [texts],
    "specification": [technical data], "safety"}. Left out are where the category stands in the tree, which ones are
    similar, and who wrote what with which tool: none of it is what a buyer sees.
    """
    known = (
        "category", "images", "parameters", "offerRequirements", "publication", "trustedContent", "compatibilityList",
        "tecdocSpecification", "productSafety", "aiCoCreatedContent",
    )  # fmt: skip
    publication, requirements = raw.get("publication") or {}, raw.get("offerRequirements") or {}
    compatibility, technical = raw.get("compatibilityList") or {}, raw.get("tecdocSpecification") or {}
    return normal({
        **_without(raw, *OBJECT_NOISE, *known),
        "category": (raw.get("category") or {}).get("id"),
        "images": [each["url"] for each in raw.get("images") or () if each.get("url")],
        "parameters": [_product_parameter(each) for each in raw.get("parameters") or ()],
        "requirements": [_product_parameter(each) for each in requirements.get("parameters") or ()],
        "status": publication.get("status"),
        "kept": sorted({str(path) for path in (raw.get("trustedContent") or {}).get("paths") or ()}),
        "compatibility": sorted(str(each["text"]) for each in compatibility.get("items") or () if each.get("text")),
        "specification": sorted((normal(each) for each in technical.get("items") or ()), key=dump),
        "safety": raw.get("productSafety"),
        "publication": _without(publication, "status"),
        "offerRequirements": _without(requirements, "id", "parameters"),
    })  # fmt: skip


def _product_parameter(raw: Raw) -> Document:
    """A parameter as offers have it: its values in words where Allegro gives them, without what it is made of."""
    values = raw.get("valuesLabels") or raw.get("values")
    return {**_without(raw, "valuesLabels", "options"), "values": values}


def _place(marketplace: Any, base_marketplace: str) -> str:
    return OWN_MARKETPLACE if marketplace == base_marketplace else str(marketplace)


def _without(document: Raw, *keys: str) -> Document:
    return {key: value for key, value in document.items() if key not in keys}
