"""Camunda 8 behaviour as SpiffWorkflow task specs, one file per family."""
