"""The seller: whose account it is, the sales quality, the Smart! status."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allegro.api.transport import Resource
from allegro.api.values import (
    Document,
    document,
    flag,
    given,
    number,
    optional_flag,
    optional_instant,
    optional_number,
    optional_reference,
    optional_rows,
    optional_text,
    rows,
    text,
)

# Where an account says nothing of its marketplace: the first and largest one.
POLAND = "allegro-pl"


@dataclass(frozen=True, slots=True)
class Me:
    """Whose token it is. `features` are Allegro's words, such as SUPER_SELLER; name and e-mail are not read."""

    id: str
    login: str
    base_marketplace: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityMetric:
    """One part of the sales quality, in points; `name` in the language asked for."""

    code: str
    name: str
    score: Decimal
    max_score: Decimal | None


@dataclass(frozen=True, slots=True)
class QualityDay:
    """The sales quality of one day, in points of at most `max_score`."""

    day: date
    score: Decimal
    max_score: Decimal
    grade: str
    metrics: tuple[QualityMetric, ...]
    raw: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmartCondition:
    """One condition of Smart!; `value` and `threshold` have come as numbers and as true or false."""

    code: str
    name: str
    is_fulfilled: bool | None
    is_required: bool | None = None
    value: Decimal | bool | None = None
    threshold: Decimal | bool | None = None


@dataclass(frozen=True, slots=True)
class SmartStatus:
    """Whether the seller (or the offer) has Smart!, since when, and the conditions for it."""

    is_fulfilled: bool
    changed_at: datetime | None
    conditions: tuple[SmartCondition, ...]
    raw: Document = field(repr=False)


class AccountResource(Resource):
    """GET /me, /sale/quality, /sale/smart."""

    def me(self) -> Me:
        """Whose account this is. An application token without a user gets 403, or 500 on the sandbox."""
        return self._transport.read("me", read_me)

    def quality(self) -> tuple[QualityDay, ...]:
        """The sales quality by day, 30 days at most: older ones are no longer told."""
        return self._transport.read("quality", lambda answer: rows(answer["quality"], _quality_day))

    def smart(self, marketplace: str = "") -> SmartStatus:
        """The seller's Smart! status on a marketplace, on the own one by default."""
        return self._transport.read("smart", read_smart, given({"marketplaceId": marketplace}))


def read_me(answer: Any) -> Me:
    """From GET /me."""
    marketplace = optional_reference(answer.get("baseMarketplace")) or POLAND
    features = tuple(text(each) for each in answer.get("features") or ())
    return Me(text(answer["id"]), text(answer["login"]), marketplace, features)


def read_smart(answer: Any) -> SmartStatus:
    """From GET /sale/smart; also the common part of GET /sale/offers/{offerId}/smart."""
    classification = answer["classification"]
    return SmartStatus(
        is_fulfilled=flag(classification["fulfilled"]),
        changed_at=optional_instant(classification.get("lastChanged")),
        conditions=optional_rows(answer.get("conditions"), _condition),
        raw=document(answer),
    )


def _quality_day(day: Document) -> QualityDay:
    return QualityDay(
        day=date.fromisoformat(day["resultFor"]),
        score=number(day["score"]),
        max_score=number(day["maxScore"]),
        grade=text(day["grade"]),
        metrics=rows(day["metrics"], _metric),
        raw=day,
    )


def _metric(metric: Document) -> QualityMetric:
    score, max_score = number(metric["score"]), optional_number(metric.get("maxScore"))
    return QualityMetric(text(metric["code"]), text(metric["name"]), score, max_score)


def _condition(condition: Document) -> SmartCondition:
    return SmartCondition(
        code=text(condition["code"]),
        name=optional_text(condition.get("name")),
        is_fulfilled=optional_flag(condition.get("fulfilled")),
        is_required=optional_flag(condition.get("required")),
        value=_measure(condition.get("value")),
        threshold=_measure(condition.get("threshold")),
    )


def _measure(value: Any) -> Decimal | bool | None:
    return value if isinstance(value, bool) else optional_number(value)
