"""Ratios are made of what is known, and of nothing else."""

from decimal import Decimal

from reports.ratios import AdsFigures, joined, ratio, total


def ads(
    *, impressions: int | None = None, clicks: int | None = None, cost: str | None = None, revenue: str | None = None
) -> AdsFigures:
    return AdsFigures(
        impressions, clicks, None, Decimal(cost) if cost else None, None, Decimal(revenue) if revenue else None
    )


def test_a_ratio_needs_both_parts_and_a_base() -> None:
    assert ratio(3, 120) == Decimal("0.0250")
    assert ratio(0, 120) == 0
    assert ratio(None, 120) is None
    assert ratio(3, None) is None
    assert ratio(3, 0) is None


def test_a_sum_with_a_hole_is_not_known() -> None:
    assert total([1, 2, 3]) == 6
    assert total([1, None, 3]) is None
    assert total([Decimal("1.10"), Decimal("2.20")]) == Decimal("3.30")
    assert total(list[int | None]()) is None


def test_campaigns_are_joined_by_their_counts() -> None:
    both = joined([ads(impressions=900, clicks=9, cost="4.50"), ads(impressions=100, clicks=31, cost="5.50")])
    assert both.click_rate == Decimal("0.0400")
    assert both.cost_of_click == Decimal("0.25")


def test_what_one_campaign_does_not_say_is_not_known_of_both() -> None:
    both = joined([ads(clicks=9, cost="4.50", revenue="90.00"), ads(clicks=1, cost="0.50")])
    assert both.cost == Decimal("5.00")
    assert both.revenue is None
    assert both.revenue_for_cost is None


def test_what_was_earned_is_told_for_what_was_spent() -> None:
    assert ads(cost="12.00", revenue="90.00").revenue_for_cost == Decimal("7.50")
    assert ads(cost="0.00", revenue="90.00").revenue_for_cost is None
