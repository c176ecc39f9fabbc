"""Azure's semantics in plain Python: defaults, tags in context, effective rules and routes, each with its source."""
