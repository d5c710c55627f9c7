"""The staff site: sees every workspace, because staff look after the whole installation."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.scoping import every_workspace

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class StaffAdminSite(admin.AdminSite):
    """Runs each view outside the tenancy guard, after the check that the person is staff."""

    site_header = "Offer History"
    site_title = "Offer History"
    index_title = _("Administration")
    enable_nav_sidebar = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """As Django's; the page is rendered inside too, since templates run the lists' queries."""

        @wraps(view)
        def unguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with every_workspace():
                response = view(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return cast(View, super().admin_view(unguarded, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign-in happens on the product's own page, with its rate limits. 403 for people who are not staff."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(_("These pages are for the staff of this installation."))
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django takes no type arguments at run time
    """For facts: staff may look, nobody may add, change or delete."""

    actions: Sequence[str] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Facts arrive by sync and upload only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are append-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are append-only."""
        return False


class UndeletableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """Staff may change a row but not delete it, because the history of a workspace hangs on it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deletion of data is the owner's right and has a page of its own."""
        return False
