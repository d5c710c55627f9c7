"""The stored grant of one account: read it, renew it once under its lock, give it up when Allegro has."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from accounts.models import AccountStatus, OAuthGrant, SellerAccount
from allegro import oauth
from allegro.errors import AllegroError, ReconnectRequired

log = structlog.get_logger(__name__)

RENEW_AHEAD = timedelta(minutes=10)
# A refresh token lives three months and each use renews it; two leave a month for whatever keeps us from it.
IDLE_AFTER = timedelta(days=60)
Clock = Callable[[], datetime]


def store_tokens(account: SellerAccount, tokens: oauth.Tokens, now: datetime) -> None:
    """Save a pair as the account's grant, in place of the one before."""
    OAuthGrant.objects.update_or_create(
        account=account,
        defaults={
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "access_expires_at": now + timedelta(seconds=tokens.expires_in),
            "refreshed_at": now,
        },
    )


class StoredGrant:
    """Gives access tokens of one account to the client, renewing them when they are about to expire."""

    def __init__(self, account: SellerAccount, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._grant: OAuthGrant | None = None

    def current(self) -> str:
        """A token believed to be valid. Raises ReconnectRequired, Unavailable."""
        if self._grant is None:
            self._grant = _stored(self._account)
        if self._grant is None:
            raise ReconnectRequired("no grant is stored")
        token: str = self._grant.access_token
        is_expiring = self._grant.access_expires_at - RENEW_AHEAD <= self._clock()
        return self.renew(token) if is_expiring else token

    def renew(self, stale: str) -> str:
        """A token other than `stale`: the one another worker has stored meanwhile, else a new one from Allegro.

        The token endpoint is called inside the transaction, under the row lock, because refresh tokens are single-use
        and a refresh kills the access token of everyone else (allegro-api issues 7090, 8321).
        """
        try:
            self._grant = self._renew_under_lock(stale)
        except ReconnectRequired:
            # Refused. Once more with what is stored now: the seller may have linked the account anew meanwhile.
            self._grant = _stored(self._account)
            if self._grant is None or self._grant.access_token == stale:
                require_reconnect(self._account, self._clock())
                raise
        token: str = self._grant.access_token
        return token

    @transaction.atomic
    def _renew_under_lock(self, stale: str) -> OAuthGrant:
        grant: OAuthGrant | None = OAuthGrant.objects.select_for_update().filter(account=self._account).first()
        if grant is None:
            raise ReconnectRequired("the grant was removed")
        if grant.access_token != stale:
            return grant
        tokens = oauth.refresh(grant.refresh_token)
        now = self._clock()
        grant.access_token, grant.refresh_token = tokens.access, tokens.refresh
        grant.access_expires_at, grant.refreshed_at = now + timedelta(seconds=tokens.expires_in), now
        grant.save()
        log.info("grant_refreshed", account=str(self._account.pk))
        return grant


def _stored(account: SellerAccount) -> OAuthGrant | None:
    grant: OAuthGrant | None = OAuthGrant.objects.filter(account=account).first()
    return grant


def renew_if_idle(account: SellerAccount, now: datetime) -> bool:
    """Use the refresh token of a connected account that has long not been used, before it dies of age.

    Returns whether it was renewed. Trouble is left to the next attempt; a refusal requires reconnecting as always.
    """
    grant = _stored(account)
    if grant is None or grant.refreshed_at > now - IDLE_AFTER:
        return False
    try:
        StoredGrant(account, lambda: now).renew(grant.access_token)
    except AllegroError as error:
        log.warning("idle_grant_not_renewed", account=str(account.pk), error=error.code)
        return False
    return True


def require_reconnect(account: SellerAccount, now: datetime) -> None:
    """Stop scheduling the account until its seller links it again; its history stays.

    `account` as the caller loaded it: when it has been linked anew since, the refused grant is not its grant any more.
    """
    SellerAccount.objects.filter(
        pk=account.pk, connected_at=account.connected_at, status=AccountStatus.CONNECTED
    ).update(status=AccountStatus.RECONNECT_REQUIRED, status_changed_at=now, reconnect_told_at=None, next_sync_at=None)
    log.warning("reconnect_required", account=str(account.pk))


def disconnect(account: SellerAccount, now: datetime) -> None:
    """Forget the tokens and stop reading; everything recorded stays."""
    with transaction.atomic():
        OAuthGrant.objects.filter(account=account).delete()
        SellerAccount.objects.filter(pk=account.pk).update(
            status=AccountStatus.DISCONNECTED, status_changed_at=now, next_sync_at=None
        )
