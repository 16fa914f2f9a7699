"""What runs elsewhere: the steps of the action and the hooks, run here as they run there."""
