"""Saved views: the filters of a list kept under a name, for their author alone or for the workspace.

Everyone, viewers too, may keep views of their own; sharing one takes an analyst. A shared view of someone else is
changed by its author only, and taken away by its author or an administrator.
"""

from typing import Final

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ListPage, Membership, Role, SavedView, User

MOST_VIEWS = 30
LONGEST_NAME = 60
LONGEST_QUERY = 1_000
ADDRESSES: Final = {
    ListPage.OFFERS: "offers:catalogue",
    ListPage.EVENTS: "offers:events",
    ListPage.RECONCILIATION: "reports:reconciliation",
}
# Where somebody was in a list is no part of what the list shows.
PAGING = ("page", "before", "after", "csrfmiddlewaretoken")


class UnusableView(ValueError):
    """A view that cannot be kept; its text says why and what to do, in the active language."""


def list_page(name: str) -> ListPage:
    """The list called `name`. Raises Http404 for another."""
    if name not in ListPage.values:
        raise Http404("no such list")
    return ListPage(name)


def query_of(text: str) -> str:
    """The filters in a query string (with or without "?"): without paging, without empty ones."""
    query = QueryDict(text.removeprefix("?"), mutable=True)
    for name, values in list(query.lists()):
        kept = [] if name in PAGING else [value for value in values if value]
        if kept:
            query.setlist(name, kept)
        else:
            del query[name]
    return query.urlencode()


def address_of_list(page: ListPage, query: str) -> str:
    """The list with these filters."""
    address = reverse(ADDRESSES[page])
    return f"{address}?{query}" if query else address


def views_of(user: User, page: ListPage) -> QuerySet[SavedView]:
    """The views of the workspace in scope that `user` may choose: their own and the shared ones."""
    found: QuerySet[SavedView] = SavedView.objects.filter(Q(author=user) | Q(is_shared=True), page=page)
    return found.select_related("author")


def get_view(user: User, view_id: int) -> SavedView:
    """A view that `user` may choose. Raises Http404 for an unknown, foreign or another's private one."""
    found = SavedView.objects.filter(Q(author=user) | Q(is_shared=True), pk=view_id).first()
    if found is None:
        raise Http404("no such view")
    return found  # type: ignore[no-any-return]


def save_view(member: Membership, page: ListPage, name: str, query: str, *, is_shared: bool) -> SavedView:
    """Keep `query` under `name`; the member's own view of that name is replaced. Raises UnusableView."""
    query = query_of(query)
    if len(query) > LONGEST_QUERY:
        raise UnusableView(_("These filters are too long to be kept. Nothing was saved."))
    own = SavedView.objects.filter(author=member.user, page=page)
    name = _usable_name(name)
    if not own.filter(name=name).exists() and own.count() >= MOST_VIEWS:
        text = _("You have %(most)d views of this list already. Delete one first; nothing was saved.")
        raise UnusableView(text % {"most": MOST_VIEWS})
    view: SavedView
    view, _created = SavedView.objects.update_or_create(
        workspace=member.workspace,
        author=member.user,
        page=page,
        name=name,
        defaults={"query": query, "is_shared": _may_share(member, is_shared)},
    )
    return view


def change_view(member: Membership, view: SavedView, name: str, *, is_shared: bool) -> None:
    """Give one's own view another name, share it or take it back. Raises UnusableView, PermissionDenied."""
    if view.author_id != member.user_id:
        raise PermissionDenied(_("Only its author can change this view."))
    name = _usable_name(name)
    if SavedView.objects.filter(author=member.user, page=view.page, name=name).exclude(pk=view.pk).exists():
        raise UnusableView(_("You have a view of this name already. Nothing was changed."))
    view.name, view.is_shared = name, _may_share(member, is_shared)
    view.save(update_fields=["name", "is_shared"])


def delete_view(member: Membership, view: SavedView) -> None:
    """Delete one's own view, or as an administrator a shared one. Raises PermissionDenied."""
    if view.author_id != member.user_id and not member.may(Role.ADMIN):
        raise PermissionDenied(_("Only its author or an administrator can delete this view."))
    view.delete()


def _usable_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise UnusableView(_("Give the view a name. Nothing was saved."))
    if len(name) > LONGEST_NAME:
        raise UnusableView(_("A name has at most %(most)d characters. Nothing was saved.") % {"most": LONGEST_NAME})
    return name


def _may_share(member: Membership, is_shared: bool) -> bool:
    if is_shared and not member.may(Role.ANALYST):
        raise PermissionDenied(_("Your role in this workspace does not allow sharing views."))
    return is_shared
