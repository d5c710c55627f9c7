"""Every address of the product."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import NoReverseMatch, URLPattern, URLResolver, include, path, reverse

from accounts import urls as accounts_urls
from accounts.views import landing

Pattern = URLPattern | URLResolver


def home(request: HttpRequest) -> HttpResponse:
    """The dashboard for people who are signed in, else what the product is."""
    if request.user.is_authenticated:
        try:
            return redirect(reverse("dashboard"))
        except NoReverseMatch:
            pass
    return landing(request)


def favicon(_request: HttpRequest) -> HttpResponse:
    """For pages that name no icon (the staff pages, a picture opened by itself): browsers ask here."""
    return redirect(static("img/favicon.png"))


def patterns_of(module: str) -> list[Pattern]:
    """The addresses of an app that may not have any yet."""
    return list(import_module(module).urlpatterns) if find_spec(module) else []


# One namespace for the settings pages, whichever app serves them.
settings_pages: list[Pattern] = [*accounts_urls.settings_patterns, *patterns_of("allegro.urls")]

urlpatterns: list[Pattern] = [
    path("", home, name="home"),
    path("favicon.ico", favicon),
    path("", include("accounts.urls")),
    path("settings/", include((settings_pages, "settings"))),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
urlpatterns += [path("", include(module)) for module in ("offers.urls", "reports.urls") if find_spec(module)]
