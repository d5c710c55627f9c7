"""The newcomer's way on the dashboard."""

from typing import Any

from django import template
from django.utils import timezone

from accounts.models import Membership
from accounts.scoping import workspace_scope
from allegro.first_run import is_shown, read_first_run

register = template.Library()


@register.inclusion_tag("settings/first_run.html", takes_context=True)
def first_run(context: template.Context) -> dict[str, Any]:
    """The card with the steps; nothing where it was put away. Uses the dashboard's `overview` for the biggest fall."""
    membership: Membership | None = context.get("membership")
    if membership is None:
        return {}
    overview = context.get("overview")
    with workspace_scope(membership.workspace):
        way = read_first_run(membership, getattr(overview, "fallen", None) or ())
        if not is_shown(membership, way, timezone.now()):
            return {}
    return {
        "way": way,
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "membership": membership,
    }
