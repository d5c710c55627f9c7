"""Read numbers from spreadsheet cells as Polish and English exports write them.

A cell holds a real number or text. Text may have a decimal comma or point, blanks of any width as thousands marks and a
trailing currency, percent sign or "szt.". An empty cell and a lone dash mean "no value" and give None.

The mark that stands alone before exactly three digits ("1.234", "1,234") can be read two ways:
  - a count has no fraction, so it is a thousands mark;
  - a percentage has no thousands, so it is a decimal mark;
  - money could be either, a thousandfold apart, so the cell is refused as ambiguous.
It is no longer ambiguous where a thousands mark could not stand ("0.123", "1234.567") or a blank already marks them.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import Final, NamedTuple, cast

from reports.readers.problems import CellRefused, Problem

NO_VALUE: Final = frozenset({"", "-", "–", "—", "−"})
EXCEL_ERRORS: Final = frozenset(
    {"#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# Every blank that a thousands mark or a copy from a web page may be, narrowed to one; invisible marks are dropped.
_TIDY: Final = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2006\u2005\u2004\u2003\u2002\u200a\t\r\n"), " ") | (
    dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"), None)
)
_MINUS: Final = re.compile(r"^[-−–]\s?")
_BODY: Final = re.compile(r"[0-9]+(?:[ .,][0-9]+)*")
_COUNT_UNIT: Final = re.compile(r"\s?(?:szt|pcs|ks|db)\.?$", re.IGNORECASE)
_MONEY_UNIT: Final = re.compile(r"\s?(zł|pln|kč|czk|€|eur|ft|huf)\.?$", re.IGNORECASE)
_NO_UNIT: Final = re.compile(r"(?!)")
_PERCENT_UNIT: Final = re.compile(r"\s?%$")
_OFFER_ID: Final = re.compile(r"[0-9]{8,12}")
_SCIENTIFIC: Final = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
_LONGEST_TEXT: Final = 60
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)

CURRENCY_SIGNS: Final = {"zł": "PLN", "kč": "CZK", "€": "EUR", "ft": "HUF"}
LARGEST_COUNT: Final = 2**31 - 1
LARGEST_MONEY: Final = Decimal(10) ** 12
MONEY_STEP: Final = Decimal("0.01")
RATIO_STEP: Final = Decimal("0.0001")
PERCENT_STEP: Final = Decimal("0.00000001")


class LoneMark(Enum):
    """How a single comma or point before exactly three digits is read."""

    THOUSANDS = "thousands"
    DECIMAL = "decimal"
    REFUSE = "refuse"


class Amount(NamedTuple):
    """Money rounded half up to hundredths, and the ISO 4217 code that stood beside it in the cell, if any."""

    value: Decimal
    currency: str | None


class Percent(NamedTuple):
    """A percentage as written, of unknown scale, and whether a percent sign stood beside it."""

    value: Decimal
    signed: bool


def tidy(text: str) -> str:
    """Narrow every kind of blank to a plain one, drop invisible characters, and trim."""
    return text.translate(_TIDY).strip()


def parse_count(value: object) -> int | None:
    """Read a whole number of 0 or more ("1 234 szt." is 1234). Raises `CellRefused`."""
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    number = _read(value, LoneMark.THOUSANDS, _COUNT_UNIT)
    if number is None:
        return None
    # Range first: making an int of 1E+999999 would take the machine down.
    if abs(number) > LARGEST_COUNT:
        raise CellRefused(Problem.OUT_OF_RANGE)
    whole = int(number)
    if whole != number:
        raise CellRefused(Problem.NOT_A_WHOLE_NUMBER)
    if whole < 0:
        raise CellRefused(Problem.NEGATIVE_NUMBER)
    return whole


def parse_money(value: object) -> Amount | None:
    """Read an amount of money, negative ones included ("1 234,50 zł"). Raises `CellRefused`."""
    number = _read(value, LoneMark.REFUSE, _MONEY_UNIT)
    if number is None:
        return None
    if abs(number) >= LARGEST_MONEY:
        raise CellRefused(Problem.OUT_OF_RANGE)
    return Amount(_round(number, MONEY_STEP), _written_currency(value))


def parse_ratio(value: object) -> Decimal | None:
    """Read a multiple ("4,25"), of no unit, to four places. Raises `CellRefused`."""
    number = _read(value, LoneMark.DECIMAL, _NO_UNIT)
    if number is None:
        return None
    if abs(number) >= LARGEST_MONEY:
        raise CellRefused(Problem.OUT_OF_RANGE)
    return _round(number, RATIO_STEP)


def parse_percent(value: object) -> Percent | None:
    """Read a percentage without deciding whether 0.12 means 0.12 % or 12 %: a column decides that.

    Raises `CellRefused`.
    """
    number = _read(value, LoneMark.DECIMAL, _PERCENT_UNIT)
    if number is None:
        return None
    if abs(number) > LARGEST_COUNT:
        raise CellRefused(Problem.OUT_OF_RANGE)
    return Percent(_round(number, PERCENT_STEP), isinstance(value, str) and tidy(value).endswith("%"))


def parse_offer_id(value: object) -> str | None:
    """Read an offer id as its 8 to 12 digits, whatever type the cell has; None where the cell is empty.

    Excel turns ids into numbers, so 18445605076, 18445605076.0 and "1.8445605076E+10" are the same id. Raises
    `CellRefused`; for "1.84E+10" too, which has lost the digits that would tell the offer.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _offer_id_of_text(tidy(value).removeprefix("'"))
    if type(value) not in (int, float):
        raise CellRefused(_why_no_number(value))
    number = cast("float", value)
    if number != number // 1 or not 0 <= number < 10**12:
        raise CellRefused(Problem.INVALID_OFFER_ID)
    return _checked_offer_id(str(int(number)))


def _offer_id_of_text(text: str) -> str | None:
    if text in NO_VALUE:
        return None
    if text.upper() in EXCEL_ERRORS:
        raise CellRefused(Problem.EXCEL_ERROR)
    if len(text) <= _LONGEST_TEXT and (match := _SCIENTIFIC.fullmatch(text)):
        return _offer_id_of_scientific(*match.groups())
    return _checked_offer_id(re.sub(r"[.,]0+$", "", text).replace(" ", ""))


def _offer_id_of_scientific(lead: str, fraction: str | None, exponent: str) -> str:
    places = int(exponent)
    whole, rest = (fraction or "")[:places], (fraction or "")[places:]
    if rest.strip("0"):
        raise CellRefused(Problem.INVALID_OFFER_ID)
    if len(whole) < places:
        raise CellRefused(Problem.ROUNDED_OFFER_ID)
    return _checked_offer_id(lead + whole)


def _checked_offer_id(text: str) -> str:
    if not _OFFER_ID.fullmatch(text):
        raise CellRefused(Problem.INVALID_OFFER_ID)
    return text


def _read(value: object, lone_mark: LoneMark, unit: re.Pattern[str]) -> Decimal | None:
    if type(value) is float:
        # repr is the shortest text that gives the same float, so 0.1 becomes exactly 0.1.
        number = Decimal(repr(value))
        if not number.is_finite():
            raise CellRefused(Problem.NOT_A_NUMBER)
        return number
    if type(value) is int:
        return Decimal(value)
    if value is None:
        return None
    if isinstance(value, str):
        return _read_text(tidy(value), lone_mark, unit)
    raise CellRefused(_why_no_number(value))


def _why_no_number(value: object) -> Problem:
    if isinstance(value, bool):
        return Problem.BOOLEAN_VALUE
    if isinstance(value, date | datetime | time | timedelta):
        return Problem.DATE_VALUE
    return Problem.NOT_A_NUMBER


def _read_text(text: str, lone_mark: LoneMark, unit: re.Pattern[str]) -> Decimal | None:
    if text in NO_VALUE:
        return None
    if text.upper() in EXCEL_ERRORS:
        raise CellRefused(Problem.EXCEL_ERROR)
    if len(text) > _LONGEST_TEXT:
        raise CellRefused(Problem.NOT_A_NUMBER)
    body = unit.sub("", text)
    unsigned = _MINUS.sub("", body)
    if not _BODY.fullmatch(unsigned):
        raise CellRefused(Problem.NOT_A_NUMBER)
    number = Decimal(_plain_digits(unsigned, lone_mark))
    return number if unsigned == body else -number


def _plain_digits(text: str, lone_mark: LoneMark) -> str:
    """Rewrite "1 234,50" as "1234.50"; `text` is digit groups with one mark (blank, comma, point) between each two."""
    mark = _decimal_mark(text, lone_mark)
    whole, _, fraction = text.rpartition(mark) if mark else (text, "", "")
    _check_grouping(whole)
    return f"{re.sub('[ .,]', '', whole)}.{fraction or '0'}"


def _decimal_mark(text: str, lone_mark: LoneMark) -> str:
    """Tell which of comma and point begins the fraction, or "" where none does."""
    marks = [character for character in text if character in ".,"]
    if not marks:
        return ""
    if len(marks) > 1:
        # "1.234.567" has thousands only; in "1.234,50" the last mark is the decimal one.
        return "" if len(set(marks)) == 1 else marks[-1]
    if not _could_be_thousands(text, marks[0]):
        return marks[0]
    if lone_mark is LoneMark.REFUSE:
        raise CellRefused(Problem.AMBIGUOUS_NUMBER)
    return "" if lone_mark is LoneMark.THOUSANDS else marks[0]


def _could_be_thousands(text: str, mark: str) -> bool:
    before, _, after = text.partition(mark)
    return len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")


def _check_grouping(whole: str) -> None:
    """Refuse "12 34" or "1.23,456": groups after the first have three digits, and one kind of mark parts them."""
    groups = re.split("[ .,]", whole)
    marks = set(re.findall("[ .,]", whole))
    regular = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    if len(marks) > 1 or not regular:
        raise CellRefused(Problem.NOT_A_NUMBER)


def _round(number: Decimal, step: Decimal) -> Decimal:
    rounded = number.quantize(step, context=_EXACT)
    # Negative zero would print as "-0.00".
    return rounded if rounded else abs(rounded)


def _written_currency(value: object) -> str | None:
    if not isinstance(value, str) or not (match := _MONEY_UNIT.search(tidy(value))):
        return None
    written = match.group(1).casefold()
    return CURRENCY_SIGNS.get(written, written.upper())
