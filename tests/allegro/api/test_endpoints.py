"""The registry of what is read."""

import re

import pytest

from allegro.api.endpoints import ANY_SCOPE, BETA, ENDPOINTS, Endpoint
from allegro.errors import Rejected
from allegro.ratelimit import LIMITS
from allegro.scopes import OPTIONAL_SCOPES, READ_SCOPES


def test_only_reads_are_registered() -> None:
    """The one POST is a question with a body."""
    by_post = [each.path for each in ENDPOINTS.values() if each.method != "GET"]
    assert by_post == ["/sale/allegro-prices/offers-queries"]


def test_each_operation_stands_once_under_its_name() -> None:
    assert {name: each.name for name, each in ENDPOINTS.items()} == {name: name for name in ENDPOINTS}
    assert len({(each.method, each.path) for each in ENDPOINTS.values()}) == len(ENDPOINTS)


def test_every_scope_is_one_that_is_asked_for() -> None:
    assert {each.scope for each in ENDPOINTS.values()} == {*READ_SCOPES, *OPTIONAL_SCOPES, ANY_SCOPE}


def test_every_limit_is_known_to_the_budget() -> None:
    assert {each.limit for each in ENDPOINTS.values()} == set(LIMITS)


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ENDPOINTS["me"] = Endpoint("me", "/you", ANY_SCOPE)  # type: ignore[index]


def test_paths_are_those_of_the_specification() -> None:
    assert all(re.fullmatch(r"(/([a-z-]+|\{[a-zA-Z]+\}))+", each.path) for each in ENDPOINTS.values())
    assert [each.name for each in ENDPOINTS.values() if each.media == BETA] == ["customer-returns"]


def test_an_address_needs_every_id_and_quotes_it() -> None:
    assert ENDPOINTS["offer-parts"].address(offerId="a/b c") == "/sale/product-offers/a%2Fb%20c/parts"
    with pytest.raises(KeyError):
        ENDPOINTS["offer-parts"].address(id="17")


@pytest.mark.parametrize("offer_id", ["", ".", ".."])
def test_an_id_that_would_lead_to_another_path_never_leaves(offer_id: str) -> None:
    with pytest.raises(Rejected):
        ENDPOINTS["product-offer"].address(offerId=offer_id)
