"""The read-only client of one account: every resource that is read, one typed method each."""

from collections import Counter
from copy import copy

from allegro.api.account import AccountResource
from allegro.api.campaigns import CampaignsResource
from allegro.api.categories import CategoriesResource
from allegro.api.money import MoneyResource
from allegro.api.offers import OffersResource
from allegro.api.orders import OrdersResource
from allegro.api.products import ProductsResource
from allegro.api.promotions import PromotionsResource
from allegro.api.terms import TermsResource
from allegro.api.transport import TokenSource, Transport
from allegro.ratelimit import RequestBudget


class AllegroClient(
    AccountResource,
    OffersResource,
    PromotionsResource,
    CampaignsResource,
    TermsResource,
    CategoriesResource,
    ProductsResource,
    OrdersResource,
    MoneyResource,
):
    """Reads one seller's data. Every method raises the errors of `allegro.errors`."""

    def __init__(self, tokens: TokenSource, account_key: str, budget: RequestBudget | None = None) -> None:
        super().__init__(Transport(tokens, account_key, budget))

    def borrowed(self) -> "AllegroClient":
        """A client for threads that ask side by side while this one waits; it cannot renew the token."""
        client = copy(self)
        client._transport = self._transport.borrowed()
        return client

    @property
    def requests(self) -> int:
        """How many requests went on the wire, second attempts included."""
        return self._transport.traffic.by_endpoint.total()

    @property
    def requests_by_endpoint(self) -> Counter[str]:
        """The same by the endpoints' names in the registry."""
        return self._transport.traffic.by_endpoint

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()
