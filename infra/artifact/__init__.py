"""How `sam build` builds the one artifact of all functions."""
