"""What lies on disk: bundled books, the cache, files written whole or not at all."""
