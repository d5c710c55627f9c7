"""Translations of offers: what the seller wrote himself, what Allegro translated, and the deed that changes them."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from allegro.simulator.body_checks import shaped_body
from allegro.simulator.catalogue import CZECH_MARKETPLACE, HUNGARIAN_MARKETPLACE, SLOVAK_MARKETPLACE
from allegro.simulator.documents import Json, description, first_document
from allegro.simulator.editing import announce, edit
from allegro.simulator.offer import Offer
from allegro.simulator.terms import one_of, text
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

TRANSLATION = "translation"
UPDATED = "OFFER_TRANSLATION_UPDATED"
LANGUAGES = ("en-US", "pl-PL", "uk-UA", "sk-SK", "cs-CZ", "hu-HU")
# What the query parameter of DELETE calls an element, and its key in a translation.
ELEMENTS = {"title": "title", "description": "description", "safety_information": "safetyInformation"}

# Allegro translates what is sold abroad: a label before the title, and a text of its own, by language.
_AUTOMATIC = {
    CZECH_MARKETPLACE: ("cs-CZ", "Polský výrobek", "Nové zboží, pečlivě zabalené, odesíláme z Polska."),
    SLOVAK_MARKETPLACE: ("sk-SK", "Poľský výrobok", "Nový tovar, starostlivo zabalený, posielame z Poľska."),
    HUNGARIAN_MARKETPLACE: ("hu-HU", "Lengyel termék", "Új termék, gondosan csomagolva, Lengyelországból küldjük."),
}


class Translations:
    """The manual translations by offer and language, and the automatic ones that were made when offers were listed."""

    def __init__(self, world: World) -> None:
        self._seed = world.seed
        self._listed_at = world.started_at
        self.manual: dict[str, dict[str, Json]] = {}

    def of(self, offer: Offer) -> list[Json]:
        """Return an offer's base content and its translations, as GET /sale/offers/{offerId}/translations shows."""
        automatic, manual = self._automatic(offer), self.manual.get(offer.id, {})
        languages = [language for language in LANGUAGES if language in automatic or language in manual]
        translated = [
            {"language": language, **automatic.get(language, {}), **manual.get(language, {})} for language in languages
        ]
        return [_base(offer), *translated]

    def in_language(self, offer: Offer, language: str) -> Json | None:
        """Return one translation of an offer, or None if there is none."""
        return next((row for row in self.of(offer) if row["language"] == language), None)

    def _automatic(self, offer: Offer) -> dict[str, Json]:
        """Return Allegro's translations of the offer as it was first listed; later edits do not renew them."""
        found: dict[str, Json] = {}
        image = first_document(self._seed, offer.article, self._listed_at)["images"][0]
        for marketplace in offer.article.abroad:
            language, label, words = _AUTOMATIC[marketplace]
            title = f"{label}: {offer.article.title}"[:75].strip()
            found[language] = {
                "title": {"translation": title, "type": "AUTO"},
                "description": {"translation": description(title, words, image), "type": "AUTO"},
            }
        return found


def base_language(offer: Offer) -> str:
    """Return the language in which an offer itself is written."""
    return str(offer.document.get("language") or "pl-PL")


def _base(offer: Offer) -> Json:
    found: Json = {"language": base_language(offer), "title": {"translation": offer.title, "type": "BASE"}}
    if offer.document.get("description"):
        found["description"] = {"translation": offer.document["description"], "type": "BASE"}
    return found


def translate(world: World, offer_id: str, body: Json) -> bool:
    """Change an offer's manual translation: {"language": ..., "content": request body}, or without "content" delete it.

    "element" (a key of ELEMENTS) and "product" delete that part only. Returns whether anything changed; a change
    emits OFFER_TRANSLATION_UPDATED for an active offer and gives one truth action. Raises Refusal.
    """
    offer, language = world.offers[offer_id], str(body["language"])
    translations = world.of(Translations)
    own = translations.manual.get(offer_id, {}).get(language, {})
    if "content" in body:
        with shaped_body():
            new = {**own, **_checked(offer, language, body["content"])}
    else:
        new = _without(own, body.get("element"), body.get("product"))
    if new == own:
        return False
    before = translations.in_language(offer, language)
    _keep(translations, offer_id, language, new)
    _tell(world, offer, language, before)
    return True


def _keep(translations: Translations, offer_id: str, language: str, content: Json) -> None:
    kept = translations.manual.setdefault(offer_id, {})
    if content:
        kept[language] = content
    else:
        kept.pop(language, None)


def _without(own: Json, element: str | None, product: str | None) -> Json:
    if element is None:
        return {}
    key = ELEMENTS[element]
    left = {name: part for name, part in own.items() if name != key}
    if element == "safety_information" and product and key in own:
        products = [row for row in own[key]["products"] if row["id"] != product]
        return {**left, key: {"products": products}} if products else left
    return left


def _tell(world: World, offer: Offer, language: str, before: Json | None) -> None:
    active = offer.status == "ACTIVE"  # the journal covers active offers only (allegro-api issue 2041)
    if active:
        announce(world, offer, UPDATED, translations=[{"language": language}])
    after = world.of(Translations).in_language(offer, language)
    world.truth.record(
        Action(
            at=world.now,
            actor="seller",
            offer_id=offer.id,
            field="translation",
            marketplace=None,
            old=deepcopy(before),
            new=deepcopy(after),
            event_types=(UPDATED,) if active else (),
            title=offer.title,
        )
    )


def _checked(offer: Offer, language: str, wanted: Json) -> Json:
    one_of(language, "language", LANGUAGES)
    if language == base_language(offer):
        raise Refusal("BaseLanguage", "language", f"{language} is the language of the offer itself.")
    parts = {key: wanted[key] for key in ELEMENTS.values() if wanted.get(key)}
    if not parts:
        raise Refusal("EmptyTranslation", "", "A translation has a title, a description or safety information.")
    return {key: _CHECKS[key](offer, part) for key, part in parts.items()}


def _checked_title(_: Offer, wanted: Json) -> Json:
    return {"translation": text(wanted["translation"], "title.translation", 75), "type": "MANUAL"}


def _checked_description(_: Offer, wanted: Json) -> Json:
    sections = wanted["translation"]["sections"]
    if not isinstance(sections, list) or not all(item["type"] for section in sections for item in section["items"]):
        raise Refusal("InvalidDescription", "description.translation", "A description is a list of sections.")
    return {"translation": {"sections": sections}, "type": "MANUAL"}


def _checked_safety(offer: Offer, wanted: Json) -> Json:
    own = {element["product"]["id"] for element in offer.document["productSet"]}
    rows = []
    for row in wanted["products"]:
        if row["id"] not in own:
            raise Refusal("ProductNotFound", "safetyInformation.products.id", "The offer has no such product.")
        words = text(row["translation"], "safetyInformation.products.translation", 5000)
        rows.append({"id": row["id"], "translation": words, "type": "MANUAL"})
    return {"products": rows}


_CHECKS: dict[str, Callable[[Offer, Json], Json]] = {
    "title": _checked_title,
    "description": _checked_description,
    "safetyInformation": _checked_safety,
}


def _noise_events(world: World, body: Json) -> None:
    """A delivery price list changed in the browser, with events of other types (allegro-api issue 6785).

    {"offer_id": ..., "shipping_rates": id of the new list, "languages": [...]}: OFFER_STOCK_CHANGED and one
    OFFER_TRANSLATION_UPDATED per language, in which nothing changed.
    """
    offer = world.offers[body["offer_id"]]
    languages = [one_of(row, "languages", LANGUAGES) for row in body.get("languages", ("en-US", "cs-CZ", "uk-UA"))]
    if offer.status != "ACTIVE":
        raise ValueError("the offer is not active")
    edit(world, offer, {"delivery": {"shippingRates": {"id": body["shipping_rates"]}}})
    announce(world, offer, "OFFER_STOCK_CHANGED")
    for language in languages:
        announce(world, offer, UPDATED, translations=[{"language": language}])
    world.truth.record(
        Action(
            at=world.now,
            actor="seller",
            offer_id=offer.id,
            field=None,
            marketplace=None,
            old=None,
            new=None,
            event_types=("OFFER_STOCK_CHANGED", *(UPDATED for _ in languages)),
            title=offer.title,
        )
    )


DEEDS: dict[str, Callable[[World, str, Json], Any]] = {TRANSLATION: translate}
QUIRKS: dict[str, Callable[[World, Json], None]] = {"noise_events": _noise_events}
