"""A tree of statements to a model: names, rates, modifiers, charges, each with its faults."""
