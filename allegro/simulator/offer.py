"""One offer of the simulated world: its document and the histories that reports and statistics are made of."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from allegro.simulator.catalogue import BASE_MARKETPLACE, Article
from allegro.simulator.documents import Json
from allegro.simulator.edits import prices
from allegro.simulator.instants import DAY


@dataclass
class Ramp:
    """A level that moves from one value to another over a time, so that effects come gradually."""

    start: int = 0
    length: int = 1
    old: float = 1.0
    new: float = 1.0

    def at(self, moment: int) -> float:
        """Return the level at an instant (microseconds UTC)."""
        share = min(1.0, max(0.0, (moment - self.start) / self.length))
        return self.old + (self.new - self.old) * share

    def turn(self, moment: int, target: float, length: int) -> None:
        """Head for another level from where it stands at `moment`."""
        if target != self.new:
            self.old, self.new, self.start, self.length = self.at(moment), target, moment, length


@dataclass
class Statistics:
    """The nightly counters of one marketplace."""

    visits: int = 0
    watchers: int = 0


@dataclass
class Offer:
    """An offer, whose `document` is the single source of its price, stock and status.

    `kept_ended` marks one that was ended from outside, which the seller's routine leaves alone; `gone` one that was
    archived or, as a draft, deleted: no application can see it any more.
    """

    article: Article
    document: Json
    visits: dict[date, dict[str, int]] = field(default_factory=dict)
    statistics: dict[str, Statistics] = field(default_factory=lambda: defaultdict(Statistics))
    price_history: dict[str, list[tuple[int, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    stock_history: list[tuple[int, int]] = field(default_factory=list)
    sold: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    visit_ramp: Ramp = field(default_factory=Ramp)
    conversion_ramps: dict[str, Ramp] = field(default_factory=lambda: defaultdict(Ramp))
    exposed_until: int = 0
    exposure: float = 0.0
    restock_at: int | None = None
    out_of_stock_story: str | None = None
    status_history: list[tuple[int, str]] = field(default_factory=list)
    kept_ended: bool = False
    gone: bool = False

    @property
    def id(self) -> str:
        """Return the offer id as Allegro writes it."""
        return self.article.offer_id

    @property
    def seller_id(self) -> str:
        """Return the account id of the owner."""
        return self.article.seller.id

    @property
    def title(self) -> str:
        """Return the present title; a draft may have none yet."""
        return str(self.document.get("name") or "")

    @property
    def stock(self) -> int:
        """Return the pieces available."""
        return int(self.document["stock"]["available"])

    @property
    def status(self) -> str:
        """Return INACTIVE, ACTIVATING, ACTIVE or ENDED."""
        return str(self.document["publication"]["status"])

    @property
    def buyable(self) -> bool:
        """Return whether a buyer could buy a piece now."""
        return self.status == "ACTIVE" and self.stock > 0

    @property
    def is_sought(self) -> bool:
        """Return whether buyers look for it; nobody finds an offer that an application listed."""
        return self.article.lines_per_day > 0

    @property
    def primary_image(self) -> str | None:
        """Return the address of the first picture; a draft may have none yet."""
        images = self.document.get("images") or []
        return str(images[0]) if images else None

    @property
    def marketplaces(self) -> list[str]:
        """Return the marketplaces on which the offer has a price, the base one first."""
        return list(prices(self.document))

    def price(self, marketplace: str = BASE_MARKETPLACE) -> Decimal:
        """Return the present price on a marketplace, in that marketplace's currency."""
        return Decimal(prices(self.document)[marketplace]["amount"])

    def remember(self, at: int) -> None:
        """Note prices, stock and status as they stand after an edit or a sale at `at`."""
        for marketplace in self.marketplaces:
            history = self.price_history[marketplace]
            if not history or history[-1][1] != self.price(marketplace):
                history.append((at, self.price(marketplace)))
        if not self.stock_history or self.stock_history[-1][1] != self.stock:
            self.stock_history.append((at, self.stock))
        if not self.status_history or self.status_history[-1][1] != self.status:
            self.status_history.append((at, self.status))

    def units_since(self, marketplace: str, since: int) -> int:
        """Return the pieces bought on a marketplace after `since`, withdrawals included (allegro-api issue 4505)."""
        sold = self.sold[marketplace]
        return sum(units for _, units in sold[bisect_right(sold, since, key=lambda sale: sale[0]) :])

    def visits_between(self, first: date, last: date, marketplace: str) -> int:
        """Return the visits of the closed Warsaw days first..last, both included."""
        if not self.visits:
            return 0
        opened = next(iter(self.visits))
        days = list(self.visits.values())[max(0, (first - opened).days) : max(0, (last - opened).days + 1)]
        return sum(day.get(marketplace, 0) for day in days)

    def stock_at(self, moment: int) -> int:
        """Return the pieces available at an instant."""
        index = bisect_right(self.stock_history, moment, key=lambda entry: entry[0])
        return self.stock_history[max(0, index - 1)][1]

    def status_at(self, moment: int) -> str:
        """Return the status at an instant, or the first known one before that."""
        index = bisect_right(self.status_history, moment, key=lambda entry: entry[0])
        return self.status_history[max(0, index - 1)][1]

    def price_at(self, moment: int, marketplace: str) -> Decimal | None:
        """Return the price on a marketplace at an instant, or the first known one before that; None if it had none."""
        history = self.price_history.get(marketplace) or []
        index = bisect_right(history, moment, key=lambda entry: entry[0])
        return history[max(0, index - 1)][1] if history else None

    def stock_when_activated(self) -> int:
        """Return the pieces with which the offer last went on sale."""
        started = next((at for at, status in reversed(self.status_history) if status == "ACTIVE"), 0)
        return self.stock_at(started)

    def average_price(self, since: int, until: int, marketplace: str) -> Decimal | None:
        """Return the time-weighted mean price over [since, until); None where there was no price in that time."""
        history = self.price_history.get(marketplace) or []
        ends = [at for at, _ in history[1:]] + [max(until, since)]
        total, weight = Decimal(0), 0
        for (start, price), end in zip(history, ends, strict=True):
            span = min(end, until) - max(start, since)
            if span > 0:
                total, weight = total + price * span, weight + span
        return (total / weight).quantize(Decimal("0.01")) if weight else None


def days_before(day: date, count: int) -> date:
    """Return the first of the `count` days that end the day before `day`."""
    return day - timedelta(days=count)


THIRTY_DAYS = 30 * DAY
