"""The OAuth endpoints: the consent page a seller sees, and the token endpoint the application calls."""

import base64
import binascii
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from allegro.simulator.answers import answer, auth_error, now, simulation
from allegro.simulator.catalogue import SELLERS
from allegro.simulator.oauth import CLIENTS, OAuthError, granted_scopes
from allegro.simulator.words import language, scope_words, words

blueprint = Blueprint("oauth", __name__, url_prefix="/auth/oauth")
LOCAL_HOSTS = {"127.0.0.1", "localhost", "testserver"}
LOGGED_IN = "simulator_account"  # the cookie by which the browser stays logged in


@blueprint.get("/authorize")
def consent_page() -> Response | tuple[str, int]:
    """Show who asks for what, and let the seller choose the account, narrow the scopes, allow or deny.

    A browser that is logged in to an account which has agreed before is sent back at once, as at Allegro, unless
    prompt=confirm asks to show which account it is (allegro-api issues 1040 and 5622).
    """
    problem = _problem()
    if problem:
        return auth_error(400, "invalid_request", problem)
    account, scope = request.cookies.get(LOGGED_IN, ""), request.args.get("scope", "")
    confirmed = request.args.get("prompt") != "confirm"
    if confirmed and simulation().grants.agreed(request.args["client_id"], account, scope):
        return _back_with_code(account, scope)
    return _page(account), 200


def _page(account: str, *, refusal: bool = False) -> str:
    known = scope_words()
    return render_template(
        "consent.html",
        words=words(),
        language=language(),
        client_id=request.args["client_id"],
        scopes=[(scope, known.get(scope)) for scope in granted_scopes(request.args.get("scope", ""))],
        sellers=SELLERS.values(),
        account=account if account in SELLERS else next(iter(SELLERS)),
        refusal=refusal,
    )


@blueprint.post("/authorize")
def consent_given() -> Response | tuple[str, int]:
    """Send the seller back with a code, or with access_denied.

    Form: account, decision=allow|deny and, if it says narrowed=1, each `scope` left ticked; otherwise all are.
    """
    problem = _problem()
    if problem:
        return auth_error(400, "invalid_request", problem)
    account = request.form.get("account", "")
    if request.form.get("decision") != "allow":
        return _back({"error": "access_denied", "error_description": "User denied access"})
    if account not in SELLERS:
        return auth_error(400, "invalid_request", "Unknown account")
    scope = _ticked(request.form)
    if scope is None:
        return _page(account, refusal=True), 422
    return _back_with_code(account, scope)


def _ticked(form: MultiDict[str, str]) -> str | None:
    """Return the scopes to grant, or None if the seller left none."""
    asked = request.args.get("scope", "")
    if not form.get("narrowed"):
        return asked
    left = [scope for scope in granted_scopes(asked) if scope in form.getlist("scope")]
    return " ".join(left) or None


def _back_with_code(account: str, scope: str) -> Response:
    code = simulation().grants.issue_code(
        request.args["client_id"], account, request.args["redirect_uri"], scope, request.args.get("code_challenge")
    )
    response = _back({"code": code})
    response.set_cookie(LOGGED_IN, account, httponly=True, samesite="Lax", path="/auth/")
    return response


@blueprint.get("/login")
def login() -> str:
    """Show the page to which a misled request is sent: a form to log in where JSON was expected."""
    return render_template("login.html", words=words(), language=language())


def _problem() -> str | None:
    arguments = request.args
    target = urlsplit(arguments.get("redirect_uri", ""))
    if arguments.get("client_id") not in CLIENTS:
        return "Invalid client_id"
    if arguments.get("response_type") != "code":
        return "response_type must be code"
    if target.scheme not in {"http", "https"} or target.hostname not in LOCAL_HOSTS:
        return "Redirect URI mismatch."
    if arguments.get("code_challenge") and arguments.get("code_challenge_method") != "S256":
        return "code_challenge_method must be S256"
    return None


def _back(parameters: dict[str, str]) -> Response:
    if request.args.get("state"):
        parameters["state"] = request.args["state"]
    target = request.args["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    found = redirect(f"{target}{joint}{urlencode(parameters)}", 302)
    return Response(status=302, headers={"Location": found.headers["Location"]})


@blueprint.post("/token")
def token() -> Response:
    """Answer a token pair for a code or a refresh token, or an AuthError."""
    try:
        body = _grant()
    except OAuthError as error:
        return auth_error(error.status, error.error, error.description)
    simulation().save()
    response = answer(body)
    response.content_type = "application/json;charset=UTF-8"
    return response


def _grant() -> dict[str, object]:
    fields = request.values
    grants, kind = simulation().grants, fields.get("grant_type", "")
    if kind == "refresh_token":
        client_id = _basic_client()
        _refuse_haste(fields.get("refresh_token", ""))
        return grants.rotate(fields.get("refresh_token", ""), client_id, now())
    if kind != "authorization_code":
        raise OAuthError(400, "unsupported_grant_type", f"Unsupported grant type: {kind}")
    verifier = fields.get("code_verifier")
    client_id = fields.get("client_id", "") if verifier and not request.authorization else _basic_client()
    if client_id not in CLIENTS:
        raise OAuthError(401, "invalid_client", "Unknown client")
    _refuse_haste(fields.get("code", ""))
    return grants.redeem_code(fields.get("code", ""), client_id, fields.get("redirect_uri", ""), verifier, now())


def _refuse_haste(token: str) -> None:
    """Raise OAuthError 429 if the account of a code or refresh token got too many pairs (allegro-api issue 8321)."""
    account = simulation().grants.holder(token)
    if account and not simulation().rate_limit.admits_token(account, now()):
        raise OAuthError(429, "too_many_requests", "Too many requests")


def _basic_client() -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client_id, secret = "", ""
    if kind.lower() != "basic" or CLIENTS.get(client_id) != secret:
        raise OAuthError(401, "unauthorized", "Full authentication is required to access this resource")
    return client_id
