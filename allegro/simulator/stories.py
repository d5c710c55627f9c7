"""Stories planted at fixed days after the start, so that there is something to find and a truth to find it by."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from allegro.simulator.catalogue import ARTICLES, BASE_MARKETPLACE
from allegro.simulator.documents import description
from allegro.simulator.editing import Editor, edit, price_patch
from allegro.simulator.instants import DAY, SECOND, day_start, iso_micros, warsaw_clock

if TYPE_CHECKING:
    from allegro.simulator.documents import Json
    from allegro.simulator.offer import Offer
    from allegro.simulator.world import World

SANTOS, GRINDER, FILTERS, MUG, CERRADO = (article.offer_id for article in ARTICLES[:5])
REPRICED = tuple(article.offer_id for article in ARTICLES[10:24])
STORY_OFFERS = frozenset({SANTOS, GRINDER, FILTERS, MUG, CERRADO})


@dataclass(frozen=True)
class Story:
    """A planted happening: the Warsaw day (counted from the start day, 0) and time at which it begins."""

    key: str
    offer_ids: tuple[str, ...]
    day: int
    hour: int
    minute: int
    lasts_days: int
    text: str


STORIES = (
    Story("repricer_batch", REPRICED, 3, 13, 20, 0, "A repricer lowered 14 prices by 3 % within one minute."),
    Story("title_edit", (GRINDER,), 6, 10, 12, 0, "'do kawy' left the title; visits fell by 45 %."),
    Story("price_rise", (SANTOS,), 9, 9, 41, 0, "The price rose by 18 %; sales halved."),
    Story("edit_without_effect", (MUG,), 16, 15, 5, 0, "The description was rewritten; sales stayed."),
    Story("out_of_stock", (FILTERS,), 24, 8, 30, 9, "The stock ran out; nine days later it was refilled."),
    Story("bad_week", (), 42, 0, 0, 7, "A week in which everything fell by 40 % without any edit."),
    Story("silent_handling_time", (CERRADO,), 72, 11, 30, 0, "Handling time PT24H became P7D; conversion fell."),
)
_BY_KEY = {story.key: story for story in STORIES}


def begins_at(story: Story, start_day: date) -> int:
    """Return the instant (microseconds UTC) at which a story begins in a world started on that Warsaw day."""
    return warsaw_clock(start_day + timedelta(days=story.day), story.hour, story.minute)


def market_factor(start_day: date, day: date) -> float:
    """Return what the whole market is worth on a Warsaw day: 0.6 in the bad week, else 1."""
    bad = _BY_KEY["bad_week"]
    return 0.6 if 0 <= (day - start_day).days - bad.day < bad.lasts_days else 1.0


def plan_stories(world: "World") -> None:
    """Schedule every story of a new world."""
    for story in STORIES:
        at = begins_at(story, world.start_day)
        if story.key == "repricer_batch":
            _plan_batch(world, at)
        elif story.offer_ids:
            offer = world.offers[story.offer_ids[0]]
            world.schedule(at, partial(_TELLERS[story.key], world, offer))


def describe(start_day: date, offers: "dict[str, Offer]") -> list["Json"]:
    """Return the stories as JSON with their instants and the titles of their offers."""
    return [
        {
            "story": story.key,
            "at": iso_micros(begins_at(story, start_day)),
            "lasts_days": story.lasts_days or None,
            "days_after_start": story.day,
            "until": iso_micros(day_start(start_day + timedelta(days=story.day + story.lasts_days))),
            "offers": [{"id": key, "title": offers[key].title} for key in story.offer_ids],
            "text": story.text,
        }
        for story in STORIES
    ]


def _told(key: str, actor: str = "seller") -> Editor:
    return Editor(actor, key)


def _plan_batch(world: "World", at: int) -> None:
    for number, offer_id in enumerate(REPRICED):
        world.schedule(at + number * 4 * SECOND, partial(_lower, world, world.offers[offer_id]))


def _lower(world: "World", offer: "Offer") -> None:
    _bring_back(world, offer, _told("repricer_batch"))
    edit(world, offer, price_patch(offer.price() * Decimal("0.97")), _told("repricer_batch", "tool"))


def _bring_back(world: "World", offer: "Offer", editor: Editor) -> None:
    """Make sure that an offer whose story begins is on sale."""
    if offer.status != "ACTIVE":
        stock = {"available": max(offer.stock, 40)}
        edit(world, offer, {"stock": stock, "publication": {"status": "ACTIVE"}}, editor)


def _raise_price(world: "World", offer: "Offer") -> None:
    _bring_back(world, offer, _told("price_rise"))
    first = offer.price_history[BASE_MARKETPLACE][0][1]
    edit(world, offer, price_patch(first * Decimal("1.18")), _told("price_rise"))


def _drop_keyword(world: "World", offer: "Offer") -> None:
    edit(world, offer, {"name": "Młynek ręczny żarnowy z regulacją mielenia stalowy"}, _told("title_edit"))


def _rewrite(world: "World", offer: "Offer") -> None:
    text = (
        f"{offer.article.title}. Podwójna ścianka trzyma ciepło przez sześć godzin, zakrętka nie przecieka w plecaku. "
        "Kubek można myć w zmywarce."
    )
    document = description(offer.title, text, offer.document["images"][0])
    edit(world, offer, {"description": document}, _told("edit_without_effect"))


def _run_out(world: "World", offer: "Offer") -> None:
    """A stock-taking finds two pieces; once they are sold the offer ends, and the refill comes nine days later."""
    offer.out_of_stock_story = "out_of_stock"
    edit(world, offer, {"stock": {"available": 2}}, _told("out_of_stock"))
    world.schedule(world.now + _BY_KEY["out_of_stock"].lasts_days * DAY, partial(_refill, world, offer))


def _refill(world: "World", offer: "Offer") -> None:
    offer.out_of_stock_story = None
    patch: Json = {"stock": {"available": 180}, "publication": {"status": "ACTIVE"}}
    edit(world, offer, patch, _told("out_of_stock"))


def _slow_handling(world: "World", offer: "Offer") -> None:
    edit(world, offer, {"delivery": {"handlingTime": "P7D"}}, _told("silent_handling_time"))


_TELLERS = {
    "title_edit": _drop_keyword,
    "price_rise": _raise_price,
    "edit_without_effect": _rewrite,
    "out_of_stock": _run_out,
    "silent_handling_time": _slow_handling,
}
