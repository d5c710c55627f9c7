"""Names of what values refer to by id, as the account's own record knows them."""

from typing import Any

from offers.fields import get_field
from offers.models import OfferChange, SharedSnapshot
from offers.words.names import read_names
from tests.conftest import Team
from tests.factories import START, OfferFactory
from tests.offers.feed_facts import make_shared


def name_in(change: OfferChange, key: str) -> str:
    return read_names([change]).of(change.account_id, get_field(change.field))(key)


def test_a_parameter_is_called_as_a_product_of_its_category_calls_it(
    in_workspace: Team, django_assert_num_queries: Any
) -> None:
    account = in_workspace.account
    OfferFactory(account=account, category_id="74030", product_id="p-1")
    product = make_shared(account, "product", allegro_id="p-1")
    content = {"parameters": [{"id": "259292", "name": "Rodzaj kawy", "values": ["ziarnista"]}]}
    SharedSnapshot.objects.create(shared=product, digest="0", document=content, first_seen_at=START, last_seen_at=START)
    category = make_shared(account, "category", allegro_id="74030")
    planned = [{"parameter": "259292"}, {"parameter": "1"}]
    change = OfferChange(account=account, shared=category, field="category.requirements", old=None, new=planned)
    with django_assert_num_queries(1):
        assert name_in(change, "259292") == "Rodzaj kawy"
    assert name_in(change, "1") == "1"
    elsewhere = make_shared(account, "category", allegro_id="9")
    assert (
        name_in(OfferChange(account=account, shared=elsewhere, field=change.field, new=planned), "259292") == "259292"
    )


def test_the_offers_of_a_bundle_are_called_by_their_titles(in_workspace: Team, django_assert_num_queries: Any) -> None:
    offer = in_workspace.offer
    slots = [{"order": 0, "offers": [{"id": offer.allegro_id}]}]
    change = OfferChange(account=in_workspace.account, field="bundle.slots", old=None, new=slots)
    # The workspace's accounts are asked for once, then all names.
    with django_assert_num_queries(2):
        assert name_in(change, offer.allegro_id) == offer.title
