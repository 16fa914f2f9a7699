"""What many records cost together: reports by what they carry, and the invoice of an account."""
