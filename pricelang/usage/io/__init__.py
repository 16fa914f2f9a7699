"""Files, folders and streams of records: read to values with their places."""
