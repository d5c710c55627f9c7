"""From the simulator's truth to what the record should say: the builders and the comparison are those of the record.

The truth tells of each offer what changed for it, in Allegro's raw forms; the record keeps the content of what offers
share once. No Django here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allegro.demo.truth import Action, Key
from offers import fields
from offers.fields import BY_KEY, OTHER_PREFIX, Field, Kind, get_field
from offers.record import parts
from offers.record.diff import Difference, differences
from offers.record.documents import canonical

Entry = Mapping[str, Any]
"""One action of the truth log as JSON."""
Document = dict[str, Any]

# What Allegro works out by itself from other things; the simulator keeps no log of it.
NOT_IN_TRUTH = frozenset({
    "rating", "ratings", "rating_scores", "smart", "smart_conditions", "promotion.status", "bundle.publication",
})  # fmt: skip
# The truth's fields for the content of what offers share: kind of object and its builder.
CONTENTS: dict[str, tuple[str, Callable[[Entry], Document]]] = {
    "delivery_rates_content": (fields.PRICE_LIST, parts.price_list),
    "delivery_settings": (fields.DELIVERY_SETTINGS, parts.delivery_settings),
    "return_policy_content": (fields.RETURN_POLICY, parts.return_policy),
    "warranty_content": (fields.WARRANTY, parts.warranty),
    "implied_warranty_content": (fields.IMPLIED_WARRANTY, parts.implied_warranty),
    "product_content": (fields.PRODUCT, parts.product),
}
# How the list of badges names the reduction of Allegro Prices that runs.
SUBSIDY = "SUBSIDY"
SIDES = ("old", "new")


@dataclass
class Expected:
    """What the record should say, and which offers each change of a shared object touched (subject, instant)."""

    actions: list[Action] = field(default_factory=list)
    touched: dict[tuple[str, datetime], set[str]] = field(default_factory=lambda: defaultdict(set))


def subject_of(kind: str, key: str) -> str:
    """How the comparison calls a shared object."""
    return f"{kind}:{key}"


def part_of(key: Key) -> tuple[str, str]:
    """(offer id or shared object, part): what has to be read to see a change of `key`."""
    return key[0], field_of(key).part


def field_of(key: Key) -> Field:
    """The registry's field of `key`, which may name a single campaign or promotion of it."""
    return get_field(key[1].partition("/")[0])


def items_of(known: Field, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """(field key, old, new) of a change; of lists and campaigns one row for each id that differs, whatever else does.

    Of a campaign, its status and its price.
    """
    if known.kind is Kind.REFERENCES:
        held, holds = set(old or ()), set(new or ())
        for key in sorted(held ^ holds):
            yield f"{known.key}/{key}", key in held, key in holds
    elif known.kind is Kind.CAMPAIGNS:
        before, after = old or {}, new or {}
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield f"{known.key}/{key}", _standing(before.get(key)), _standing(after.get(key))
    else:
        yield known.key, old, new


def _standing(campaign: Document | None) -> Document | None:
    if campaign is None:
        return None
    prices = campaign.get("prices") or {}
    price = prices.get("bargain") or prices.get("proposedPrice") or (prices.get("subsidy") or {}).get("targetPrice")
    return {"status": campaign.get("status"), "price": price}


def translate(log: Iterable[Entry], base_marketplace: str) -> Expected:
    """What the actions of a truth log mean for the record of an account, in their order.

    Purchases are left out, and so is what no event and no read can show. Raises KeyError for a field of the truth that
    nobody translates.
    """
    return _Translation(list(log), base_marketplace).expected


class _Translation:
    """Goes through a log once; some values depend on earlier ones."""

    def __init__(self, log: list[Entry], base_marketplace: str) -> None:
        self.base = base_marketplace
        self.expected = Expected()
        self._seen: set[tuple[Key, datetime]] = set()
        self._excluded: dict[tuple[str, str], str] = {}
        self._held: dict[tuple[str, str, str], Entry] = {}
        self._redirects = {(row["at"], row["old"]): row["new"] for row in log if row["field"] == "category"}
        for row in log:
            if row["field"] is not None and row["actor"] != "buyer":
                self._translate(row)

    def _translate(self, row: Entry) -> None:
        name = row["field"]
        if name in CONTENTS:
            kind, build = CONTENTS[name]
            self._shared(row, kind, build(row["old"]), build(row["new"]))
        elif name in _SPECIAL:
            _SPECIAL[name](self, row)
        elif name in BY_KEY or name.startswith(OTHER_PREFIX):
            known = get_field(name)
            leaf = (known.path or known.per_marketplace)[-1]
            old, new = (canonical(row[side], leaf) for side in SIDES)
            self._add(row, Difference(known, self._place(row), old, new))
        else:
            raise KeyError(name)

    def _place(self, row: Entry) -> str:
        marketplace = row["marketplace"] or ""
        return "" if marketplace == self.base else marketplace

    def _add(self, row: Entry, difference: Difference) -> None:
        # An activation tells of the stock twice, whether or not it changed just then (allegro-api issue 6680).
        types = row["event_types"]
        is_announced = bool(difference.field.events.intersection(types)) and len(set(types)) == len(types)
        for name, old, new in items_of(difference.field, difference.old, difference.new):
            key = (row["offer_id"], name, difference.marketplace)
            self.expected.actions.append(Action(key, _instant(row), old, new, is_announced))

    def _offer(self, row: Entry, part: str, old: Document, new: Document) -> None:
        for difference in differences(part, old, new):
            self._add(row, difference)

    def _shared(self, row: Entry, kind: str, old: Document, new: Document) -> None:
        """The truth tells it once for each offer that it touches."""
        subject, at = subject_of(kind, row["subject"]["id"]), _instant(row)
        for difference in differences(kind, old, new):
            key = (subject, difference.field.key, "")
            self.expected.touched[subject, at].add(row["offer_id"])
            if (key, at) not in self._seen:
                self._seen.add((key, at))
                self.expected.actions.append(Action(key, at, difference.old, difference.new))

    # Fields with forms of their own ----------------------------------------------------------------------------------

    def _promotion(self, row: Entry) -> None:
        old, new = (
            parts.promotions([side] if side else [], [], []).get(row["offer_id"], {})
            for side in (row["old"], row["new"])
        )
        self._offer(row, fields.PROMOTIONS_PART, old, new)
        if row["old"] and row["new"]:
            self._shared(row, fields.PROMOTION, parts.promotion(row["old"]), parts.promotion(row["new"]))

    def _bundle(self, row: Entry) -> None:
        old, new = ([_raw_bundle(row[side])] if row[side] else [] for side in SIDES)
        is_old_kind = "offers" in (row["old"] or row["new"])
        held, holds = (
            _own(parts.promotions([], side, []) if is_old_kind else parts.promotions([], [], side), row)
            for side in (old, new)
        )
        self._offer(row, fields.PROMOTIONS_PART, held, holds)
        if old and new:
            self._shared(row, fields.BUNDLE, parts.bundle(old[0]), parts.bundle(new[0]))

    def _packages(self, row: Entry) -> None:
        old, new = (parts.promo_options(_raw_packages(row[side], row), self.base) for side in SIDES)
        self._offer(row, fields.PROMO_OPTIONS_PART, old, new)

    def _price_rule(self, row: Entry) -> None:
        old, new = (
            parts.price_rules(
                [{**row[side], "marketplace": {"id": row["marketplace"]}}] if row[side] else [], self.base
            )
            for side in SIDES
        )
        self._offer(row, fields.PRICE_RULES_PART, old, new)
        if row["old"] and row["new"] and row["old"]["rule"]["id"] == row["new"]["rule"]["id"]:
            before, after = (parts.price_rule(row[side]["rule"]) for side in SIDES)
            self._shared(row, fields.PRICE_RULE, before, after)

    def _badge(self, row: Entry) -> None:
        """An application is not a badge yet, and one that is declined leaves the badge of an earlier one alone."""
        status, was_asked = row["new"]["status"], (row["old"] or {}).get("status") == "REQUESTED"
        if status == "REQUESTED" or (was_asked and status == "DECLINED"):
            return
        place = (row["offer_id"], row["marketplace"], row["new"]["campaign"])
        before, after = (
            parts.badges({row["marketplace"]: [_raw_badge(state, row)] if state else []}, self.base)
            for state in (self._held.get(place), row["new"])
        )
        self._held[place] = row["new"]
        self._offer(row, fields.BADGES_PART, _own(before, row), _own(after, row))

    def _alle_discount(self, row: Entry) -> None:
        """A new participation takes the place of the one before, as the list shows only the latest."""
        campaigns = {row["subject"]["id"]: row["marketplace"]}
        place = (row["offer_id"], row["marketplace"], row["new"]["campaign"])
        old, new = (
            parts.alle_discount([_raw_participation(state, row)] if state else [], campaigns, self.base)
            for state in (self._held.get(place), row["new"])
        )
        self._held[place] = row["new"]
        self._offer(row, fields.ALLE_DISCOUNT_PART, _own(old, row), _own(new, row))

    def _allegro_price(self, row: Entry) -> None:
        """A running reduction is shown as a badge too."""
        place, market = (row["offer_id"], row["marketplace"]), row["marketplace"]
        held = self._excluded.get(place, "")
        if row["new"]["excluded"] and not row["old"]["excluded"]:
            self._excluded[place] = _millis(row)
        since = {"old": held, "new": self._excluded.get(place, "")}
        old, new = (
            parts.allegro_prices({market: [_raw_price(row[side], row, since[side])]}, self.base) for side in SIDES
        )
        self._offer(row, fields.ALLEGRO_PRICES_PART, _own(old, row), _own(new, row))
        before, after = (parts.badges({market: _raw_subsidies(row[side], row)}, self.base) for side in SIDES)
        self._offer(row, fields.BADGES_PART, _own(before, row), _own(after, row))

    def _translation(self, row: Entry) -> None:
        old, new = (parts.translations([row[side]] if row[side] else []) for side in SIDES)
        self._offer(row, fields.TRANSLATIONS_PART, old, new)

    def _unfilled(self, row: Entry) -> None:
        old, new = (parts.unfilled([_raw_unfilled(row[side], row)]) for side in SIDES)
        self._offer(row, fields.UNFILLED_PART, _own(old, row), _own(new, row))

    def _blocked(self, row: Entry) -> None:
        """Only its event tells of it."""
        if row["event_types"]:
            self._add(row, Difference(get_field("blocked_deliveries"), "", row["old"], row["new"]))

    def _category_content(self, row: Entry) -> None:
        old = {"name": row["old"]["name"], "parent": row["old"]["parent"]}
        redirect = self._redirects.get((row["at"], row["subject"]["id"]))
        event = {"redirectCategory": {"id": redirect}}
        self._shared(row, fields.CATEGORY, old, row["new"] or parts.deleted_category(old, event))

    def _category_requirements(self, row: Entry) -> None:
        self._shared(row, fields.CATEGORY, *(parts.with_demands({}, row[side]) for side in SIDES))


_SPECIAL: dict[str, Callable[[_Translation, Entry], None]] = {
    "promotion": _Translation._promotion,
    "bundle": _Translation._bundle,
    "promo_package": _Translation._packages,
    "price_rule": _Translation._price_rule,
    "badge": _Translation._badge,
    "alle_discount": _Translation._alle_discount,
    "allegro_price": _Translation._allegro_price,
    "translation": _Translation._translation,
    "unfilled_parameters": _Translation._unfilled,
    "blocked_deliveries": _Translation._blocked,
    "category_content": _Translation._category_content,
    "category_requirements": _Translation._category_requirements,
}


def _instant(row: Entry) -> datetime:
    return datetime.fromisoformat(row["at"])


def _millis(row: Entry) -> str:
    return _instant(row).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _own(found: Mapping[str, Document], row: Entry) -> Document:
    return found.get(row["offer_id"], {})


# Raw forms of Allegro's from those of the truth ----------------------------------------------------------------------


def _raw_bundle(state: Entry) -> Document:
    """A bundle of either kind in the form of a single one of Allegro's."""
    if "offers" in state:
        discounts = [{"marketplace": {"id": name}, **value} for name, value in state["discounts"].items()]
        return {**state, "discounts": discounts}
    return {**state, "slots": [_raw_slot(slot) for slot in state["slots"]]}


def _raw_slot(slot: Entry) -> Document:
    """The first offer of a slot is the one from which a buyer enters the bundle."""
    offers = [{**offer, "entryPoint": slot["entryPoint"] and not number} for number, offer in enumerate(slot["offers"])]
    return {**slot, "offers": offers}


def _raw_packages(state: Entry, row: Entry) -> Document:
    pending = state["pendingBasePackage"]
    return {
        "marketplaceId": row["marketplace"],
        "basePackage": state["basePackage"],
        "extraPackages": state["extraPackages"],
        "pendingChanges": {"basePackage": pending} if pending else None,
    }


def _raw_badge(state: Entry, row: Entry) -> Document:
    return {
        "offer": {"id": row["offer_id"]},
        "campaign": {"id": state["campaign"]},
        "prices": {"bargain": state["bargain"]},
        "process": {"status": state["status"]},
    }


def _raw_participation(state: Entry, row: Entry) -> Document:
    return {
        "offer": {"id": row["offer_id"]},
        "campaign": {"id": state["campaign"]},
        "prices": {"proposedPrice": state["proposedPrice"]},
        "process": {"status": state["status"]},
    }


def _raw_price(state: Entry, row: Entry, excluded_at: str) -> Document:
    declared, final = state["sellerMaxDeclaredPercentage"], state["finalPriceForTheBuyer"]
    return {
        "id": row["offer_id"],
        "declaredPriceReduction": declared and {"sellerMaxDeclaredPercentage": declared},
        "actualPriceReduction": final and {"finalPriceForTheBuyer": final},
        "excludedAt": excluded_at if state["excluded"] else None,
    }


def _raw_subsidies(state: Entry, row: Entry) -> list[Document]:
    if not state["finalPriceForTheBuyer"]:
        return []
    price = {"subsidy": {"targetPrice": state["finalPriceForTheBuyer"]}}
    offer, campaign = {"id": row["offer_id"]}, {"id": SUBSIDY}
    return [{"offer": offer, "campaign": campaign, "prices": price, "process": {"status": "ACTIVE"}}]


def _raw_unfilled(state: Entry, row: Entry) -> Document:
    return {"id": row["offer_id"], "parameters": [{"id": key} for key in state]}
