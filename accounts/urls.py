"""Addresses of the reader's own choices (`accounts:`) and of the workspace's settings (part of `settings:`)."""

from django.urls import path

from accounts import list_views, views

app_name = "accounts"
urlpatterns = [
    path("settings/workspace/switch/", views.switch_workspace, name="switch"),
    path("settings/language", views.choose_language, name="language"),
    path("settings/views/<str:page>/", list_views.save_view, name="save_view"),
    path("settings/views/<int:view_id>/change/", list_views.change_view, name="change_view"),
    path("settings/views/<int:view_id>/delete/", list_views.delete_view, name="delete_view"),
    path("settings/preferences/<str:key>/", views.remember_preference, name="preference"),
]

# config/urls.py joins these with the settings pages of the other apps in one namespace.
settings_patterns = [
    path("workspace/", views.workspace_settings, name="workspace"),
]
