"""The names of the shared objects that values name by id: one query for a whole page of changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from uuid import UUID

from offers.fields import Field, get_field, named
from offers.models import OfferChange, SharedObject, shown_name

Key = tuple[UUID, str, str]
"""Account, kind of shared object, Allegro's id."""
NameOf = Callable[[str], str]


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
    """The names of everything that `changes` refer to; no query where they refer to nothing."""
    wanted = {key for change in changes for key in _references(change)}
    if not wanted:
        return NO_NAMES
    accounts, kinds, ids = (set(column) for column in zip(*wanted, strict=True))
    rows = SharedObject.objects.filter(account__in=accounts, kind__in=kinds, allegro_id__in=ids)
    return Names({(row[0], row[1], row[2]): shown_name(*row[1:]) for row in rows.values_list(*_COLUMNS)})


_COLUMNS = ("account_id", "kind", "allegro_id", "name")


def _references(change: OfferChange) -> Iterator[Key]:
    if not change.field:
        return
    registered = get_field(change.field)
    for value in (change.old, change.new):
        for key in named(registered, value):
            yield change.account_id, registered.refers, key
