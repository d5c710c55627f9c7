"""Translations of offers in the API."""

from flask import Blueprint, Response, request

from allegro.simulator.answers import ApiError, answer, simulation
from allegro.simulator.gate import api
from allegro.simulator.parameters import chosen, own_offer, sent
from allegro.simulator.translations import ELEMENTS, LANGUAGES, TRANSLATION, Translations

blueprint = Blueprint("translations", __name__)
READ = "allegro:api:sale:offers:read"
WRITE = "allegro:api:sale:offers:write"


@blueprint.get("/sale/offers/<offer_id>/translations")
@api(READ)
def translations(offer_id: str) -> Response:
    """Answer an offer's base content and all its translations, or those in one `language`."""
    offer, wanted = own_offer(offer_id), request.args.get("language")
    rows = simulation().world.of(Translations).of(offer)
    return answer({"translations": [row for row in rows if not wanted or row["language"] == wanted]})


@blueprint.patch("/sale/offers/<offer_id>/translations/<language>")
@api(WRITE)
def translate(offer_id: str, language: str) -> Response:
    """Write elements of an offer's translation into one language; the answer has no body."""
    offer = own_offer(offer_id)
    simulation().do(TRANSLATION, offer.id, {"language": language, "content": sent()})
    return Response(status=200)


@blueprint.delete("/sale/offers/<offer_id>/translations/<language>")
@api(WRITE)
def delete_translation(offer_id: str, language: str) -> Response:
    """Delete a manual translation or one `element` of it: 200, or 204 where there was nothing to delete."""
    offer, body = own_offer(offer_id), {"language": language}
    if language not in LANGUAGES:
        raise ApiError(404, "LanguageNotFound", f"There is no translation into {language}", "language")
    if request.args.get("element"):
        body["element"] = chosen("element", tuple(ELEMENTS), "")
    if request.args.get("products.id"):
        body["product"] = request.args["products.id"]
    return Response(status=200 if simulation().do(TRANSLATION, offer.id, body) else 204)
