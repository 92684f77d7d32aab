"""What a frontend in TypeScript is made from: the generated client, and the guide's own code."""
