"""Addresses of the reader's own choices (`accounts:`) and of the workspace's settings (part of `settings:`)."""

from django.urls import path

from accounts import data_views, list_views, team_views, views

app_name = "accounts"
urlpatterns = [
    path("settings/workspace/switch/", views.switch_workspace, name="switch"),
    path("settings/language", views.choose_language, name="language"),
    path("settings/views/<str:page>/", list_views.save_view, name="save_view"),
    path("settings/views/<int:view_id>/change/", list_views.change_view, name="change_view"),
    path("settings/views/<int:view_id>/delete/", list_views.delete_view, name="delete_view"),
    path("settings/preferences/<str:key>/", views.remember_preference, name="preference"),
    path("workspaces/new/", views.new_workspace, name="new_workspace"),
    path("invitations/<str:token>/", team_views.invitation, name="invitation"),
    path("deletions/<uuid:deletion_id>/", data_views.deletion_state, name="deletion"),
    path("settings/me/delete/", data_views.delete_person, name="delete_person"),
]

# config/urls.py joins these with the settings pages of the other apps in one namespace.
settings_patterns = [
    path("workspace/", views.workspace_settings, name="workspace"),
    path("team/", team_views.team, name="team"),
    path("team/invite/", team_views.invite, name="invite"),
    path("team/invitations/<uuid:invitation_id>/again/", team_views.send_again, name="invitation_again"),
    path("team/invitations/<uuid:invitation_id>/withdraw/", team_views.withdraw, name="invitation_withdraw"),
    path("team/members/<int:member_id>/role/", team_views.change_role, name="member_role"),
    path("team/members/<int:member_id>/remove/", team_views.remove, name="member_remove"),
    path("team/members/<int:member_id>/owner/", team_views.pass_ownership, name="pass_ownership"),
    path("team/leave/", team_views.leave, name="leave"),
    path("data/", data_views.data, name="data"),
    path("data/export/", data_views.export, name="export"),
    path("data/exports/<uuid:export_id>/", data_views.export_progress, name="export_progress"),
    path("data/exports/<uuid:export_id>/file/", data_views.export_file, name="export_file"),
    path("workspace/delete/", data_views.delete_workspace, name="delete_workspace"),
    path("audit/", team_views.audit, name="audit"),
]
