"""What many records cost together: cost by what they carry, and the invoice of an account."""
