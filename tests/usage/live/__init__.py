"""Objects of other libraries, as the readers of files read them."""
