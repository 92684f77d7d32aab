"""The screens that are known: one module each."""
