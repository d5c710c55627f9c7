"""What the exports of a period must come to: the true figures, what a file with discrepancies says, and why."""

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal

from allegro.simulator.ads import Ads, Advert, Figures
from allegro.simulator.documents import Json
from allegro.simulator.exports.figures import Row, sales_rows
from allegro.simulator.exports.views import DISCREPANCIES, OFFER_ENDED, PRICE_CHANGE, View, price_changes, true_view
from allegro.simulator.instants import iso_micros
from allegro.simulator.sales import sold_lines
from allegro.simulator.world import World


def truth_document(world: World, view: View) -> Json:
    """Return true and exported figures per offer, the adverts' figures, and every difference with its reason.

    Amounts are decimal texts in the marketplace's currency.
    """
    scope, true = view.scope, true_view(world, view.scope)
    exported = {row.offer_id: row for row in sales_rows(world, view)}
    offers = [
        {**_row_document(row), "exported": _row_document(exported[row.offer_id]) if row.offer_id in exported else None}
        for row in sales_rows(world, true)
    ]
    adverts = world.of(Ads).between(scope.seller_id, scope.marketplace, scope.first, scope.last)
    return {
        "seller_id": scope.seller_id,
        "marketplace": scope.marketplace,
        "currency": scope.currency,
        "from": scope.first.isoformat(),
        "to": scope.last.isoformat(),
        "made_at": iso_micros(view.made_at),
        "offers": offers,
        "ads": [_advert_document(advert, figures) for advert, figures in adverts.items()],
        "discrepancies": list(_differences(world, true, view)),
    }


def _row_document(row: Row) -> Json:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(row).items()}


def _advert_document(advert: Advert, figures: Figures) -> Json:
    names = {"campaign": advert.campaign, "group": advert.group, "offer_id": advert.offer_id}
    return {**names, **asdict(figures), "cost": str(figures.cost), "value": str(figures.value)}


def _differences(world: World, true: View, view: View) -> Iterator[Json]:
    yield from _line_differences(world, true, view)
    for offer_id in sorted(view.ended):
        yield _difference(OFFER_ENDED, offer_id)
    if PRICE_CHANGE in view.kinds:
        for offer in world.offers_of(view.scope.seller_id):
            for at, old, new in price_changes(offer, view.scope):
                if at >= view.made_at:
                    yield _difference(PRICE_CHANGE, offer.id, at=iso_micros(at), old=str(old), new=str(new))


def _line_differences(world: World, true: View, view: View) -> Iterator[Json]:
    """Yield every order line that counts otherwise; `units` and `value` are what the export has more than the truth.

    `payment` is how the order is paid: of one on delivery the API never says whether it was ready.
    """
    lines = sold_lines(world, min(true.since, view.since), max(true.until, view.until))
    for order, line in lines:
        pieces = view.pieces(order, line) - true.pieces(order, line)
        if pieces:
            yield _difference(
                view.reason(order, line),
                line.offer_id,
                order_id=order.id,
                line_item_id=line.id,
                payment=order.payment,
                units=pieces,
                value=str(line.price * pieces),
            )


def _difference(reason: str, offer_id: str, **details: object) -> Json:
    return {"reason": reason, "text": DISCREPANCIES[reason], "offer_id": offer_id, **details}
