"""Tokens and accounts of the simulator, touched by tests: under /_simulator/, not a part of Allegro."""

from flask import Blueprint, Response

from allegro.simulator.accounts import CHANGE, UNBLOCK, Accounts
from allegro.simulator.answers import plain_json, simulation
from allegro.simulator.catalogue import COFFEE_SELLER, SELLERS
from allegro.simulator.control_body import control_body
from allegro.simulator.documents import Json
from allegro.simulator.instants import iso_micros

blueprint = Blueprint("control_accounts", __name__, url_prefix="/_simulator")
UNLINK = "unlink"


@blueprint.post("/tokens/revoke")
def revoke_tokens() -> Response:
    """Kill every token of {"account": id}, as when a seller unlinks the application."""
    happen(str(control_body().get("account", COFFEE_SELLER.id)), UNLINK)
    return plain_json({"status": "ok"})


@blueprint.post("/tokens/other-environment")
def make_tokens_foreign() -> Response:
    """Make every token one of another environment, which no conversion to JSON understands."""
    become_another()
    return plain_json({"status": "ok"})


@blueprint.get("/accounts")
def list_accounts() -> Response:
    """Answer each account with its mail address, whether its sales are blocked, and its open sessions."""
    return plain_json({"accounts": [account_document(seller_id) for seller_id in SELLERS]})


@blueprint.post("/accounts")
def change_account() -> Response:
    """Let something happen to an account: {"account": id, "change": "password"}; the changes are in accounts.

    Besides these "unlink" is known, which ends the sessions and forgets the consent.
    """
    body = control_body()
    happen(str(body.get("account", COFFEE_SELLER.id)), str(body.get("change")))
    return list_accounts()


def happen(seller_id: str, change: str) -> None:
    """Let a change happen to an account and end its sessions; raise Refusal for an unknown change or account."""
    if change == UNLINK:
        simulation().grants.revoke(seller_id)
    else:
        simulation().do(CHANGE, seller_id, {"change": change})
        if change != UNBLOCK:
            simulation().grants.end_sessions(seller_id)
    simulation().save()


def become_another() -> None:
    """Let every token made so far be one of another environment."""
    simulation().grants.move_elsewhere()
    simulation().save()


def account_document(seller_id: str) -> Json:
    """Return an account as JSON, its sessions in the order in which they were opened."""
    simulator = simulation()
    accounts, seller = simulator.world.of(Accounts), SELLERS[seller_id]
    sessions = [session for session in simulator.grants.sessions.values() if session.account_id == seller_id]
    return {
        "id": seller.id,
        "login": seller.login,
        "email": accounts.email(seller),
        "blocked": accounts.blocked(seller.id),
        "sessions": [
            {"client_id": session.client_id, "began_at": iso_micros(session.began_at), "scopes": session.scopes}
            for session in sessions
        ],
    }
