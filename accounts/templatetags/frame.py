"""What the page frame asks for: where the reader is, which workspace, where trial mail lies."""

from typing import Any
from urllib.parse import urljoin

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from accounts.access import current_membership, memberships_in
from accounts.models import AccountStatus, Membership, SellerAccount
from accounts.scoping import workspace_scope

register = template.Library()


@register.simple_tag
def public_address(name: str) -> str:
    """The whole address of a static file, for those who see a page elsewhere."""
    return str(urljoin(settings.BASE_URL, static(name)))


@register.inclusion_tag("includes/nav_link.html", takes_context=True)
def nav_link(context: template.Context, name: str, label: str, icon: str, *also: str) -> dict[str, Any]:
    """A navigation entry to the address called `name`, marked current on it and below it and below `also`."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return {}
    request: HttpRequest | None = context.get("request")
    path = request.path if request else ""
    # Everything lies below "/", so the home page is current only on itself and below `also`.
    below = also if address == "/" else (address, *also)
    is_current = path == address or path.startswith(below)
    return {"address": address, "label": label, "icon": icon, "is_current": is_current}


@register.simple_tag(takes_context=True)
def frame_memberships(context: template.Context) -> dict[str, Any]:
    """The reader's current membership and all of them, also on pages that are not a workspace's own."""
    request: HttpRequest | None = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {"current": None, "all": []}
    return {"current": context.get("membership") or current_membership(request), "all": memberships_in(request)}


@register.simple_tag(takes_context=True)
def lost_connections(context: template.Context) -> list[SellerAccount]:
    """The workspace's accounts whose grant has ended, for the banner; empty on pages that are no workspace's own."""
    membership: Membership | None = context.get("membership")
    if membership is None:
        return []
    with workspace_scope(membership.workspace):
        accounts = membership.workspace.linked_accounts
    return [account for account in accounts if account.status == AccountStatus.RECONNECT_REQUIRED]


@register.simple_tag
def page_languages() -> list[dict[str, Any]]:
    """The languages of the pages: each one's `code`, `name` in itself, and whether it `is_current`."""
    now = get_language() or settings.LANGUAGE_CODE
    return [{"code": code, "name": name, "is_current": code == now} for code, name in settings.LANGUAGES]


@register.simple_tag
def trial_mail_folder() -> str:
    """The folder into which a trial writes its mail; empty where mail is really sent."""
    return str(getattr(settings, "EMAIL_FILE_PATH", "") or "") if settings.LOCAL else ""
