"""What requests would cost: under other models and modes, and many of them over a month."""
