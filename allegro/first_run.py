"""The way of a newcomer: connect, first sync, a report, the biggest fall. Each step's state comes from facts alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.models import AccountStatus, Environment, Membership, Role, SellerAccount
from accounts.preferences import PreferenceKey, preference
from allegro.models import SyncRun
from allegro.progress import RunView, run_view
from offers.reading.falls import FallenOffer

# So long after a workspace was made its way stays in sight although every step is done.
NEW_FOR = timedelta(days=7)
HIDDEN = "hidden"
# What reports.models calls an upload whose rows count; that app stands above this one.
IMPORTED = "imported"


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The steps' states and what each shows: `account` is the one whose first sync is followed, by its newest `run`."""

    connect: StepState
    sync: StepState
    report: StepState
    look: StepState
    account: SellerAccount | None
    run: RunView | None
    fallen: FallenOffer | None
    may_connect: bool
    has_sample: bool

    @property
    def is_done(self) -> bool:
        """Whether everything that leaves a trace is done; looking leaves none."""
        return {self.connect, self.sync, self.report} == {StepState.DONE}

    @property
    def is_moving(self) -> bool:
        """Whether the first sync is under way or about to begin, so that the page asks again."""
        return self.sync is StepState.NOW and (self.run is None or self.run.is_running)

    @property
    def steps_done(self) -> int:
        """How many of the four are behind."""
        return [self.connect, self.sync, self.report, self.look].count(StepState.DONE)


def read_first_run(membership: Membership, fallen: Sequence[FallenOffer] = ()) -> FirstRun:
    """The way of the workspace in scope; `fallen` are the offers that fell, the worst first."""
    linked = sorted(membership.workspace.linked_accounts, key=lambda account: account.connected_at)
    accounts = [account for account in linked if account.status != AccountStatus.DISCONNECTED]
    synced = [account for account in accounts if account.last_full_sync_at or account.last_synced_at]
    followed = None if synced or not accounts else accounts[-1]
    newest = SyncRun.objects.filter(account=followed).first() if followed else None
    has_report = SellerAccount.objects.filter(uploads__status=IMPORTED).exists()
    return FirstRun(
        connect=StepState.DONE if accounts else StepState.NOW,
        sync=_state(bool(synced), bool(accounts)),
        report=_state(has_report, bool(synced)),
        look=StepState.NOW if fallen else StepState.LATER,
        account=followed,
        run=run_view(newest) if newest else None,
        fallen=fallen[0] if fallen else None,
        may_connect=membership.may(Role.ADMIN),
        has_sample=Environment.here() is Environment.SIMULATOR,
    )


def _state(is_done: bool, may_begin: bool) -> StepState:
    return StepState.DONE if is_done else StepState.NOW if may_begin else StepState.LATER


def is_shown(membership: Membership, way: FirstRun, now: datetime) -> bool:
    """Whether the dashboard shows the way: to those who can go it, until it is put away or all is done and old.

    Taken up again (`hidden` is false) it stays until it is put away once more.
    """
    if not membership.may(Role.ANALYST):
        return False
    hidden = preference(membership.user, PreferenceKey.FIRST_RUN, {}).get(HIDDEN)
    if hidden is not None:
        return not hidden
    return not way.is_done or now - membership.workspace.created_at < NEW_FOR
