"""What each code of the reader means to a seller: what happened, what was kept, what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from offers.words.values import format_count
from reports.details import BY_PERSON
from reports.readers.concepts import Concept
from reports.readers.periods import PeriodDoubt, PeriodSource
from reports.readers.problems import Problem
from reports.readers.refusals import Refusal
from reports.reading import INTERNAL, INTERRUPTED, TOOK_TOO_LONG

Text = str | Promise
NAMES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Explanation:
    """Three plain sentences about a file that could not be read."""

    happened: str
    kept: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.happened} {self.kept} {self.to_do}"


class _Context(dict[str, str]):
    """Values for a sentence; one that an older row did not store is shown as missing, never an error."""

    def __missing__(self, key: str) -> str:
        return "—"


DOWNLOAD_AGAIN: Final = gettext_lazy("Download the report from the Sales Center again and upload that copy.")
SAVE_AS_XLSX: Final = gettext_lazy(
    "Open it in Excel or LibreOffice, save it as an Excel workbook (.xlsx), and upload that."
)
SHORTER_PERIOD: Final = gettext_lazy("Download the report for a shorter period and upload the parts one by one.")
ONLY_THE_REPORT: Final = gettext_lazy(
    "Upload the file as it came from the Sales Center, without sheets or columns of your own."
)

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    Refusal.EMPTY_FILE: (gettext_lazy("The file is empty: it has 0 bytes."), DOWNLOAD_AGAIN),
    Refusal.TOO_LARGE: (
        gettext_lazy("The file has %(size)s; the limit is %(limit)s."),
        SHORTER_PERIOD,
    ),
    Refusal.NOT_A_WORKBOOK: (
        gettext_lazy("The file is not an Excel workbook, whatever its name says: it is %(detected)s."),
        gettext_lazy("Choose XLSX when you download the report, and upload that file unchanged."),
    ),
    Refusal.OLD_EXCEL: (gettext_lazy("The file is in the old Excel format (.xls)."), SAVE_AS_XLSX),
    Refusal.ENCRYPTED_WORKBOOK: (
        gettext_lazy("The workbook is protected by a password, so it cannot be opened."),
        gettext_lazy("Remove the password in Excel, or download the report again, and upload that file."),
    ),
    Refusal.DAMAGED_WORKBOOK: (
        gettext_lazy("The workbook is damaged: a part of it is missing or broken, as after a broken download."),
        DOWNLOAD_AGAIN,
    ),
    Refusal.TOO_MANY_ENTRIES: (
        gettext_lazy("The workbook is made of %(entries)s parts; at most %(limit)s are accepted."),
        ONLY_THE_REPORT,
    ),
    Refusal.DUPLICATE_ENTRY: (
        gettext_lazy("The workbook holds two different parts named “%(name)s”, so what it says is not certain."),
        DOWNLOAD_AGAIN,
    ),
    Refusal.UNSAFE_ENTRY_NAME: (
        gettext_lazy("The workbook holds a part with a forbidden name (“%(name)s”). No real report does."),
        DOWNLOAD_AGAIN,
    ),
    Refusal.UNPACKS_TOO_LARGE: (
        gettext_lazy("The workbook would unpack to more than %(limit)s, which no report of this kind does."),
        SHORTER_PERIOD,
    ),
    Refusal.FORBIDDEN_MARKUP: (
        gettext_lazy("The workbook holds markup that reports never hold and that can be an attack (%(part)s)."),
        DOWNLOAD_AGAIN,
    ),
    Refusal.TOO_MANY_ROWS: (gettext_lazy("A sheet has more than %(limit)s rows."), SHORTER_PERIOD),
    Refusal.TOO_MANY_COLUMNS: (gettext_lazy("A sheet has more than %(limit)s columns."), ONLY_THE_REPORT),
    Refusal.TOO_MANY_CELLS: (gettext_lazy("A sheet has more than %(limit)s cells."), SHORTER_PERIOD),
    Refusal.NO_SHEETS: (gettext_lazy("The workbook has no sheet with cells."), DOWNLOAD_AGAIN),
    Refusal.NO_KNOWN_HEADING: (
        gettext_lazy(
            "No row of headings of a known report was found. Missing: %(missing)s. "
            "The likeliest row says: %(headings)s."
        ),
        gettext_lazy(
            "Check that it is a report of the Sales Center whose headings were not changed, or say yourself what its "
            "columns hold."
        ),
    ),
    Refusal.UNREADABLE_TEXT: (
        gettext_lazy(
            "The file is not readable as text: it is neither UTF-8 nor Windows-1250, or was damaged on its way."
        ),
        DOWNLOAD_AGAIN,
    ),
    Refusal.LINE_TOO_LONG: (
        gettext_lazy("Line %(line)s is longer than %(limit)s characters, which no report of this kind has."),
        DOWNLOAD_AGAIN,
    ),
    Refusal.TOO_HEAVY: (
        gettext_lazy("The file takes more memory or time to read than any report does, so reading was stopped."),
        SHORTER_PERIOD,
    ),
    Refusal.MIXED_CURRENCIES: (
        gettext_lazy("The headings name several currencies (%(currencies)s), and amounts are never mixed."),
        gettext_lazy("Download one report per marketplace and upload each."),
    ),
    INTERNAL: (
        gettext_lazy("Something went wrong on our side while the file was read."),
        gettext_lazy("We have been told. You can have it read again at any time."),
    ),
    INTERRUPTED: (
        gettext_lazy("Reading was interrupted several times, for example by restarts."),
        gettext_lazy("Have it read again; if that fails too, upload a report of a shorter period."),
    ),
    TOOK_TOO_LONG: (
        gettext_lazy("Reading took longer than ten minutes and was stopped."),
        SHORTER_PERIOD,
    ),
}

LIMITS_IN_BYTES: Final = frozenset({Refusal.TOO_LARGE, Refusal.UNPACKS_TOO_LARGE})

DETECTED: Final[Mapping[str, Text]] = {
    "pdf": gettext_lazy("a PDF"),
    "html": gettext_lazy("a web page"),
    "xml": gettext_lazy("an XML file"),
    "text": gettext_lazy("a text file such as CSV"),
    "zip": gettext_lazy("a ZIP archive"),
    "ods": gettext_lazy("an OpenDocument spreadsheet"),
    "xlsb": gettext_lazy("a binary Excel workbook (.xlsb)"),
    "unknown": gettext_lazy("something else"),
}

PROBLEMS: Final[Mapping[str, Text]] = {
    Problem.MISSING_OFFER_ID: gettext_lazy("No offer number, so the row was left out."),
    Problem.INVALID_OFFER_ID: gettext_lazy("Not an offer number (8 to 12 digits), so the row was left out."),
    Problem.ROUNDED_OFFER_ID: gettext_lazy(
        "A spreadsheet program rounded the offer number, so the row was left out. Upload the file as downloaded."
    ),
    Problem.DUPLICATE_OFFER: gettext_lazy("This offer has a row further up, so this row was left out."),
    Problem.NOT_A_NUMBER: gettext_lazy("Not a number, so this value stays empty."),
    Problem.AMBIGUOUS_NUMBER: gettext_lazy(
        "Could be read two ways, a thousandfold apart (1.234), so this value stays empty."
    ),
    Problem.NOT_A_WHOLE_NUMBER: gettext_lazy("Pieces and visits are whole numbers, so this value stays empty."),
    Problem.NEGATIVE_NUMBER: gettext_lazy("Cannot be below zero, so this value stays empty."),
    Problem.OUT_OF_RANGE: gettext_lazy("Too large to be true, so this value stays empty."),
    Problem.EXCEL_ERROR: gettext_lazy("An error of the spreadsheet instead of a value, so it stays empty."),
    Problem.BOOLEAN_VALUE: gettext_lazy("TRUE or FALSE instead of a number, so this value stays empty."),
    Problem.DATE_VALUE: gettext_lazy(
        "A spreadsheet program turned the number into a date, so this value stays empty. Upload the file as downloaded."
    ),
    Problem.OTHER_CURRENCY: gettext_lazy("Another currency than the rest of the file, so this amount stays empty."),
    Problem.MISSING_NAME: gettext_lazy("Neither campaign nor ad group is named, so the row was left out."),
    Problem.MISSING_ID: gettext_lazy("Neither order nor line is named, so the row was left out."),
    Problem.MISSING_DATE: gettext_lazy("The row does not say when it happened, so it was left out."),
    Problem.INVALID_DATE: gettext_lazy("Not a date that can be read, so it was not taken."),
    Problem.SHIFTED_ROW: gettext_lazy(
        "The row has more or fewer cells than the headings, so its values may be shifted; it was left out. "
        "Upload the file as downloaded."
    ),
    Problem.FORMULA_WITHOUT_VALUE: gettext_lazy(
        "A formula without its result, and formulas are never calculated here. Open the file in a spreadsheet program, "
        "save it, and upload that."
    ),
    Problem.LINES_NOT_JOINED: gettext_lazy(
        "The lines of orders do not say which order or offer they belong to. Download the sales summary again with the "
        "fields named here selected."
    ),
    Problem.ORDERS_SKIPPED: gettext_lazy(
        "The file says that it leaves out this many orders. Download the sales summary for shorter periods."
    ),
    Problem.UNKNOWN_PERCENT_SCALE: gettext_lazy(
        "Nothing tells whether 0.5 means half a percent or fifty, so the whole column stays empty."
    ),
}

DOUBTS: Final[Mapping[str, Text]] = {
    PeriodDoubt.NOT_FOUND: gettext_lazy("The file does not say which days it covers. Choose the days you exported."),
    PeriodDoubt.CONFLICT: gettext_lazy(
        "The file names different periods, so none was taken. Choose the days you exported."
    ),
    PeriodDoubt.NO_SUCH_DATE: gettext_lazy("The period has a date that does not exist. Choose the days you exported."),
    PeriodDoubt.REVERSED: gettext_lazy("The last day lies before the first. Choose the days you exported."),
    PeriodDoubt.IN_FUTURE: gettext_lazy("The period ends in the future. Choose days up to today."),
    PeriodDoubt.ABSURD: gettext_lazy(
        "No report covers such a period: it starts in 2010 at the earliest and spans two years at most."
    ),
}

SOURCES: Final[Mapping[str, Text]] = {
    PeriodSource.FILE_NAME: gettext_lazy("from the file's name"),
    PeriodSource.SHEET_NAME: gettext_lazy("from the sheet's name"),
    PeriodSource.PREAMBLE: gettext_lazy("from the rows above the table"),
    PeriodSource.ROWS: gettext_lazy("from the dates of the rows"),
    BY_PERSON: gettext_lazy("entered by hand"),
}

MEANINGS: Final[Mapping[str, Text]] = {
    Concept.OFFER_ID: gettext_lazy("Offer number"),
    Concept.TITLE: gettext_lazy("Title"),
    Concept.UNITS: gettext_lazy("Units sold"),
    Concept.REVENUE: gettext_lazy("Revenue"),
    Concept.VISITS: gettext_lazy("Visits"),
    Concept.SALES_SHARE: gettext_lazy("Share of sales"),
    Concept.AVERAGE_PRICE: gettext_lazy("Average price"),
    Concept.ENDING_QUANTITY: gettext_lazy("Stock at period end"),
    Concept.TRANSACTIONS: gettext_lazy("Transactions"),
    Concept.CONVERSION: gettext_lazy("Conversion"),
    Concept.CAMPAIGN: gettext_lazy("Campaign"),
    Concept.AD_GROUP: gettext_lazy("Ad group"),
    Concept.IMPRESSIONS: gettext_lazy("Impressions"),
    Concept.CLICKS: gettext_lazy("Clicks"),
    Concept.INTEREST: gettext_lazy("Interest"),
    Concept.CPC: gettext_lazy("Cost per click"),
    Concept.CTR: gettext_lazy("Click-through rate"),
    Concept.COST: gettext_lazy("Ads cost"),
    Concept.ROAS: gettext_lazy("Return on ad spend"),
    Concept.OFFER_STATUS: gettext_lazy("Offer status"),
    Concept.SKU: gettext_lazy("SKU"),
    Concept.PRODUCT_CODE: gettext_lazy("Product code"),
    Concept.CATEGORY: gettext_lazy("Category"),
    Concept.QUANTITY: gettext_lazy("Stock"),
    Concept.PRICE: gettext_lazy("Price"),
    Concept.DELIVERY_PRICES: gettext_lazy("Delivery price list"),
    Concept.HANDLING_TIME: gettext_lazy("Dispatch time"),
    Concept.ROW_TYPE: gettext_lazy("Kind of row"),
    Concept.ORDER_ID: gettext_lazy("Order number"),
    Concept.LINE_ITEM_ID: gettext_lazy("Order line"),
    Concept.OCCURRED_AT: gettext_lazy("Date and time"),
    Concept.SELLER_STATUS: gettext_lazy("Order status"),
    Concept.PAYMENT_STATUS: gettext_lazy("Payment status"),
    Concept.MARKETPLACE: gettext_lazy("Marketplace"),
    Concept.AMOUNT: gettext_lazy("Amount"),
    Concept.UNIT_PRICE: gettext_lazy("Unit price"),
    Concept.RETURNED_QUANTITY: gettext_lazy("Returned units"),
    Concept.FULFILMENT: gettext_lazy("Fulfilment"),
    Concept.OPERATION: gettext_lazy("Operation"),
    Concept.CREDIT: gettext_lazy("Credit"),
    Concept.DEBIT: gettext_lazy("Charge"),
    Concept.BALANCE: gettext_lazy("Balance"),
    Concept.ORDER_VALUE: gettext_lazy("Order value"),
    Concept.DAY_CHARGED: gettext_lazy("Day charged"),
    Concept.REFERENCE: gettext_lazy("Reference"),
    Concept.OPERATOR: gettext_lazy("Payment operator"),
    Concept.CURRENCY: gettext_lazy("Currency"),
    Concept.DETAILS: gettext_lazy("Details"),
}


def explain_refusal(refusal: Mapping[str, Any], *, file_kept: bool) -> Explanation:
    """The sentences for an upload's `refusal` ({"code", "context"}); the general ones for a code nobody knows."""
    happened, to_do = REFUSALS.get(str(refusal.get("code")), REFUSALS[INTERNAL])
    context = _shown(refusal.get("context") or {}, in_bytes=refusal.get("code") in LIMITS_IN_BYTES)
    return Explanation(str(happened) % context, _kept(file_kept=file_kept), str(to_do))


def problem_message(code: str) -> str:
    """What was wrong with a cell, and what became of it."""
    return str(PROBLEMS.get(code) or _("This value could not be taken, so it stays empty."))


def doubt_message(code: str | None) -> str:
    """Why a period was not taken, and what to do."""
    return str(DOUBTS.get(str(code), DOUBTS[PeriodDoubt.NOT_FOUND]))


def source_message(code: str) -> str:
    """Where a period was found; "" where there is none."""
    return str(SOURCES.get(code, ""))


def meaning(concept: str) -> str:
    """What a column holds, in the reader's language."""
    return str(MEANINGS.get(concept, concept))


def _kept(*, file_kept: bool) -> str:
    if file_kept:
        return _("No figure was taken from it, the file itself is kept, and everything imported before is unchanged.")
    return _("Nothing of it was kept, and everything imported before is unchanged.")


def _shown(values: Mapping[str, Any], *, in_bytes: bool) -> _Context:
    """The values of a refusal as the reader's language writes them."""
    number = filesizeformat if in_bytes else format_count
    return _Context(
        (key, number(value) if isinstance(value, int) else _SHOW.get(key, str)(value)) for key, value in values.items()
    )


def _names(value: Any) -> str:
    """Headings as found, a few of them; their text is the file's own."""
    names = [str(each) for each in value] if isinstance(value, list) else []
    more = ["…"] if len(names) > NAMES_SHOWN else []
    return ", ".join([*names[:NAMES_SHOWN], *more]) or pgettext("a list of headings", "none")


def _concepts(value: Any) -> str:
    return _names([meaning(str(each)) for each in value] if isinstance(value, list) else [])


def _detected(value: Any) -> str:
    return str(DETECTED.get(str(value), DETECTED["unknown"]))


_SHOW: Final[Mapping[str, Callable[[Any], str]]] = {
    "headings": _names,
    "missing": _concepts,
    "currencies": _names,
    "detected": _detected,
}
