"""A page that browses a registry through its API (the distribution specification of OCI)."""
