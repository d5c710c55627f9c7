"""Staff pages for uploads. The files themselves are not registered: they are the sellers' own."""

from django.contrib import admin

from accounts.admin_site import ReadOnlyAdmin
from reports.models import RememberedMapping, RowProblem, Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Report files of all workspaces, for questions such as "why was it refused?"."""

    list_display = (
        "file_name",
        "account",
        "status",
        "period_from",
        "period_to",
        "good_rows",
        "bad_rows",
        "problems_found",
        "uploaded_at",
    )
    list_filter = ("status", "kind")
    list_select_related = ("account",)
    search_fields = ("id", "file_name", "account__login", "sha256")
    date_hierarchy = "uploaded_at"


@admin.register(RowProblem)
class RowProblemAdmin(ReadOnlyAdmin):
    """Cells that could not be taken: many of one kind mean that the reader must learn something."""

    list_display = ("upload", "row_number", "column", "code", "value")
    list_filter = ("code",)
    list_select_related = ("upload",)
    search_fields = ("upload__id", "column")
    show_full_result_count = False


@admin.register(RememberedMapping)
class RememberedMappingAdmin(ReadOnlyAdmin):
    """How people named the columns of unknown files: a shape that many name is a kind that the reader should know."""

    list_display = ("workspace", "kind", "created_at", "created_by", "shape_digest")
    list_filter = ("kind",)
    list_select_related = ("workspace", "created_by")
    search_fields = ("shape_digest", "workspace__name")
