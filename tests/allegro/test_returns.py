"""Customer returns: their states as they were seen, linked to the lines of their orders, without the buyer."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.models import RunKind, RunStatus
from allegro.scopes import ORDERS, READ_SCOPES
from allegro.simulator.books import Books
from allegro.sync.run import STAGES
from offers.models import CustomerReturn, OrderLine, ReturnedLine
from tests.allegro.conftest import GARDEN, Linked

ABOUT_RETURNS = {"orders", "order_history", "returns"}
YEAR = timedelta(days=365)


@pytest.fixture
def seller(garden: Linked, monkeypatch: pytest.MonkeyPatch) -> Linked:
    """The garden seller some weeks later; of a run only what is about orders and returns."""
    for kind, stages in STAGES.items():
        monkeypatch.setitem(STAGES, kind, tuple(each for each in stages if each[0] in ABOUT_RETURNS))
    garden.world.move(days=24)
    return garden


def true_returns(linked: Linked) -> list[Any]:
    """The simulated seller's returns declared by now."""
    simulation = linked.world.running.simulation
    with simulation.lock:
        return list(simulation.world.of(Books).settle().returns[GARDEN])


def current() -> dict[str, str]:
    rows = CustomerReturn.objects.filter(superseded_at__isnull=True)
    return dict(rows.values_list("return_id", "status"))


def test_all_returns_are_found_and_linked_to_the_lines_of_their_orders(seller: Linked) -> None:
    assert seller.sync().status == RunStatus.SUCCEEDED
    declared = true_returns(seller)
    now = int(seller.world.now.timestamp() * 1e6)
    assert current() == {each.id: each.status(now) for each in declared} != {}
    pieces = {(line.return_id, line.line_item_id): line.quantity for line in ReturnedLine.objects.all()}
    assert pieces == {(each.id, item.line.id): item.quantity for each in declared for item in each.items}


def test_a_new_status_adds_a_state_and_closes_the_old_one(seller: Linked) -> None:
    seller.sync()
    before = current()
    seller.world.move(days=4)
    seller.sync()
    moved = {return_id for return_id, status in before.items() if current()[return_id] != status}
    assert moved
    for return_id in moved:
        states = CustomerReturn.objects.filter(return_id=return_id).order_by("pk")
        assert [state.superseded_at is None for state in states] == [False, True]
        assert states[0].superseded_at == states[1].recorded_at
    assert ReturnedLine.objects.count() == sum(len(each.items) for each in true_returns(seller))
    states = CustomerReturn.objects.count()
    seller.sync()
    assert CustomerReturn.objects.count() == states


def test_every_piece_that_came_back_is_recorded_once_by_its_offer(seller: Linked) -> None:
    seller.sync()
    expected: Counter[str] = Counter()
    for each in true_returns(seller):
        for item in each.items:
            expected[item.line.offer_id] += item.quantity
    told: Counter[str] = Counter()
    for offer_id, quantity in ReturnedLine.objects.values_list("allegro_offer_id", "quantity"):
        told[offer_id] += quantity
    assert told == expected


def test_a_return_of_an_order_with_two_lines_of_the_offer_is_linked_to_neither(seller: Linked) -> None:
    seller.sync()
    one = ReturnedLine.objects.exclude(line_item_id="").earliest("pk")
    line = OrderLine.objects.get(line_item_id=one.line_item_id, superseded_at__isnull=True)
    line.pk, line.line_item_id, line.bought_at = None, "another line", line.bought_at + timedelta(days=1)
    line.save()
    ReturnedLine.objects.update(line_item_id="")
    seller.sync()
    one.refresh_from_db()
    assert one.line_item_id == ""


def test_a_long_list_is_followed_page_by_page(seller: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegro.api.orders.CUSTOMER_RETURNS", 2)
    asked: list[str] = []
    read = AllegroClient.customer_returns

    def counted(client: AllegroClient, after: str = "", *window: Any) -> Any:
        asked.append(after)
        return read(client, after, *window)

    monkeypatch.setattr(AllegroClient, "customer_returns", counted)
    seller.sync()
    assert set(current()) == {each.id for each in true_returns(seller)}
    assert len(asked) == len(set(asked)) > 1


def test_returns_are_asked_for_in_full_runs_only_and_not_without_the_permission(seller: Linked) -> None:
    assert "returns" not in {entry["stage"] for entry in seller.sync(RunKind.JOURNAL).stages}
    seller.account.scopes = [scope for scope in READ_SCOPES if scope != ORDERS]
    seller.account.save()
    run = seller.sync()
    assert {entry["stage"]: entry["status"] for entry in run.stages}["returns"] == "switched_off"
    assert not CustomerReturn.objects.exists()
