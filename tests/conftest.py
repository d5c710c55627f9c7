"""Fixtures that every part of the suite shares: one workspace with its people, and a stranger who must see nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import Membership, Role, SellerAccount, User, Workspace
from accounts.scoping import every_workspace, workspace_scope
from offers.models import Offer
from tests.database import migrated_template
from tests.factories import MembershipFactory, OfferFactory, SellerAccountFactory, UserFactory


@dataclass(frozen=True)
class Team:
    """A workspace, one person of each kind, one linked account and one offer; `stranger` owns another workspace."""

    workspace: Workspace
    owner: User
    viewer: User
    stranger: User
    account: SellerAccount
    offer: Offer


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """Each process's database is a copy of one in which the migrations have run."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of the tests; a connection that a server's thread still holds at the end does not keep it alive."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def team(db: None) -> Team:
    """See `Team`."""
    with every_workspace():
        owner = cast(Membership, MembershipFactory())
        viewer = cast(Membership, MembershipFactory(workspace=owner.workspace, role=Role.VIEWER))
        stranger = cast(Membership, MembershipFactory())
        account = cast(SellerAccount, SellerAccountFactory(workspace=owner.workspace))
        offer = cast(Offer, OfferFactory(account=account))
    return Team(owner.workspace, owner.user, viewer.user, stranger.user, account, offer)


@pytest.fixture
def in_workspace(team: Team) -> Iterator[Team]:
    """The team, with its workspace's scope active during the test."""
    with workspace_scope(team.workspace):
        yield team


@pytest.fixture
def owner_client(team: Team) -> Client:
    """A test client signed in as the owner."""
    client = Client()
    client.force_login(team.owner)
    return client


@pytest.fixture
def staff_client(db: None) -> Client:
    """A test client signed in as a member of staff with every permission."""
    client = Client()
    client.force_login(cast(User, UserFactory(is_staff=True, is_superuser=True)))
    return client


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    """Argon2 is slow on purpose; no test is about its strength."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """allauth's rate limits and the request budget live in the cache: no test may use up another's."""
    cache.clear()
