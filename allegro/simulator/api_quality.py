"""Quality in the API: ratings of offers and sellers, Smart! classification, sales quality."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, account_id, answer, now, simulation
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES, SELLERS
from allegro.simulator.gate import api
from allegro.simulator.parameters import chosen, instant, own_offer, whole_number
from allegro.simulator.quality import quality_history
from allegro.simulator.ratings import UserRating, offer_rating, ratings_summary, user_ratings
from allegro.simulator.smart import is_processed, offer_report, seller_report

blueprint = Blueprint("quality", __name__)
READ = "allegro:api:sale:offers:read"
PROFILE = "allegro:api:profile:read"
RATINGS = "allegro:api:ratings"


@blueprint.get("/sale/offers/<offer_id>/rating")
@api(READ)
def rating(offer_id: str) -> Response:
    """Answer how buyers rated an offer so far."""
    return answer(offer_rating(simulation().world, own_offer(offer_id), now()))


def _marketplace() -> str:
    marketplace = request.args.get("marketplaceId") or BASE_MARKETPLACE
    if marketplace not in CURRENCIES:
        raise ApiError(422, "UnsupportedMarketplace", f"Marketplace {marketplace} is not supported", "marketplaceId")
    return marketplace


@blueprint.get("/sale/offers/<offer_id>/smart")
@api(READ)
def offer_smart(offer_id: str) -> Response:
    """Answer an offer's Smart! report; 422 while the offer is new."""
    offer, marketplace = own_offer(offer_id), _marketplace()
    if not is_processed(offer, now()):
        raise ApiError(422, "OfferNotProcessed", "The offer is being created in our system. Try again later.")
    return answer(offer_report(simulation().world, offer, marketplace, now()))


@blueprint.get("/sale/smart")
@api(PROFILE)
def seller_smart() -> Response:
    """Answer the seller's Smart! report."""
    _marketplace()
    return answer(seller_report(simulation().world, account_id(), now()))


@blueprint.get("/sale/quality")
@api(PROFILE)
def quality() -> Response:
    """Answer the seller's sales quality of the last 30 days."""
    return answer({"quality": quality_history(simulation().world.seed, account_id(), now())})


@blueprint.get("/users/<user_id>/ratings-summary")
@api(PROFILE)
def summary(user_id: str) -> Response:
    """Answer the summary of any seller's ratings."""
    if user_id not in SELLERS:
        raise ApiError(404, "UserNotFoundException", f"User {user_id} not found")
    return answer(ratings_summary(simulation().world, user_id, now()))


def _own_ratings() -> list[UserRating]:
    return user_ratings(simulation().world, account_id(), now())


@blueprint.get("/sale/user-ratings")
@api(RATINGS)
def rating_list() -> Response:
    """Answer the ratings of the seller, the one last changed first, filtered and paged by limit and offset."""
    limit, offset = whole_number("limit", 20, 1, 100), whole_number("offset", 0, 0, 20_000)
    wanted = chosen("recommended", ("", "true", "false"), "")
    first, last = instant("lastChangedAt.gte"), instant("lastChangedAt.lte")
    found = [
        row
        for row in _own_ratings()
        if (not wanted or row.recommended == (wanted == "true"))
        and (first is None or row.changed_at >= first)
        and (last is None or row.changed_at <= last)
    ]
    return answer({"ratings": [row.document() for row in found[offset : offset + limit]]})


@blueprint.get("/sale/user-ratings/<rating_id>")
@api(RATINGS)
def one_rating(rating_id: str) -> Response:
    """Answer one rating of the seller."""
    found = next((row for row in _own_ratings() if row.id == rating_id), None)
    if found is None:
        raise ApiError(404, "RatingNotFoundException", f"Rating {rating_id} not found")
    return answer(found.document())
