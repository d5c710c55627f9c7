"""Badges on offers: applications, verification, publication, and the price that Allegro sets meanwhile.

While a badge with a bargain price is ACTIVE, Allegro itself puts that price on the offer and takes it back at the end;
a price change from elsewhere drops the offer out of the campaign (allegro-api issue 4677).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from allegro.simulator.campaigns import Campaign, Campaigns, Period, market_price, optional_money
from allegro.simulator.catalogue import BASE_MARKETPLACE
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.editing import Editor, edit, price_patch
from allegro.simulator.instants import MINUTE, SECOND
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.truth import Action
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

CAMPAIGN = Editor("allegro", automatic=True)
LIVE = ("IN_VERIFICATION", "WAITING_FOR_PUBLICATION", "ACTIVE")


@dataclass
class Application:
    """A seller's wish to have a badge; `bargain` in the currency of the campaign's marketplace."""

    id: str
    offer: Offer
    campaign: Campaign
    bargain: Decimal | None
    purchase_limit: int | None
    quantity: int | None
    created_at: int
    updated_at: int
    status: str = "REQUESTED"
    reasons: list[Json] = field(default_factory=list)


@dataclass
class Badge:
    """An offer's part in a campaign; `market` is the price it is measured by, `usual` the price to return to."""

    offer: Offer
    campaign: Campaign
    bargain: Decimal | None
    quantity: int | None
    market: Decimal | None
    status: str = "IN_VERIFICATION"
    reasons: list[Json] = field(default_factory=list)
    publication: Period | None = None
    usual: Decimal | None = None

    def state(self) -> Json:
        """Return what a reader of the badge sees of it."""
        return _state(self.campaign, self.status, self.bargain)


@dataclass
class Operation:
    """A seller's wish to change a badge (UPDATE, with a new bargain price) or to end it (FINISH)."""

    id: str
    kind: str
    offer: Offer
    campaign: Campaign
    bargain: Decimal | None
    created_at: int
    updated_at: int
    status: str = "REQUESTED"
    reasons: list[Json] = field(default_factory=list)


def reason(code: str, text: str) -> Json:
    """Return a rejection reason with one message."""
    return {"code": code, "messages": [{"text": text, "link": None}]}


def _state(campaign: Campaign, status: str, bargain: Decimal | None) -> Json:
    return {"campaign": campaign.id, "status": status, "bargain": optional_money(bargain, campaign.currency)}


class Badges:
    """The badges of both sellers. Nothing is here before a seller applies."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.campaigns = world.of(Campaigns).badge
        self.applications: dict[str, Application] = {}
        self.operations: dict[str, Operation] = {}
        self.badges: dict[tuple[str, str], Badge] = {}
        self._setting_price = False
        world.edit_watchers["badges"] = self._watch

    def apply(self, offer: Offer, campaign: Campaign, bargain: Decimal | None, limits: Json) -> Application:
        """Take an application; Allegro decides on it within seconds, on the badge itself within the hour."""
        rng = stream(self.world.seed, "badge application", len(self.applications))
        quantity, limit, now = limits.get("quantity"), limits.get("purchase"), self.world.now
        application = Application(uuid(rng), offer, campaign, bargain, limit, quantity, now, now)
        self.applications[application.id] = application
        self._record("seller", application, None, _state(campaign, application.status, bargain))
        self.world.schedule(now + rng.randint(2, 20) * SECOND, partial(self._decide, application, rng.getrandbits(64)))
        return application

    def operate(self, kind: str, offer: Offer, campaign: Campaign, bargain: Decimal | None) -> Operation:
        """Take the wish to change or end a badge; it is done within seconds."""
        rng, now = stream(self.world.seed, "badge operation", len(self.operations)), self.world.now
        operation = Operation(uuid(rng), kind, offer, campaign, bargain, now, now)
        self.operations[operation.id] = operation
        self.world.schedule(now + rng.randint(2, 20) * SECOND, partial(self._perform, operation))
        return operation

    def requested_operation(self, offer_id: str) -> bool:
        """Return whether an operation on the offer still waits."""
        return any(row.offer.id == offer_id and row.status == "REQUESTED" for row in self.operations.values())

    def holds_price(self, offer: Offer) -> bool:
        """Return whether a campaign holds a price of the offer; pricing rules pause then (allegro-api issue 9578)."""
        return any(badge.offer is offer for badge in self._active_with_price())

    def _active_with_price(self) -> list[Badge]:
        return [badge for badge in self.badges.values() if badge.status == "ACTIVE" and badge.bargain is not None]

    def _decide(self, application: Application, sub_seed: int) -> None:
        before = _state(application.campaign, application.status, application.bargain)
        application.reasons = self._objections(application)
        application.status = "DECLINED" if application.reasons else "PROCESSED"
        application.updated_at = self.world.now
        if application.reasons:
            after = _state(application.campaign, application.status, application.bargain)
            self._record("allegro", application, before, after)
            return
        badge = self._new_badge(application)
        self._record("allegro", badge, before, badge.state())
        rng = stream(sub_seed)
        verified = self.world.now + rng.randint(5 * MINUTE, 50 * MINUTE)
        self.world.schedule(verified, partial(self._verify, badge, rng.randint(MINUTE, 8 * MINUTE)))

    def _new_badge(self, application: Application) -> Badge:
        offer, campaign = application.offer, application.campaign
        market = market_price(campaign, offer, self.world.now) if campaign.priced else None
        badge = Badge(offer, campaign, application.bargain, application.quantity, market)
        self.badges.pop((offer.id, campaign.id), None)
        self.badges[offer.id, campaign.id] = badge
        return badge

    def _objections(self, application: Application) -> list[Json]:
        """Return why an application is declined, an empty list if it is not."""
        offer, campaign = application.offer, application.campaign
        if not campaign.application.holds(self.world.now):
            return [reason("BA26", "The campaign is not open for applications.")]
        found = self._unfit(offer, campaign, application.quantity)
        if not found and campaign.priced:
            market = market_price(campaign, offer, self.world.now)
            found = _price_objections(campaign, application.bargain, market)
        return found or self._collisions(offer, campaign)

    def _unfit(self, offer: Offer, campaign: Campaign, quantity: int | None) -> list[Json]:
        if offer.status != "ACTIVE" or campaign.marketplace not in offer.marketplaces:
            return [reason("BA26", "The offer is not on sale on the campaign's marketplace.")]
        if quantity is not None and quantity > offer.stock:
            return [reason("BA26", "The declared stock is more than the offer has.")]
        return []

    def _collisions(self, offer: Offer, campaign: Campaign) -> list[Json]:
        for badge in self.badges.values():
            if badge.offer is not offer or badge.status not in LIVE:
                continue
            same_price = (
                badge.campaign.priced and campaign.priced and badge.campaign.marketplace == campaign.marketplace
            )
            if badge.campaign is campaign or same_price:
                return [reason("BA26", f"The offer already takes part in the campaign {badge.campaign.id}.")]
        return []

    def _verify(self, badge: Badge, wait: int) -> None:
        """Decline what has become unfit since the application, else let the badge wait for its publication."""
        if badge.status != "IN_VERIFICATION":
            return
        badge.reasons = self._unfit(badge.offer, badge.campaign, badge.quantity)
        if badge.reasons:
            self._move(badge, "DECLINED", "allegro")
            return
        since = max(self.world.now + wait, badge.campaign.publication.since or 0)
        badge.publication = Period(since, badge.campaign.publication.until)
        self._move(badge, "WAITING_FOR_PUBLICATION", "allegro")
        self.world.schedule(since, partial(self._activate, badge))

    def _activate(self, badge: Badge) -> None:
        """Publish a badge; one whose offer is gone, or cheaper by itself, ends unpublished."""
        if badge.status != "WAITING_FOR_PUBLICATION" or badge.publication is None:
            return
        offer, marketplace = badge.offer, badge.campaign.marketplace
        dear = badge.bargain is not None and badge.bargain > offer.price(marketplace)
        if dear or self._unfit(offer, badge.campaign, None):
            self._move(badge, "FINISHED", "allegro")
            return
        if badge.bargain is not None:
            badge.usual = offer.price(marketplace)
            self._set_price(badge, badge.bargain)
        self._move(badge, "ACTIVE", "allegro")
        if badge.publication.until is not None:
            self.world.schedule(badge.publication.until, partial(self._end, badge, "allegro"))

    def _end(self, badge: Badge, actor: str) -> None:
        """End a badge and give the offer its usual price back, if the campaign had changed it."""
        if badge.status not in LIVE:
            return
        if badge.status == "ACTIVE" and badge.usual is not None:
            self._set_price(badge, badge.usual)
        self._finish(badge, actor)

    def _finish(self, badge: Badge, actor: str) -> None:
        if badge.status == "ACTIVE" and badge.publication:
            badge.publication = Period(badge.publication.since, self.world.now)
        self._move(badge, "FINISHED", actor)

    def _set_price(self, badge: Badge, amount: Decimal) -> None:
        """Set the offer's price on the campaign's marketplace alone: the converter pauses (allegro-api issue 9578)."""
        others: Json = {name: {} for name in badge.offer.document.get("additionalMarketplaces") or {}}
        patch: Json = {"additionalMarketplaces": others}
        if badge.campaign.marketplace == BASE_MARKETPLACE:
            patch |= price_patch(amount)
        else:
            others[badge.campaign.marketplace] = {"sellingMode": {"price": money(amount, badge.campaign.currency)}}
        if amount != badge.offer.price(badge.campaign.marketplace):
            self._setting_price = True
            edit(self.world, badge.offer, patch, CAMPAIGN)
            self._setting_price = False

    def _watch(self, actions: list[Action]) -> None:
        """Drop an offer out of its campaign when its price there was changed by anyone but the campaign."""
        if self._setting_price:
            return
        changed = {(row.offer_id, row.marketplace) for row in actions if row.field == "price"}
        for badge in self._active_with_price():
            if (badge.offer.id, badge.campaign.marketplace) in changed:
                self._finish(badge, "allegro")

    def _perform(self, operation: Operation) -> None:
        operation.updated_at = self.world.now
        badge = self.badges.get((operation.offer.id, operation.campaign.id))
        if badge is None or badge.status not in LIVE:
            operation.reasons = [reason("BA26", "The offer does not take part in the campaign.")]
        elif operation.kind == "FINISH":
            self._end(badge, "seller")
        else:
            operation.reasons = _price_objections(badge.campaign, operation.bargain, badge.market)
            if not operation.reasons:
                self._reprice(badge, operation.bargain)
        operation.status = "DECLINED" if operation.reasons else "PROCESSED"

    def _reprice(self, badge: Badge, bargain: Decimal | None) -> None:
        before, badge.bargain = badge.state(), bargain
        if badge.status == "ACTIVE" and bargain is not None:
            self._set_price(badge, bargain)
        self._record("seller", badge, before, badge.state())

    def _move(self, badge: Badge, status: str, actor: str) -> None:
        before, badge.status = badge.state(), status
        self._record(actor, badge, before, badge.state())

    def _record(self, actor: str, about: Application | Badge, old: Json | None, new: Json) -> None:
        campaign, subject = about.campaign, ("badge", about.campaign.id)
        note(self.world, about.offer, "badge", old, new, marketplace=campaign.marketplace, actor=actor, subject=subject)


def _price_objections(campaign: Campaign, bargain: Decimal | None, market: Decimal | None) -> list[Json]:
    if bargain is None or market is None:
        return [reason("BA2", "The discount price or suggested market price is not defined.")]
    if bargain > market or (campaign.kind == "DISCOUNT" and bargain == market):
        return [reason("BA26", f"The price must be lower than {market} {campaign.currency}.")]
    return []


def _campaign(world: World, body: Json) -> Campaign:
    campaign = world.of(Badges).campaigns.get(body["campaign"])
    if campaign is None:
        raise Refusal("BA10", "campaign.id", "This campaign does not exist.")
    return campaign


def _bargain(body: Json) -> Decimal | None:
    return None if body["bargain"] is None else Decimal(body["bargain"])


def _apply(world: World, offer_id: str, body: Json) -> Application:
    campaign = _campaign(world, body)
    return world.of(Badges).apply(world.offers[offer_id], campaign, _bargain(body), body["limits"])


def _operate(world: World, offer_id: str, body: Json) -> Operation:
    return world.of(Badges).operate(body["kind"], world.offers[offer_id], _campaign(world, body), _bargain(body))


APPLY, OPERATE = "badge application", "badge operation"
DEEDS: dict[str, Callable[[World, str, Json], Any]] = {APPLY: _apply, OPERATE: _operate}
