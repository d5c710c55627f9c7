"""The names of what values name by id: shared objects, offers, parameters. A query of each kind for a whole page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from django.db.models import F

from offers.fields import OFFER, PARAMETER, SHARED_KINDS, Field, get_field, named
from offers.models import Offer, OfferChange, SharedKind, SharedObject, SharedSnapshot, shown_name

Key = tuple[UUID, str, str]
"""Account, kind of what has the name, Allegro's id."""
NameOf = Callable[[str], str]
# Products of one category have mostly the same parameters: so many of them know nearly all names.
PRODUCTS_ASKED = 30


class Names:
    """Known names by account, kind and id."""

    def __init__(self, known: Mapping[Key, str]) -> None:
        self._known = known

    def of(self, account_id: UUID, field: Field) -> NameOf:
        """A function from an id in a value of `field` to its name; an id without a known name stands for itself."""
        return partial(self._name, account_id, field.refers)

    def _name(self, account_id: UUID, kind: str, key: str) -> str:
        return self._known.get((account_id, kind, key)) or key


NO_NAMES = Names({})


def read_names(changes: Iterable[OfferChange]) -> Names:
    """The names of everything that `changes` refer to; no query for a kind that none of them refers to."""
    rows = list(changes)
    wanted = {key for change in rows for key in _references(change)}
    known: dict[Key, str] = {}
    if shared := {key for key in wanted if key[1] in SHARED_KINDS}:
        known |= _shared_names(shared)
    if offers := {key for key in wanted if key[1] == OFFER}:
        known |= _titles(offers)
    if any(key[1] == PARAMETER for key in wanted):
        known |= _parameter_names(rows)
    return Names(known)


def _references(change: OfferChange) -> Iterator[Key]:
    if not change.field:
        return
    registered = get_field(change.field)
    for value in (change.old, change.new):
        for key in named(registered, value):
            yield change.account_id, registered.refers, key


def _shared_names(wanted: Iterable[Key]) -> dict[Key, str]:
    accounts, kinds, ids = (set(column) for column in zip(*wanted, strict=True))
    rows = SharedObject.objects.filter(account__in=accounts, kind__in=kinds, allegro_id__in=ids)
    found = rows.values_list("account_id", "kind", "allegro_id", "name")
    return {(row[0], row[1], row[2]): shown_name(*row[1:]) for row in found}


def _titles(wanted: Iterable[Key]) -> dict[Key, str]:
    accounts, _kinds, ids = (set(column) for column in zip(*wanted, strict=True))
    rows = Offer.objects.filter(account__in=accounts, allegro_id__in=ids).exclude(title="")
    return {(row[0], OFFER, row[1]): row[2] for row in rows.values_list("account_id", "allegro_id", "title")}


def _parameter_names(changes: Sequence[OfferChange]) -> dict[Key, str]:
    """As the catalogue products call them which offers of the same categories have: Allegro's lists give ids only."""
    places = {(change.account_id, category) for change in changes if (category := _category_of(change))}
    if not places:
        return {}
    accounts, categories = (set(column) for column in zip(*places, strict=True))
    offers = Offer.objects.filter(account__in=accounts, category_id__in=categories).exclude(product_id="")
    products = SharedSnapshot.objects.filter(
        shared__account__in=accounts,
        shared__kind=SharedKind.PRODUCT,
        shared__allegro_id__in=offers.values("product_id")[:PRODUCTS_ASKED],
    )
    rows = products.values_list("shared__account_id", "document__parameters", "document__requirements")
    return {
        (account_id, PARAMETER, str(each["id"])): str(each["name"])
        for account_id, *lists in rows.order_by(F("first_seen_at").asc())
        for listed in lists
        for each in listed or ()
        if each.get("id") and each.get("name")
    }


def _category_of(change: OfferChange) -> str:
    """The category whose parameters a change speaks of, "" where it speaks of none."""
    if get_field(change.field).refers != PARAMETER:
        return ""
    if change.offer_id and change.offer:
        return change.offer.category_id
    return change.shared.allegro_id if change.shared_id and change.shared else ""
