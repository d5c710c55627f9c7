"""The busy life of campaigns: badges, Allegro Prices and AlleObniżka."""

from decimal import Decimal
from random import Random

from allegro.simulator import alle_discount, allegro_prices, badges
from allegro.simulator.alle_discount import AlleDiscounts
from allegro.simulator.allegro_prices import AllegroPrices
from allegro.simulator.badges import Badge, Badges
from allegro.simulator.busy_doing import Act, attempt, free, marketplaces, on_sale, pick
from allegro.simulator.campaigns import Campaign, market_price, to_cents
from allegro.simulator.documents import money
from allegro.simulator.offer import Offer
from allegro.simulator.world import World


def _open(world: World, campaigns: dict[str, Campaign], offer: Offer) -> list[Campaign]:
    return [
        campaign
        for campaign in campaigns.values()
        if campaign.marketplace in marketplaces(offer) and campaign.application.holds(world.now)
    ]


def badge_applied(world: World, rng: Random, seller_id: str) -> bool:
    """Apply for a badge, mostly with a price that the campaign accepts."""
    offer = pick(rng, free(world, seller_id))
    campaign = offer and pick(rng, _open(world, world.of(Badges).campaigns, offer))
    if not offer or not campaign:
        return False
    bargain = None
    if campaign.priced:
        bargain = str(to_cents(market_price(campaign, offer, world.now) * rng.randint(84, 101) / 100))
    quantity = min(offer.stock, rng.randint(5, 30)) if campaign.stock_required else None
    limits = {"quantity": quantity, "purchase": rng.choice((None, 2, 5))}
    body = {"campaign": campaign.id, "bargain": bargain, "limits": limits}
    return attempt(world, badges.APPLY, offer.id, body) is not None


def _live_badges(world: World, seller_id: str) -> list[Badge]:
    rows = world.of(Badges).badges.values()
    return [row for row in rows if row.offer.seller_id == seller_id and row.status in badges.LIVE]


def badge_changed(world: World, rng: Random, seller_id: str) -> bool:
    """Ask for another bargain price of a badge."""
    badge = pick(rng, [row for row in _live_badges(world, seller_id) if row.bargain and row.market])
    if badge is None or badge.market is None:
        return False
    bargain = to_cents(badge.market * Decimal(rng.randint(80, 95)) / 100)
    body = {"kind": "UPDATE", "campaign": badge.campaign.id, "bargain": str(bargain)}
    return attempt(world, badges.OPERATE, badge.offer.id, body) is not None


def badge_finished(world: World, rng: Random, seller_id: str) -> bool:
    """End a badge before its campaign ends."""
    badge = pick(rng, _live_badges(world, seller_id))
    if badge is None:
        return False
    body = {"kind": "FINISH", "campaign": badge.campaign.id, "bargain": None}
    return attempt(world, badges.OPERATE, badge.offer.id, body) is not None


def allegro_price_declared(world: World, rng: Random, seller_id: str) -> bool:
    """Submit an offer to Allegro Prices, mostly with a declaration; Allegro discounts it later."""
    offer = pick(rng, on_sale(world, seller_id))
    if offer is None:
        return False
    row = {"id": offer.id, "marketplace": rng.choice(marketplaces(offer))}
    if rng.random() < 0.9:
        row["declaration"] = str(rng.randint(4, 40) / 2)
    body = {"commandId": None, "offers": [row]}
    return attempt(world, allegro_prices.SUBMIT, seller_id, body) is not None


def allegro_price_excluded(world: World, rng: Random, seller_id: str) -> bool:
    """Exclude an offer that takes part in Allegro Prices."""
    entries = [row for row in world.of(AllegroPrices).entries.values() if row.excluded_at is None]
    entry = pick(rng, [row for row in entries if row.offer.seller_id == seller_id])
    if entry is None:
        return False
    body = {"commandId": None, "offers": [{"id": entry.offer.id, "marketplace": entry.marketplace}]}
    return attempt(world, allegro_prices.EXCLUDE, seller_id, body) is not None


def alle_discount_submitted(world: World, rng: Random, seller_id: str) -> bool:
    """Submit an offer to AlleObniżka, now and then at a price that is too high."""
    discounts = world.of(AlleDiscounts)
    fitting = [
        (offer, campaign)
        for offer in on_sale(world, seller_id)
        for campaign in _open(world, discounts.campaigns, offer)
        if discounts.has_product_of(campaign, offer)
    ]
    found = pick(rng, fitting)
    if found is None:
        return False
    offer, campaign = found
    price = discounts.required_price(campaign, offer) * rng.randint(88, 102) / 100
    proposed = money(price, campaign.currency)
    wish = {"offer": {"id": offer.id}, "campaign": {"id": campaign.id}, "proposedPrice": proposed}
    return attempt(world, alle_discount.SUBMIT, seller_id, {"commandId": None, "input": wish}) is not None


def alle_discount_withdrawn(world: World, rng: Random, seller_id: str) -> bool:
    """Withdraw an offer from AlleObniżka."""
    rows = world.of(AlleDiscounts).participations.values()
    live = [row.id for row in rows if row.offer.seller_id == seller_id and row.status in alle_discount.LIVE]
    found = pick(rng, live)
    body = {"commandId": None, "input": {"participationId": found}}
    return found is not None and attempt(world, alle_discount.WITHDRAW, seller_id, body) is not None


CAMPAIGNS: tuple[tuple[str, Act, int], ...] = (
    ("badge_applied", badge_applied, 4),
    ("badge_changed", badge_changed, 1),
    ("badge_finished", badge_finished, 1),
    ("allegro_price_declared", allegro_price_declared, 2),
    ("allegro_price_excluded", allegro_price_excluded, 1),
    ("alle_discount_submitted", alle_discount_submitted, 2),
    ("alle_discount_withdrawn", alle_discount_withdrawn, 1),
)
