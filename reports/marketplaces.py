"""What each of Allegro's marketplaces sells in."""

from typing import Final

# GET /marketplaces; their business twins sell in the same.
CURRENCIES: Final = {"allegro-pl": "PLN", "allegro-cz": "CZK", "allegro-sk": "EUR", "allegro-hu": "HUF"}


def currency_of(marketplace: str) -> str:
    """The ISO 4217 code that a marketplace sells in, "" where it is not known."""
    return CURRENCIES.get(marketplace.replace("-business", ""), "")
