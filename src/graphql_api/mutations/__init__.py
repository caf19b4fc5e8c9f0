"""GraphQL mutations: one per command."""
