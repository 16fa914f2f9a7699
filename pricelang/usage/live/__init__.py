"""Objects of other libraries in memory, as the plain mappings that the readers of files read."""
