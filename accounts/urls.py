"""Addresses of the reader's own choices (`accounts:`) and of the workspace's settings (part of `settings:`)."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/workspace/switch/", views.switch_workspace, name="switch"),
    path("settings/language", views.choose_language, name="language"),
    path("settings/preferences/<str:key>/", views.remember_preference, name="preference"),
]

# config/urls.py joins these with the settings pages of the other apps in one namespace.
settings_patterns = [
    path("workspace/", views.workspace_settings, name="workspace"),
]
