"""docs/openapi.json: `python -m portone_local.openapi` writes it, a test fails when it is stale."""
