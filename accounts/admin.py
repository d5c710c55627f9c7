"""Staff pages for people, workspaces and linked accounts. Tokens are on none of them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_site import ReadOnlyAdmin, UndeletableAdmin
from accounts.models import AuditEvent, Membership, SellerAccount, User, Workspace


class UserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # Django takes no type arguments at run time
    """A new person by e-mail address; Django's form asks for a user name."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes: ClassVar[dict[str, Any]] = {}


@admin.register(User)
class UserAdmin(DjangoUserAdmin, UndeletableAdmin):  # type: ignore[type-arg]  # as above
    """People; someone who leaves is made inactive, so that the audit trail keeps their name."""

    add_form = UserCreationForm
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    ordering = ("email",)
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rights are given by superusers only, else a member of staff could give them to themselves."""
        return bool(request.user.is_superuser)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    """The members of one workspace."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(UndeletableAdmin):
    """Tenants with their members."""

    list_display = ("name", "created_at")
    search_fields = ("name", "members__email")
    readonly_fields = ("id", "created_at")
    inlines = (MembershipInline,)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    """Who is in which workspace."""

    list_display = ("user", "workspace", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "workspace__name")
    autocomplete_fields = ("user", "workspace")


@admin.register(SellerAccount)
class SellerAccountAdmin(ReadOnlyAdmin):
    """Linked Allegro accounts; the grant with its tokens is not registered anywhere."""

    list_display = ("login", "environment", "workspace", "status", "last_synced_at", "next_sync_at")
    list_filter = ("environment", "status", "base_marketplace")
    list_select_related = ("workspace",)
    search_fields = ("login", "allegro_id", "workspace__name")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, in all workspaces."""

    list_display = ("at", "workspace", "actor", "verb", "target")
    list_filter = ("verb",)
    list_select_related = ("workspace", "actor")
    search_fields = ("target", "actor__email", "workspace__name")
    date_hierarchy = "at"
