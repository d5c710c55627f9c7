"""A report's figures beside our own: agreement, its floor, and what is no reference."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from offers.fields import STOCK
from offers.state.timeline import FieldState, Lack, Seen
from reports.reconciliation.compare import compare
from reports.reconciliation.terms import Code, Measure, Reported, Status
from tests.reports.reconciliation.samples import TEN, WEEK, around, at, codes, find, line, span


def test_the_same_figures_agree_without_any_reason() -> None:
    lines = [line(2, 3), line(5, 1)]
    reported = Reported(price=Decimal("50.00"), stock=20, units=4, revenue=Decimal("200.00"))
    found = compare(reported, WEEK, around(lines=lines), TEN)
    assert [each.measure for each in found] == list(Measure)
    assert {each.status for each in found} == {Status.AGREES}
    assert [each.difference for each in found] == [0, 0, 0, 0]
    assert [list(each.reasons) for each in found] == [[], [], [], []]


def test_a_measure_that_the_report_does_not_give_is_not_compared() -> None:
    assert [each.measure for each in compare(Reported(units=1), WEEK, around(), TEN)] == [Measure.UNITS]


@pytest.mark.parametrize(
    ("reported", "status", "percent"),
    [("55.00", Status.AGREES, "10.0"), ("55.01", Status.DIFFERS, "10.0"), ("45.00", Status.AGREES, "-10.0")],
)
def test_the_threshold_is_in_per_cent_of_our_own_value(reported: str, status: Status, percent: str) -> None:
    found = find(Measure.PRICE, reported)
    assert (found.status, found.percent) == (status, Decimal(percent))


@pytest.mark.parametrize(
    ("own", "reported", "status"),
    [
        (3, 3, Status.AGREES),
        (3, 4, Status.DIFFERS),
        (10, 11, Status.AGREES),
        (0, 0, Status.AGREES),
        (0, 1, Status.DIFFERS),
    ],
)
def test_pieces_have_no_floor_but_being_the_same(own: int, reported: int, status: Status) -> None:
    lines = [line(3, own)] if own else []
    assert find(Measure.UNITS, reported, lines=lines).status == status


def test_beside_zero_there_are_no_per_cents() -> None:
    found = find(Measure.REVENUE, "50.00")
    assert (found.own, found.difference, found.percent) == (Decimal(0), Decimal("50.00"), None)
    assert find(Measure.REVENUE, "0.01").status is Status.AGREES


def test_the_price_is_weighted_by_time_over_exactly_the_days() -> None:
    # 40.00 for three and a half of the seven days, whatever it was before and after.
    middle = WEEK.since + (WEEK.until - WEEK.since) / 2
    prices = [span(at(0, 1), WEEK.since, "99.00"), span(WEEK.since, middle, "40.00"), span(middle, at(20), "50.00")]
    found = find(Measure.PRICE, "45.00", prices=prices)
    assert (found.own, found.status, found.known) == (Decimal("45.00"), Status.AGREES, Decimal(1))


def test_a_price_known_for_less_than_half_of_the_days_is_no_reference() -> None:
    found = find(Measure.PRICE, "50.00", prices=[span(at(5), at(20), "50.00")])
    assert (found.status, found.own, codes(found)) == (Status.NO_REFERENCE, None, [Code.PARTLY_KNOWN])
    assert found.reasons[0].facts["share"] == "36"
    found = find(Measure.PRICE, "90.00", prices=[span(at(2), at(20), "50.00")])
    assert (found.status, found.own) == (Status.DIFFERS, Decimal("50.00"))
    assert Code.PARTLY_KNOWN in codes(found)


def test_a_price_that_may_be_right_in_the_unknown_rest_is_no_reference() -> None:
    # 50.00 for most of the time, unknown for the last days, and 90.00 after them.
    prices = [span(at(0, 1), at(5, 22), "50.00"), span(at(8), at(20), "90.00")]
    found = find(Measure.PRICE, "60.00", prices=prices)
    assert (found.status, codes(found)[0]) == (Status.NO_REFERENCE, Code.PARTLY_KNOWN)
    assert found.reasons[0].facts["needed"] == "85.00"
    assert find(Measure.PRICE, "70.00", prices=prices).status is Status.DIFFERS


def test_a_price_from_before_the_first_reading_is_no_reference() -> None:
    found = find(Measure.PRICE, "50.00", prices=[span(at(9), at(20), "50.00")])
    assert (found.status, codes(found)) == (Status.NO_REFERENCE, [Code.HISTORY_BEGINS])
    found = find(Measure.PRICE, "50.00", prices=[span(at(0, 1), at(0, 2), "50.00")])
    assert codes(found) == [Code.NOT_READ_YET]


def test_a_report_of_days_that_are_over_stays_right_for_them() -> None:
    prices = [span(at(0, 1), at(9), "50.00"), span(at(9), at(20), "40.00")]
    found = find(Measure.PRICE, "50.00", prices=prices, price_now=Decimal("40.00"))
    assert (found.status, found.own, found.now, codes(found)) == (Status.AGREES, Decimal("50.00"), Decimal("40.00"), [])
    assert find(Measure.STOCK, 20, stock_now=5).status is Status.AGREES


def test_right_when_it_was_made_before_its_last_day_was_over_but_no_longer_is_outdated() -> None:
    early = replace(WEEK, exported_at=at(7, 12))
    prices = [span(at(0, 1), at(9), "50.00"), span(at(9), at(20), "40.00")]
    found = find(Measure.PRICE, "50.00", early, prices=prices, price_now=Decimal("40.00"))
    assert (found.status, found.own, codes(found)) == (Status.OUTDATED, Decimal("50.00"), [Code.CHANGED_SINCE])
    assert found.reasons[0].facts["last_at"] == at(9).isoformat()
    older = find(Measure.PRICE, "50.00", early, prices=prices, price_now=Decimal("40.00"), is_newest=False)
    assert older.status is Status.AGREES
    assert find(Measure.STOCK, 20, early, stock_now=5).status is Status.OUTDATED


def test_a_stock_between_two_readings_agrees_with_any_value_between_them() -> None:
    state = FieldState(STOCK, "", lack=Lack.BETWEEN, before=Seen(9, at(7, 21)), after=Seen(5, at(8, 1)))
    found = find(Measure.STOCK, 7, stock_at_end=state)
    assert (found.status, found.own, found.low, found.high) == (Status.AGREES, None, 5, 9)
    found = find(Measure.STOCK, 12, stock_at_end=state)
    assert (found.status, codes(found)) == (Status.NO_REFERENCE, [Code.VALUE_UNKNOWN])


def test_orders_not_known_for_the_whole_period_are_no_reference() -> None:
    found = find(Measure.UNITS, 3, lines=[line(6, 3)], sales_since=date(2026, 9, 3))
    assert (found.status, found.own, codes(found)) == (Status.NO_REFERENCE, None, [Code.HISTORY_BEGINS])
    found = find(Measure.UNITS, 3, lines=[line(3, 3)], sales_until=at(6))
    assert (found.status, codes(found)) == (Status.NO_REFERENCE, [Code.NOT_READ_YET])


def test_an_offer_that_the_report_leaves_out_has_our_figures_and_no_reference() -> None:
    statuses = [span(at(0, 1), at(4), "ACTIVE"), span(at(4), at(20), "ENDED")]
    surroundings = around(lines=[line(2, 3)], statuses=statuses, is_in_report=False)
    units, revenue = compare(Reported(), WEEK, surroundings, TEN)
    assert (units.reported, units.own, units.status) == (None, Decimal(3), Status.NO_REFERENCE)
    assert revenue.own == Decimal("150.00")
    assert codes(units) == [Code.NOT_ACTIVE, Code.NOT_IN_REPORT]


def test_other_money_and_unknown_offers_are_no_reference() -> None:
    assert codes(find(Measure.PRICE, "9.00", prices=[], other_currency="CZK")) == [Code.OTHER_CURRENCY]
    assert codes(find(Measure.PRICE, "9.00", other_marketplace="allegro-cz")) == [Code.OTHER_MARKETPLACE]
    assert codes(find(Measure.UNITS, 1, is_known=False)) == [Code.UNKNOWN_OFFER]


def test_a_comparison_stays_open_until_the_days_after_the_period_are_read() -> None:
    assert not find(Measure.UNITS, 1, lines=[line(2)]).is_open
    assert find(Measure.UNITS, 1, lines=[line(2)], sales_until=at(8)).is_open
    assert find(Measure.UNITS, 1, lines=[line(2)], stocks=[span(at(0, 1), at(7), 20)]).is_open


def test_a_report_uploaded_before_its_end_knows_only_the_time_until_then() -> None:
    early = replace(WEEK, uploaded_at=at(4, 10))
    prices = [span(at(0, 1), at(4, 10), "50.00"), span(at(4, 10), at(20), "10.00")]
    found = find(Measure.PRICE, "50.00", early, prices=prices)
    assert (found.status, found.own) == (Status.AGREES, Decimal("50.00"))
