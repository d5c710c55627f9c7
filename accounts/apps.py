"""The staff pages' configuration: it stands in INSTALLED_APPS in the place of django.contrib.admin."""

# A module import, not a class import: Django takes any class here for the configuration of "accounts".
from django.contrib.admin import apps as admin_apps


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin on a site that knows the tenancy guard."""

    default = False
    default_site = "accounts.admin_site.StaffAdminSite"
