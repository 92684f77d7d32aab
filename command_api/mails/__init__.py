"""Mail to players: noted together with what it tells of, sent by one leader, at most once more."""
