"""Files to take along: CSV and XLSX."""
