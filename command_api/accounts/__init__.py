"""Accounts: who a player is, proved by a password and then by tokens; plain tables, no events."""
