"""The desks: where officers work. Each is an app of its own; desks of one row never import each other."""
