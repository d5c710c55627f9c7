"""What OFFER_VISIBILITY_CHANGED says of an offer's marketplaces (allegro-api issues 6534 and 11675)."""

from collections.abc import Sequence

from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.documents import Json

STATUSES = ("APPROVED", "REFUSED", "IN_PROGRESS")


def visibility_publication(document: Json, updated: Sequence[str], *, empty: bool = False) -> Json:
    """Return the offer.publication of the event: every additional marketplace as it stands, and which ones changed."""
    found = [] if empty else [_visible(name, part) for name, part in document["additionalMarketplaces"].items()]
    return {
        "marketplaces": {"base": BASE_MARKETPLACE, "additional": found},
        "updatedMarketplaces": [] if empty else list(updated),
    }


def _visible(marketplace: str, part: Json) -> Json:
    publication = part.get("publication") or {}
    reasons = [
        {"code": reason["code"], "parameters": reason.get("parameters", {}), "relatedReasons": []}
        for reason in publication.get("refusalReasons", [])
    ]
    state = publication.get("state")
    return {"id": marketplace, "status": state if state in STATUSES else "IN_PROGRESS", "refusalReasons": reasons}
