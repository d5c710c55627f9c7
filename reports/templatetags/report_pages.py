"""Pieces of the pages about uploads: the status badge, the period, one value of a row."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.ui import dash, moment, money, status_badge
from offers.words.values import NO_BREAK_SPACE, format_count
from reports.figures import Cell
from reports.models import Upload, UploadStatus
from reports.readers.concepts import Form

register = template.Library()

TONES: Final[Mapping[str, tuple[str, str]]] = {
    UploadStatus.WAITING: ("info", "hourglass"),
    UploadStatus.READING: ("info", "refresh"),
    UploadStatus.NEEDS_MAPPING: ("warn", "table"),
    UploadStatus.NEEDS_DETAILS: ("warn", "calendar-event"),
    UploadStatus.PREVIEW: ("warn", "eye"),
    UploadStatus.IMPORTED: ("ok", "check"),
    UploadStatus.REPLACED: ("neutral", "history"),
    UploadStatus.REFUSED: ("bad", "circle-x"),
    UploadStatus.DISCARDED: ("neutral", "archive"),
}


@register.simple_tag
def upload_status(upload: Upload) -> SafeString:
    """The upload's status as a badge with its sign."""
    tone, sign = TONES[upload.status]
    return status_badge(tone, str(UploadStatus(upload.status).label), sign)


@register.simple_tag
def upload_period(upload: Upload, reason: str = "") -> SafeString:
    """The inclusive days that the upload covers, or a dash with `reason`."""
    if upload.period_from is None:
        return dash(reason or _("not known yet"))
    first, last = moment(upload.period_from), moment(upload.period_to)
    if upload.period_from == upload.period_to:
        return first
    return format_html('<span class="days">{} – {}</span>', first, last)


@register.simple_tag
def measure(cell: Cell) -> str:
    """One value as the reader's language writes it, or a dash where the file did not say."""
    if cell.value is None:
        return dash(_("not in the file"))
    if cell.form == Form.MONEY:
        # Without a currency in the file the amount stands alone rather than with a guessed one.
        return money(cell.value, cell.currency) if cell.currency else plain(cell.value)
    if cell.form in (Form.MOMENT, Form.DAY):
        return moment(cell.value)
    show = SHOWN_AS.get(Form(cell.form))
    return show(cell.value) if show else str(cell.value)


@register.simple_tag
def percentage(fraction: Decimal | None, reason: str) -> str:
    """A fraction of 1 as a percentage, or a dash with its reason."""
    return dash(reason) if fraction is None else share(fraction)


@register.simple_tag
def ratio_of_money(value: Decimal | None, reason: str) -> str:
    """A multiple such as ROAS, or a dash with its reason."""
    return dash(reason) if value is None else multiple(value)


@register.simple_tag
def paid(amount: Decimal | None, currency: str, reason: str) -> str:
    """An amount of a report, alone where nobody said its currency, or a dash with its reason."""
    if amount is None:
        return dash(reason)
    return money(amount, currency) if currency else plain(amount)


def share(fraction: Decimal) -> str:
    """A fraction of 1 as a percentage; two decimals, because one offer of thousands has a small share."""
    return f"{plain(fraction * 100)}{NO_BREAK_SPACE}%"


def plain(value: Any) -> str:
    """An amount without a currency."""
    return number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)


def multiple(value: Any) -> str:
    """A ratio such as ROAS, as a multiple."""
    return f"{plain(value)}{NO_BREAK_SPACE}×"


SHOWN_AS: Final[Mapping[Form, Callable[[Any], str]]] = {
    Form.PERCENT: share,
    Form.RATIO: multiple,
    Form.COUNT: format_count,
}
