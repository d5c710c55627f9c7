"""Sales by offer in every form that the simulator can give it: the importer reads the same figures out of each."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest

from allegro.simulator.exports.figures import sales_rows
from allegro.simulator.exports.sales_by_offer import (
    HEADINGS,
    IDS,
    NUMBERS,
    ORDERS,
    PERIODS,
    SHARES,
    SalesOddities,
    sales_by_offer,
)
from allegro.simulator.exports.scope import Scope
from allegro.simulator.exports.views import true_view
from allegro.simulator.genesis import new_world
from allegro.simulator.instants import parse_instant
from allegro.simulator.world import World
from reports.readers.concepts import Concept
from reports.readers.periods import Period
from reports.readers.reader import read_report

FIRST, LAST = date(2026, 2, 25), date(2026, 3, 1)
COMPARED = (
    Concept.OFFER_ID,
    Concept.UNITS,
    Concept.REVENUE,
    Concept.VISITS,
    Concept.SALES_SHARE,
    Concept.ENDING_QUANTITY,
)
FORMS: list[dict[str, Any]] = [
    *({"headings": value} for value in HEADINGS),
    *({"numbers": value} for value in NUMBERS),
    *({"share": value} for value in SHARES),
    *({"ids": value} for value in IDS),
    *({"period": value} for value in PERIODS),
    *({"order": value} for value in ORDERS),
    {"preamble": True, "totals": True, "extra": True},
]


@pytest.fixture(scope="module")
def world() -> World:
    """A world with a week behind it."""
    return new_world(7, parse_instant("2026-03-02T08:00:00Z"), 7)


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: "-".join(map(str, form.items())))
def test_every_form_is_read_alike(world: World, language: str, form: dict[str, Any]) -> None:
    view = true_view(world, Scope("44300112", "allegro-pl", FIRST, LAST))
    file = sales_by_offer(world, view, language, SalesOddities(**form))
    reading = read_report(BytesIO(file.content), file_name=file.name, today=date(2026, 3, 2))
    assert reading.problem_count == 0
    assert reading.language == language
    assert reading.period == (None if form.get("period") == "none" else Period(FIRST, LAST))
    found = [tuple(row.values[concept] for concept in COMPARED) for row in reading.rows]
    assert found == [
        (row.offer_id, row.units, row.value, row.visits, row.share, row.ending_quantity)
        for row in sales_rows(world, view)
    ]
