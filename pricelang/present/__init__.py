"""Numbers, sentences and tables for people. It knows no price."""
