"""What two books charge for the same request, compared over every request."""
