"""Pieces of the pages of the reconciliation: the status badge with its sign."""

from collections.abc import Mapping
from typing import Final

from django import template
from django.utils.safestring import SafeString

from accounts.templatetags.ui import status_badge
from reports.models import ComparisonStatus

register = template.Library()

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    ComparisonStatus.AGREES: ("ok", "check"),
    ComparisonStatus.DIFFERS: ("warn", "arrows-diff"),
    ComparisonStatus.OUTDATED: ("info", "clock"),
    ComparisonStatus.NO_REFERENCE: ("neutral", "circle-dashed"),
}


@register.simple_tag
def comparison_status(status: str) -> SafeString:
    """How two values stand to each other, as a badge with its sign."""
    tone, sign = SIGNS[ComparisonStatus(status)]
    return status_badge(tone, str(ComparisonStatus(status).label), sign)
