"""Batch commands on many offers: publish or end them, change prices or stocks. Each offer is a task done in a while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from allegro.simulator import lifecycle
from allegro.simulator.body_checks import distinct, entries, positive, positive_money, shaped_body, whole
from allegro.simulator.catalogue import BASE_MARKETPLACE, CURRENCIES
from allegro.simulator.chance import stream
from allegro.simulator.documents import Json, money
from allegro.simulator.instants import SECOND, iso_millis, parse_instant
from allegro.simulator.offer import Offer
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

PUBLICATION, PRICE, QUANTITY = "publication_command", "price_command", "quantity_command"
MOST_OFFERS = 1000
_TASK_SECONDS = (2, 20)
_FIELDS = {PUBLICATION: "publication.status", PRICE: "sellingMode.price", QUANTITY: "stock.available"}
PatchMaker = Callable[[Offer], Json]


@dataclass
class Task:
    """What a command does to one offer: NEW, then SUCCESS or FAIL with the refusals."""

    offer_id: str
    status: str = "NEW"
    refusals: list[Refusal] = field(default_factory=list)


@dataclass
class Command:
    """A command of a seller; instants in microseconds UTC, `completed_at` None while tasks are NEW."""

    id: str
    kind: str
    seller_id: str
    created_at: int
    tasks: list[Task]
    completed_at: int | None = None

    def count(self, status: str) -> int:
        """Return how many tasks have a status."""
        return sum(task.status == status for task in self.tasks)

    def report(self) -> Json:
        """Return the summary (GeneralReport)."""
        return {
            "id": self.id,
            "createdAt": iso_millis(self.created_at),
            "completedAt": None if self.completed_at is None else iso_millis(self.completed_at),
            "taskCount": {
                "total": len(self.tasks),
                "success": self.count("SUCCESS"),
                "failed": self.count("FAIL"),
            },
        }

    def task_document(self, task: Task) -> Json:
        """Return one task of the detailed report (TaskReport)."""
        return {
            "offer": {"id": task.offer_id},
            "field": _FIELDS[self.kind],
            "status": task.status,
            "message": task.refusals[0].message if task.refusals else "",
            "errors": [error.document() for refusal in task.refusals for error in (refusal, *refusal.others)],
        }


class Commands:
    """All commands by the id that the application chose."""

    def __init__(self, _: World) -> None:
        self.by_id: dict[str, Command] = {}


def _command(kind: str, read: Callable[[Json], PatchMaker]) -> Callable[[World, str, Json], Command]:
    """Return the deed of one kind of command; its body is {"id": command id, "command": what was sent}."""

    def take(world: World, seller_id: str, body: Json) -> Command:
        with shaped_body():
            patch_for = read(body["command"])
            tasks = [Task(offer_id) for offer_id in _offer_ids(body["command"])]
        command = Command(str(body["id"]), kind, seller_id, world.now, tasks)
        world.of(Commands).by_id[command.id] = command
        wait = stream(world.seed, "offer command", command.id).randint(*_TASK_SECONDS) * SECOND
        world.schedule(world.now + wait, partial(_run, world, command, patch_for))
        return command

    return take


def _offer_ids(body: Json) -> list[str]:
    criteria = entries(body["offerCriteria"], "offerCriteria", 1, MOST_OFFERS)
    ids = [str(offer["id"]) for criterion in criteria for offer in criterion["offers"]]
    if not 1 <= len(ids) <= MOST_OFFERS:
        raise Refusal("ConstraintViolationException", "offerCriteria", f"A command takes 1 to {MOST_OFFERS} offers.")
    distinct(ids, "offerCriteria.offers.id")
    return ids


def _run(world: World, command: Command, patch_for: PatchMaker) -> None:
    for task in command.tasks:
        try:
            offer = _own(world, command.seller_id, task.offer_id)
            lifecycle.change(world, offer, patch_for(offer))
            task.status = "SUCCESS"
        except Refusal as refusal:
            task.status, task.refusals = "FAIL", [refusal]
    command.completed_at = world.now


def _own(world: World, seller_id: str, offer_id: str) -> Offer:
    offer = world.offers.get(offer_id)
    if offer is None or offer.gone or offer.seller_id != seller_id:
        raise Refusal("OfferNotFoundException", "offer.id", f"Offer {offer_id} not found", {"offerId": offer_id})
    return offer


def _publication(body: Json) -> PatchMaker:
    asked = body["publication"]
    if asked["action"] not in {"ACTIVATE", "END"}:
        raise Refusal("ConstraintViolationException", "publication.action", "One of ACTIVATE, END.")
    if asked["action"] == "END":
        return lambda _: {"publication": {"status": "ENDED"}}
    planned = {"startingAt": iso_millis(parse_instant(asked["scheduledFor"]))} if asked.get("scheduledFor") else {}
    return lambda _: {"publication": {"status": "ACTIVE", **planned}}


def _quantity(body: Json) -> PatchMaker:
    modification = body["modification"]
    if modification["changeType"] == "FIXED":
        available = whole(modification["value"], "modification.value", 1, 99_999)
        return lambda _: {"stock": {"available": available}}
    if modification["changeType"] == "GAIN":
        gain = whole(modification["value"], "modification.value", -99_999, 99_999)
        return lambda offer: {"stock": {"available": offer.stock + gain}}
    raise Refusal("ConstraintViolationException", "modification.changeType", "One of FIXED, GAIN.")


def _price(body: Json) -> PatchMaker:
    modification = body["modification"]
    marketplace = modification.get("marketplaceId") or BASE_MARKETPLACE
    if marketplace not in CURRENCIES:
        raise Refusal("MarketplaceNotFound", "modification.marketplaceId", f"One of {', '.join(CURRENCIES)}.")
    amount_for = _PRICE_CHANGES[modification["type"]](modification, CURRENCIES[marketplace])
    return lambda offer: _price_patch(offer, marketplace, amount_for)


def _price_patch(offer: Offer, marketplace: str, amount_for: Callable[[Decimal], Decimal]) -> Json:
    if marketplace not in offer.marketplaces:
        raise Refusal("PriceNotFound", "sellingMode.price", f"The offer has no price on {marketplace}.")
    selling: Json = {"sellingMode": {"price": money(amount_for(offer.price(marketplace)), CURRENCIES[marketplace])}}
    return selling if marketplace == BASE_MARKETPLACE else {"additionalMarketplaces": {marketplace: selling}}


def _fixed(modification: Json, currency: str) -> Callable[[Decimal], Decimal]:
    amount = Decimal(positive_money(modification["price"], "modification.price", currency)["amount"])
    return lambda _: amount


def _by_value(sign: int, modification: Json, currency: str) -> Callable[[Decimal], Decimal]:
    step = sign * Decimal(positive_money(modification["value"], "modification.value", currency)["amount"])
    return lambda present: present + step


def _by_percentage(sign: int, modification: Json, _: str) -> Callable[[Decimal], Decimal]:
    factor = 1 + sign * positive(modification["percentage"], "modification.percentage") / 100
    return lambda present: present * factor


_PRICE_CHANGES: dict[str, Callable[[Json, str], Callable[[Decimal], Decimal]]] = {
    "FIXED_PRICE": _fixed,
    "INCREASE_PRICE": partial(_by_value, 1),
    "DECREASE_PRICE": partial(_by_value, -1),
    "INCREASE_PERCENTAGE": partial(_by_percentage, 1),
    "DECREASE_PERCENTAGE": partial(_by_percentage, -1),
}

DEEDS = {
    PUBLICATION: _command(PUBLICATION, _publication),
    PRICE: _command(PRICE, _price),
    QUANTITY: _command(QUANTITY, _quantity),
}
