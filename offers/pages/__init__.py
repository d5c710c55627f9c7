"""The views, their forms and filters."""
