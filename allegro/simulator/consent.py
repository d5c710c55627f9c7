"""The OAuth endpoints: the consent page a seller sees, and the token endpoint the application calls."""

import base64
import binascii
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request

from allegro.simulator.answers import answer, auth_error, now, simulation
from allegro.simulator.catalogue import SELLERS
from allegro.simulator.oauth import CLIENTS, OAuthError, granted_scopes
from allegro.simulator.words import language, words

blueprint = Blueprint("oauth", __name__, url_prefix="/auth/oauth")
LOCAL_HOSTS = {"127.0.0.1", "localhost", "testserver"}


@blueprint.get("/authorize")
def consent_page() -> Response | tuple[str, int]:
    """Show who asks for what, and let the seller choose the account, allow or deny."""
    problem = _problem()
    if problem:
        return auth_error(400, "invalid_request", problem)
    page = render_template(
        "consent.html",
        words=words(),
        language=language(),
        client_id=request.args["client_id"],
        scopes=granted_scopes(request.args.get("scope", "")),
        sellers=SELLERS.values(),
    )
    return page, 200


@blueprint.post("/authorize")
def consent_given() -> Response:
    """Send the seller back with a code, or with access_denied. Form: account, decision=allow|deny."""
    problem = _problem()
    if problem:
        return auth_error(400, "invalid_request", problem)
    account = request.form.get("account", "")
    if request.form.get("decision") != "allow":
        return _back({"error": "access_denied", "error_description": "User denied access"})
    if account not in SELLERS:
        return auth_error(400, "invalid_request", "Unknown account")
    code = simulation().grants.issue_code(
        request.args["client_id"],
        account,
        request.args["redirect_uri"],
        request.args.get("scope", ""),
        request.args.get("code_challenge"),
    )
    return _back({"code": code})


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
        return grants.rotate(fields.get("refresh_token", ""), _basic_client(), now())
    if kind != "authorization_code":
        raise OAuthError(400, "unsupported_grant_type", f"Unsupported grant type: {kind}")
    verifier = fields.get("code_verifier")
    client_id = fields.get("client_id", "") if verifier and not request.authorization else _basic_client()
    if client_id not in CLIENTS:
        raise OAuthError(401, "invalid_client", "Unknown client")
    return grants.redeem_code(fields.get("code", ""), client_id, fields.get("redirect_uri", ""), verifier, now())


def _basic_client() -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client_id, secret = "", ""
    if kind.lower() != "basic" or CLIENTS.get(client_id) != secret:
        raise OAuthError(401, "unauthorized", "Full authentication is required to access this resource")
    return client_id
