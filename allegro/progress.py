"""A sync run in words: what each stage does, how far it is, what went wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allegro.messages import message_for
from allegro.models import RunKind, RunStatus, SyncRun
from allegro.scopes import is_wanted
from allegro.sync.run import STAGES, SWITCHED_OFF

STAGE_LABELS: dict[str, str | Promise] = {
    "journal": _("Journal of changes"),
    "listing": _("Offer list"),
    "details": _("Offer details"),
    "promotions": _("Promotions and price rules"),
    "terms": _("Delivery and after-sales terms"),
    "campaigns": _("Campaigns"),
    "categories": _("Categories"),
    "extras": _("Translations, ratings and Smart!"),
    "products": _("Catalogue products"),
    "orders": _("Orders"),
    "order_history": _("Orders of the year before"),
    "returns": _("Customer returns"),
    "billing": _("Fees"),
    "billing_history": _("Fees of the year before"),
    "changes": _("Working out changes"),
}
COUNT_LABELS: dict[str, str | Promise] = {
    "events": _("new events"),
    "gaps": _("gaps noted"),
    "listed": _("offers listed"),
    "missing": _("missing from the list"),
    "counters_faulty": _("without visitors, because Allegro showed none of any offer"),
    "details": _("offers read"),
    "parts": _("prices and stocks read"),
    "changed": _("with a change"),
    "gone": _("no longer at Allegro"),
    "extras": _("offers read"),
    "products": _("products read"),
    "no_products": _("products that Allegro no longer has"),
    "shared": _("price lists, policies and rules read"),
    "shared_changed": _("of them changed"),
    "moved": _("offers with a change"),
    "incomplete": _("lists that could not be read to their end"),
    "postponed": _("put off"),
    "order_events": _("order events"),
    "orders": _("orders read"),
    "lines": _("order lines changed"),
    "weeks": _("weeks read"),
    "weeks_again": _("weeks read again, because orders moved meanwhile"),
    "returns": _("returns read"),
    "return_states": _("returns that are new or have moved"),
    "returns_linked": _("returned items linked to their order"),
    "fees": _("fees read"),
    "new_fees": _("new fees"),
    "derived": _("offers worked out"),
}


@dataclass(frozen=True, slots=True)
class FailureView:
    """One thing that could not be read: what, why in words, and the trace id for Allegro's support."""

    subject: str
    message: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage as shown: its label, "waiting", "running", "succeeded", "failed" or "switched_off", counts, message."""

    label: str
    status: str
    counts: list[tuple[str, int]]
    message: str
    trace_id: str
    failures: list[FailureView]
    started_at: datetime | None
    finished_at: datetime | None
    weeks_read: int = 0
    weeks: int = 0

    @property
    def share(self) -> float:
        """How much of the stage is done, from 0 to 1; of a running one only where that is known."""
        if self.status in {"succeeded", "failed", SWITCHED_OFF}:
            return 1.0
        return self.weeks_read / self.weeks if self.weeks else 0.0


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as shown, with the share of its stages that are done in per cent."""

    run: SyncRun
    stages: list[StageView]
    percent: int
    message: str

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.run.status == RunStatus.RUNNING


def run_view(run: SyncRun) -> RunView:
    """The run with every stage of its kind, also those still to come."""
    entries = {entry["stage"]: entry for entry in run.stages}
    names = [
        name for name, _stage in STAGES[RunKind(run.kind)] if name in entries or is_wanted(name, run.account.scopes)
    ]
    stages = [_stage_view(name, entries.get(name)) for name in names]
    done = sum(stage.share for stage in stages)
    # A stage that failed says why itself; an interrupted run has no such stage.
    message = message_for(run.error) if run.error and not any(stage.message for stage in stages) else ""
    return RunView(run, stages, round(100 * done / len(stages)), message)


def _stage_view(name: str, entry: dict[str, Any] | None) -> StageView:
    entry = entry or {"status": "waiting", "counts": {}}
    counts = [(str(COUNT_LABELS.get(key, key)), count) for key, count in entry["counts"].items()]
    error = entry.get("error", "")
    weeks_read, weeks = entry.get("progress") or (0, 0)
    return StageView(
        label=str(STAGE_LABELS[name]),
        status=entry["status"],
        counts=counts,
        message=message_for(error) if error else "",
        trace_id=entry.get("trace_id", ""),
        failures=[
            FailureView(failure["subject"], message_for(failure["error"]), failure["trace_id"])
            for failure in entry.get("failures", [])
        ],
        started_at=_instant(entry.get("started_at")),
        finished_at=_instant(entry.get("finished_at")),
        weeks_read=weeks_read,
        weeks=weeks,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
