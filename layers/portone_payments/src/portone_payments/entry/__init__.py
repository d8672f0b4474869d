"""The only wiring: settings, dependencies, HTTP and jobs around the flows."""
