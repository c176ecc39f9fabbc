"""Azure's semantics in plain Python: default rules, tags in context, effective rules and routes, each fact with its source."""
