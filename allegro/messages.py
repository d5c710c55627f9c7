"""What each failure code means to a seller: what happened, what was kept, what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "unavailable": _("Allegro did not answer properly. Everything stored is kept; we try again by ourselves."),
    "rate_limited": _("Allegro asked us to slow down. Nothing is lost; we go on in a few minutes."),
    "unauthorized": _("Allegro refused the connection for the moment. Your link is kept; we try again by ourselves."),
    "wrong_environment": _(
        "Allegro does not recognise our access. Your link is kept and we try again by ourselves; if it stays so, "
        "connect the account again."
    ),
    "incomplete_read": _(
        "A list at Allegro changed while we were reading it. What we read is kept; the next reading completes it."
    ),
    "reconnect_required": _(
        "Allegro ended our access (for example after a change of password). Your history is kept; "
        "connect the account again to go on."
    ),
    "forbidden": _("Allegro did not let us read this part. If it stays so, connect the account again and allow it."),
    "gone": _("Allegro no longer returns this. What we had stored is kept."),
    "rejected": _("Allegro did not accept our question. Everything stored is kept; we have been told."),
    "code_refused": _("The permission expired or was used already. Nothing was linked; please start again."),
    "not_configured": _("This installation has no Allegro application yet. Its operator must set ALLEGRO_CLIENT_ID."),
    "state_mismatch": _("This link request is unknown, was used already or has expired. Please start again."),
    "access_denied": _("You did not allow access at Allegro. Nothing was linked; you can try again at any time."),
    "other_account": _("You signed in at Allegro as a different account. Nothing was changed."),
    "profile_required": _(
        "Without permission to read your login nobody can tell which account this is. Nothing was linked; "
        "please start again and leave that permission on."
    ),
    "other_environment": _(
        "This account belongs to another Allegro (for example the sandbox) than this installation reads. "
        "Its history stays; it cannot be read from here."
    ),
    "scope_missing": _("You have not given the permission that this needs, so it is not read."),
    "internal": _("Something went wrong on our side. Everything stored is kept; we have been told."),
    "interrupted": _("The run was interrupted, for example by a restart. The next one goes on where it stopped."),
}


def message_for(code: str) -> str:
    """The translated message of a failure code; the general one for a code of an older version."""
    return str(MESSAGES.get(code, MESSAGES["internal"]))
