"""How big a report may be before it is refused unread.

A year of a seller with 100,000 offers is a sheet of about 60 MB once unpacked and 1.5 million cells, so the limits
leave room above that and stop well below what would starve a worker.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, each inclusive. Sizes are bytes."""

    file_size: int = 30 * 1024 * 1024
    entries: int = 1_000
    unpacked_entry: int = 200 * 1024 * 1024
    unpacked_total: int = 300 * 1024 * 1024
    # Parts other than sheets and strings are held in memory as a tree (styles, relations, the list of sheets).
    unpacked_tree: int = 8 * 1024 * 1024
    # Repetitive sheets do reach 60:1; deflate tops out at about 1030:1. Small parts are exempt.
    ratio: int = 250
    ratio_floor: int = 10 * 1024 * 1024
    rows: int = 250_000
    # The list of offers has a column per parameter of every category it touches.
    columns: int = 2_000
    cells: int = 6_000_000
    # Elements outside rows are kept in memory by the sheet parser: 100,000 hyperlinks are plausible, millions are not.
    elements_between_rows: int = 500_000
    shared_string_elements: int = 4_000_000
    # The distance between two elements, so the longest text. Excel itself stops at 32,767 characters a cell.
    text_bytes: int = 1024 * 1024


DEFAULT_LIMITS = Limits()
