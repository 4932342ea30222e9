"""The engine: everything Gridloop knows about process definitions, running cases and their record. It knows no HTTP."""
