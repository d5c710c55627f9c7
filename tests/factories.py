"""Makes users, workspaces, accounts and facts for tests."""

from datetime import UTC, datetime
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory, Password
from factory.helpers import post_generation

from accounts.models import Membership, Role, SellerAccount, User, Workspace
from offers.models import Offer

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory[User]):
    """A person whose e-mail address is verified, so that signing in works."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda number: f"person{number}@example.com")
    password = Password(PASSWORD)

    @post_generation
    def verified(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    class Meta:
        model = Workspace

    name = Sequence(lambda number: f"Firm {number}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    workspace = SubFactory(WorkspaceFactory)
    user = SubFactory(UserFactory)
    role = Role.OWNER


class SellerAccountFactory(DjangoModelFactory[SellerAccount]):
    class Meta:
        model = SellerAccount

    workspace = SubFactory(WorkspaceFactory)
    environment = "simulator"
    allegro_id = Sequence(lambda number: str(44300000 + number))
    login = Sequence(lambda number: f"seller_{number}")
    base_marketplace = "allegro-pl"
    connected_at = START


class OfferFactory(DjangoModelFactory[Offer]):
    class Meta:
        model = Offer

    account = SubFactory(SellerAccountFactory)
    allegro_id = Sequence(lambda number: str(17000000000 + number))
    title = Sequence(lambda number: f"Kawa ziarnista Brazylia Santos {number} kg")
    price = "49.90"
    currency = "PLN"
    stock = 20
    status = "ACTIVE"
    first_seen_at = START
