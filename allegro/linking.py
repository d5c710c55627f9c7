"""Linking an Allegro account: from the button to a stored grant. State is bound to session and workspace, used once."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.models import AccountStatus, Environment, SellerAccount, User, Workspace, record_audit
from allegro import oauth
from allegro.api.account import Me
from allegro.api.client import AllegroClient
from allegro.api.transport import FixedToken
from allegro.errors import AllegroError
from allegro.grants import disconnect, store_tokens
from allegro.models import RunTrigger
from allegro.scopes import PROFILE, READ_SCOPES, missing_scopes
from allegro.tasks import run_sync

SESSION_KEY = "allegro_links"
LINK_SECONDS = 15 * 60
LINKS_AT_ONCE = 5


class StateMismatch(AllegroError):
    """The state that came back is unknown to this session, used already, too old or of another workspace."""

    code = "state_mismatch"


class OtherAccount(AllegroError):
    """The seller signed in at Allegro as `login`, someone else than the account to be reconnected."""

    code = "other_account"

    def __init__(self, login: str) -> None:
        super().__init__()
        self.login = login


class ProfileRequired(AllegroError):
    """The consent leaves out the profile, so that nobody can tell whose account this is."""

    code = "profile_required"


@dataclass(frozen=True, slots=True)
class PendingLink:
    """What the session remembers while the seller is at Allegro; `reconnect` is the account id, or empty."""

    workspace: str
    verifier: str = field(repr=False)
    reconnect: str
    started: float


def begin_link(
    session: SessionBase,
    workspace: Workspace,
    redirect_uri: str,
    reconnect: str = "",
    optional_scopes: Sequence[str] = (),
) -> str:
    """Remember a new link request in the session and return Allegro's consent address. Raises NotConfigured."""
    authorization = oauth.begin(redirect_uri, (*READ_SCOPES, *optional_scopes))
    pending = PendingLink(str(workspace.pk), authorization.verifier, reconnect, time.time())
    links = dict(session.get(SESSION_KEY, {}))
    links[authorization.state] = asdict(pending)
    newest = sorted(links, key=lambda state: links[state]["started"])[-LINKS_AT_ONCE:]
    session[SESSION_KEY] = {state: links[state] for state in newest}
    return authorization.url


def take_pending(session: SessionBase, state: str, workspace: Workspace) -> PendingLink:
    """The link request of `state`, forgotten with this call so that it works once. Raises StateMismatch."""
    links = dict(session.get(SESSION_KEY, {}))
    stored = links.pop(state, None)
    session[SESSION_KEY] = links
    # The session is saved only after the answer, so of two requests at one moment the cache admits the first.
    if stored is None or not cache.add(f"allegro-state:{state}", 1, LINK_SECONDS):
        raise StateMismatch
    pending = PendingLink(**stored)
    if pending.workspace != str(workspace.pk) or time.time() - pending.started > LINK_SECONDS:
        raise StateMismatch
    return pending


def complete_link(
    workspace: Workspace, user: User, pending: PendingLink, code: str, redirect_uri: str
) -> SellerAccount:
    """Exchange the code, ask whose account it is, store it and start its first sync.

    Raises CodeRefused, Unavailable, OtherAccount, ProfileRequired and the client's errors; then nothing is stored.
    """
    tokens = oauth.exchange(code, pending.verifier, redirect_uri)
    if PROFILE in missing_scopes(tokens.scopes):
        raise ProfileRequired
    client = AllegroClient(FixedToken(tokens.access), f"link:{workspace.pk}")
    try:
        me = client.me()
    finally:
        client.close()
    return _store_link(workspace, user, pending, tokens, me)


@transaction.atomic
def _store_link(workspace: Workspace, user: User, pending: PendingLink, tokens: oauth.Tokens, me: Me) -> SellerAccount:
    if pending.reconnect:
        expected = SellerAccount.objects.filter(pk=pending.reconnect, environment=Environment.here()).first()
        if expected is None or expected.allegro_id != me.id:
            raise OtherAccount(me.login)
    now = timezone.now()
    account, created = SellerAccount.objects.update_or_create(
        workspace=workspace,
        environment=Environment.here(),
        allegro_id=me.id,
        defaults={
            "login": me.login,
            "base_marketplace": me.base_marketplace,
            "status": AccountStatus.CONNECTED,
            "scopes": sorted(tokens.scopes),
            "connected_at": now,
            "status_changed_at": now,
            "reconnect_told_at": None,
            "next_sync_at": now + settings.JOURNAL_INTERVAL,
        },
    )
    store_tokens(account, tokens, now)
    record_audit(workspace, user, "account.linked" if created else "account.relinked", me.login, allegro_id=me.id)
    run_sync.delay_on_commit(str(account.pk), RunTrigger.LINK)  # type: ignore[attr-defined]  # celery-types lacks it
    linked: SellerAccount = account
    return linked


def unlink(account: SellerAccount, user: User) -> None:
    """Disconnect: the tokens are forgotten, the history stays."""
    with transaction.atomic():
        disconnect(account, timezone.now())
        record_audit(account.workspace, user, "account.disconnected", account.login, allegro_id=account.allegro_id)
