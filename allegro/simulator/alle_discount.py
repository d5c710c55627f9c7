"""AlleObniżka: offers submitted to its campaigns by commands, verified, shown at a lower price, and finished.

Allegro lowers the price that buyers see; the offer's own price stays as it is. These participations are not among the
badges (allegro-api issue 7086).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from allegro.simulator.campaigns import Campaign, Campaigns, market_price, to_cents
from allegro.simulator.chance import stream, uuid
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import MINUTE, SECOND
from allegro.simulator.noting import note
from allegro.simulator.offer import Offer
from allegro.simulator.world import World

SUBMIT, WITHDRAW = "alle discount submit", "alle discount withdraw"
LIVE = ("VERIFICATION", "ACCEPTED", "ACTIVE")
SMALLEST_STOCK = 5


@dataclass
class Participation:
    """One offer in one campaign; `proposed` in `currency`, which may be the wrong one until verified."""

    id: str
    offer: Offer
    campaign: Campaign
    proposed: Decimal
    currency: str
    status: str = "VERIFICATION"
    errors: list[str] = field(default_factory=list)

    def state(self) -> Json:
        """Return what the truth keeps of it."""
        proposed = money(self.proposed, self.currency)
        return {"campaign": self.campaign.id, "status": self.status, "proposedPrice": proposed}


@dataclass
class Command:
    """A submission or withdrawal (`kind`: the deed) with its input as sent; `participation_id` once it succeeded."""

    id: str
    kind: str
    seller_id: str
    input: Json
    created_at: int
    updated_at: int
    status: str = "NEW"
    participation_id: str | None = None
    errors: list[Json] = field(default_factory=list)


class AlleDiscounts:
    """The participations of both sellers. Nothing is here before a seller submits an offer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.campaigns = world.of(Campaigns).alle_discount
        self.commands: dict[str, Command] = {}
        self.participations: dict[str, Participation] = {}

    def of(self, campaign: Campaign, offer: Offer) -> Participation | None:
        """Return an offer's latest participation in a campaign: the only one that is listed."""
        found = [row for row in self.participations.values() if row.campaign is campaign and row.offer is offer]
        return found[-1] if found else None

    def has_product_of(self, campaign: Campaign, offer: Offer) -> bool:
        """Return whether the offer's product is on the campaign's list of goods, about two thirds of all."""
        return stream(self.world.seed, "alle discount goods", campaign.id, product_id(offer)).random() < 0.65

    def required_price(self, campaign: Campaign, offer: Offer) -> Decimal:
        """Return the highest price that the campaign accepts for an offer now, in the campaign's currency."""
        share = stream(self.world.seed, "alle discount price", campaign.id, offer.id).randint(90, 97)
        return to_cents(market_price(campaign, offer, self.world.now) * share / 100)

    def guaranteed_percentage(self, campaign: Campaign, offer: Offer) -> Decimal:
        """Return by how many percent Allegro lowers the proposed price at least."""
        halves = stream(self.world.seed, "alle discount share", campaign.id, offer.id).randint(10, 24)
        return to_cents(Decimal(halves) / 2)

    def purchase_limit(self, campaign: Campaign) -> int:
        """Return how many pieces one buyer may take in a campaign."""
        return stream(self.world.seed, "alle discount limit", campaign.id).choice((5, 10, 20))

    def command(self, kind: str, seller_id: str, command_id: str | None, sent: Json) -> Command:
        """Take a command; it is done within half a minute."""
        rng, now = stream(self.world.seed, "alle discount command", len(self.commands)), self.world.now
        own_id = uuid(rng)
        command = Command(command_id or own_id, kind, seller_id, sent, now, now)
        self.commands[command.id] = command
        begins = now + rng.randint(SECOND, 4 * SECOND)
        self.world.schedule(begins, partial(self._begin, command))
        ends = begins + rng.randint(2 * SECOND, 25 * SECOND)
        self.world.schedule(ends, partial(self._complete, command, rng.getrandbits(64)))
        return command

    def _begin(self, command: Command) -> None:
        command.status, command.updated_at = "IN_PROGRESS", self.world.now

    def _complete(self, command: Command, sub_seed: int) -> None:
        command.updated_at = self.world.now
        if command.kind == SUBMIT:
            self._submit(command, sub_seed)
        else:
            self._withdraw(command)
        command.status = "FAILED" if command.errors else "SUCCESSFUL"

    def _submit(self, command: Command, sub_seed: int) -> None:
        campaign = self.campaigns.get(command.input["campaign"]["id"])
        offer = self.world.offers.get(command.input["offer"]["id"])
        if campaign is None:
            command.errors = [failure("CampaignNotFound", "Campaign doesn't exist or it isn't AlleDiscount campaign")]
        elif offer is None or offer.seller_id != command.seller_id:
            command.errors = [failure("OfferNotFound", "Offer doesn't exist")]
        elif not campaign.application.holds(self.world.now):
            command.errors = [failure("CampaignNotOpen", "Campaign isn't open for submissions")]
        elif (present := self.of(campaign, offer)) and present.status in LIVE:
            command.errors = [failure("OfferAlreadySubmitted", "Offer has already been submitted to this campaign")]
        else:
            self._enter(command, offer, campaign, sub_seed)

    def _enter(self, command: Command, offer: Offer, campaign: Campaign, sub_seed: int) -> None:
        rng, price = stream(sub_seed), command.input["proposedPrice"]
        entered = Participation(uuid(rng), offer, campaign, Decimal(price["amount"]), price["currency"])
        self.participations[entered.id] = entered
        command.participation_id = entered.id
        self._record("seller", entered, None)
        verified = self.world.now + rng.randint(3 * MINUTE, 40 * MINUTE)
        self.world.schedule(verified, partial(self._verify, entered, rng.randint(MINUTE, 8 * MINUTE)))

    def _withdraw(self, command: Command) -> None:
        entered = self.participations[command.input["participationId"]]
        if entered.status not in LIVE:
            command.errors = [failure("ParticipationNotActive", "Participation is no longer active")]
            return
        command.participation_id = entered.id
        self._move(entered, "FINISHED", "seller")

    def _verify(self, entered: Participation, wait: int) -> None:
        if entered.status != "VERIFICATION":
            return
        entered.errors = self._objections(entered)
        self._move(entered, "DECLINED" if entered.errors else "ACCEPTED", "allegro")
        if not entered.errors:
            begins = max(self.world.now + wait, entered.campaign.publication.since or 0)
            self.world.schedule(begins, partial(self._activate, entered))

    def _objections(self, entered: Participation) -> list[str]:
        """Return the codes of why a participation is declined, as the specification lists them."""
        campaign, offer = entered.campaign, entered.offer
        if offer.status != "ACTIVE" or campaign.marketplace not in offer.marketplaces:
            return ["OFFER_NOT_VISIBLE_ON_CAMPAIGN_MARKETPLACE"]
        if not self.has_product_of(campaign, offer):
            return ["PRODUCT_NOT_IN_CAMPAIGN"]
        if entered.currency != campaign.currency:
            return ["CURRENCY_NOT_SUPPORTED"]
        if entered.proposed > self.required_price(campaign, offer):
            return ["TOO_HIGH_PROPOSED_PRICE"]
        return []

    def _activate(self, entered: Participation) -> None:
        """Begin to show the lower price; an offer not on sale by then is out."""
        if entered.status != "ACCEPTED":
            return
        if entered.offer.status != "ACTIVE":
            self._move(entered, "FINISHED", "allegro")
            return
        self._move(entered, "ACTIVE", "allegro")
        if entered.campaign.publication.until is not None:
            self.world.schedule(entered.campaign.publication.until, partial(self._expire, entered))

    def _expire(self, entered: Participation) -> None:
        if entered.status == "ACTIVE":
            self._move(entered, "FINISHED", "allegro")

    def _move(self, entered: Participation, status: str, actor: str) -> None:
        before, entered.status = entered.state(), status
        self._record(actor, entered, before)

    def _record(self, actor: str, entered: Participation, old: Json | None) -> None:
        marketplace, subject = entered.campaign.marketplace, ("alle_discount", entered.campaign.id)
        offer, new = entered.offer, entered.state()
        note(self.world, offer, "alle_discount", old, new, marketplace=marketplace, actor=actor, subject=subject)


def product_id(offer: Offer) -> str:
    """Return the id of the catalogue product that an offer sells."""
    return str(offer.document["productSet"][0]["product"]["id"])


def violations(offer: Offer) -> list[str]:
    """Return the conditions of every campaign that an offer does not meet now."""
    found = []
    if offer.stock < SMALLEST_STOCK:
        found.append("NOT_ENOUGH_STOCK")
    if (offer.document.get("payments") or {}).get("invoice") != "VAT":
        found.append("VAT_INVOICE_REQUIRED")
    return found


def failure(code: str, message: str) -> Json:
    """Return the reason of a failed command, in the shape of an error."""
    return {"code": code, "details": None, "message": message, "path": None, "userMessage": message, "metadata": {}}


def _command(kind: str, world: World, seller_id: str, body: Json) -> Command:
    return world.of(AlleDiscounts).command(kind, seller_id, body["commandId"], body["input"])


DEEDS: dict[str, Callable[[World, str, Json], Any]] = {
    SUBMIT: partial(_command, SUBMIT),
    WITHDRAW: partial(_command, WITHDRAW),
}
