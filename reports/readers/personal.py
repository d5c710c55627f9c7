"""Columns and cells that tell of a person: shown to nobody, stored nowhere, mapped to nothing."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from reports.readers.numbers import tidy

# Beginnings of words in headings, in both languages; "BuyerEmail" is the words "buyer" and "email".
_WORDS: Final = re.compile(
    r"(?<![a-ząćęłńóśźż])(kupuj|buyer|nabyw|odbior|recipient|receiver|klient|customer|login|e-?mail|mail|telefon|phone|"
    r"mobile|tel\b|imi|nazwisk|first ?name|last ?name|surname|full ?name|street|ulic|address|adres|city|miast|miejscow|"
    r"post ?code|zip|kod poczt|province|wojew|company|firma|nip\b|tax ?id|vat ?id|pesel|iban|konto bank|bank account|"
    r"message|wiadomo|uwagi|comment|note|invoice|faktur|delivery ?(?:first|last|street|post|city|point)|"
    r"numer nadania|tracking)"
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PERSONAL_VALUE: Final = re.compile(r"\S@\S|(?<!\d)(?:\+\d{2}[ -]?)?\d{3}[ -]\d{3}[ -]\d{3}(?!\d)|\+\d{9,}")
HIDDEN: Final = "•••"
FEWEST_HEADINGS: Final = 3


def is_personal_heading(heading: str) -> bool:
    """Whether a column of this heading holds what tells of a person."""
    return bool(_WORDS.search(_CAMEL.sub(" ", tidy(heading)).casefold().replace("_", " ")))


def shown(text: str) -> str:
    """A cell as it may be shown: an e-mail address or a phone number is hidden."""
    return HIDDEN if _PERSONAL_VALUE.search(text) else text


def is_hidden(cells: Iterable[str | None]) -> bool:
    """Whether there is something in these cells of a column and all of it is hidden."""
    found = {cell for cell in cells if cell}
    return found == {HIDDEN}


def personal_columns(rows: Sequence[Sequence[object]]) -> frozenset[int]:
    """The 0-based columns that some row of headings among `rows` says tell of a person.

    A row of headings has several texts and no number: a product may be called "Telefon", a preamble names a login.
    """
    return frozenset(
        index
        for row in rows
        if may_be_headings(row)
        for index, cell in enumerate(row)
        if isinstance(cell, str) and is_personal_heading(cell)
    )


def may_be_headings(row: Sequence[object]) -> bool:
    """Whether a row may hold headings: several texts and nothing that begins like a number."""
    texts = [tidy(str(cell)) for cell in row if cell is not None]
    return len([text for text in texts if text]) >= FEWEST_HEADINGS and not any(text[:1].isdigit() for text in texts)
