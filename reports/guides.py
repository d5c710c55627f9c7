"""Where in Allegro each report is downloaded, in words for sellers; Polish names as the Sales Center writes them."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from reports.models import UploadKind


@dataclass(frozen=True, slots=True)
class Guide:
    """How to get one kind of report: its Polish menu path, what to choose there, the file that comes, what it tells."""

    kind: UploadKind
    path: str
    path_in_english: Promise
    steps: Promise
    file: str
    tells: Promise

    @property
    def label(self) -> str:
        """The kind's name in the reader's language."""
        return str(self.kind.label)


GUIDES: Final = (
    Guide(
        UploadKind.SALES_BY_OFFER,
        "Asortyment → Sprzedaż wg ofert",
        gettext_lazy("Assortment → Sales by offer"),
        gettext_lazy(
            "Choose one full week, Monday to Sunday. The file holds one total per offer, so each week needs a file of "
            "its own."
        ),
        "XLSX",
        gettext_lazy("Visits, units, revenue and average price per offer."),
    ),
    Guide(
        UploadKind.ADS_OFFERS,
        "Allegro Ads → Statystyki → Oferty sponsorowane → Oferty",
        gettext_lazy("Allegro Ads → Statistics → Sponsored offers → Offers"),
        gettext_lazy(
            "Choose the same week as for “Sales by offer”, order the file, and fetch it from “My files” once it is "
            "ready."
        ),
        "statystyki_oferty_….xlsx",
        gettext_lazy("Impressions, clicks, cost and attributed sales per advertised offer."),
    ),
    Guide(
        UploadKind.ADS_CAMPAIGNS,
        "Allegro Ads → Statystyki → Oferty sponsorowane → Kampanie",
        gettext_lazy("Allegro Ads → Statistics → Sponsored offers → Campaigns"),
        gettext_lazy("As above, on the level of campaigns or of ad groups."),
        "statystyki_kampanie_….xlsx",
        gettext_lazy("The same figures per campaign."),
    ),
    Guide(
        UploadKind.OFFER_LIST,
        "Wystawianie z pliku → Edycja ofert → Pobierz plik ze swoimi ofertami",
        gettext_lazy("List from a file → Edit offers → Download the file with your offers"),
        gettext_lazy("Choose active offers. Allegro gives at most 10,000 offers per file."),
        "XLSM",
        gettext_lazy("SKU, EAN, prices per marketplace and stock at the moment of the download."),
    ),
    Guide(
        UploadKind.ORDERS,
        "Zamówienia → Zestawienie sprzedaży",
        gettext_lazy("Orders → Sales summary, at the bottom of the page"),
        gettext_lazy(
            "Choose days and marketplace, tick OrderId and OfferId among the columns, and order the file: it comes by "
            "e-mail."
        ),
        "CSV",
        gettext_lazy("Orders and their lines, up to two years back. Columns about buyers are never read."),
    ),
    Guide(
        UploadKind.BILLING,
        "Rozliczenia z Allegro → Historia opłat",
        gettext_lazy("Settlements with Allegro → Operations history"),
        gettext_lazy("Choose the days and download the file."),
        "allegro-billing-….csv",
        gettext_lazy("Commissions, fees and refunds, by offer where Allegro names one."),
    ),
    Guide(
        UploadKind.PAYMENTS,
        "Środki i historia operacji",
        gettext_lazy("Funds and operations history"),
        gettext_lazy("Choose the days and download the file as XLSX."),
        "…_operations_all.xlsx",
        gettext_lazy("Payments received, refunds and payouts. Columns about buyers are never read."),
    ),
)
