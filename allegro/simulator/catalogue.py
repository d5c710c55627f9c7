"""What the two sellers of the simulated world sell: titles, keywords, prices (PLN) and demand (order lines a day)."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

BASE_MARKETPLACE = "allegro-pl"
CZECH_MARKETPLACE = "allegro-cz"
SLOVAK_MARKETPLACE = "allegro-sk"
HUNGARIAN_MARKETPLACE = "allegro-hu"
CURRENCIES = {
    BASE_MARKETPLACE: "PLN",
    CZECH_MARKETPLACE: "CZK",
    SLOVAK_MARKETPLACE: "EUR",
    HUNGARIAN_MARKETPLACE: "HUF",
}


@dataclass(frozen=True)
class Seller:
    """An account at the simulated Allegro."""

    id: str
    login: str
    first_name: str
    last_name: str
    company: str
    tax_id: str
    city: str
    post_code: str
    province: str


COFFEE_SELLER = Seller(
    "44300112",
    "kawa_i_dom",
    "Anna",
    "Zielińska",
    "Kawa i Dom sp. z o.o.",
    "5252344078",
    "Poznań",
    "61-701",
    "WIELKOPOLSKIE",
)
GARDEN_SELLER = Seller(
    "44300287", "ogrod_24", "Marek", "Wrona", "Ogród 24 Marek Wrona", "7811767696", "Lublin", "20-001", "LUBELSKIE"
)
SELLERS = {seller.id: seller for seller in (COFFEE_SELLER, GARDEN_SELLER)}


@dataclass(frozen=True)
class Article:
    """One offer as it is first listed: `lines_per_day` is demand at the first price, `keyword` carries its visits.

    `abroad` names the marketplaces beside the base one on which it is sold.
    """

    offer_id: str
    seller: Seller
    title: str
    keyword: str
    price: Decimal
    lines_per_day: float
    brand: str
    category: str
    abroad: tuple[str, ...]


# title | keyword the buyers search for | price PLN | order lines a day | brand | also on allegro-…
_COFFEE = """
Kawa ziarnista Arabica Santos 1 kg świeżo palona|kawa|79.90|5.6|Palarnia Warta|cz
Młynek do kawy ręczny żarnowy z regulacją mielenia|kawy|119.00|4.8|Molino|cz
Filtry papierowe do kawy V60 rozmiar 02 opakowanie 100 sztuk|filtry|29.90|5.4|Biała Karta|
Kubek termiczny stalowy 450 ml szczelny na kawę|kubek|64.90|4.9|Termos Polski|cz
Kawa mielona Brazylia Cerrado 500 g do ekspresu|kawa|44.90|5.2|Palarnia Warta|
Kawa ziarnista Etiopia Yirgacheffe 250 g jasno palona|kawa|49.90|0.9|Palarnia Warta|
Kawa ziarnista Kolumbia Supremo 1 kg średnio palona|kawa|94.00|0.84|Palarnia Warta|cz
Kawiarka aluminiowa na 6 filiżanek indukcja gaz|kawiarka|89.00|0.72|Moka Dom|cz
Zaparzacz French Press 1 litr szkło borokrzemowe|zaparzacz|69.00|0.66|Moka Dom|
Spieniacz do mleka elektryczny bezprzewodowy z bazą|spieniacz|129.00|0.72|Krema|cz
Ekspres przelewowy z termosem 1,2 litra programowany|ekspres|349.00|0.48|Krema|
Dzbanek szklany do dripa 700 ml z podziałką|dzbanek|54.90|0.54|Biała Karta|
Dripper ceramiczny V60 rozmiar 02 biały na 4 filiżanki|dripper|59.00|0.6|Biała Karta|cz
Waga kuchenna elektroniczna z minutnikiem do kawy|waga|99.00|0.66|Gram|
Czajnik z cienką wylewką 1 litr regulacja temperatury|czajnik|289.00|0.48|Krema|
Tamper stalowy 58 mm z drewnianą rączką do espresso|tamper|79.00|0.3|Krema|
Kawa bezkofeinowa ziarnista 500 g proces wodny|bezkofeinowa|52.00|0.42|Palarnia Warta|
Syrop waniliowy do kawy 750 ml bez konserwantów|syrop|34.90|0.36|Słodka Chwila|
Syrop karmelowy do kawy 750 ml bez konserwantów|syrop|34.90|0.36|Słodka Chwila|
Filiżanki do espresso 6 sztuk porcelana biała komplet|filiżanki|74.90|0.3|Porcelana Śląska|
Kubek ceramiczny ręcznie malowany 350 ml kwiaty polne|kubek|45.00|0.36|Glina i Ogień|cz
Zestaw szklanek do latte 2 sztuki podwójne ścianki|szklanek|59.90|0.3|Szkłomix|
Pojemnik na kawę próżniowy 1,2 litra stal matowa|pojemnik|109.00|0.3|Molino|
Tabletki do czyszczenia ekspresu do kawy 20 sztuk|tabletki|27.50|0.48|Czysty Ekspres|
Odkamieniacz do ekspresu ciśnieniowego 2 x 250 ml|odkamieniacz|39.90|0.42|Czysty Ekspres|
Filtr wody do ekspresu ciśnieniowego zamiennik 2 sztuki|filtr|58.00|0.36|Czysty Ekspres|
Herbata zielona liściasta Sencha 200 g Japonia|herbata|36.00|0.3|Liść i Woda|
Herbata czarna Earl Grey liściasta 250 g bergamotka|herbata|29.00|0.3|Liść i Woda|
Yerba mate klasyczna 1 kg Paragwaj długo sezonowana|yerba|57.00|0.36|Liść i Woda|
Zestaw do yerba mate matero bombilla i szczotka|yerba|69.00|0.24|Liść i Woda|
Czekolada gorzka do picia 500 g kakao 70 procent|czekolada|42.00|0.24|Słodka Chwila|
Cukier trzcinowy w kostkach 500 g nierafinowany|cukier|19.90|0.24|Słodka Chwila|
Kosz prezentowy kawa i czekolada dla niej i dla niego|kosz|189.00|0.24|Kawa i Dom|
Deska do krojenia dębowa olejowana 40 x 25 cm|deska|99.00|0.3|Dębina|cz
Patelnia żeliwna 26 cm głęboka na indukcję i gaz|patelnia|219.00|0.24|Żeliwo Kamienna|
Garnek emaliowany 5 litrów z pokrywką kremowy|garnek|149.00|0.24|Emalia Olkusz Styl|
Nóż szefa kuchni 20 cm stal damasceńska w pudełku|nóż|259.00|0.24|Ostrze|
Świeca sojowa zapachowa cynamon i kawa 200 ml|świeca|39.00|0.3|Pracownia Wosku|
Ekspres kolbowy ciśnieniowy 15 bar ze spieniaczem|ekspres|599.00|0.24|Krema|
Młynek elektryczny do kawy żarnowy 40 ustawień|młynek|429.00|0.24|Molino|cz
Termos stalowy 1 litr z kubkiem na wycieczkę|termos|84.90|0.36|Termos Polski|
Kapsułki wielorazowe ze stali do ekspresu 3 sztuki|kapsułki|67.00|0.3|Krema|
"""

_GARDEN = """
Sekator ogrodowy ręczny ze stali hartowanej 21 cm|sekator|74.90|1.0|Zielona Dłoń|
Doniczka ceramiczna 25 cm z podstawką szara mat|doniczka|59.00|0.9|Glina i Ogień|cz sk
Ziemia do storczyków 5 litrów z korą i perlitem|ziemia|22.90|0.8|Zielona Dłoń|sk
Konewka metalowa 9 litrów ocynkowana z sitkiem|konewka|89.00|0.5|Retro Ogród|cz hu
Nasiona trawy na cień 5 kg szybkie kiełkowanie|trawy|99.00|0.6|Murawa|cz sk hu
Skrzynka drewniana na zioła balkonowa 60 cm|skrzynka|79.00|0.5|Dębina|
Lampa solarna ogrodowa LED komplet 6 sztuk|lampa|119.00|0.6|Słoneczko|cz sk hu
Wąż ogrodowy 25 metrów rozciągliwy z pistoletem|wąż|139.00|0.5|Zielona Dłoń|
"""


def _article(seller: Seller, index: int, row: str, first_id: int) -> Article:
    title, keyword, price, lines, brand, countries = row.split("|")
    category = "261405" if seller is GARDEN_SELLER else ("74030" if "kaw" in title.casefold() else "320145")
    return Article(
        offer_id=str(first_id + index * 13_577),
        seller=seller,
        title=title,
        keyword=keyword,
        price=Decimal(price),
        lines_per_day=float(lines),
        brand=brand,
        category=category,
        abroad=tuple(f"allegro-{country}" for country in countries.split()),
    )


def _articles(seller: Seller, table: str, first_id: int) -> list[Article]:
    return [_article(seller, index, row, first_id) for index, row in enumerate(table.strip().splitlines())]


ARTICLES = tuple(
    chain(_articles(COFFEE_SELLER, _COFFEE, 15_204_880_113), _articles(GARDEN_SELLER, _GARDEN, 16_310_440_271))
)

SHIPPING_RATES = {
    "3f1a7c52-9d0e-4b6a-8c11-5a2e90b7d401": "Standard",
    "7b92e0d4-1c3f-4e58-a6d7-0f8c4412be02": "Darmowa dostawa od 49 zł",
    "c58d6e1f-40b7-4a92-9e35-d1760a9f3c03": "Gabaryty",
}
STANDARD_RATES, FREE_RATES, BULKY_RATES = SHIPPING_RATES
HANDLING_TIMES = ("PT0S", "PT24H", "P2D", "P3D", "P4D", "P5D", "P7D", "P10D", "P14D", "P21D", "P30D", "P60D")
