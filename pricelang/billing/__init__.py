"""What many records cost together, and what was billed for them: reports, invoices, and their reconciliation."""
