"""Which permissions we ask Allegro for, and which stream of the sync needs which.

Names from https://developer.allegro.pl/tutorials/uwierzytelnianie-i-autoryzacja-zlq9e75GdIR. A narrower consent is cut
silently, refreshing keeps the old set, and a new scope needs a new consent (allegro-api issues 5314, 8053).
"""

from collections.abc import Iterable

PROFILE = "allegro:api:profile:read"
OFFERS = "allegro:api:sale:offers:read"
SETTINGS = "allegro:api:sale:settings:read"
ORDERS = "allegro:api:orders:read"
BILLING = "allegro:api:billing:read"
PAYMENTS = "allegro:api:payments:read"
# Has no read-only form: whoever consents also allows changes, which this program never makes. Asked for only on demand.
CAMPAIGNS = "allegro:api:campaigns"

READ_SCOPES = (PROFILE, OFFERS, SETTINGS, ORDERS, BILLING, PAYMENTS)
OPTIONAL_SCOPES = (CAMPAIGNS,)

STREAM_SCOPES = {
    "journal": OFFERS,
    "listing": OFFERS,
    "details": OFFERS,
    "promotions": OFFERS,
    "terms": SETTINGS,
    "campaigns": CAMPAIGNS,
    "categories": OFFERS,
    "extras": OFFERS,
    "products": OFFERS,
    "orders": ORDERS,
    "order_history": ORDERS,
    "returns": ORDERS,
    "billing": BILLING,
    "billing_history": BILLING,
}


def missing_scopes(granted: Iterable[str]) -> list[str]:
    """The read-only scopes that a grant lacks; none where it is unknown what was granted (an empty list)."""
    held = set(granted)
    return [scope for scope in READ_SCOPES if scope not in held] if held else []


def scope_lacking(stream: str, granted: Iterable[str]) -> str:
    """The scope that `stream` needs and the grant lacks, or ""; a stream that needs none always may run."""
    needed = STREAM_SCOPES.get(stream, "")
    return needed if needed in missing_scopes(granted) else ""


def is_wanted(stream: str, granted: Iterable[str]) -> bool:
    """Whether the stream is one that everybody has, or an optional one whose scope the seller chose to grant."""
    needed = STREAM_SCOPES.get(stream, "")
    return needed not in OPTIONAL_SCOPES or needed in set(granted)
