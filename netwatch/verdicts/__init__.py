"""Verdicts: one flow through every rule list at a NIC, in Azure's order."""
