"""Where one way to pay becomes cheaper than another."""
