"""Which offers a change of something shared touches."""

from datetime import timedelta

import pytest

from offers.models import OfferChange
from offers.record.touching import changes_of, number_touched, offers_touched
from tests.conftest import Team
from tests.offers.feed_facts import add_shared_change, make_shared, use
from tests.offers.page_facts import NOW


@pytest.mark.parametrize(
    ("days", "touched"), [(2, 0), (1, 0), (0.5, 1)], ids=["gone-before", "gone-by-then", "gone-meanwhile"]
)
def test_an_offer_that_was_gone_by_then_is_not_touched(in_workspace: Team, days: float, touched: int) -> None:
    offer, rates = in_workspace.offer, make_shared(in_workspace.account)
    use(offer, rates)
    change = add_shared_change(rates)
    offer.gone_at = NOW - timedelta(days=days)
    offer.save()
    assert offers_touched(change).count() == touched
    assert changes_of(offer).count() == touched
    assert [row.number for row in OfferChange.objects.annotate(number=number_touched())] == [touched]
