"""The stream of categories: what Allegro does to a category stays in the record of the offers that stood in it."""

import pytest

from allegro.models import RunStatus
from offers.models import Offer, OfferChange
from tests.allegro.conftest import SECATEURS, Linked

NEW = "261777"


@pytest.mark.django_db
def test_a_deleted_category_is_recorded_although_its_offers_have_left_it(garden: Linked) -> None:
    garden.sync()
    old = Offer.objects.get(allegro_id=SECATEURS).category_id
    garden.world.quirk("category_event", event="created", category=NEW, name="Narzędzia", parent="1536")
    at = garden.world.move(hours=1)
    garden.world.quirk("category_event", event="deleted", category=old, redirect=NEW)
    garden.world.move(hours=1)
    assert garden.sync().status == RunStatus.SUCCEEDED
    assert Offer.objects.get(allegro_id=SECATEURS).category_id == NEW
    change = OfferChange.objects.get(field="category.redirect", shared__allegro_id=old)
    assert (change.old, change.new, change.not_before, change.not_after) == (None, NEW, at, at)


@pytest.mark.django_db
def test_what_happened_to_a_category_just_before_its_end_is_told_by_its_end(garden: Linked) -> None:
    garden.sync()
    old = Offer.objects.get(allegro_id=SECATEURS).category_id
    world = garden.world
    world.quirk("category_event", event="created", category=NEW, name="Narzędzia", parent="1536")
    world.quirk("category_event", event="moved", category=old, parent="5312")
    world.move(hours=1)
    world.quirk("category_event", event="deleted", category=old, redirect=NEW)
    world.move(hours=1)
    garden.sync()
    changes = OfferChange.objects.filter(shared__kind="category", shared__allegro_id=old).order_by("field")
    assert [(change.field, change.new) for change in changes] == [
        ("category.parent", "5312"),
        ("category.redirect", NEW),
    ]
