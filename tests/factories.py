"""Makes users, workspaces, accounts and facts for tests."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Membership, Role, SellerAccount, User, Workspace
from offers.models import Offer

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory):
    """A person whose e-mail address is verified, so that signing in works."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)


class WorkspaceFactory(DjangoModelFactory):
    class Meta:
        model = Workspace

    name = factory.Sequence(lambda number: f"Firm {number}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class SellerAccountFactory(DjangoModelFactory):
    class Meta:
        model = SellerAccount

    workspace = factory.SubFactory(WorkspaceFactory)
    environment = "simulator"
    allegro_id = factory.Sequence(lambda number: str(44300000 + number))
    login = factory.Sequence(lambda number: f"seller_{number}")
    base_marketplace = "allegro-pl"
    connected_at = START


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    account = factory.SubFactory(SellerAccountFactory)
    allegro_id = factory.Sequence(lambda number: str(17000000000 + number))
    title = factory.Sequence(lambda number: f"Kawa ziarnista Brazylia Santos {number} kg")
    price = "49.90"
    currency = "PLN"
    stock = 20
    status = "ACTIVE"
    first_seen_at = START
