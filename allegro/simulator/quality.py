"""A seller's sales quality, one result per closed Warsaw day, from the seed and the day alone."""

import math
from datetime import date, timedelta

from allegro.simulator.chance import stream
from allegro.simulator.documents import Json
from allegro.simulator.instants import warsaw_day

DAYS = 30
_METRICS = (
    ("BUYER_SATISFACTION", "Zadowolenie kupujących", 200),
    ("SHIPPING_ON_TIME", "Terminowość wysyłki", 150),
    ("CANCELLED_ORDERS", "Anulowane zamówienia", 100),
    ("DISCUSSIONS", "Dyskusje", 50),
)
_GRADES = ((0.9, "EXCELLENT"), (0.75, "GOOD"), (0.5, "NEUTRAL"), (0.0, "BAD"))


def quality_history(seed: int, seller_id: str, now: int) -> list[Json]:
    """Return the results of the last 30 closed days before an instant (microseconds UTC), oldest first."""
    today = warsaw_day(now)
    return [_result(seed, seller_id, today - timedelta(days=back)) for back in range(DAYS, 0, -1)]


def _result(seed: int, seller_id: str, day: date) -> Json:
    metrics = [_metric(seed, seller_id, day, metric) for metric in _METRICS]
    score, highest = sum(metric["score"] for metric in metrics), sum(metric["maxScore"] for metric in metrics)
    grade = next(name for lowest, name in _GRADES if score >= lowest * highest)
    return {"resultFor": day.isoformat(), "score": score, "grade": grade, "maxScore": highest, "metrics": metrics}


def _metric(seed: int, seller_id: str, day: date, metric: tuple[str, str, int]) -> Json:
    """Return one metric: a level of the seller's own, a slow wave over the weeks, and a little chance each day."""
    code, name, highest = metric
    own = stream(seed, "quality", seller_id, code)
    level, phase = own.uniform(0.78, 0.94), own.uniform(0, 2 * math.pi)
    wave = 0.05 * math.sin(2 * math.pi * day.toordinal() / 45 + phase)
    chance = stream(seed, "quality", seller_id, code, day).uniform(-0.01, 0.01)
    share = min(1.0, max(0.0, level + wave + chance))
    return {"code": code, "name": name, "score": round(share * highest), "maxScore": highest}
