"""The Allegro Ads statistics: read back, against the sales truth and against what billing charges for them."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from allegro.simulator.ads import split
from tests.simulator.conftest import GARDEN, Application
from tests.simulator.exports import FEBRUARY, IN_FEBRUARY, download, first_sheet, sheets

POLISH = (
    "Nazwa kampanii",
    "Nazwa grupy reklam",
    "Tytuł klikniętej oferty",
    "Numer klikniętej oferty",
    "Wyświetlenia",
    "Kliknięcia",
    "Zainteresowanie",
    "CPC(PLN)",
    "CTR",
    "Koszt(PLN)",
    "ROAS(PLN)",
    "Liczba sprzedanych sztuk",
    "Wartość sprzedaży(PLN)",
)


def test_file_by_offer_has_the_known_form(application: Application) -> None:
    name, content = download(application, "ads-oferty.xlsx")
    assert name == "statystyki_oferty_01-02-2026_28-02-2026.xlsx"
    (first, (head, *rows)), (second, (sold_head, *sold)) = sheets(content).items()
    assert (first, second) == ("Statystyk_2026-02-01_2026-02-28", "Sprzedaż_2026-02-01_2026-02-28")
    assert head == POLISH
    assert sold_head[:2] == POLISH[:2]
    assert {row[3] for row in sold} == {row[3] for row in rows if row[11]}
    assert max(Counter(row[3] for row in rows).values()) == 2, "an offer repeats, once per campaign"
    assert all(row[4:] == (0,) * 9 for row in rows if row[0] == "Święta")
    assert all(isinstance(number, int | float) for row in rows for number in row[3:])


def test_figures_of_a_row_fit_together(application: Application) -> None:
    rows = [row for row in first_sheet(download(application, "ads-oferty.xlsx")[1])[1:] if row[5]]
    assert len(rows) > 40
    for row in rows:
        impressions, clicks, interest, cpc, ctr, cost, roas, _, value = row[4:]
        assert impressions > clicks >= interest
        assert cpc == pytest.approx(cost / clicks, abs=0.0051)
        assert ctr == pytest.approx(clicks / impressions, abs=0.000051)
        assert roas == pytest.approx(value / cost, abs=0.0051)


def test_billing_charges_the_cost_of_every_day_three_days_later(application: Application) -> None:
    entries = application.read("/billing/billing-entries", type__id="NSP")["billingEntries"]
    charged = {row["occurredAt"][:10]: -Decimal(row["value"]["amount"]) for row in entries}
    for number in range(21):
        day = date(2026, 2, 5) + timedelta(days=number)
        rows = first_sheet(download(application, "ads-oferty.xlsx", **{"from": str(day), "to": str(day)})[1])[1:]
        cost = sum((Decimal(str(row[9])) for row in rows), Decimal(0))
        assert cost == charged.get(str(day + timedelta(days=3)), 0)


def test_net_costs_come_to_the_fees_with_tax(application: Application) -> None:
    gross, net = (first_sheet(download(application, "ads-kampanie.xlsx", net_costs=flag)[1])[1:] for flag in "01")
    assert sum(row[6] for row in gross) == pytest.approx(1.23 * sum(row[6] for row in net), rel=0.001)


def test_attributed_sales_are_a_part_of_the_true_ones(application: Application) -> None:
    true: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in application.read("/_simulator/sales", **IN_FEBRUARY)["sales"]:
        if row["status"] == "READY_FOR_PROCESSING" and row["marketplace"] == "allegro-pl":
            true[row["offer_id"]][0] += row["quantity"]
            true[row["offer_id"]][1] += row["quantity"] * Decimal(row["price"])
    attributed: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in first_sheet(download(application, "ads-oferty.xlsx")[1])[1:]:
        attributed[str(row[3])][0] += row[11]
        attributed[str(row[3])][1] += Decimal(str(row[12]))
    assert sum(units for units, _ in attributed.values()) > 100
    for offer_id, (units, value) in attributed.items():
        assert units <= true[offer_id][0]
        assert value <= true[offer_id][1]


def test_nobody_clicks_without_visiting(application: Application) -> None:
    visits: dict[tuple[str, str], int] = {
        (row["offer_id"], row["day"]): row["visits"]
        for row in application.read("/_simulator/visits")["visits"]
        if row["marketplace"] == "allegro-pl"
    }
    for day in ("2026-02-07", "2026-02-14", "2026-02-21"):
        rows = first_sheet(download(application, "ads-oferty.xlsx", **{"from": day, "to": day})[1])[1:]
        clicks: Counter[str] = Counter()
        for row in rows:
            clicks[str(row[3])] += row[5]
        assert all(number <= visits[offer_id, day] for offer_id, number in clicks.items())


def test_campaigns_are_the_sums_of_their_offers(application: Application) -> None:
    name, content = download(application, "ads-kampanie.xlsx")
    assert name == "statystyki_kampanie_01-02-2026_28-02-2026.xlsx"
    head, *campaigns = first_sheet(content)
    assert head == (POLISH[0], *POLISH[4:])
    offers = first_sheet(download(application, "ads-oferty.xlsx")[1])[1:]
    assert [row[0] for row in campaigns] == ["Bestsellery", "Cały asortyment", "Święta"]
    for row in campaigns:
        mine = [other for other in offers if other[0] == row[0]]
        for column in (1, 2, 3, 6, 8, 9):
            assert row[column] == pytest.approx(sum(other[column + 3] for other in mine))


def test_headings_follow_language_age_and_currency(application: Application) -> None:
    english = first_sheet(download(application, "ads-oferty.xlsx", language="en")[1])[0]
    assert {"Campaign name", "Number of clicked offer", "Cost(PLN)", "ROAS(PLN)"} <= set(english)
    old = first_sheet(download(application, "ads-oferty.xlsx", old_return="1")[1])[0]
    assert [here for here, there in zip(old, POLISH, strict=True) if here != there] == ["Zwrot z inwestycji(PLN)"]
    head, *rows = first_sheet(download(application, "ads-oferty.xlsx", marketplace="allegro-cz")[1])
    assert "Koszt(CZK)" in head
    assert rows
    assert not any(number for row in rows for number in row[4:])


def test_same_world_gives_the_same_bytes(application: Application) -> None:
    assert download(application, "ads-oferty.xlsx") == download(application, "ads-oferty.xlsx")
    other = download(application, "ads-oferty.xlsx", seller=GARDEN, copy="1")
    assert other[0] == "statystyki_oferty_01-02-2026_28-02-2026 (1).xlsx"
    assert len(first_sheet(other[1])) > 8


def test_wrong_questions_are_refused(application: Application) -> None:
    export = "/_simulator/exports/ads-oferty.xlsx"
    assert application.get("/_simulator/exports/ads-grupy.xlsx", **FEBRUARY).status_code == 404
    assert application.get(export, **{"from": "2026-02-02", "to": "2026-02-01"}).status_code == 400
    assert application.get(export, **FEBRUARY, language="de").status_code == 400
    assert application.get(export, **{"from": "February"}).status_code == 400


def test_split_loses_nothing() -> None:
    assert split(Decimal("0.05"), [1.0, 0.0, 2.0, 1.0]) == [Decimal(text) for text in ("0.01", "0.00", "0.03", "0.01")]
    assert sum(split(Decimal("42.17"), [0.1] * 37)) == Decimal("42.17")
