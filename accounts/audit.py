"""The audit trail in words: what each verb means to a reader."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent, Role

VERBS: Mapping[str, str | Promise] = {
    "workspace.created": gettext_lazy("created the workspace"),
    "workspace.renamed": gettext_lazy("renamed the workspace"),
    "workspace.deletion_asked": gettext_lazy("asked for the deletion of the workspace"),
    "account.linked": gettext_lazy("connected an Allegro account"),
    "account.relinked": gettext_lazy("connected an Allegro account again"),
    "account.disconnected": gettext_lazy("disconnected an Allegro account"),
    "account.sync_by_staff": gettext_lazy("started a sync (support)"),
    "invitation.sent": gettext_lazy("invited someone"),
    "invitation.sent_again": gettext_lazy("sent an invitation again"),
    "invitation.withdrawn": gettext_lazy("withdrew an invitation"),
    "invitation.accepted": gettext_lazy("accepted an invitation"),
    "member.role_changed": gettext_lazy("changed a role"),
    "member.removed": gettext_lazy("removed a member"),
    "member.left": gettext_lazy("left the workspace"),
    "ownership.passed": gettext_lazy("passed on ownership"),
    "report.imported": gettext_lazy("imported a report"),
    "report.discarded": gettext_lazy("discarded a report"),
    "report.columns_named": gettext_lazy("named the columns of a report"),
    "export.asked": gettext_lazy("asked for an export of the data"),
    "export.downloaded": gettext_lazy("downloaded an export of the data"),
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act as shown: who, what, of whom or what, and the rest in words."""

    event: AuditEvent
    act: str
    detail: str


def audit_line(event: AuditEvent) -> AuditLine:
    """The line of one event; a verb without words is shown as it is stored."""
    return AuditLine(event, str(VERBS.get(event.verb, event.verb)), _detail(event))


def _detail(event: AuditEvent) -> str:
    data = event.data
    if "old" in data and "new" in data:
        return f"{_role(data['old'])} → {_role(data['new'])}"
    if "role" in data:
        return _("role: %(role)s") % {"role": _role(data["role"])}
    return ""


def _role(value: object) -> str:
    return str(Role(value).label) if value in Role.values else str(value)
