"""The newcomer's way on the dashboard."""

from django import template
from django.utils import timezone

from accounts.models import Membership
from accounts.scoping import workspace_scope
from allegro.first_run import FirstRun, is_shown, read_first_run

register = template.Library()


@register.simple_tag(takes_context=True)
def first_run(context: template.Context) -> FirstRun | None:
    """The steps for the card; None where it was put away. Uses the dashboard's `overview` for the biggest fall."""
    membership: Membership | None = context.get("membership")
    if membership is None:
        return None
    with workspace_scope(membership.workspace):
        way = read_first_run(membership, getattr(context.get("overview"), "fallen", None) or ())
        return way if is_shown(membership, way, timezone.now()) else None
