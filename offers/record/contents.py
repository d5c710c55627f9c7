"""Large pieces of snapshots stored once: a description does not repeat because a parameter moved."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import SellerAccount
from offers.models import Content
from offers.record.documents import Document, digest, size

# Smaller values cost less in place than a row of their own.
LARGE = 500
# Stands in place of a piece: {MARK: digest}. Allegro's names have no such sign.
MARK = "$content"


def pack(document: Document) -> tuple[Document, dict[str, Any]]:
    """`document` with its large top-level values replaced, and those values by digest."""
    packed: Document = {}
    pieces: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, dict | list) and size(value) > LARGE:
            name = digest(value)
            packed[key], pieces[name] = {MARK: name}, value
        else:
            packed[key] = value
    return packed, pieces


def store(account_id: Any, pieces: Mapping[str, Any]) -> None:
    """Keep pieces (digest -> value) that are not kept yet."""
    known = set(Content.objects.filter(account=account_id, digest__in=pieces).values_list("digest", flat=True))
    Content.objects.bulk_create(
        [Content(account_id=account_id, digest=name, body=body) for name, body in pieces.items() if name not in known],
        ignore_conflicts=True,
    )


def load(account: SellerAccount, documents: Iterable[Document]) -> dict[str, Any]:
    """The pieces that `documents` of `account` need, by digest, in one query."""
    wanted = {name for document in documents for name in _names(document)}
    if not wanted:
        return {}
    return dict(Content.objects.filter(account=account, digest__in=wanted).values_list("digest", "body"))


def unpack(document: Document, pieces: Mapping[str, Any]) -> Document:
    """The whole document again. Raises KeyError where a piece is missing."""
    return {key: pieces[value[MARK]] if _is_mark(value) else value for key, value in document.items()}


def _names(document: Document) -> Iterable[str]:
    return (value[MARK] for value in document.values() if _is_mark(value))


def _is_mark(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {MARK}
