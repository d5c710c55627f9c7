"""A reason in words: what is so, from the facts stored with it, and what to do next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.ui import format_money, moment
from offers.words.values import format_count, show_status
from reports.models import ComparedMeasure
from reports.reconciliation.terms import Code, Weight

UPLOAD_AGAIN: Final = gettext_lazy("Download the report again and upload it.")
SYNC: Final = gettext_lazy("Sync the account in the settings, or wait for the next sync.")
NOTHING: Final = gettext_lazy("Nothing to do: both are right by their own rule.")
LOOK: Final = gettext_lazy("Open the offer's history for these days.")

LABELS: Final[Mapping[str, Any]] = {
    Code.CANCELLED: gettext_lazy("Cancelled orders"),
    Code.UNPAID: gettext_lazy("Unpaid orders"),
    Code.RETURNS: gettext_lazy("Returns"),
    Code.RETURNS_REFUSED: gettext_lazy("Refused returns"),
    Code.UTC_DAYS: gettext_lazy("Time zone"),
    Code.MARKETPLACES: gettext_lazy("Several marketplaces"),
    Code.BEFORE_DISCOUNTS: gettext_lazy("Prices before discounts"),
    Code.EXPORT_OLDER: gettext_lazy("Report made early"),
    Code.PRICE_CHANGED: gettext_lazy("Price changed in the period"),
    Code.SALES_WEIGHTED: gettext_lazy("Average weighted by sales"),
    Code.STOCK_EARLIER: gettext_lazy("Stock of another time"),
    Code.CHANGED_SINCE: gettext_lazy("Changed since"),
    Code.LAST_DAY: gettext_lazy("Last day incomplete"),
    Code.NOT_ACTIVE: gettext_lazy("Offer was not active"),
    Code.COVERAGE_GAP: gettext_lazy("Gap in the record"),
    Code.OTHER_REPORT: gettext_lazy("Another report says otherwise"),
    Code.PARTLY_KNOWN: gettext_lazy("Known for a part of the period"),
    Code.NOT_IN_REPORT: gettext_lazy("Not in the report"),
    Code.HISTORY_BEGINS: gettext_lazy("Before the history begins"),
    Code.NOT_READ_YET: gettext_lazy("Not synced yet"),
    Code.VALUE_UNKNOWN: gettext_lazy("Not known at that moment"),
    Code.UNKNOWN_OFFER: gettext_lazy("Offer not read yet"),
    Code.OTHER_CURRENCY: gettext_lazy("Another currency"),
    Code.OTHER_MARKETPLACE: gettext_lazy("Another marketplace"),
    Code.NONE_FOUND: gettext_lazy("No reason found"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One reason for people: its name, the sentence with its facts, and the next step."""

    code: str
    label: str
    text: str
    step: str
    weight: Weight = Weight.AROUND

    @property
    def is_exact(self) -> bool:
        """Whether it explains the whole difference."""
        return self.weight is Weight.EXACT


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one reason, each written as the reader is used to."""

    values: Mapping[str, Any]
    measure: str
    currency: str

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def moment(self, name: str) -> str:
        """An instant in Warsaw time."""
        return strip_tags(moment(datetime.fromisoformat(self.values[name])))

    def amount(self, name: str) -> str:
        """A value of the measure: money, or pieces."""
        value = Decimal(str(self.values[name]))
        if self.measure in (ComparedMeasure.PRICE, ComparedMeasure.REVENUE):
            return format_money(value, self.currency)
        return format_count(int(value))

    def money(self, name: str) -> str:
        """An amount in the report's currency."""
        return format_money(Decimal(str(self.values[name])), self.currency)

    @property
    def effect(self) -> str:
        """The pieces and the money that a way of counting moves, without sign."""
        units = abs(int(self.values["units"]))
        pieces = ngettext("%(count)s piece", "%(count)s pieces", units) % {"count": format_count(units)}
        return f"{pieces}, {format_money(abs(Decimal(self.values['revenue'])), self.currency)}"


def tell(reason: Mapping[str, Any], measure: str, currency: str) -> Told:
    """One stored reason in the active language."""
    code = Code(reason["code"])
    facts = Facts(reason["facts"], measure, currency)
    text, step = SENTENCES[code](facts)
    if facts.values.get("some"):
        text = f"{text} {_('It holds for %(some)d of the %(of)d order lines in question.') % facts.values}"
    weight = Weight(reason["weight"])
    said = _how_much(weight, is_together="together" in facts)
    text = f"{text} {said}" if said else text
    return Told(code, str(LABELS[code]), text, str(step), weight)


def _how_much(weight: Weight, *, is_together: bool) -> str:
    """How much of the difference a reason explains, where that can be said."""
    if weight is Weight.PART:
        return _("This explains a part of the difference.")
    if weight is Weight.AROUND:
        return ""
    if is_together:
        return _("Together with the next reason this explains the whole difference.")
    return _("This explains the whole difference.")


def _cancelled(facts: Facts) -> tuple[str, Any]:
    text = _("Orders that were cancelled later: %(effect)s. The report seems to count them, we do not.")
    return text % {"effect": facts.effect}, gettext_lazy(
        "If the report is older than the cancellations, download it again."
    )


def _unpaid(facts: Facts) -> tuple[str, Any]:
    text = _("Orders that nobody paid: %(effect)s. The report seems to count them, we do not.")
    return text % {"effect": facts.effect}, NOTHING


def _returns(facts: Facts) -> tuple[str, Any]:
    text = _("Pieces that buyers sent back: %(effect)s. The report seems to leave them out, we count what was sold.")
    return text % {"effect": facts.effect}, NOTHING


def _returns_refused(facts: Facts) -> tuple[str, Any]:
    text = _("Pieces whose return was refused: %(effect)s. The report seems to leave them out, we count them as sold.")
    return text % {"effect": facts.effect}, NOTHING


def _utc_days(facts: Facts) -> tuple[str, Any]:
    text = _(
        "The report seems to cut its days at midnight UTC, an hour or two later than in Poland; that moves %(effect)s."
    )
    return text % {"effect": facts.effect}, NOTHING


def _marketplaces(facts: Facts) -> tuple[str, Any]:
    text = _("The report seems to hold sales of other marketplaces in the same currency too: %(effect)s.")
    return text % {"effect": facts.effect}, gettext_lazy("Download one report per marketplace.")


def _before_discounts(facts: Facts) -> tuple[str, Any]:
    text = _("The report seems to count prices before discounts; that makes %(money)s.")
    return text % {"money": facts.money("revenue")}, NOTHING


def _export_older(facts: Facts) -> tuple[str, Any]:
    text = _(
        "Orders that became ready from %(cutoff)s on are not in the report: %(effect)s. It was probably made before."
    )
    return text % {"cutoff": facts.moment("cutoff"), "effect": facts.effect}, UPLOAD_AGAIN


def _price_changed(facts: Facts) -> tuple[str, Any]:
    times = int(facts.values["times"])
    text = ngettext(
        "The price changed %(count)d time in the period, from %(from)s to %(to)s, last on %(last)s.",
        "The price changed %(count)d times in the period, from %(from)s to %(to)s, last on %(last)s.",
        times,
    ) % {"count": times, "from": facts.money("from"), "to": facts.money("to"), "last": facts.moment("last_at")}
    if "until" in facts:
        known = _("The report's average is right for the time until %(until)s.") % {"until": facts.moment("until")}
        return f"{text} {known}", UPLOAD_AGAIN
    return text, LOOK


def _sales_weighted(facts: Facts) -> tuple[str, Any]:
    text = _("Weighted by what was sold the average is %(average)s; ours is weighted by time.")
    return text % {"average": facts.money("average")}, NOTHING


def _stock_earlier(facts: Facts) -> tuple[str, Any]:
    text = _("The stock was what the report says from %(since)s until %(until)s: it seems to be of that time.")
    return text % {"since": facts.moment("since"), "until": facts.moment("until")}, UPLOAD_AGAIN


def _changed_since(facts: Facts) -> tuple[str, Any]:
    text = _("The report was right when it was made, but its last day was not over then. It is %(now)s now.") % {
        "now": facts.amount("now")
    }
    if "last_at" in facts:
        text += " " + _("Last changed on %(last)s.") % {"last": facts.moment("last_at")}
    if "exported_at" in facts:
        text += " " + _("The file was made on %(at)s.") % {"at": facts.moment("exported_at")}
    return text, gettext_lazy("Download the report of these days again and upload it.")


def _last_day(facts: Facts) -> tuple[str, Any]:
    if "exported_at" in facts:
        soon = _(
            "The report was made on %(at)s, soon after its last day, whose figures may still have been incomplete."
        )
        early = _("The report was made on %(at)s, before its last day was over.")
        text = (soon if facts.values.get("soon") else early) % {"at": facts.moment("exported_at")}
        return text, gettext_lazy("Download the report again a day later and upload it.")
    if facts.values.get("soon"):
        text = _(
            "The report was uploaded on %(at)s, soon after its last day, whose figures may still have been incomplete."
        )
    else:
        text = _("The report was uploaded on %(at)s, before its last day was over.")
    return text % {"at": facts.moment("uploaded_at")}, gettext_lazy(
        "Download the report again a day later and upload it."
    )


def _not_active(facts: Facts) -> tuple[str, Any]:
    text = _("The offer could not be bought from %(since)s until %(until)s: %(status)s.") % {
        "since": facts.moment("since"),
        "until": facts.moment("until"),
        "status": show_status(facts.values["status"]),
    }
    return text, LOOK


def _coverage_gap(facts: Facts) -> tuple[str, Any]:
    text = _("Between %(since)s and %(until)s our record of changes has a gap.")
    return text % {"since": facts.moment("since"), "until": facts.moment("until")}, LOOK


def _other_report(facts: Facts) -> tuple[str, Any]:
    text = _("“%(file)s”, of the same days, says %(value)s.")
    return text % {"file": facts.values["file"], "value": facts.amount("value")}, gettext_lazy(
        "Discard the older of the two if it is wrong."
    )


def _partly_known(facts: Facts) -> tuple[str, Any]:
    text = _("We know the price for %(share)s %% of the period only.") % {"share": facts.values["share"]}
    if "needed" in facts:
        needed = _("The report is right if it was %(needed)s in the rest of the time.")
        return f"{text} {needed % {'needed': facts.money('needed')}}", LOOK
    return text, LOOK


def _not_in_report(_facts: Facts) -> tuple[str, Any]:
    return _("The report does not name this offer, so there is no figure to compare with."), gettext_lazy(
        "If it should be there, download the report without filters."
    )


def _history_begins(facts: Facts) -> tuple[str, Any]:
    step = gettext_lazy("Nothing to do: later periods can be compared.")
    if "since" in facts:
        text = _("Our record begins on %(since)s, too late for this period.")
        return text % {"since": facts.moment("since")}, step
    return _("Our record holds nothing of this period."), step


def _not_read_yet(facts: Facts) -> tuple[str, Any]:
    if "until" in facts:
        return _("Our record ends on %(until)s, before the period does.") % {"until": facts.moment("until")}, SYNC
    return _("This has not been read from Allegro yet."), SYNC


def _value_unknown(facts: Facts) -> tuple[str, Any]:
    text = _("Nobody read the stock at the end of the period.")
    if "before" in facts and "after" in facts:
        text += " " + _("It was %(before)s on %(before_at)s and %(after)s on %(after_at)s.") % {
            "before": facts.amount("before"),
            "before_at": facts.moment("before_at"),
            "after": facts.amount("after"),
            "after_at": facts.moment("after_at"),
        }
    return text, LOOK


def _unknown_offer(_facts: Facts) -> tuple[str, Any]:
    return _("We have not read this offer from Allegro."), SYNC


def _other_currency(facts: Facts) -> tuple[str, Any]:
    text = _("The offer's own price is in %(currency)s, the report is not.")
    return text % {"currency": facts.values["currency"]}, NOTHING


def _other_marketplace(facts: Facts) -> tuple[str, Any]:
    text = _("The report is of %(marketplace)s; prices are compared on the account's own marketplace only.")
    return text % {"marketplace": facts.values["marketplace"]}, NOTHING


def _none_found(_facts: Facts) -> tuple[str, Any]:
    return _("We found no reason in what we know."), gettext_lazy(
        "Check the report's period and filters in the Sales Center, then the offer's history."
    )


SENTENCES: Final[Mapping[Code, Callable[[Facts], tuple[str, Any]]]] = {
    Code.CANCELLED: _cancelled,
    Code.UNPAID: _unpaid,
    Code.RETURNS: _returns,
    Code.RETURNS_REFUSED: _returns_refused,
    Code.UTC_DAYS: _utc_days,
    Code.MARKETPLACES: _marketplaces,
    Code.BEFORE_DISCOUNTS: _before_discounts,
    Code.EXPORT_OLDER: _export_older,
    Code.PRICE_CHANGED: _price_changed,
    Code.SALES_WEIGHTED: _sales_weighted,
    Code.STOCK_EARLIER: _stock_earlier,
    Code.CHANGED_SINCE: _changed_since,
    Code.LAST_DAY: _last_day,
    Code.NOT_ACTIVE: _not_active,
    Code.COVERAGE_GAP: _coverage_gap,
    Code.OTHER_REPORT: _other_report,
    Code.PARTLY_KNOWN: _partly_known,
    Code.NOT_IN_REPORT: _not_in_report,
    Code.HISTORY_BEGINS: _history_begins,
    Code.NOT_READ_YET: _not_read_yet,
    Code.VALUE_UNKNOWN: _value_unknown,
    Code.UNKNOWN_OFFER: _unknown_offer,
    Code.OTHER_CURRENCY: _other_currency,
    Code.OTHER_MARKETPLACE: _other_marketplace,
    Code.NONE_FOUND: _none_found,
}
