"""Every event that crosses a service's border, its envelope, its topic and its example."""
