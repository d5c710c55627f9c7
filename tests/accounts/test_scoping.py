"""The tenancy guard: nothing of a tenant can be read or written outside its scope."""

import pytest
from django.db.models import Max, QuerySet

from accounts.models import SellerAccount, Workspace
from accounts.scoping import ForeignTenantError, ScopeError, every_workspace, workspace_scope
from offers.models import Offer
from tests.conftest import Team
from tests.factories import START, OfferFactory, SellerAccountFactory


@pytest.mark.parametrize("use", ["all", "count", "exists", "explain", "first", "none", "iterator", "delete"])
def test_every_use_of_a_tenant_manager_outside_a_scope_raises(team: Team, use: str) -> None:
    with pytest.raises(ScopeError):
        getattr(Offer.objects, use)() if hasattr(Offer.objects, use) else getattr(Offer.objects.all(), use)()


def test_rows_cannot_be_created_outside_a_scope(team: Team) -> None:
    row = Offer(account=team.account, allegro_id="1", first_seen_at=START)
    for write in (lambda: Offer.objects.bulk_create([row]), row.save, team.offer.delete):
        with pytest.raises(ScopeError):
            write()


def test_a_scope_shows_its_own_rows_only(team: Team) -> None:
    with every_workspace():
        OfferFactory.create()
        assert Offer.objects.count() == 2
    with workspace_scope(team.workspace):
        assert list(Offer.objects.all()) == [team.offer]


def test_a_row_of_another_workspace_cannot_be_written_inside_a_scope(team: Team) -> None:
    with every_workspace():
        foreign = SellerAccountFactory.create()
    row = Offer(account=foreign, allegro_id="1", first_seen_at=START)
    with workspace_scope(team.workspace):
        for write in (
            lambda: Offer.objects.bulk_create([row]),
            lambda: Offer.objects.create(account=foreign, allegro_id="1", first_seen_at=START),
            row.save,
            lambda: Offer.objects.update(account=foreign),
            lambda: SellerAccount.objects.bulk_create([SellerAccount(workspace=foreign.workspace, allegro_id="2")]),
        ):
            with pytest.raises(ForeignTenantError):
                write()


def test_raw_sql_through_the_manager_is_refused(in_workspace: Team) -> None:
    with pytest.raises(ScopeError):
        Offer.objects.all().raw("SELECT * FROM offers_offer")


def test_a_queryset_made_inside_a_scope_keeps_its_filter_outside(team: Team) -> None:
    with workspace_scope(team.workspace):
        offers: QuerySet[Offer] = Offer.objects.all()
    with every_workspace():
        OfferFactory.create()
    assert list(offers) == [team.offer]


def test_an_account_that_is_linked_inside_a_scope_belongs_to_it_at_once(team: Team) -> None:
    with workspace_scope(team.workspace):
        assert Offer.objects.count() == 1
        offer = OfferFactory.create(account=SellerAccountFactory.create(workspace=team.workspace))
        assert set(Offer.objects.all()) == {team.offer, offer}
        offer.account.delete()
        assert list(Offer.objects.all()) == [team.offer]


def test_an_account_that_another_process_links_is_there_for_the_next_page(team: Team) -> None:
    linked = SellerAccountFactory.build(workspace=team.workspace)
    with workspace_scope(team.workspace):
        assert Offer.objects.count() == 1
        # Sends no signal, as what another process does sends none here.
        SellerAccount.objects.bulk_create([linked])
    with every_workspace():
        Offer.objects.bulk_create([Offer(account=linked, allegro_id="7", first_seen_at=START)])
    with workspace_scope(Workspace.objects.get(pk=team.workspace.pk)):
        assert Offer.objects.count() == 2


def test_a_workspace_without_accounts_has_nothing(team: Team) -> None:
    empty = Workspace.objects.create(name="Empty")
    with workspace_scope(empty):
        assert not Offer.objects.exists()
        assert Offer.objects.count() == 0
        assert Offer.objects.aggregate(newest=Max("first_seen_at")) == {"newest": None}
        assert Offer.objects.update(title="mine") == 0
        assert Offer.objects.all().delete() == (0, {})
    with workspace_scope(team.workspace):
        assert Offer.objects.exclude(title="mine").exists()
