"""Spreadsheet reports: readers, column mapping, stored rows and their reconciliation with the API."""
