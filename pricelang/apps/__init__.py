"""What people ask a book for: prices, reports, invoices, quotes, and the data of others."""
