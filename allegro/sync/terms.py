"""Stream: the seller's terms that offers only refer to: delivery prices and settings, returns, warranties.

Their edits emit nothing, so all of them are read in every full run. There are few: Allegro allows 60 of each kind.
"""

from collections.abc import Callable, Mapping
from typing import Any

from allegro.api import paging
from allegro.api.terms import Terms
from allegro.api.values import Page
from allegro.errors import Gone
from allegro.sync.context import SyncContext
from allegro.sync.whole import observe_kind, read_whole
from offers.models import SharedKind
from offers.record import parts
from offers.record.observe import SharedContent

Document = Mapping[str, Any]
Build = Callable[[dict[str, Any]], dict[str, Any]]


def run(context: SyncContext) -> None:
    """Read the contents one by one, since the lists hold names only."""
    client = context.client
    _observe(context, SharedKind.PRICE_LIST, client.shipping_rates(), client.shipping_rates_set, parts.price_list)
    after_sales: tuple[tuple[SharedKind, Callable[[int], Page[Terms]], Callable[[str], Any], Build], ...] = (
        (SharedKind.RETURN_POLICY, client.return_policies, client.return_policy, parts.return_policy),
        (SharedKind.WARRANTY, client.warranties, client.warranty, parts.warranty),
        (
            SharedKind.IMPLIED_WARRANTY,
            client.implied_warranties,
            client.implied_warranty,
            parts.implied_warranty,
        ),
    )
    for kind, listed, read, build in after_sales:
        rows = read_whole(context, paging.by_offset(listed, paging.AFTER_SALES, lambda terms: terms.id))
        if rows is not None:
            _observe(context, kind, rows, read, build)
    _delivery_settings(context)


def _observe(context: SyncContext, kind: SharedKind, listed: Any, read: Callable[[str], Any], build: Build) -> None:
    """Read the content of each listed set; one that goes meanwhile is gone."""
    found: dict[str, SharedContent] = {}
    for each in listed:
        try:
            raw = dict(read(each.id).raw)
        except Gone:
            continue
        found[each.id] = SharedContent(parts.name_of(raw), build(raw))
        context.beat()
    observe_kind(context, kind, found, context.clock())


def _delivery_settings(context: SyncContext) -> None:
    """Settings are per marketplace; which ones matter only the list of offers tells."""
    found: dict[str, SharedContent] = {}
    for marketplace in sorted(context.marketplaces):
        try:
            raw = dict(context.client.delivery_settings(marketplace).raw)
        except Gone:
            continue
        found[marketplace] = SharedContent(marketplace, parts.delivery_settings(raw))
    if found:
        observe_kind(context, SharedKind.DELIVERY_SETTINGS, found, context.clock())
