"""Columns and cells that tell of a person: shown to nobody, stored nowhere, mapped to nothing."""

import re
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


def is_personal_heading(heading: str) -> bool:
    """Whether a column of this heading holds what tells of a person."""
    return bool(_WORDS.search(_CAMEL.sub(" ", tidy(heading)).casefold().replace("_", " ")))


def shown(text: str) -> str:
    """A cell as it may be shown: an e-mail address or a phone number is hidden."""
    return HIDDEN if _PERSONAL_VALUE.search(text) else text
