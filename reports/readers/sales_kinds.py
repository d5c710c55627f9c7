"""Sums over a period: sales by offer, and the Ads statistics by offer, by campaign and by ad group.

Allegro publishes no list of headings. Some are documented, the rest follow the wording of Allegro's other exports and
of its panel, which is why there are several per concept and why what was matched is always shown to the person
uploading. Only wording that cannot mean another measure is listed: "Sprzedaż" (units or value?) and "Liczba sztuk"
(sold or in stock?) are not. The return column of the Ads was "Zwrot z inwestycji" before it became "ROAS".
"""

from types import MappingProxyType
from typing import Final

from reports.readers.concepts import Concept
from reports.readers.report_kind import OFFER_ID, REVENUE, UNITS, Grain, ReportKind, group, words

SALES_BY_OFFER: Final = ReportKind(
    code="sales_by_offer",
    grain=Grain.PERIOD,
    aliases=MappingProxyType(
        {
            Concept.OFFER_ID: OFFER_ID,
            Concept.TITLE: words(
                ("Tytuł oferty", "Nazwa oferty", "Oferta", "Tytuł"),
                ("Offer title", "Offer name", "Offer", "Title"),
            ),
            Concept.UNITS: UNITS,
            Concept.REVENUE: REVENUE,
            Concept.VISITS: words(
                (
                    "Wizyty",
                    "Liczba wizyt",
                    "Odwiedziny",
                    "Liczba odwiedzin",
                    "Wizyty oferty",
                    "Wizyty na ofercie",
                    "Odwiedziny oferty",
                ),
                ("Visits", "Offer visits", "Number of visits", "Number of offer visits"),
            ),
            Concept.SALES_SHARE: words(
                ("Udział w wartości sprzedaży", "Udział wartości sprzedaży", "Udział w sprzedaży"),
                ("Share of sales value", "Sales value share", "Share in sales value", "Share of sales"),
            ),
            Concept.AVERAGE_PRICE: words(
                ("Śr. cena oferty", "Średnia cena oferty", "Średnia cena", "Śr. cena"),
                ("Average offer price", "Average price", "Avg. offer price", "Avg. price"),
            ),
            Concept.ENDING_QUANTITY: words(
                (
                    "Liczba sztuk na koniec okresu",
                    "Liczba sztuk na koniec",
                    "Dostępna liczba sztuk",
                    "Ilość na koniec okresu",
                    "Stan na koniec okresu",
                ),
                (
                    "Ending quantity",
                    "Quantity at the end of the period",
                    "Available quantity",
                    "Quantity at period end",
                ),
            ),
            Concept.TRANSACTIONS: words(
                ("Liczba transakcji", "Transakcje"),
                ("Number of transactions", "Transactions", "Transaction count"),
            ),
            Concept.CONVERSION: words(
                ("Konwersja", "Współczynnik konwersji"),
                ("Conversion", "Conversion rate"),
            ),
        }
    ),
    required=(group(Concept.OFFER_ID), group(Concept.UNITS, Concept.REVENUE)),
    key=(Concept.OFFER_ID,),
    unique=True,
    # The second sheet of the Ads statistics lists bought offers by campaign.
    foreign=("Nazwa kampanii", "Campaign name"),
)

_CLICKED: Final = words(
    ("Numer klikniętej oferty", "ID klikniętej oferty", "Identyfikator klikniętej oferty"),
    ("Number of clicked offer", "Clicked offer number", "Clicked offer ID", "ID of clicked offer"),
)
_CLICKED_TITLE: Final = words(
    ("Tytuł klikniętej oferty", "Nazwa klikniętej oferty"),
    ("Title of clicked offer", "Clicked offer title", "Clicked offer name"),
)
_ADS_FIGURES: Final = {
    Concept.CAMPAIGN: words(("Nazwa kampanii", "Kampania"), ("Campaign name", "Campaign")),
    Concept.AD_GROUP: words(
        ("Nazwa grupy reklam", "Grupa reklam", "Nazwa grupy"), ("Ad group name", "Ad group", "Name of ad group")
    ),
    Concept.IMPRESSIONS: words(
        ("Wyświetlenia", "Liczba wyświetleń", "Odsłony"), ("Impressions", "Number of impressions", "Views")
    ),
    Concept.CLICKS: words(("Kliknięcia", "Liczba kliknięć"), ("Clicks", "Number of clicks")),
    Concept.INTEREST: words(("Zainteresowanie",), ("Interest",)),
    Concept.CPC: words(("CPC", "Średni CPC", "Śr. CPC"), ("Average CPC", "Avg. CPC", "Cost per click")),
    Concept.CTR: words(("CTR",), ("Click-through rate",)),
    Concept.COST: words(("Koszt", "Koszty"), ("Cost", "Total cost", "Costs")),
    Concept.ROAS: words(("ROAS", "Zwrot z inwestycji"), ("Return on investment", "Return on ad spend", "ROI")),
    Concept.UNITS: UNITS,
    Concept.REVENUE: REVENUE,
}

# One row per campaign, ad group and clicked offer: the same offer stands in many rows, all of which count.
ADS_OFFERS: Final = ReportKind(
    code="ads_offers",
    grain=Grain.PERIOD,
    aliases=MappingProxyType(
        {Concept.OFFER_ID: _CLICKED, Concept.TITLE: _CLICKED_TITLE, **_ADS_FIGURES},
    ),
    required=(group(Concept.OFFER_ID), group(Concept.CLICKS, Concept.IMPRESSIONS, Concept.COST)),
    key=(Concept.OFFER_ID,),
)

# Also the level of ad groups, which has the column of the group and, it seems, that of the campaign.
ADS_CAMPAIGNS: Final = ReportKind(
    code="ads_campaigns",
    grain=Grain.PERIOD,
    aliases=MappingProxyType(_ADS_FIGURES),
    required=(
        group(Concept.CAMPAIGN, Concept.AD_GROUP),
        group(Concept.CLICKS, Concept.IMPRESSIONS),
        group(Concept.COST, Concept.UNITS, Concept.REVENUE),
    ),
    key=(Concept.CAMPAIGN, Concept.AD_GROUP),
    foreign=tuple(alias for found in (_CLICKED, _CLICKED_TITLE) for aliases in found.values() for alias in aliases),
)
