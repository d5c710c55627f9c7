"""The read-only client: one typed method per resource, one budget, typed errors, the trace id with every failure."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from allegro import results
from allegro.errors import (
    AllegroError,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from allegro.ratelimit import RequestBudget, shared_budget
from offers.record import JournalRow
from offers.sales import OrderForm, OrderJournalRow

VERSION = "1.0"
PUBLIC = "application/vnd.allegro.public.v1+json"
TIMEOUT_SECONDS = (5, 30)
JOURNAL_PAGE = 1000
LISTING_PAGE = 1000
ORDER_PAGE = 100
# offset + limit may not pass this on checkout-forms (allegro-api issue 3500).
ORDER_WINDOW = 10_000
Result = TypeVar("Result")


class TokenSource(Protocol):
    """Where the client gets its access tokens."""

    def current(self) -> str:
        """A token believed to be valid."""

    def renew(self, stale: str) -> str:
        """A token other than `stale`."""


class FixedToken:
    """A token that is not stored yet: just received, to ask whose it is."""

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        """The token."""
        return self._token

    def renew(self, stale: str) -> str:
        """The same one: there is nothing to renew it with."""
        return stale


class AllegroClient:
    """Reads one seller's data. Every method raises the errors of `allegro.errors`."""

    def __init__(self, tokens: TokenSource, account_key: str, budget: RequestBudget | None = None) -> None:
        self._tokens = tokens
        self._account_key = account_key
        self._budget = budget or shared_budget()
        self._session = _session()
        self.requests = 0

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def me(self) -> results.Me:
        """Whose account this is."""
        return self._read("/me", {}, results.read_me)

    def offer_events(self, after: str = "") -> list[JournalRow]:
        """Up to 1000 journal rows after the event id `after`; the oldest of the 24-hour window without it."""
        return self._read("/sale/offer-events", _given(**{"from": after, "limit": JOURNAL_PAGE}), results.read_journal)

    def offers(self, offset: int = 0) -> results.ListingPage:
        """Up to 1000 rows of the offer list in all statuses, from `offset`."""
        return self._read("/sale/offers", {"limit": LISTING_PAGE, "offset": offset}, results.read_listing)

    def product_offer(self, offer_id: str) -> dict[str, Any]:
        """The whole offer. Raises Gone for archived and deleted ones."""
        return self._read(f"/sale/product-offers/{offer_id}", {}, _document)

    def offer_parts(self, offer_id: str) -> dict[str, Any]:
        """Price and stock only: cheaper, with twice the limit (allegro-api issue 9983)."""
        return self._read(f"/sale/product-offers/{offer_id}/parts", {"include": ["price", "stock"]}, _document)

    def order_events(self, after: str = "") -> list[OrderJournalRow]:
        """Up to 1000 order journal rows after `after`, a decimal id; the oldest of the 60 days without it."""
        if after and not after.isdecimal():
            # Allegro would silently answer with everything from the oldest (allegro-api issue 11307).
            raise Rejected(f"an order cursor must be decimal, not {after[:20]!r}")
        return self._read("/order/events", _given(**{"from": after, "limit": JOURNAL_PAGE}), results.read_order_journal)

    def orders_updated_since(self, since: datetime, offset: int = 0) -> results.OrderPage:
        """Up to 100 orders changed at or after `since`, oldest change first; `offset` below 9,900."""
        parameters = {
            "updatedAt.gte": since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "sort": "updatedAt",
            "limit": ORDER_PAGE,
            "offset": offset,
        }
        return self._read("/order/checkout-forms", parameters, results.read_order_page)

    def order(self, order_id: str) -> OrderForm:
        """One order. Raises Gone once it was merged into another or is older than a year."""
        return self._read(f"/order/checkout-forms/{order_id}", {}, results.read_order)

    def _read(self, path: str, parameters: dict[str, Any], read: Callable[[dict[str, Any]], Result]) -> Result:
        response = self._get(path, parameters)
        try:
            return read(response.json())
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise Unavailable(
                f"unreadable answer to {path}: {type(error).__name__}",
                status=response.status_code,
                trace_id=_trace_id(response),
            ) from None

    def _get(self, path: str, parameters: dict[str, Any]) -> requests.Response:
        token = self._tokens.current()
        response = self._send(path, parameters, token)
        if response.status_code == requests.codes.unauthorized:
            # Any refresh kills the old access token at once, so a 401 often only means "someone refreshed".
            response = self._send(path, parameters, self._tokens.renew(token))
        if response.status_code == requests.codes.ok:
            return response
        raise self._error(path, response)

    def _send(self, path: str, parameters: dict[str, Any], token: str) -> requests.Response:
        self._budget.spend(self._account_key)
        self.requests += 1
        headers = {"Authorization": f"Bearer {token}"}
        try:
            return self._session.get(
                settings.ALLEGRO_API_URL + path, params=parameters, headers=headers, timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            raise Unavailable(f"{path}: {type(error).__name__}") from None

    def _error(self, path: str, response: requests.Response) -> AllegroError:
        kind = _kind(response.status_code)
        if kind is Gone and not _says_why(response):
            kind = Unavailable
        if kind is RateLimited:
            self._budget.penalise()
        return kind(f"{path}: HTTP {response.status_code}", status=response.status_code, trace_id=_trace_id(response))


def _session() -> requests.Session:
    session = requests.Session()
    retry = Retry(
        total=3,
        backoff_factor=0.3,
        backoff_jitter=0.3,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    adapter = HTTPAdapter(max_retries=retry)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update(
        {
            "Accept": PUBLIC,
            "Accept-Language": "pl-PL",
            # Compulsory since 1 July 2026, with the registered application's name (allegro-api issue 13126).
            "User-Agent": f"{settings.ALLEGRO_APP_NAME.replace(' ', '-')}/{VERSION} (+{settings.ALLEGRO_APP_URL})",
        }
    )
    return session


def _kind(status: int) -> type[AllegroError]:
    known: dict[int, type[AllegroError]] = {401: Unauthorized, 403: Forbidden, 404: Gone, 429: RateLimited}
    if status in known:
        return known[status]
    return Rejected if 400 <= status < 500 else Unavailable


def _says_why(response: requests.Response) -> bool:
    """Whether Allegro itself answers, with its list of errors: a 404 from before it says nothing about an offer."""
    try:
        return bool(response.json()["errors"])
    except (ValueError, KeyError, TypeError):
        return False


def _trace_id(response: requests.Response) -> str:
    return str(response.headers.get("trace-id", ""))[:64]


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value != ""}


def _document(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or "id" not in document:
        raise ValueError("not an offer document")
    return document
