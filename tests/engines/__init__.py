"""What the engines say of usage, beside the evaluator of single requests."""
