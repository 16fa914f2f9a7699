"""Facts that are known of the shipped book."""
