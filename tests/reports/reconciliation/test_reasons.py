"""Why the figures differ: each reason comes from facts, what explains all comes first, and nothing is invented."""

from dataclasses import replace
from decimal import Decimal

import pytest

from offers.fields import STOCK
from offers.state.timeline import FieldState
from reports.reconciliation.compare import compare
from reports.reconciliation.terms import Code, LineState, Measure, Reported, Weight
from tests.reports.reconciliation.samples import TEN, WEEK, around, at, codes, exact, find, line, span

TWO_PRICES = [span(at(0, 1), at(4), "50.00"), span(at(4), at(20), "80.00")]


def test_an_average_from_before_a_change_of_the_price_is_explained_by_it() -> None:
    found = find(Measure.PRICE, "50.00", prices=TWO_PRICES)
    assert exact(found) == {Code.PRICE_CHANGED}
    facts = found.reasons[0].facts
    assert (facts["times"], facts["from"], facts["to"], facts["until"]) == (1, "50.00", "80.00", at(4).isoformat())


def test_a_changed_price_that_does_not_explain_the_average_is_told_as_what_was_so() -> None:
    found = find(Measure.PRICE, "20.00", prices=TWO_PRICES)
    assert (codes(found), exact(found)) == ([Code.PRICE_CHANGED], set())


def test_an_average_weighted_by_sales_is_recognised() -> None:
    lines = [line(2, 3, price="50.00"), line(6, 1, price="80.00")]
    found = find(Measure.PRICE, "57.50", prices=TWO_PRICES, lines=lines)
    assert codes(found)[0] is Code.SALES_WEIGHTED
    assert found.reasons[0].facts["average"] == "57.50"


@pytest.mark.parametrize(
    ("more", "reported", "code"),
    [
        (line(3, 5, state=LineState.CANCELLED), 9, Code.CANCELLED),
        (line(3, 5, state=LineState.UNPAID), 9, Code.UNPAID),
        (line(3, 5, returned=2), 7, Code.RETURNS),
        (line(3, 5, refused=1), 8, Code.RETURNS_REFUSED),
        (line(8, 5, hour=0), 4, None),
        (line(7, 5, hour=23), 9, Code.UTC_DAYS),
        (line(3, 5, is_own_marketplace=False), 9, Code.MARKETPLACES),
        (line(7, 5, hour=18), 4, Code.EXPORT_OLDER),
    ],
)
def test_orders_counted_otherwise_explain_pieces_exactly(more: object, reported: int, code: Code | None) -> None:
    lines = [line(2, 4), more]
    found = find(Measure.UNITS, reported, lines=lines)
    assert exact(found) == ({code} if code else set())
    assert codes(found)[:1] == ([code] if code else [])


@pytest.mark.parametrize(("state", "code"), [(LineState.CANCELLED, Code.CANCELLED), (LineState.UNPAID, Code.UNPAID)])
def test_one_of_several_orders_that_were_lost_explains_pieces_and_money(state: LineState, code: Code) -> None:
    lost = [line(3, 1, price="50.00", state=state), line(4, 1, price="60.00", state=state)]
    reported = Reported(units=3, revenue=Decimal("160.00"))
    units, revenue = compare(reported, WEEK, around(lines=[line(2, 2, price="50.00"), *lost]), TEN)
    assert exact(units) == exact(revenue) == {code}
    facts = units.reasons[0].facts
    assert (facts["some"], facts["of"], facts["units"], facts["revenue"]) == (1, 2, 1, "60.00")


def test_a_part_of_the_returns_explains_pieces_and_money() -> None:
    sold = [line(day, 1, price="30.00", returned=1) for day in range(2, 6)]
    reported = Reported(units=1, revenue=Decimal("30.00"))
    units, _revenue = compare(reported, WEEK, around(lines=sold), TEN)
    assert exact(units) == {Code.RETURNS}
    assert (units.reasons[0].facts["some"], units.reasons[0].facts["of"]) == (3, 4)


def test_returns_count_together_whether_they_were_refused_or_not() -> None:
    sold = [line(2, 1, price="30.00", returned=1), line(3, 1, price="30.00", refused=1), line(7, 2, price="30.00")]
    units, _revenue = compare(Reported(units=2, revenue=Decimal("60.00")), WEEK, around(lines=sold), TEN)
    assert exact(units) == {Code.RETURNS, Code.RETURNS_REFUSED, Code.EXPORT_OLDER}


def test_pieces_alone_are_not_explained_by_a_part_of_the_lost_orders() -> None:
    lost = [line(3, 1, state=LineState.CANCELLED), line(4, 1, state=LineState.CANCELLED)]
    found = find(Measure.UNITS, 3, lines=[line(2, 2), *lost])
    assert exact(found) == set()


def test_prices_before_discounts_explain_the_revenue_and_leave_the_pieces_alone() -> None:
    lines = [line(2, 2, price="40.00", list_price=Decimal("50.00"))]
    reported = Reported(units=2, revenue=Decimal("100.00"))
    units, revenue = compare(reported, WEEK, around(lines=lines), TEN)
    assert units.difference == 0
    assert exact(revenue) == {Code.BEFORE_DISCOUNTS}


def test_two_ways_of_counting_together_explain_what_neither_does_alone() -> None:
    lines = [line(2, 4), line(3, 5, state=LineState.CANCELLED), line(4, 2, state=LineState.UNPAID)]
    reported = Reported(units=11, revenue=Decimal("550.00"))
    units, _revenue = compare(reported, WEEK, around(lines=lines), TEN)
    assert exact(units) == {Code.CANCELLED, Code.UNPAID}
    assert {reason.facts["together"] for reason in units.reasons} == {2}


def test_a_part_is_told_as_a_part() -> None:
    lines = [line(2, 4), line(3, 5, state=LineState.CANCELLED)]
    found = find(Measure.UNITS, 20, lines=lines)
    assert [(reason.code, reason.weight) for reason in found.reasons] == [(Code.CANCELLED, Weight.PART)]


def test_what_leads_away_from_the_reported_figure_is_no_reason() -> None:
    lines = [line(2, 4), line(3, 5, state=LineState.CANCELLED)]
    assert codes(find(Measure.UNITS, 2, lines=lines)) == [Code.NONE_FOUND]


def test_where_no_fact_speaks_no_reason_is_given() -> None:
    assert codes(find(Measure.UNITS, 7, lines=[line(2, 4)])) == [Code.NONE_FOUND]
    assert codes(find(Measure.STOCK, 9)) == [Code.NONE_FOUND]
    assert codes(find(Measure.PRICE, "9.00")) == [Code.NONE_FOUND]


def test_a_small_difference_that_agrees_has_its_reason_too() -> None:
    found = find(Measure.UNITS, 21, lines=[line(2, 20), line(3, 1, state=LineState.CANCELLED)])
    assert (found.status, exact(found)) == ("agrees", {Code.CANCELLED})


def test_the_stock_of_another_time_is_found() -> None:
    stocks = [span(at(0, 1), at(7, 12), 25), span(at(7, 12), at(20), 20)]
    found = find(Measure.STOCK, 25, stocks=stocks, stock_at_end=FieldState(STOCK, "", value=20))
    assert exact(found) == {Code.STOCK_EARLIER}
    assert found.reasons[0].facts["until"] == at(7, 12).isoformat()


def test_an_upload_before_the_end_of_the_last_day_is_told_with_that_days_sales() -> None:
    early = replace(WEEK, uploaded_at=at(7, 12))
    found = find(Measure.UNITS, 9, early, lines=[line(2, 4), line(7, 2, hour=15)])
    reason = next(each for each in found.reasons if each.code is Code.LAST_DAY)
    assert (reason.facts["units"], reason.facts["uploaded_at"]) == (2, at(7, 12).isoformat())


def test_what_was_going_on_is_told_with_its_days() -> None:
    statuses = [span(at(0, 1), at(3), "ACTIVE"), span(at(3), at(5), "ENDED"), span(at(5), at(20), "ACTIVE")]
    others = [("older.xlsx", Reported(units=4))]
    found = find(Measure.UNITS, 9, lines=[line(2, 4)], statuses=statuses, others=others)
    assert codes(found) == [Code.NOT_ACTIVE, Code.OTHER_REPORT]
    assert found.reasons[1].facts == {"file": "older.xlsx", "value": "4", "agrees": True}
    found = find(Measure.STOCK, 9, gaps=[(at(2), at(4)), (at(9), at(10))])
    assert codes(found) == [Code.COVERAGE_GAP]
    assert found.reasons[0].facts["times"] == 1
