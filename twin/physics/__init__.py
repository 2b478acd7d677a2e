"""Kinds of physics, one folder each, all of one shape; nothing outside imports them but the registry."""
