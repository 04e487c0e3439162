"""The ground floor: commands, events, one unit of work, clock, ids, errors. No Flask, no SpiffWorkflow."""
