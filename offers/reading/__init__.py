"""What the pages and files tell, read from the record: no HTTP here."""
