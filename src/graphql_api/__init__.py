"""How the ledger is asked: a GraphQL API."""
