"""What buyers say: responses to an offer, which grow with its sales, and ratings of a seller's orders.

Everything is computed from what was sold, the world's seed and the instant asked about; reading changes nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random

from allegro.simulator.catalogue import SELLERS
from allegro.simulator.chance import hexadecimal, stream
from allegro.simulator.documents import Json
from allegro.simulator.instants import DAY, iso_millis, warsaw_day
from allegro.simulator.offer import Offer
from allegro.simulator.orders import Order
from allegro.simulator.world import World

SCORES = ("5", "4", "3", "2", "1")
SIZES = ("BIGGER", "FIT", "SMALLER")
RESPONSE_SHARE = 0.18  # of the order lines of an offer
RATING_SHARE = 0.12  # of the paid orders of a seller
_WEIGHTS = (78, 13, 4, 2, 3)
_PRAISE = ("Polecam, szybka wysyłka.", "Towar zgodny z opisem.", "Wszystko w porządku.", "Świetny kontakt, dziękuję.")
_BLAME = ("Paczka przyszła uszkodzona.", "Długo czekałem na wysyłkę.", "Produkt inny niż na zdjęciu.")


def offer_rating(world: World, offer: Offer, now: int) -> Json:
    """Return the rating of an offer at an instant (microseconds UTC), as GET /sale/offers/{offerId}/rating shows it."""
    counts = Counter(_early_scores(world.seed, offer))
    counts.update(_later_scores(world.seed, offer, now))
    total = counts.total()
    points = sum(int(score) * count for score, count in counts.items())
    average = (Decimal(points) / total).quantize(Decimal("0.01")) if total else Decimal("0.0")
    return {
        "averageScore": str(average),
        "scoreDistribution": [{"name": score, "count": counts[score]} for score in SCORES],
        "totalResponses": total,
        "sizeFeedback": [{"name": size, "count": 0} for size in SIZES],
    }


def _score(rng: Random) -> str:
    return rng.choices(SCORES, _WEIGHTS)[0]


def _early_scores(seed: int, offer: Offer) -> Iterator[str]:
    """Yield the responses from before the world began."""
    rng = stream(seed, "early responses", offer.id)
    for _ in range(int(offer.article.lines_per_day * rng.uniform(20, 60))):
        yield _score(rng)


def _later_scores(seed: int, offer: Offer, now: int) -> Iterator[str]:
    """Yield the responses given up to `now` to what was sold in the world's time."""
    for marketplace, sales in offer.sold.items():
        for number, (sold_at, _) in enumerate(sales):
            response = _response(seed, offer.id, marketplace, number)
            if response and sold_at + response[0] <= now:
                yield response[1]


@lru_cache(maxsize=2**17)
def _response(seed: int, offer_id: str, marketplace: str, number: int) -> tuple[int, str] | None:
    """Return how long after a purchase its buyer responds and the score, None if not; remembered, for it is slow."""
    rng = stream(seed, "response", offer_id, marketplace, number)
    if rng.random() >= RESPONSE_SHARE:
        return None
    return rng.randint(3 * DAY, 21 * DAY), _score(rng)


@dataclass(frozen=True)
class UserRating:
    """A buyer's rating of one order; instants in microseconds UTC, the edition only if there was one."""

    id: str
    order: Order
    created_at: int
    edited_at: int | None
    recommended: bool
    comment: str
    rates: tuple[int, int, int, int]
    answered_at: int | None

    @property
    def changed_at(self) -> int:
        """Return when it was made or last edited."""
        return self.edited_at or self.created_at

    def document(self) -> Json:
        """Return the rating as GET /sale/user-ratings/{ratingId} shows it."""
        names = ("delivery", "deliveryCost", "description", "service")
        offers = [{"id": line.offer_id, "title": line.title} for line in self.order.lines]
        found: Json = {
            "id": self.id,
            "buyer": {"id": self.order.buyer.id, "login": self.order.buyer.login},
            "comment": self.comment,
            "createdAt": iso_millis(self.created_at),
            "lastChangedAt": iso_millis(self.changed_at),
            "excludedFromAverageRates": False,
            "order": {"id": self.order.id, "offers": offers},
            "rates": dict(zip(names, self.rates, strict=True)),
            "recommended": self.recommended,
            "removal": {"possibleTo": iso_millis(self.created_at + 90 * DAY)},
        }
        if self.edited_at is not None:
            found["editedAt"] = iso_millis(self.edited_at)
        if self.answered_at is not None:
            answer = "Przepraszamy, sprawę już wyjaśniamy."
            found["answer"] = {"createdAt": iso_millis(self.answered_at), "message": answer}
        return found


def user_ratings(world: World, seller_id: str, now: int) -> list[UserRating]:
    """Return the ratings that a seller has at an instant (microseconds UTC), the one last changed first."""
    orders = [order for order in world.orders_by_time if order.seller_id == seller_id]
    ratings = [rating for order in orders if (rating := _rating(world.seed, order, now))]
    return sorted(ratings, key=lambda rating: (rating.changed_at, rating.id), reverse=True)


def _rating(seed: int, order: Order, now: int) -> UserRating | None:
    rng = stream(seed, "user rating", order.id)
    if order.paid_at is None or rng.random() >= RATING_SHARE:
        return None
    created_at = order.paid_at + rng.randint(2 * DAY, 10 * DAY)
    if created_at > now:
        return None
    recommended, edited_at = rng.random() < 0.97, created_at + rng.randint(DAY, 3 * DAY)
    edited = rng.random() < 0.1 and edited_at <= now
    lowest = 4 if recommended else 1
    answered_at = created_at + rng.randint(DAY // 24, DAY)
    return UserRating(
        id=hexadecimal(rng, 24),
        order=order,
        created_at=created_at,
        edited_at=edited_at if edited else None,
        recommended=recommended,
        comment=rng.choice(_PRAISE if recommended else _BLAME),
        rates=(rng.randint(lowest, 5), rng.randint(lowest, 5), rng.randint(lowest, 5), rng.randint(lowest, 5)),
        answered_at=answered_at if not recommended and answered_at <= now else None,
    )


@dataclass(frozen=True)
class Recommendations:
    """How many ratings recommend a seller and how many do not: all of them, and unique buyers."""

    positive: int
    negative: int
    unique_positive: int
    unique_negative: int

    @property
    def share(self) -> Decimal:
        """Return the part of the unique buyers who recommend, 0 to 1."""
        return Decimal(self.unique_positive) / max(1, self.unique_positive + self.unique_negative)


def recommendations(world: World, seller_id: str, now: int) -> Recommendations:
    """Return a seller's recommendations at an instant: those from before the world began, and those since."""
    rng = stream(world.seed, "early recommendations", seller_id)
    early = rng.randint(900, 4_000)
    early_negative = early * rng.randint(5, 14) // 1_000
    ratings = user_ratings(world, seller_id, now)
    positive = early + sum(rating.recommended for rating in ratings)
    negative = early_negative + sum(not rating.recommended for rating in ratings)
    return Recommendations(positive, negative, positive * 92 // 100, negative)


def ratings_summary(world: World, seller_id: str, now: int) -> Json:
    """Return what GET /users/{userId}/ratings-summary shows of a seller; raise KeyError for a stranger."""
    seller = SELLERS[seller_id]
    found = recommendations(world, seller.id, now)
    opened = warsaw_day(world.started_at - stream(world.seed, "account opened", seller.id).randint(1_500, 3_500) * DAY)
    removed = {"total": 0, "byAdmin": 0, "byBuyer": 0, "byBuyerDueToCompensation": 0}
    return {
        "recommended": {"unique": found.unique_positive, "total": found.positive},
        "notRecommended": {"unique": found.unique_negative, "total": found.negative},
        "recommendedPercentage": f"{found.share * 100:.1f}".replace(".", ","),
        "statistics": {
            "received": {"total": found.positive + found.negative},
            "excluded": {"total": 0},
            "removed": removed,
        },
        "user": {"createdAt": opened.isoformat()},
    }
