"""The few words of the consent page and the seller panel, in Polish and English."""

from flask import request

_WORDS = {
    "pl": {
        "consent_title": "Zezwól aplikacji na dostęp do konta",
        "consent_lead": "prosi o dostęp do Twojego konta na Allegro (symulator).",
        "account": "Konto sprzedawcy",
        "scopes": "Zakres dostępu",
        "allow": "Zezwalam",
        "deny": "Nie zezwalam",
        "panel": "Panel sprzedawcy",
        "simulator": "Allegro · symulator",
        "offers": "Oferty",
        "title": "Tytuł",
        "price": "Cena (PLN)",
        "czech_price": "Cena na allegro.cz (CZK)",
        "stock": "Liczba sztuk",
        "status": "Stan",
        "visits": "Wizyty (30 dni)",
        "sold": "Sprzedane (30 dni)",
        "description": "Opis (tekst)",
        "images": "Zdjęcia (jeden adres w wierszu, kolejność się liczy)",
        "delivery": "Cennik dostawy",
        "handling": "Czas wysyłki",
        "save": "Zapisz",
        "end": "Zakończ ofertę",
        "activate": "Wznów ofertę",
        "journal": "Najnowsze zdarzenia dziennika",
        "clock": "Zegar symulatora",
        "frozen": "zatrzymany",
        "live": "na żywo",
        "saved": "Zapisano. Wyemitowane zdarzenia:",
        "no_events": "Zapisano. Ta zmiana nie wywołuje żadnego zdarzenia.",
        "no_change": "Zapisano bez zmiany wartości.",
        "occurred": "zaszło",
        "published": "w dzienniku od",
        "lag": "Zdarzenie trafia do dziennika po 10–14 s czasu symulatora; zatrzymany zegar trzeba najpierw przesunąć.",
        "back": "Wszystkie oferty",
        "refused": "Allegro odrzuca zmianę:",
    },
    "en": {
        "consent_title": "Allow an application to use your account",
        "consent_lead": "asks for access to your Allegro account (simulator).",
        "account": "Seller account",
        "scopes": "Access",
        "allow": "Allow",
        "deny": "Deny",
        "panel": "Seller panel",
        "simulator": "Allegro · simulator",
        "offers": "Offers",
        "title": "Title",
        "price": "Price (PLN)",
        "czech_price": "Price on allegro.cz (CZK)",
        "stock": "Pieces",
        "status": "Status",
        "visits": "Visits (30 days)",
        "sold": "Sold (30 days)",
        "description": "Description (text)",
        "images": "Pictures (one address a line, order matters)",
        "delivery": "Delivery price list",
        "handling": "Handling time",
        "save": "Save",
        "end": "End offer",
        "activate": "Activate offer",
        "journal": "Newest journal events",
        "clock": "Simulator clock",
        "frozen": "frozen",
        "live": "live",
        "saved": "Saved. Events emitted:",
        "no_events": "Saved. This change emits no event.",
        "no_change": "Saved without a changed value.",
        "occurred": "occurred",
        "published": "in the journal from",
        "lag": "An event enters the journal after 10–14 s of simulator time; a frozen clock has to be moved first.",
        "back": "All offers",
        "refused": "Allegro refuses the change:",
    },
}


def language() -> str:
    """Return "pl" or "en": the `lang` parameter, else what the browser prefers, else Polish."""
    asked = request.args.get("lang")
    return asked if asked in _WORDS else request.accept_languages.best_match(list(_WORDS)) or "pl"


def words() -> dict[str, str]:
    """Return the words in the language of the request."""
    return _WORDS[language()]
