"""Form controls of the lists' filters."""

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class QuickSelect(forms.Select):
    """A select without a template for each option: a list of a hundred fields costs more than the rows of a page."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The select element with its groups and options; `renderer` is not needed."""
        chosen = self.format_value(value)
        parts = [
            format_html('<optgroup label="{}">{}</optgroup>', group, _options(options)) if group else _options(options)
            for group, options, _index in self.optgroups(name, chosen, attrs)
        ]
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html(
            "<select{}>{}</select>",
            format_html_join("", ' {}="{}"', attributes.items()),
            format_html_join("", "{}", ((part,) for part in parts)),
        )


def _options(options: list[dict[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((option["value"], " selected" if option["selected"] else "", option["label"]) for option in options),
    )
