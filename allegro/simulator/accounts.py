"""What a seller, or Allegro, does to an account as a whole: a new mail address, a block of its sales."""

from allegro.simulator.catalogue import SELLERS, Seller
from allegro.simulator.documents import Json
from allegro.simulator.validation import Refusal
from allegro.simulator.world import World

# Each ends all sessions of the account; only the block itself is lifted without touching one
# (https://developer.allegro.pl/tutorials/uwierzytelnianie-i-autoryzacja-zlq9e75GdIR, allegro-api issue 6885).
PASSWORD, EMAIL, LOGOUT, BLOCK, UNBLOCK = "password", "email", "logout", "sales_block", "sales_unblock"
CHANGES = (PASSWORD, EMAIL, LOGOUT, BLOCK, UNBLOCK)


class Accounts:
    """The accounts as far as they differ from how they were opened."""

    def __init__(self, _: World) -> None:
        self._blocked: set[str] = set()
        self._addresses: dict[str, int] = {}

    def blocked(self, seller_id: str) -> bool:
        """Return whether the account may not sell; its offers cannot be edited then."""
        return seller_id in self._blocked

    def email(self, seller: Seller) -> str:
        """Return the account's mail address, which is new after each change."""
        number = self._addresses.get(seller.id, 0)
        return f"{seller.login}{f'.{number}' if number else ''}@poczta.example"

    def change(self, seller_id: str, kind: str) -> None:
        """Let one of CHANGES happen; raise Refusal for another."""
        if kind not in CHANGES:
            raise Refusal("UnknownChange", "change", f"One of {', '.join(CHANGES)}.")
        if kind == EMAIL:
            self._addresses[seller_id] = self._addresses.get(seller_id, 0) + 1
        elif kind == BLOCK:
            self._blocked.add(seller_id)
        elif kind == UNBLOCK:
            self._blocked.discard(seller_id)


def change_account(world: World, seller_id: str, body: Json) -> None:
    """Let {"change": one of CHANGES} happen to an account; raise Refusal for another change or a stranger."""
    if seller_id not in SELLERS:
        raise Refusal("UnknownAccount", "account", f"One of {', '.join(SELLERS)}.")
    world.of(Accounts).change(seller_id, str(body.get("change")))


def require_selling(world: World, seller_id: str) -> None:
    """Raise Refusal if the sales of an account are blocked."""
    if world.of(Accounts).blocked(seller_id):
        raise Refusal("AccountBlocked", "", "The sales of this account are blocked.")


CHANGE = "account"
DEEDS = {CHANGE: change_account}
