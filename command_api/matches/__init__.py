"""Commands about matches: routes, use cases and the rules they follow."""
