"""The files that a seller can download from Allegro, made from the world's truth; one module per kind of file.

No live account has been seen: sheets, headings and forms follow real files in public repositories and their parsers.
Where a wording is only likely, its module says so.
"""
