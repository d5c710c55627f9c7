"""The category tree: its events, single categories, changes to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allegro.api.client import AllegroClient
from allegro.api.paging import CATEGORY_JOURNAL, SCHEDULED_CHANGES, by_last_row, by_offset
from allegro.errors import Gone
from tests.allegro.api.shapes import Reading, assert_needed, assert_optional
from tests.allegro.conftest import World
from tests.allegro.stub_server import Reply, Stub

TEA, COFFEE_BEANS, KITCHEN = "74033", "74030", "5312"
CATEGORY: dict[str, Any] = {
    "id": "165",
    "name": "Smartphones and Cell Phones",
    "parent": {"id": "4"},
    "leaf": True,
    "options": {"advertisement": False, "new": 1},
}
EVENTS: dict[str, Any] = {
    "events": [
        {
            "id": "MTEzMjQzODU3NA",
            "occurredAt": "2019-06-26T15:26:43.891Z",
            "type": "CATEGORY_DELETED",
            "category": CATEGORY,
            "redirectCategory": {"id": "7"},
        }
    ]
}
SCHEDULED: dict[str, Any] = {
    "scheduledChanges": [
        {
            "scheduledAt": "2019-06-26T15:26:43.891Z",
            "scheduledFor": "2019-07-26T15:26:43.891Z",
            "type": "BRAND_NEW",
            "category": {"id": "165"},
            "parameter": {"id": "11323"},
        }
    ]
}


def test_a_category_is_read_with_its_parent(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(CATEGORY)
    category = stub_client.category("165")
    assert (category.id, category.name, category.parent_id) == ("165", "Smartphones and Cell Phones", "4")
    assert category.raw == CATEGORY


def test_an_event_tells_the_category_and_which_one_replaces_it(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(EVENTS)
    [event] = stub_client.category_events()
    assert stub.asked[-1].path == "/sale/category-events?limit=1000"
    assert (event.id, event.type, event.category_id) == ("MTEzMjQzODU3NA", "CATEGORY_DELETED", "165")
    assert (event.name, event.parent_id, event.redirect_id) == ("Smartphones and Cell Phones", "4", "7")
    assert event.occurred_at == datetime(2019, 6, 26, 15, 26, 43, 891000, UTC)
    assert event.raw == EVENTS["events"][0]


def test_category_events_are_read_on_from_the_last_row_of_a_full_page(stub: Stub, stub_client: AllegroClient) -> None:
    full = [{**EVENTS["events"][0], "id": str(number)} for number in range(CATEGORY_JOURNAL)]
    stub.replies = [Reply.json({"events": full}), Reply.json(EVENTS)]
    pages = list(by_last_row(stub_client.category_events, lambda event: event.id, CATEGORY_JOURNAL))
    assert [len(page) for page in pages] == [1000, 1]
    assert stub.asked[-1].path == "/sale/category-events?from=999&limit=1000"


def test_changes_to_come_are_read_with_kinds_not_known_yet(stub: Stub, stub_client: AllegroClient) -> None:
    stub.answer(SCHEDULED)
    page = stub_client.scheduled_parameter_changes()
    [change] = page.rows
    assert (page.total, change.type) == (None, "BRAND_NEW")
    assert (change.category_id, change.parameter_id) == ("165", "11323")
    assert change.scheduled_for - change.scheduled_at == timedelta(days=30)
    assert change.raw == SCHEDULED["scheduledChanges"][0]


@pytest.mark.parametrize(
    "reading",
    [
        Reading(lambda client: client.category("1"), CATEGORY, ["id", "name"], ["parent", "leaf", "options"]),
        Reading(
            lambda client: client.category_events(),
            EVENTS,
            ["events", *(f"events.0.{each}" for each in ("id", "type", "occurredAt", "category", "category.id"))],
            ["events.0.redirectCategory", "events.0.category.name", "events.0.category.parent"],
        ),
        Reading(
            lambda client: client.scheduled_parameter_changes(),
            SCHEDULED,
            ["scheduledChanges", *(f"scheduledChanges.0.{each}" for each in ("type", "scheduledAt", "scheduledFor"))],
            ["scheduledChanges.0.category", "scheduledChanges.0.parameter"],
        ),
    ],
)
def test_readers_need_no_more_than_they_use(stub: Stub, stub_client: AllegroClient, reading: Reading) -> None:
    assert_needed(stub, stub_client, reading.call, reading.document, reading.needed)
    assert_optional(stub, stub_client, reading.call, reading.document, reading.optional)


def test_what_happens_to_the_tree_is_told_by_events_and_by_the_category(world: World, client: AllegroClient) -> None:
    before = client.category(TEA)
    for change in (
        {"event": "renamed", "name": "Herbaty"},
        {"event": "moved", "parent": KITCHEN},
        {"event": "deleted", "redirect": COFFEE_BEANS},
    ):
        world.quirk("category_event", category=TEA, **change)
        world.move(minutes=1)
    events = client.category_events()
    assert [(event.type, event.name, event.parent_id) for event in events] == [
        ("CATEGORY_RENAMED", "Herbaty", before.parent_id),
        ("CATEGORY_MOVED", "Herbaty", KITCHEN),
        ("CATEGORY_DELETED", "Herbaty", KITCHEN),
    ]
    assert [event.redirect_id for event in events] == ["", "", COFFEE_BEANS]
    assert client.category_events(events[-1].id) == ()
    with pytest.raises(Gone):
        client.category(TEA)


def test_the_way_from_a_category_leads_to_a_main_one(client: AllegroClient) -> None:
    path = [client.category(TEA)]
    while path[-1].parent_id:
        path.append(client.category(path[-1].parent_id))
    assert [category.name for category in path] == ["Herbata", "Produkty spożywcze", "Supermarket"]


def test_planned_requirements_are_listed_until_they_take_effect(world: World, client: AllegroClient) -> None:
    for number in range(3):
        world.quirk("category_parameter", category=TEA, parameter=f"24900{number}", offers=[], in_days=number)

    def planned() -> list[str]:
        pages = by_offset(client.scheduled_parameter_changes, SCHEDULED_CHANGES, lambda row: row.parameter_id)
        return [row.parameter_id for page in pages for row in page]

    assert planned() == ["249001", "249002"]
    world.move(hours=1)
    [first, _second] = client.scheduled_parameter_changes().rows
    assert first.scheduled_for - first.scheduled_at == timedelta(days=1)
    assert first.category_id == TEA
