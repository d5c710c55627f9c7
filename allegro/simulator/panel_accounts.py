"""The panel's page of the accounts: their open sessions, and the buttons that end them as a seller or Allegro does."""

from flask import Blueprint, request

from allegro.simulator.accounts import BLOCK, CHANGES, UNBLOCK, Accounts
from allegro.simulator.answers import simulation
from allegro.simulator.catalogue import SELLERS
from allegro.simulator.control_accounts import UNLINK, account_document, become_another, happen
from allegro.simulator.documents import Json
from allegro.simulator.instants import parse_instant
from allegro.simulator.pages import local, page
from allegro.simulator.validation import Refusal

blueprint = Blueprint("panel_accounts", __name__, url_prefix="/panel/accounts")
OTHER_ENVIRONMENT = "other_environment"


@blueprint.get("/")
def accounts() -> str:
    """Show each account with its open sessions."""
    return _accounts_page()


def _accounts_page(refusal: str | None = None) -> str:
    return page("panel_accounts.html", accounts=[_shown(seller_id) for seller_id in SELLERS], refusal=refusal)


def _shown(seller_id: str) -> Json:
    """Return an account with the changes that can happen to it; of block and unblock only the one that can."""
    pointless = BLOCK if simulation().world.of(Accounts).blocked(seller_id) else UNBLOCK
    document = account_document(seller_id)
    for session in document["sessions"]:
        session["began"] = local(parse_instant(session["began_at"]))
    return document | {"changes": [UNLINK, *(change for change in CHANGES if change != pointless)]}


@blueprint.post("/")
def change_account() -> tuple[str, int]:
    """Let the change of the pressed button happen to the account of the form, and show the page again."""
    change = request.form.get("change", "")
    try:
        if change == OTHER_ENVIRONMENT:
            become_another()
        else:
            happen(request.form.get("account", ""), change)
    except Refusal as refusal:
        return _accounts_page(refusal.message), 422
    return _accounts_page(), 200
