"""Billing entries: what Allegro charges a seller and gives back, with the dictionary of their types.

A charge is negative and a credit positive (allegro-api issue 7806); `balance` is the running balance of the seller's
account on one marketplace, in that marketplace's currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal

from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import HOUR, MILLISECOND, MINUTE, SECOND, iso_millis, warsaw_clock
from allegro.simulator.orders import Line, Order

LANGUAGES = ("en-US", "pl-PL", "cs-CZ")  # others get English names
# Shares of the sales value, VAT included, by the category in which the line was sold; rounded up to a whole hundredth.
_COMMISSIONS = {"74030": Decimal("0.085"), "320145": Decimal("0.11"), "261405": Decimal("0.12")}
_OTHER_COMMISSION = Decimal("0.10")
_WITHOUT_TAX = ("PAD", "PS1")
_NAMED_LATER = 0.15  # of the entries get the name of their offer hours later, the rest within minutes

# Listing is free in all categories of this world, so LIS and the fees of promotion packages come by deeds alone.
TYPES = {
    "SUC": ("Sales commission", "Prowizja od sprzedaży", "Provize z prodeje"),
    "LIS": ("Listing fee", "Opłata za wystawienie", "Poplatek za vystavení"),
    "REF": ("Costs refund", "Zwrot kosztów", "Vrácení nákladů"),
    "NSP": ("Ads campaign fee", "Opłata za kampanię Ads", "Poplatek za kampaň Ads"),
    "PS1": (
        "Compensation in the Allegro Prices program",
        "Wyrównanie w programie Allegro Ceny",
        "Vyrovnání v programu Allegro Ceny",
    ),
    "PAD": ("Fees collected from income", "Pobranie opłat z wpływów", "Stržení poplatků z příjmů"),
    "FSF": (
        "Sales commission on a featured offer",
        "Prowizja od sprzedaży oferty wyróżnionej",
        "Provize z prodeje zvýrazněné nabídky",
    ),
    "HB1": ("DPD courier delivery fee", "Przesyłka DPD", "Zásilka DPD"),
    "HB4": ("InPost parcel locker delivery fee", "Przesyłka InPost", "Zásilka InPost"),
    "HB8": ("DHL delivery fee", "Przesyłka DHL", "Zásilka DHL"),
}
_FEE_ID = ("Fee identifier", "Identyfikator opłaty", "Identifikátor poplatku")


@dataclass
class BillingEntry:
    """One row of a seller's billing; the offer's name shows from `named_at` on (instants in microseconds UTC)."""

    id: str
    seller_id: str
    marketplace: str
    at: int
    type: str
    value: Decimal
    currency: str
    offer_id: str | None = None
    offer_name: str = ""
    order_id: str | None = None
    fee_id: str | None = None
    named_at: int = 0
    balance: Decimal = Decimal(0)


def commission(line: Line) -> Decimal:
    """Return the sales commission of a line, in its order's currency: of the goods alone, not of their delivery."""
    share = _COMMISSIONS.get(line.category_id, _OTHER_COMMISSION)
    return (line.price * line.quantity * share).quantize(Decimal("0.01"), ROUND_UP)


def commission_entry(seed: int, order: Order, line: Line, ready_at: int) -> BillingEntry:
    """Return the charge of a sold line, within seconds of the order's being ready (allegro-api issue 12590)."""
    rng = stream(seed, "commission", line.id)
    at = ready_at + rng.randint(500, 3000) * MILLISECOND
    return _about_line(seed, order, line, _New(uuid(rng), at, "SUC", -commission(line)))


def subsidy_entry(seed: int, order: Order, line: Line, value: Decimal, ready_at: int) -> BillingEntry:
    """Return Allegro's compensation for a line in Allegro Prices (allegro-api issue 8382)."""
    rng = stream(seed, "subsidy", line.id)
    return _about_line(seed, order, line, _New(uuid(rng), ready_at + rng.randint(3, 9) * SECOND, "PS1", value))


def commission_refund(seed: int, order: Order, line: Line, quantity: int, at: int) -> BillingEntry:
    """Return the commission given back for some pieces of a line; it names the order (allegro-api issue 5641)."""
    value = (commission(line) * quantity / line.quantity).quantize(Decimal("0.01"))
    entry = _about_line(seed, order, line, _New(uuid(stream(seed, "commission refund", line.id, at)), at, "REF", value))
    entry.fee_id = uuid(stream(seed, "fee", line.id))
    return entry


def ads_entry(seed: int, seller_id: str, day: date, cost: Decimal) -> BillingEntry:
    """Return the charge for an account's advertising; it comes in the morning of the Warsaw day given.

    It names no offer (allegro-api issue 12898).
    """
    rng = stream(seed, "ads charge", seller_id, day)
    at = warsaw_clock(day, 5) + rng.randint(0, 4 * HOUR)
    return BillingEntry(uuid(rng), seller_id, BASE_MARKETPLACE, at, "NSP", -cost, CURRENCIES[BASE_MARKETPLACE])


def _named_at(seed: int, line_id: str, at: int) -> int:
    rng = stream(seed, "naming", line_id)
    late = rng.random() < _NAMED_LATER
    return at + (rng.randint(2 * HOUR, 30 * HOUR) if late else rng.randint(MINUTE, 10 * MINUTE))


@dataclass(frozen=True)
class _New:
    id: str
    at: int
    type: str
    value: Decimal


def _about_line(seed: int, order: Order, line: Line, new: _New) -> BillingEntry:
    return BillingEntry(
        new.id,
        order.seller_id,
        order.marketplace,
        new.at,
        new.type,
        new.value,
        order.currency,
        offer_id=line.offer_id,
        offer_name=line.title,
        order_id=order.id,
        named_at=_named_at(seed, line.id, new.at),
    )


def type_name(kind: str, language: str) -> str:
    """Return the name of a billing type in one of LANGUAGES."""
    return TYPES[kind][LANGUAGES.index(language)]


def entry_document(entry: BillingEntry, now: int, language: str) -> Json:
    """Return an entry as GET /billing/billing-entries shows it at an instant; what does not apply is left out."""
    document: Json = {
        "id": entry.id,
        "occurredAt": iso_millis(entry.at),
        "type": {"id": entry.type, "name": type_name(entry.type, language)},
        "value": money(entry.value, entry.currency),
        "tax": {"annotation": "OUT_OF_SCOPE"} if entry.type in _WITHOUT_TAX else {"percentage": "23.00"},
        "balance": money(entry.balance, entry.currency),
        "additionalInfo": _additional_info(entry, language),
    }
    if entry.offer_id:
        named = {"name": entry.offer_name} if now >= entry.named_at else {}
        document["offer"] = {"id": entry.offer_id, **named}
    if entry.order_id:
        document["order"] = {"id": entry.order_id}
    return document


def _additional_info(entry: BillingEntry, language: str) -> list[Json]:
    if entry.fee_id is None:
        return []
    return [{"type": "feeId", "name": _FEE_ID[LANGUAGES.index(language)], "value": entry.fee_id}]
