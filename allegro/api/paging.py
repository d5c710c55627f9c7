"""Reading long lists to their end, each in the way its resource pages. No Django here.

Every generator gives the rows of each page that were not given before, and ends without an error only where the read
is provably complete: every row that was there all the time was given. Otherwise it raises IncompleteRead after its
last page, so that what was read can be kept and nothing is concluded from what was not. Rows do move while paging
(a new offer pushes all others down, a removed one pulls a row over the boundary of two pages), therefore each page
after the first is asked for with one row of overlap: as long as the last row seen is found again, nothing slipped
past. This holds because all lists keep the order of their rows.
"""

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from allegro.api.values import CursorPage, Page
from allegro.errors import IncompleteRead, Rejected

Row = TypeVar("Row")
Key = Callable[[Row], Hashable]
WindowRead = Callable[[datetime, datetime, int], Page[Row]]
# Allegro's instants have milliseconds: no window can be cut finer.
NARROWEST = timedelta(milliseconds=1)
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Offsets:
    """How a resource pages by offset: `limit` rows at a time, offset + limit at most `reach` (None: no end)."""

    limit: int
    reach: int | None = None


# All from the OpenAPI description, unless an issue of allegro-api is named.
LISTING = Offsets(1000, 10_000_000)
UNFILLED_PARAMETERS = Offsets(1000)
LOYALTY_PROMOTIONS = Offsets(5000, 50_000)
PROMO_OPTIONS = Offsets(5000)
BADGES = Offsets(1000)
ALLEGRO_PRICES = Offsets(1000)
ALLE_DISCOUNT = Offsets(200)
SCHEDULED_CHANGES = Offsets(1000)
AFTER_SALES = Offsets(60, 119)
ORDERS = Offsets(100, 10_000)  # issue 3500
BILLING = Offsets(100, 10_100)  # issue 12716: 422 above offset 10,000
PAYMENTS = Offsets(50, 10_000)
# Cursors: rows at a time.
OFFER_JOURNAL = 1000
ORDER_JOURNAL = 1000
CATEGORY_JOURNAL = 1000
BUNDLES = 5000
FLEXIBLE_BUNDLES = 1000
CUSTOMER_RETURNS = 1000


def by_offset(read: Callable[[int], Page[Row]], paging: Offsets, key: Key[Row]) -> Iterator[tuple[Row, ...]]:
    """Pages from `read(offset)`, to the total that Allegro gives or, without one, to a page that is not full.

    `key` tells rows apart. Raises IncompleteRead where the total moved, a row slipped past or the rest is out of reach.
    """
    if not (yield from _pages(read(0), read, paging, key)):
        raise IncompleteRead("rows moved while the list was read, or lie out of reach")


def by_time(
    read: WindowRead[Row],
    since: datetime,
    until: datetime,
    paging: Offsets,
    key: Key[Row],
) -> Iterator[tuple[Row, ...]]:
    """Pages from `read(since, until, offset)`, both instants included, for lists that cannot be paged to their end.

    A window that does not fit is halved, the newer half read first: new rows then only come in where nothing has been
    read yet, or not at all when `until` has passed. Rows on the instant between two windows are given once.
    Raises IncompleteRead as `by_offset`, once all windows are read.
    """
    given: set[Hashable] = set()
    is_complete = True
    windows = [(since, until)]
    while windows:
        oldest, newest = windows.pop()
        outcome = yield from _not_given(_window(read, (oldest, newest), paging, key), given, key)
        if outcome is None and newest - oldest > NARROWEST:
            middle = oldest + (newest - oldest) / 2
            windows += [(oldest, middle), (middle, newest)]
        else:
            is_complete = bool(outcome) and is_complete
    if not is_complete:
        raise IncompleteRead("rows moved while the list was read, or more fall on one instant than can be read")


def by_cursor(read: Callable[[str], CursorPage[Row]], start: str = "") -> Iterator[tuple[Row, ...]]:
    """Pages from `read(cursor)` until one names no next cursor. Raises IncompleteRead where a cursor comes again."""
    cursor, used = start, {start}
    while True:
        page = read(cursor)
        yield page.rows
        if not page.next:
            return
        if page.next in used:
            raise IncompleteRead("the cursor of the next page was used before")
        cursor = page.next
        used.add(cursor)


def by_last_row(
    read: Callable[[str], Sequence[Row]], cursor_of: Callable[[Row], str], limit: int, start: str = ""
) -> Iterator[tuple[Row, ...]]:
    """As `by_cursor` where the last row of a full page is the next cursor, as in the journals.

    The last one of the list, not the latest by its time (allegro-api issue 9153).
    """

    def page(cursor: str) -> CursorPage[Row]:
        rows = tuple(read(cursor))
        return CursorPage(rows, cursor_of(rows[-1]) if len(rows) >= limit else "")

    return by_cursor(page, start)


def _pages(
    page: Page[Row], read: Callable[[int], Page[Row]], paging: Offsets, key: Key[Row]
) -> Generator[tuple[Row, ...], None, bool]:
    """Give new rows page by page, from the first `page` on; returns whether the read is provably complete."""
    seen: set[Hashable] = set()
    totals: set[int] = set()
    boundary: Hashable = None
    offset, is_whole = 0, True
    while True:
        keys = [key(row) for row in page.rows]
        # No row twice in the page, and the last one of the page before is in it again: nothing slipped past.
        is_whole = is_whole and len(set(keys)) == len(keys) and (not seen or boundary in keys)
        boundary = keys[-1] if keys else boundary
        new = {each: row for each, row in zip(keys, page.rows, strict=True) if each not in seen}
        seen.update(new)
        if page.total is not None:
            totals.add(page.total)
        yield tuple(new.values())
        if _is_end(page, len(seen), paging):
            return is_whole and totals in (set(), {len(seen)})
        following = _following(offset, len(page.rows), paging)
        if not new or following <= offset:
            return False
        offset = following
        page = read(offset)


def _is_end(page: Page[Row], seen: int, paging: Offsets) -> bool:
    return seen >= page.total if page.total is not None else len(page.rows) < paging.limit


def _following(offset: int, rows: int, paging: Offsets) -> int:
    """The offset that repeats the last row of a page, moved back to where a whole page is still in reach."""
    last = offset + rows - 1
    return last if paging.reach is None else min(last, paging.reach - paging.limit)


def _window(
    read: WindowRead[Row], window: tuple[datetime, datetime], paging: Offsets, key: Key[Row]
) -> Generator[tuple[Row, ...], None, bool | None]:
    """As `_pages` for one window; returns None where it holds more than can be read.

    Payment operations refuse such a window with 422, also on a later page when it has grown meanwhile.
    """
    try:
        first = read(*window, 0)
        if not _fits(first, read, window, paging):
            return None
        return (yield from _pages(first, lambda offset: read(*window, offset), paging, key))
    except Rejected as error:
        if error.status != UNPROCESSABLE:
            raise
        return None


def _fits(first: Page[Row], read: WindowRead[Row], window: tuple[datetime, datetime], paging: Offsets) -> bool:
    """Whether the whole window is in reach; where Allegro gives no total, the last page in reach tells."""
    if paging.reach is None or (first.total is None and len(first.rows) < paging.limit):
        return True
    if first.total is not None:
        return first.total <= paging.reach
    return len(read(*window, paging.reach - paging.limit).rows) < paging.limit


def _not_given(
    pages: Generator[tuple[Row, ...], None, bool | None], given: set[Hashable], key: Key[Row]
) -> Generator[tuple[Row, ...], None, bool | None]:
    """The rows of `pages` that are not `given` yet; returns what `pages` returns."""
    while True:
        try:
            rows = next(pages)
        except StopIteration as end:
            outcome: bool | None = end.value
            return outcome
        new = tuple(row for row in rows if key(row) not in given)
        given.update(key(row) for row in new)
        yield new
