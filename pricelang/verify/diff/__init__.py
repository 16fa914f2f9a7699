"""What two books owe differently, for whom and when."""
