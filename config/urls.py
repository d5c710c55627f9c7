"""Every address of the product."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.access import current_membership
from accounts.urls import settings_patterns
from accounts.views import confirm_email, landing
from allegro.urls import urlpatterns as linking_patterns

Pattern = URLPattern | URLResolver


def home(request: HttpRequest) -> HttpResponse:
    """The dashboard for people who are signed in (in no workspace: the offer to make one), else what the product is."""
    if not request.user.is_authenticated:
        return landing(request)
    return redirect("dashboard" if current_membership(request) else "accounts:new_workspace")


def favicon(_request: HttpRequest) -> HttpResponse:
    """For pages that name no icon (the staff pages, a picture opened by itself): browsers ask here."""
    return redirect(static("img/favicon.png"))


def robots(_request: HttpRequest) -> HttpResponse:
    """What search engines may read: the pages for people who are not signed in, there is nothing else to find."""
    text = "User-agent: *\nAllow: /$\nAllow: /accounts/signup/\nAllow: /accounts/login/\nAllow: /static/\nDisallow: /\n"
    return HttpResponse(text, content_type="text/plain")


# One namespace for the settings pages, whichever app serves them.
settings_pages: list[Pattern] = [*settings_patterns, *linking_patterns]

urlpatterns: list[Pattern] = [
    path("", home, name="home"),
    path("favicon.ico", favicon, name="favicon"),
    path("robots.txt", robots, name="robots"),
    path("", include("accounts.urls")),
    path("settings/", include((settings_pages, "settings"))),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", confirm_email, name="account_confirm_email"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("offers.urls")),
    path("", include("reports.urls")),
]
