"""Tools and resources for an assistant, by the Model Context Protocol."""
