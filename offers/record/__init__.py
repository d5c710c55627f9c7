"""The record: documents of offers as facts, and the changes that follow from them. Nothing here knows of pages."""
