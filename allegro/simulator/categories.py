"""The part of Allegro's category tree in which the offers stand: names, parents, parameters, and how they change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from allegro.simulator.documents import Json
from allegro.simulator.editing import announce
from allegro.simulator.instants import DAY, SECOND, iso_millis
from allegro.simulator.journal import Journal, JournalEvent, offer_event_id
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.products import Products
from allegro.simulator.truth import Action
from allegro.simulator.world import World

ROOT = "954b95b6-43cf-4104-8354-dea4d9b10ddf"
EVENT_TYPES = ("CATEGORY_CREATED", "CATEGORY_RENAMED", "CATEGORY_MOVED", "CATEGORY_DELETED")
REQUIRED, PLANNED = "REQUIRED", "REQUIREMENT_PLANNED"
RETENTION = 90 * DAY


@dataclass(frozen=True)
class Category:
    """A node of the tree; `parent` is ROOT for a main category."""

    id: str
    name: str
    parent: str


@dataclass(frozen=True)
class Requirement:
    """A parameter that a category requires from `required_from` on (microseconds UTC), of some offers or of all."""

    category: str
    parameter: str
    name: str
    scheduled_at: int
    required_from: int
    offers: frozenset[str] | None

    def type_at(self, moment: int) -> str:
        """Return REQUIRED or REQUIREMENT_PLANNED, as it is at an instant."""
        return REQUIRED if moment >= self.required_from else PLANNED


# The fields of an edit that may fill or empty a required parameter, and the parts of the document in which they stand.
_FILLING = {"parameters": "parameters", "product": "productSet", "category": "category"}
_TREE = (
    Category("1532f4a8-0b61-4a5b-9f0a-6c2f0d9f1a11", "Dom i ogród", ROOT),
    Category("8a4c1e9d-77f2-4e33-b2d4-3b9f5c0e7d22", "Supermarket", ROOT),
    Category("1536", "Ogród", "1532f4a8-0b61-4a5b-9f0a-6c2f0d9f1a11"),
    Category("5312", "Wyposażenie kuchni", "1532f4a8-0b61-4a5b-9f0a-6c2f0d9f1a11"),
    Category("73973", "Produkty spożywcze", "8a4c1e9d-77f2-4e33-b2d4-3b9f5c0e7d22"),
    Category("261405", "Narzędzia i dekoracje ogrodowe", "1536"),
    Category("261409", "Ogród, pozostałe", "1536"),
    Category("320145", "Akcesoria do kawy i herbaty", "5312"),
    Category("320149", "Kuchnia, pozostałe", "5312"),
    Category("74030", "Kawa", "73973"),
    Category("74033", "Herbata", "73973"),
)


class Categories:
    """The tree as it is now, the events of its changes, and the parameters that became required."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.edit_watchers["categories"] = self._watch
        self.tree = {category.id: category for category in _TREE}
        self.redirects: dict[str, str] = {}
        self.requirements: list[Requirement] = []
        self.journal = Journal(world.seed, "categories", (SECOND, 5 * SECOND), RETENTION)

    def children(self, parent: str) -> list[Category]:
        """Return the categories below one, in the order of the tree."""
        return [category for category in self.tree.values() if category.parent == parent]

    def instead_of(self, category: str) -> str:
        """Return the category that replaces a deleted one, or the category itself."""
        while category in self.redirects:
            category = self.redirects[category]
        return category

    def path(self, category: str) -> list[Category]:
        """Return the categories from a main one down to this; none for an unknown one."""
        found: list[Category] = []
        while category in self.tree:
            found.insert(0, self.tree[category])
            category = self.tree[category].parent
        return found

    def document(self, category: Category) -> Json:
        """Return a category as GET /sale/categories/{categoryId} shows it."""
        options = {
            "advertisement": False,
            "offersWithProductPublicationEnabled": True,
            "productCreationEnabled": True,
            "sellerCanRequirePurchaseComments": False,
        }
        return {**self.event_document(category), "options": options}

    def event_document(self, category: Category) -> Json:
        """Return a category as an event shows it."""
        found: Json = {"id": category.id, "name": category.name, "leaf": not self.children(category.id)}
        return found if category.parent == ROOT else {**found, "parent": {"id": category.parent}}

    def content(self, key: str) -> Json:
        """Return what the truth keeps of a category: its name and its parent's id."""
        category = self.tree[key]
        return {"name": category.name, "parent": None if category.parent == ROOT else category.parent}

    def unfilled(self, offer: Offer, moment: int, document: Json | None = None) -> dict[str, str]:
        """Return the parameters that an offer lacks at an instant, by id, each with REQUIRED or REQUIREMENT_PLANNED.

        With another `document` than its present one: those that it would lack then.
        """
        document = document or offer.document
        own = (document.get("category") or {}).get("id")
        filled = _filled(document)
        return {
            row.parameter: row.type_at(moment)
            for row in self.requirements
            if row.category == own and (row.offers is None or offer.id in row.offers) and row.parameter not in filled
        }

    def planned(self, category: str, moment: int) -> list[Json]:
        """Return what a category will require after an instant, by parameter, as the scheduled changes show it."""
        rows = [row for row in self.scheduled(moment) if row.category == category]
        return [{"parameter": {"id": row.parameter}, "scheduledFor": iso_millis(row.required_from)} for row in rows]

    def scheduled(self, moment: int) -> list[Requirement]:
        """Return what is still to come into force after an instant; a plan ends with its category."""
        return [row for row in self.requirements if row.category in self.tree and row.type_at(moment) == PLANNED]

    def _watch(self, actions: list[Action]) -> None:
        """Note what an edit of its parameters, products or category does to the parameters that an offer lacks."""
        former: dict[str, Json] = {}
        for row in actions:
            if row.field in _FILLING and self.requirements:
                former.setdefault(row.offer_id, {})[_FILLING[row.field]] = row.old
        for offer_id, parts in former.items():
            offer = self._world.offers[offer_id]
            if "category" in parts:
                parts["category"] = {"id": parts["category"]}
            before = self.unfilled(offer, self._world.now, {**offer.document, **parts})
            _note_unfilled(self._world, offer, before, self.unfilled(offer, self._world.now), actor=actions[0].actor)

    def requirement(self, category: str, parameter: str) -> Requirement | None:
        """Return what a category requires of a parameter, or None."""
        found = (row for row in self.requirements if (row.category, row.parameter) == (category, parameter))
        return next(found, None)


def _filled(document: Json) -> set[str]:
    products = [element.get("product") or {} for element in document.get("productSet") or []]
    parameters = [row for part in (document, *products) for row in part.get("parameters") or []]
    return {
        str(row.get("id")) for row in parameters if row.get("values") or row.get("valuesIds") or row.get("rangeValue")
    }


def category_event_document(event: JournalEvent) -> Json:
    """Return an event as GET /sale/category-events shows it."""
    return {
        "id": offer_event_id(event.published_at),
        "occurredAt": iso_millis(event.occurred_at),
        "type": event.type,
        **event.payload,
    }


def _category_parameter(world: World, body: Json) -> None:
    """A category comes to require a parameter, and offers lack it from one day to the next (allegro-api issue 7522).

    {"category", "parameter": id, "name", "offers": [ids] (all of the category by default), "in_days": 0 for now}.
    """
    categories, required_from = world.of(Categories), world.now + int(body.get("in_days", 0)) * DAY
    category, parameter = categories.tree[str(body["category"])], str(body["parameter"])
    if categories.requirement(category.id, parameter):
        raise ValueError("it is required already")
    offers = frozenset(world.offers[key].id for key in body["offers"]) if "offers" in body else None
    name = str(body.get("name", f"Parametr {parameter}"))
    known = any(row.required_from == required_from for row in categories.requirements)
    before = {offer.id: categories.unfilled(offer, world.now) for offer in _present_offers(world)}
    planned = categories.planned(category.id, world.now)
    categories.requirements.append(Requirement(category.id, parameter, name, world.now, required_from, offers))
    _note_requirements(world, category.id, planned, categories.planned(category.id, world.now))
    for offer in _present_offers(world):
        _note_unfilled(world, offer, before[offer.id], categories.unfilled(offer, world.now))
    if required_from > world.now and not known:
        world.schedule(required_from, lambda: _take_effect(world, required_from))


def _present_offers(world: World) -> list[Offer]:
    return [offer for offer in world.offers.values() if not offer.gone]


def _take_effect(world: World, required_from: int) -> None:
    """Note that planned requirements are in force from this instant on."""
    categories = world.of(Categories)
    for key in sorted({row.category for row in categories.requirements if row.required_from == required_from}):
        before = categories.planned(key, required_from - 1)
        _note_requirements(world, key, before, categories.planned(key, required_from))
    for offer in _present_offers(world):
        lacked = categories.unfilled(offer, required_from - 1)
        _note_unfilled(world, offer, lacked, categories.unfilled(offer, required_from))


def _note_unfilled(
    world: World, offer: Offer, before: dict[str, str], after: dict[str, str], *, actor: str = "allegro"
) -> None:
    note(world, offer, "unfilled_parameters", before, after, actor=actor)


def _note_requirements(world: World, key: str, before: list[Json], after: list[Json]) -> None:
    for offer in _offers_below(world, key):
        note(world, offer, "category_requirements", before, after, actor="allegro", subject=("category", key))


def _note_content(world: World, key: str, offers: list[Offer], before: Json, after: Json | None) -> None:
    for offer in offers:
        note(world, offer, "category_content", before, after, actor="allegro", subject=("category", key))


def _offers_below(world: World, key: str) -> list[Offer]:
    """Return the offers that stand in a category or in one below it."""
    categories = world.of(Categories)
    below = {category for category in categories.tree if key in {row.id for row in categories.path(category)}}
    return [offer for offer in _present_offers(world) if (offer.document.get("category") or {}).get("id") in below]


def _category_event(world: World, body: Json) -> None:
    """The tree changes: {"event": "renamed", "category", "name"}, "moved" with "parent", "deleted" with "redirect".

    "created" takes "category", "name" and "parent". The offers of a deleted category go to the one that replaces it.
    """
    _EVENTS[body["event"]](world, str(body["category"]), body)


def _created(world: World, key: str, body: Json) -> None:
    categories = world.of(Categories)
    if key in categories.tree:
        raise ValueError("there is such a category already")
    parent = categories.tree[str(body["parent"])]
    categories.tree[key] = Category(key, str(body["name"]), parent.id)
    _publish(world, "CATEGORY_CREATED", categories.tree[key])


def _renamed(world: World, key: str, body: Json) -> None:
    categories = world.of(Categories)
    _replace(world, replace(categories.tree[key], name=str(body["name"])))
    _publish(world, "CATEGORY_RENAMED", categories.tree[key])


def _replace(world: World, category: Category) -> None:
    """Put a category in the place of the one with its id, and note that for the offers below."""
    categories = world.of(Categories)
    before = categories.content(category.id)
    categories.tree[category.id] = category
    _note_content(world, category.id, _offers_below(world, category.id), before, categories.content(category.id))


def _moved(world: World, key: str, body: Json) -> None:
    categories = world.of(Categories)
    parent = categories.tree[str(body["parent"])]
    if key in {category.id for category in categories.path(parent.id)}:
        raise ValueError("a category cannot stand below itself")
    _replace(world, replace(categories.tree[key], parent=parent.id))
    _publish(world, "CATEGORY_MOVED", categories.tree[key])


def _deleted(world: World, key: str, body: Json) -> None:
    categories = world.of(Categories)
    gone, instead = categories.tree[key], categories.tree[str(body["redirect"])]
    if categories.children(key) or categories.children(instead.id) or gone is instead:
        raise ValueError("two different categories without children are needed")
    _publish(world, "CATEGORY_DELETED", gone, redirectCategory={"id": instead.id})
    _note_products(world, key, instead.id)
    offers, before, planned = _offers_below(world, key), categories.content(key), categories.planned(key, world.now)
    del categories.tree[key]
    categories.redirects[key] = instead.id
    _note_content(world, key, offers, before, None)
    for offer in offers if planned else ():
        note(world, offer, "category_requirements", planned, [], actor="allegro", subject=("category", key))
    for offer in _present_offers(world):
        if offer.document.get("category") == {"id": key}:
            _redirect(world, offer, instead.id)


def _note_products(world: World, key: str, instead: str) -> None:
    """The products of a category that ends stand in the one that replaces it, whatever sells them stood in."""
    categories, products = world.of(Categories), world.of(Products)
    for offer in _present_offers(world):
        for product in products.of_offer(offer.document):
            if categories.instead_of(str(product.category["id"])) == key:
                before, after = ({"category": {"id": each}} for each in (key, instead))
                note(world, offer, "product_content", before, after, actor="allegro", subject=("product", product.id))


def _redirect(world: World, offer: Offer, category: str) -> None:
    old, new, active = offer.document["category"], {"id": category}, offer.status == "ACTIVE"
    offer.document = {**offer.document, "category": new, "updatedAt": iso_millis(world.now)}
    if active:
        announce(world, offer, "OFFER_CHANGED")
    action = Action(
        at=world.now,
        actor="allegro",
        offer_id=offer.id,
        field="category",
        marketplace=None,
        old=old["id"],
        new=category,
        event_types=("OFFER_CHANGED",) if active else (),
        title=offer.title,
    )
    world.truth.record(action)
    world.notice_edit([action])


def _publish(world: World, kind: str, category: Category, **payload: Any) -> None:
    categories = world.of(Categories)
    document = categories.event_document(category)
    categories.journal.append(world.now, kind, category, category=document, **payload)


_EVENTS: dict[str, Callable[[World, str, Json], None]] = {
    "created": _created,
    "renamed": _renamed,
    "moved": _moved,
    "deleted": _deleted,
}
QUIRKS: dict[str, Callable[[World, Json], None]] = {
    "category_parameter": _category_parameter,
    "category_event": _category_event,
}
