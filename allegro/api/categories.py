"""Allegro's category tree: how it changes, one category of it, which parameters it will demand.

Categories change under the seller (allegro-api issue 7522). Every token of a user may ask.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allegro.api.paging import CATEGORY_JOURNAL, SCHEDULED_CHANGES
from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    Page,
    bare_page,
    document,
    given,
    instant,
    optional_reference,
    optional_text,
    rows,
    text,
)


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the tree; `parent_id` is "" for a main one. Its options stay in `raw`."""

    id: str
    name: str
    parent_id: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class CategoryEvent:
    """A change of the tree: `type` in Allegro's words, such as CATEGORY_RENAMED, and the category as it was then.

    `redirect_id` is the category that takes the offers of a deleted one, "" where Allegro names none.
    """

    id: str
    type: str
    occurred_at: datetime
    category_id: str
    name: str
    parent_id: str
    redirect_id: str
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScheduledParameterChange:
    """What will become of a parameter of a category at `scheduled_for`; so far only REQUIREMENT_CHANGE."""

    type: str
    scheduled_at: datetime
    scheduled_for: datetime
    category_id: str
    parameter_id: str
    raw: Document = field(repr=False)


class CategoriesResource(Resource):
    """GET /sale/categories/{categoryId}, /sale/category-events, /sale/category-parameters-scheduled-changes."""

    def category_events(self, after: str = "") -> tuple[CategoryEvent, ...]:
        """Up to 1000 changes of the whole tree after the event id `after`; read all with `paging.by_last_row`."""
        query = given({"from": after, "limit": CATEGORY_JOURNAL})
        return self._transport.read("category-events", lambda answer: rows(answer["events"], _event), query)

    def category(self, category_id: str) -> Category:
        """One category, its name in the language asked for. Raises Gone: deleted or never there."""
        return self._transport.read("category", _category, categoryId=category_id)

    def scheduled_parameter_changes(self, offset: int = 0) -> Page[ScheduledParameterChange]:
        """Up to 1000 changes to come in the next three months, without a total."""
        query = {"limit": SCHEDULED_CHANGES.limit, "offset": offset}
        return self._transport.read(
            "category-scheduled-changes", lambda answer: bare_page(answer, "scheduledChanges", _scheduled), query
        )


def _category(category: Any) -> Category:
    return Category(
        id=text(category["id"]),
        name=text(category["name"]),
        parent_id=optional_reference(category.get("parent")),
        raw=document(category),
    )


def _event(event: Document) -> CategoryEvent:
    category = document(event["category"])
    return CategoryEvent(
        id=text(event["id"]),
        type=text(event["type"]),
        occurred_at=instant(event["occurredAt"]),
        category_id=text(category["id"]),
        name=optional_text(category.get("name")),
        parent_id=optional_reference(category.get("parent")),
        redirect_id=optional_reference(event.get("redirectCategory")),
        raw=event,
    )


def _scheduled(change: Document) -> ScheduledParameterChange:
    return ScheduledParameterChange(
        type=text(change["type"]),
        scheduled_at=instant(change["scheduledAt"]),
        scheduled_for=instant(change["scheduledFor"]),
        # The description promises them for a REQUIREMENT_CHANGE only, and other types may come.
        category_id=optional_reference(change.get("category")),
        parameter_id=optional_reference(change.get("parameter")),
        raw=change,
    )
