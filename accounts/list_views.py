"""What the menus of the lists post: saved views. Each answer leads back to the list, with its filters."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import saved_views
from accounts.access import WorkspaceRequest, member_view
from accounts.models import ListPage


@require_POST
@member_view()
def save_view(request: WorkspaceRequest, page: str) -> HttpResponse:
    """Keep the posted `query` of a list under `name`, with `is_shared` for the whole workspace."""
    of_list = saved_views.list_page(page)
    query = saved_views.query_of(request.POST.get("query", ""))
    shared = bool(request.POST.get("is_shared"))
    try:
        view = saved_views.save_view(request.membership, of_list, request.POST.get("name", ""), query, is_shared=shared)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    except saved_views.UnusableView as refusal:
        messages.error(request, str(refusal))
    return redirect(saved_views.address_of_list(of_list, query))


@require_POST
@member_view()
def change_view(request: WorkspaceRequest, view_id: int) -> HttpResponse:
    """Rename one's own view, share it or take it back. 404 for one that the person cannot see."""
    view = saved_views.get_view(request.user, view_id)
    try:
        shared = bool(request.POST.get("is_shared"))
        saved_views.change_view(request.membership, view, request.POST.get("name", ""), is_shared=shared)
        messages.success(request, _("The view is now called “%(name)s”.") % {"name": view.name})
    except saved_views.UnusableView as refusal:
        messages.error(request, str(refusal))
    return redirect(saved_views.address_of_list(ListPage(view.page), view.query))


@require_POST
@member_view()
def delete_view(request: WorkspaceRequest, view_id: int) -> HttpResponse:
    """Delete a view; the list stays as its filters left it."""
    view = saved_views.get_view(request.user, view_id)
    saved_views.delete_view(request.membership, view)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(saved_views.address_of_list(ListPage(view.page), view.query))
