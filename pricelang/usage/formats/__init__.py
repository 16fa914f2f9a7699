"""One module a format of usage records, and the registry that tells them apart."""
