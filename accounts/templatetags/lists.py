"""What every list offers around its rows: saved views; and the keyboard shortcuts of all pages."""

from typing import Any

from django import template
from django.http import HttpRequest

from accounts.models import ListPage, Membership, Role
from accounts.preferences import PreferenceKey, preference
from accounts.saved_views import LONGEST_NAME, address_of_list, query_of, views_of

register = template.Library()


@register.inclusion_tag("lists/_saved_views.html", takes_context=True)
def saved_views(context: template.Context, page: str) -> dict[str, Any]:
    """The menu of the saved views of a list, with the form that keeps its present filters. One query."""
    member: Membership = context["membership"]
    request: HttpRequest = context["request"]
    now, of_list = query_of(request.GET.urlencode()), ListPage(page)
    views = [
        {
            "view": view,
            "address": address_of_list(of_list, view.query),
            "is_current": view.query == now,
            "is_own": view.author_id == member.user_id,
            "may_delete": view.author_id == member.user_id or member.may(Role.ADMIN),
        }
        for view in views_of(member.user, of_list)
    ]
    return {
        "views": views,
        "current": next((each["view"] for each in views if each["is_current"]), None),
        "page": page,
        "query": now,
        "may_share": member.may(Role.ANALYST),
        "longest": LONGEST_NAME,
    }


@register.simple_tag(takes_context=True)
def shortcuts_are_off(context: template.Context) -> bool:
    """Whether the reader switched single-key shortcuts off. One query on pages of a workspace, none elsewhere."""
    member: Membership | None = context.get("membership")
    if member is None:
        return False
    return bool(preference(member.user, PreferenceKey.SHORTCUTS, {}).get("off"))
