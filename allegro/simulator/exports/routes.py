"""The seller's downloads, under /_simulator/exports/: what a person would fetch by hand in Allegro's Sales Center.

Common parameters: `from` and `to` (inclusive Warsaw days), `seller` (44300112 by default), `marketplace` (allegro-pl),
`language` where a file exists in both (pl or en), and `copy`=1 for the name that a browser gives to a second download.
"""

from datetime import date

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, plain_json, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE, COFFEE_SELLER, CURRENCIES, SELLERS
from allegro.simulator.exports.ads import LEVELS, AdsOddities, ads_statistics
from allegro.simulator.exports.billing import billing_history
from allegro.simulator.exports.files import ExportFile
from allegro.simulator.exports.offer_list import LAYOUTS, STATUSES, offer_list
from allegro.simulator.exports.orders import ORDER_COLUMNS, OrdersOddities, orders_summary
from allegro.simulator.exports.payments import PaymentsOddities, payment_operations
from allegro.simulator.exports.sales_by_offer import (
    HEADINGS,
    IDS,
    MADE,
    NUMBERS,
    ORDERS,
    PERIODS,
    SHARES,
    SalesOddities,
    sales_by_offer,
)
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.truth import truth_document
from allegro.simulator.exports.views import DISCREPANCIES, NothingToPlant, View, planted_view
from allegro.simulator.parameters import chosen, listed
from allegro.simulator.wallets import AVAILABLE, WALLETS

blueprint = Blueprint("exports", __name__, url_prefix="/_simulator/exports")
LANGUAGES = ("pl", "en")
LONGEST_DAYS = 731


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError as error:
        raise ApiError(400, "BadRequest", f"{name} must be YYYY-MM-DD", name) from error


def _account() -> tuple[str, str]:
    seller = chosen("seller", tuple(SELLERS), COFFEE_SELLER.id)
    return seller, chosen("marketplace", tuple(CURRENCIES), BASE_MARKETPLACE)


def _scope() -> Scope:
    scope = Scope(*_account(), _day("from"), _day("to"))
    if not 0 <= (scope.last - scope.first).days < LONGEST_DAYS:
        raise ApiError(400, "BadRequest", f"from..to must be 1 to {LONGEST_DAYS} days", "to")
    return scope


def _language() -> str:
    return chosen("language", LANGUAGES, "pl")


def _flag(name: str) -> bool:
    return chosen(name, ("0", "1"), "0") == "1"


def _download(file: ExportFile) -> Response:
    stem, dot, suffix = file.name.rpartition(".")
    name = f"{stem} (1){dot}{suffix}" if _flag("copy") else file.name
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.content, content_type=file.media_type, headers=headers)


def _view() -> View:
    """Return how the export is made: `discrepancy`, repeated at will, plants those of DISCREPANCIES."""
    try:
        return planted_view(simulation().world, _scope(), frozenset(listed("discrepancy", tuple(DISCREPANCIES))))
    except NothingToPlant as nothing:
        raise ApiError(409, "NothingToPlant", str(nothing), "discrepancy") from nothing


@blueprint.get("/sales-by-offer.xlsx")
def sales() -> Response:
    """Answer the workbook "Sales by offer", of a form on demand.

    `headings` usual, alternative or old; `order` of the columns usual, reversed or measures_first; `numbers` number, or
    text with a decimal comma and thousands marked by nothing (comma), a blank, an nbsp or a narrow one; `share`
    fraction, percent or text; `ids` number, float or text; `period` in the name of the file or of the sheet, in the
    preamble, or none; `made` is how a preamble says when the file was made: line, cells, utc or day; `preamble`,
    `totals` and `extra` (a column nobody knows) are 1 or 0; `discrepancy` as in _view.
    """
    form = SalesOddities(
        headings=chosen("headings", tuple(HEADINGS), "usual"),
        numbers=chosen("numbers", tuple(NUMBERS), "number"),
        share=chosen("share", SHARES, "fraction"),
        ids=chosen("ids", IDS, "number"),
        period=chosen("period", PERIODS, "file"),
        order=chosen("order", ORDERS, "usual"),
        preamble=_flag("preamble"),
        made=chosen("made", MADE, "line"),
        totals=_flag("totals"),
        extra=_flag("extra"),
    )
    return _download(sales_by_offer(simulation().world, _view(), _language(), form))


@blueprint.get("/truth.json")
def truth() -> Response:
    """Answer what the exports of the period must come to, and every planted `discrepancy` with its reason."""
    return plain_json(truth_document(simulation().world, _view()))


@blueprint.get("/ads-<level>.xlsx")
def ads(level: str) -> Response:
    """Answer the Allegro Ads statistics; `level` is oferty or kampanie.

    `old_return`=1 names the return column as older files do; `net_costs`=1 leaves the VAT out of the costs, so that
    the daily fees of the billing come to 1.23 times the costs.
    """
    if level not in LEVELS:
        raise ApiError(404, "NotFound", f"One of {', '.join(LEVELS)}", "level")
    oddities = AdsOddities(old_return=_flag("old_return"), net_costs=_flag("net_costs"))
    return _download(ads_statistics(simulation().world, _scope(), level, _language(), oddities))


@blueprint.get("/orders.csv")
def orders() -> Response:
    """Answer the sales summary, personal data of invented buyers included.

    `columns` is all, a or b (two selections that were seen); `mark`=1 begins with a byte order mark; `summary`=1 ends
    with the table of totals.
    """
    columns = chosen("columns", tuple(ORDER_COLUMNS), "all")
    oddities = OrdersOddities(columns=columns, mark=_flag("mark"), summary=_flag("summary"))
    return _download(orders_summary(simulation().world, _scope(), oddities))


@blueprint.get("/billing.csv")
def billing() -> Response:
    """Answer the history of charges on one marketplace; `mark`=1 begins with a byte order mark."""
    return _download(billing_history(simulation().world, _scope(), mark=_flag("mark")))


@blueprint.get("/offers.xlsm")
def offers() -> Response:
    """Answer the list of the seller's offers as they are now, whatever period is asked for.

    `layout` is new, old (one price) or result (headings in the first row); `status` ACTIVE or ENDED, else both.
    """
    layout, status = chosen("layout", LAYOUTS, "new"), chosen("status", ("", *STATUSES), "")
    return _download(offer_list(simulation().world, _account()[0], layout=layout, status=status))


@blueprint.get("/payments.<suffix>")
def payments(suffix: str) -> Response:
    """Answer the operations on a wallet, buyers' personal data included; `suffix` is xlsx or csv.

    `wallet` is AVAILABLE or WAITING; `comma`=1 writes amounts with a decimal comma.
    """
    if suffix not in {"xlsx", "csv"}:
        raise ApiError(404, "NotFound", "One of xlsx, csv", "suffix")
    wallet = chosen("wallet", WALLETS, AVAILABLE)
    oddities = PaymentsOddities(wallet=wallet, comma=_flag("comma"), text=suffix == "csv")
    return _download(payment_operations(simulation().world, _scope(), oddities))
