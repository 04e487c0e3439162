"""The middle: one resident's request (a case), its process instance, its clocks and its journal."""
