"""The language of the system and its log: what can happen, how it is stored, how it travels."""
