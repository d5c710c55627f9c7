"""Uploads of each kind of report: what becomes of their rows, and what totals count where files overlap."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import override

from offers.calendar import start_of_day
from offers.models import Offer
from reports.cover import event_rows, not_counted
from reports.figures import columns_shown, figures_of
from reports.models import Upload, UploadRow, UploadStatus
from reports.uploads import discard
from tests.conftest import Team
from tests.factories import OfferFactory
from tests.reports import upload_samples as samples
from tests.reports.readers.workbook_samples import LAMP, workbook
from tests.reports.upload_samples import counted_uploads, imported, report

ADS = ("Nazwa kampanii", "Nazwa grupy reklam", "Tytuł klikniętej oferty", "Numer klikniętej oferty", "Wyświetlenia",
       "Kliknięcia", "CPC(PLN)", "CTR", "Koszt(PLN)", "ROAS(PLN)", "Liczba sprzedanych sztuk",
       "Wartość sprzedaży(PLN)")  # fmt: skip
ADS_NAME = "statystyki_oferty_03-08-2026_09-08-2026.xlsx"
AUTUMN = ("Jesień", "Grupa 1", LAMP[1], LAMP[0], 1000, 40, 0.25, 0.04, 10.0, 20.0, 4, 200.0)
SPRING = ("Wiosna", "Grupa 2", LAMP[1], LAMP[0], 500, 10, 0.3, 0.02, 3.0, 0, 0, 0)
PAYMENTS = ("data", "identyfikator", "operacja", "kupujący", "oferta", "kwota", "saldo")
PAID = ("03.08.2026 10:00", "p-1", "wpłata", "jan_k", "Lampka", "50,00 zł", "50,00 zł")
PAID_AGAIN = ("04.08.2026 10:00", "p-2", "wpłata", "anna_n", "Kubek", "30,00 zł", "80,00 zł")
RETURNED = ("05.08.2026 10:00", "p-3", "zwrot", "jan_k", "Lampka", "-50,00 zł", "30,00 zł")


def sheet(*rows: Sequence[Any]) -> bytes:
    return workbook(*rows, sheet="Arkusz").getvalue()


def figures(upload: Upload) -> dict[str, list[Any]]:
    """The sums of an upload by their English names."""
    with override("en"):
        found = figures_of(upload, UploadRow.objects.filter(upload=upload))
        return {str(figure.label): [(cell.value, cell.currency) for cell in figure.cells] for figure in found}


def test_an_offer_in_several_campaigns_has_a_row_in_each(in_workspace: Team) -> None:
    lamp: Any = OfferFactory(account=in_workspace.account, allegro_id=str(LAMP[0]))
    upload = imported(in_workspace.account, ADS_NAME, sheet(ADS, AUTUMN, SPRING))
    assert (upload.kind, upload.currency, upload.good_rows, upload.bad_rows) == ("ads_offers", "PLN", 2, 0)
    first = UploadRow.objects.get(upload=upload, campaign="Jesień")
    assert (first.offer, first.ad_group, first.impressions, first.clicks) == (lamp, "Grupa 1", 1000, 40)
    assert (first.cost, first.ctr, first.roas) == (Decimal("10.0000"), Decimal("0.040000"), Decimal("20.0000"))
    assert figures(upload)["Clicks"] == [(50, "")]
    assert figures(upload)["Ads cost"] == [(Decimal("13.0000"), "PLN")]


def test_a_payment_in_two_overlapping_files_counts_once_and_both_files_stay(in_workspace: Team) -> None:
    first = imported(in_workspace.account, "a.xlsx", sheet(PAYMENTS, PAID, PAID_AGAIN))
    second = imported(in_workspace.account, "b.xlsx", sheet(PAYMENTS, PAID_AGAIN, RETURNED))
    assert (first.kind, first.period_from, first.period_to) == ("payments", date(2026, 8, 3), date(2026, 8, 4))
    rows = event_rows(in_workspace.account, "payments")
    assert sorted(rows.values_list("reference", flat=True)) == ["p-1", "p-2", "p-3"]
    assert rows.aggregate(Sum("amount"))["amount__sum"] == Decimal("30.00")
    assert UploadRow.objects.count() == 4
    assert not_counted(in_workspace.account) == {}
    discard(second, None)
    assert sorted(rows.all().values_list("reference", flat=True)) == ["p-1", "p-2"]


def test_two_payments_that_say_the_same_are_two(in_workspace: Team) -> None:
    bare = ("data", "operacja", "kwota")
    twice = ("03.08.2026 10:00", "wpłata", "50,00 zł")
    imported(in_workspace.account, "a.xlsx", sheet(bare, twice, twice))
    imported(in_workspace.account, "b.xlsx", sheet(bare, twice, twice, ("04.08.2026 10:00", "wpłata", "1,00 zł")))
    assert event_rows(in_workspace.account, "payments").count() == 3


def test_no_word_about_a_buyer_is_stored(in_workspace: Team) -> None:
    imported(in_workspace.account, "a.xlsx", sheet(PAYMENTS, PAID, PAID_AGAIN))
    assert "jan_k" not in str(list(UploadRow.objects.values_list()))


def test_an_offer_list_keeps_one_row_per_offer_with_its_prices_by_marketplace(in_workspace: Team) -> None:
    headings = ("ID oferty", "Status oferty", "Sygnatura/SKU Sprzedającego", "Liczba sztuk", "Cena PL", "Cena CZ",
                "Tytuł oferty")  # fmt: skip
    lines = ((LAMP[0], "Aktywna", "L-1", 12, 49.99, 299), (18000000002, "Aktywna", "M-1", 3, 29.99, None))
    upload = samples.read_upload(in_workspace.account, "oferty_2026-08-09.xlsx", sheet(headings, *lines))
    assert (upload.kind, upload.good_rows, upload.bad_rows) == ("offer_list", 2, 0)
    assert (upload.status, upload.period_from, upload.period_to) == (
        UploadStatus.PREVIEW,
        date(2026, 8, 9),
        date(2026, 8, 9),
    )
    lamp, mug = UploadRow.objects.filter(upload=upload)
    assert lamp.prices == {
        "allegro-pl": {"amount": "49.99", "currency": "PLN"},
        "allegro-cz": {"amount": "299.00", "currency": "CZK"},
    }
    assert (mug.prices, mug.sku, mug.quantity) == ({"allegro-pl": {"amount": "29.99", "currency": "PLN"}}, "M-1", 3)


def test_of_offer_lists_only_the_newest_counts(in_workspace: Team) -> None:
    headings = ("ID oferty", "Status oferty", "Cena PL")
    old = imported(in_workspace.account, "oferty_2026-08-02.xlsx", sheet(headings, (LAMP[0], "Aktywna", 50)))
    new = imported(in_workspace.account, "oferty_2026-08-09.xlsx", sheet(headings, (LAMP[0], "Aktywna", 49)))
    assert not_counted(in_workspace.account) == {str(old.pk): (str(new.pk),)}
    assert counted_uploads(in_workspace.account, "offer_list") == [new]


def test_no_total_counts_a_day_twice(in_workspace: Team) -> None:
    week = imported(in_workspace.account)
    month = imported(in_workspace.account, "sprzedaz_2026-08-01_2026-08-31.xlsx", report(LAMP))
    assert [each.pk for each in counted_uploads(in_workspace.account, "sales_by_offer")] == [month.pk]
    assert not_counted() == {str(week.pk): (str(month.pk),)}


def test_reports_of_two_currencies_never_compete(in_workspace: Team) -> None:
    imported(in_workspace.account)
    other = samples.read_upload(in_workspace.account, content=report(LAMP))
    Upload.objects.filter(pk=other.pk).update(status=UploadStatus.IMPORTED, currency="CZK", marketplace="allegro-cz")
    assert len(counted_uploads(in_workspace.account, "sales_by_offer")) == 2


def test_columns_are_shown_in_the_order_of_the_file(in_workspace: Team) -> None:
    upload = samples.read_upload(in_workspace.account, ADS_NAME, sheet(ADS, AUTUMN))
    assert [str(concept) for concept in columns_shown(upload)][:4] == ["campaign", "ad_group", "impressions", "clicks"]


def test_an_offer_that_is_deleted_leaves_its_rows(in_workspace: Team) -> None:
    lamp: Any = OfferFactory(account=in_workspace.account, allegro_id=str(LAMP[0]))
    upload = imported(in_workspace.account)
    Offer.objects.filter(pk=lamp.pk).delete()
    assert UploadRow.objects.get(upload=upload, allegro_offer_id=str(LAMP[0])).offer is None


def test_moments_are_instants(in_workspace: Team) -> None:
    upload = imported(in_workspace.account, "a.xlsx", sheet(PAYMENTS, PAID))
    moment = UploadRow.objects.get(upload=upload).occurred_at
    assert moment == start_of_day(date(2026, 8, 3)) + timedelta(hours=10)
