"""The stream of categories: what Allegro does to a category stays in the record of the offers that stood in it."""

import pytest

from allegro.models import RunStatus
from allegro.simulator.categories import Categories
from offers.fields import get_field
from offers.models import Offer, OfferChange, SharedObject
from offers.words.names import read_names
from tests.allegro.conftest import SECATEURS, Linked
from tests.allegro.record_rows import assert_rebuilding_changes_nothing, changes_of

NEW = "261777"


@pytest.mark.django_db
def test_a_parameter_that_a_category_comes_to_require_is_recorded_with_the_offers_that_lack_it(garden: Linked) -> None:
    """A quarter of a seller's offers lacked one from one day to the next (allegro-api issue 7522)."""
    garden.first_sync()
    category, since = Offer.objects.get(allegro_id=SECATEURS).category_id, garden.world.now
    garden.world.quirk("category_parameter", category=category, parameter="7001", offers=[SECATEURS], in_days=30)
    garden.world.move(hours=3)
    assert garden.sync().status == RunStatus.SUCCEEDED
    planned = OfferChange.objects.get(field="category.requirements", shared__allegro_id=category)
    assert (planned.certainty, planned.old) == ("interval", None)
    assert [each["parameter"] for each in planned.new or ()] == ["7001"]
    lacking = changes_of(garden.account, SECATEURS, field="unfilled_parameters")[-1]
    assert (lacking.certainty, lacking.not_before, lacking.not_after) == ("interval", since, garden.world.now)
    assert (lacking.old, lacking.new) == (None, ["7001"])
    assert OfferChange.objects.filter(field="unfilled_parameters").count() == 1


@pytest.mark.django_db
def test_a_deleted_category_is_recorded_although_its_offers_have_left_it(garden: Linked) -> None:
    garden.first_sync()
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
    garden.first_sync()
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


@pytest.mark.django_db
def test_what_a_category_comes_to_require_is_not_dated_by_what_else_became_of_it(garden: Linked) -> None:
    """Nothing tells when a plan was made or came into force; the end of the category has a moment of its own."""
    garden.first_sync()
    old, world = Offer.objects.get(allegro_id=SECATEURS).category_id, garden.world
    world.quirk("category_event", event="created", category=NEW, name="Narzędzia", parent="1536")
    world.quirk("category_parameter", category=old, parameter="7001", offers=[SECATEURS], in_days=1)
    world.move(hours=12)
    garden.sync()
    world.move(hours=13)
    world.quirk("category_event", event="deleted", category=old, redirect=NEW)
    world.move(hours=1)
    garden.sync()
    changes = OfferChange.objects.filter(shared__allegro_id=old).order_by("not_after", "field")
    assert [(change.field, change.certainty, change.new is None) for change in changes] == [
        ("category.requirements", "interval", False),
        ("category.redirect", "exact", False),
        ("category.requirements", "interval", True),
    ]


@pytest.mark.django_db
def test_the_categories_that_others_stand_below_have_names_too(garden: Linked) -> None:
    garden.first_sync()
    own = Offer.objects.get(allegro_id=SECATEURS).category_id
    world = garden.world
    world.quirk("category_event", event="moved", category=own, parent="5312")
    world.move(hours=1)
    garden.sync()
    [change] = OfferChange.objects.filter(field="category.parent", shared__allegro_id=own)
    name_of = read_names([change]).of(change.account_id, get_field(change.field))
    tree = world.running.simulation.world.of(Categories).tree
    assert [name_of(key) for key in (change.old, change.new)] == [tree[key].name for key in (change.old, change.new)]
    world.quirk("category_event", event="renamed", category="5312", name="Wszystko do ogrodu")
    world.move(hours=1)
    garden.sync()
    assert SharedObject.objects.get(kind="category", allegro_id="5312").name == "Wszystko do ogrodu"
    assert_rebuilding_changes_nothing(garden.account)
