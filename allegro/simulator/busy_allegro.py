"""The busy life as far as Allegro makes it: visibility, blocked countries, categories, products; and translations."""

from functools import partial
from random import Random

from allegro.simulator.busy_doing import Act, attempt, change, marketplaces, odd, on_sale, pick
from allegro.simulator.categories import Categories, Category
from allegro.simulator.chance import uuid
from allegro.simulator.documents import Json, description, image_url
from allegro.simulator.instants import HOUR, MINUTE
from allegro.simulator.offer import Offer
from allegro.simulator.products import Products
from allegro.simulator.translations import ELEMENTS, LANGUAGES, TRANSLATION, Translations, base_language
from allegro.simulator.world import World

_COUNTRIES = ("DE", "AT", "FR", "IT", "LT", "UA")
_LABELS = ("hit", "prezent", "nowy", "polecany", "domowy")


def translated(world: World, rng: Random, seller_id: str) -> bool:
    """Write a translation of an offer by hand: its title, its description or its safety information."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    language = rng.choice([name for name in LANGUAGES if name != base_language(offer)])
    content = rng.choice((_title, _title, _description, _safety))(rng, offer)
    return bool(attempt(world, TRANSLATION, offer.id, {"language": language, "content": content}))


def _title(rng: Random, offer: Offer) -> Json:
    return {"title": {"translation": f"{rng.choice(_LABELS)} {offer.article.title}"[:75].strip(), "type": "MANUAL"}}


def _description(rng: Random, offer: Offer) -> Json:
    text = description(offer.article.title, f"Text no. {rng.randint(1, 9_999)}.", offer.primary_image or "")
    return {"description": {"translation": text}}


def _safety(rng: Random, offer: Offer) -> Json:
    product = offer.document["productSet"][0]["product"]["id"]
    return {"safetyInformation": {"products": [{"id": product, "translation": f"Keep dry, {rng.randint(1, 999)}."}]}}


def translation_removed(world: World, rng: Random, seller_id: str) -> bool:
    """Delete what was written by hand, all of it or one element; Allegro's own translation shows again."""
    manual = world.of(Translations).manual
    own = [(offer.id, language) for offer in on_sale(world, seller_id) for language in manual.get(offer.id, {})]
    found = pick(rng, own)
    if found is None:
        return False
    held = manual[found[0]][found[1]]
    body: Json = {"language": found[1]}
    if rng.random() < 0.5:
        body["element"] = rng.choice([name for name, key in ELEMENTS.items() if key in held])
    return bool(attempt(world, TRANSLATION, found[0], body))


def visibility(world: World, rng: Random, seller_id: str) -> bool:
    """Let Allegro refuse an offer abroad, and qualify it again some hours later; or process one anew."""
    offer = pick(rng, [row for row in on_sale(world, seller_id) if len(marketplaces(row)) > 1])
    if offer is None:
        return False
    name = rng.choice(marketplaces(offer)[1:])
    state = offer.document["additionalMarketplaces"][name]["publication"]["state"]
    status = rng.choice(("REFUSED", "IN_PROGRESS")) if state == "APPROVED" else "APPROVED"
    about = {"offer_id": offer.id, "marketplace": name}
    if status != "APPROVED":
        later = world.now + rng.randint(40 * MINUTE, 70 * HOUR)
        world.schedule(later, partial(_approve, world, offer, about))
    return odd(world, "visibility", {**about, "status": status})


def _approve(world: World, offer: Offer, about: Json) -> None:
    part = offer.document["additionalMarketplaces"].get(about["marketplace"]) or {}
    if not offer.gone and part.get("publication", {}).get("state") not in {None, "APPROVED"}:
        odd(world, "visibility", {**about, "status": "APPROVED"})


def countries_blocked(world: World, rng: Random, seller_id: str) -> bool:
    """Let Allegro block the delivery of an offer to some countries."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    countries = sorted(rng.sample(_COUNTRIES, rng.randint(1, 3)))
    about = {"offer_id": offer.id, "marketplace": rng.choice(marketplaces(offer)), "countries": countries}
    return odd(world, "countries_blocked", about)


def _category(world: World, rng: Random, seller_id: str) -> Category | None:
    """Return a category in which the seller has offers."""
    tree = world.of(Categories).tree
    used = sorted({str(offer.document["category"]["id"]) for offer in on_sale(world, seller_id)} & tree.keys())
    key = pick(rng, used)
    return tree[key] if key else None


def category_renamed(world: World, rng: Random, seller_id: str) -> bool:
    """Let Allegro rename a category."""
    category = _category(world, rng, seller_id)
    if category is None:
        return False
    name = f"{category.name.split(' (')[0]} ({rng.choice(_LABELS)} {rng.randint(1, 99)})"
    return odd(world, "category_event", {"event": "renamed", "category": category.id, "name": name})


def category_moved(world: World, rng: Random, seller_id: str) -> bool:
    """Let Allegro move a category to another place of the tree."""
    category, categories = _category(world, rng, seller_id), world.of(Categories)
    if category is None:
        return False
    parents = sorted({row.parent for row in categories.tree.values()} & categories.tree.keys())
    others = [key for key in parents if key not in {category.parent, category.id}]
    return odd(world, "category_event", {"event": "moved", "category": category.id, "parent": rng.choice(others)})


def category_deleted(world: World, rng: Random, seller_id: str) -> bool:
    """Let Allegro make a category and, some hours later, delete another, whose offers go to the new one."""
    category = _category(world, rng, seller_id)
    if category is None:
        return False
    key = str(400_000 + rng.randrange(100_000))
    made = {"event": "created", "category": key, "name": f"{category.name.split(' (')[0]} od nowa"}
    if not odd(world, "category_event", {**made, "parent": category.parent}):
        return False
    deleted = {"event": "deleted", "category": category.id, "redirect": key}
    later = world.now + rng.randint(10 * MINUTE, 20 * HOUR)
    world.schedule(later, lambda: _delete(world, deleted))
    return True


def _delete(world: World, deleted: Json) -> None:
    odd(world, "category_event", deleted)


def requirement(world: World, rng: Random, seller_id: str) -> bool:
    """Let a category require a parameter, now or in some days, which some offers of both sellers lack."""
    category = _category(world, rng, seller_id)
    if category is None:
        return False
    offers = [offer.id for offer in on_sale(world, seller_id) if offer.document["category"]["id"] == category.id]
    lacking = sorted(rng.sample(offers, min(len(offers), rng.randint(1, 5))))
    key = str(250_000 + rng.randrange(9_999))
    days = rng.choice((0, 0, 2, 5))
    about = {"category": category.id, "parameter": key, "name": f"Cecha {key}", "offers": lacking, "in_days": days}
    return odd(world, "category_parameter", about)


def parameter_filled(world: World, rng: Random, seller_id: str) -> bool:
    """Fill a parameter that an offer lacks."""
    categories = world.of(Categories)
    lacking = [(offer, key) for offer in on_sale(world, seller_id) for key in categories.unfilled(offer, world.now)]
    found = pick(rng, lacking)
    if found is None:
        return False
    offer, key = found
    added = {"id": key, "name": f"Cecha {key}", "values": [uuid(rng)[:6]]}
    return change(world, offer, {"parameters": [added, *offer.document["parameters"]]})


def product_rewritten(world: World, rng: Random, seller_id: str) -> bool:
    """Let the catalogue rewrite one to three things of a product that an offer is made from, mostly with the offer."""
    offer = pick(rng, on_sale(world, seller_id))
    product = pick(rng, world.of(Products).of_offer(offer.document)) if offer else None
    if product is None:
        return False
    label = f"{rng.choice(_LABELS)} {rng.randint(1, 999)}"
    image = image_url(rng, product.name)
    code = {"id": "224017", "name": "Kod producenta", "values": [uuid(rng)[:8]]}
    is_listed = product.listed["publication"]["status"] == "LISTED"
    made: Json = {
        "name": f"{product.name.split(' (')[0]} ({label})",
        "images": [image, *product.images[:3]],
        "description": description(product.name, f"Opis z katalogu: {label}.", image),
        "parameters": [*(row for row in product.listed["parameters"] if row["id"] != "224017"), code],
        "status": "PROPOSED" if is_listed else "LISTED",
    }
    names = rng.sample(list(made), rng.randint(1, 3))
    about = {"product": product.id, "offers": rng.random() < 0.7}
    return odd(world, "product_rewritten", {**about, **{name: made[name] for name in names}})


ALLEGRO: tuple[tuple[str, Act, int], ...] = (
    ("translated", translated, 4),
    ("translation_removed", translation_removed, 1),
    ("visibility", visibility, 2),
    ("countries_blocked", countries_blocked, 1),
    ("category_renamed", category_renamed, 1),
    ("category_moved", category_moved, 1),
    ("category_deleted", category_deleted, 1),
    ("requirement", requirement, 1),
    ("parameter_filled", parameter_filled, 1),
    ("product_rewritten", product_rewritten, 2),
)
