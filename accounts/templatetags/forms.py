"""A form says from which workspace's page it comes: `csrf_token` writes both of its hidden fields.

Built into every template (settings, "builtins"), so that no form can forget it: someone with two tabs who changes the
workspace in one must not write into it from the other.
"""

from typing import cast

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.access import PAGE_WORKSPACE

register = template.Library()


class FormTokenNode(CsrfTokenNode):
    """Django's hidden field and, on a workspace's page, the workspace's id."""

    def render(self, context: template.Context) -> SafeString:
        """Both fields as HTML."""
        token = cast(SafeString, super().render(context))
        membership = context.get("membership")
        if membership is None:
            return token
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', token, PAGE_WORKSPACE, membership.workspace_id
        )


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> FormTokenNode:
    """In the place of Django's tag of this name."""
    return FormTokenNode()
