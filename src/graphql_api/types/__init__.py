"""GraphQL types, one module per area."""
