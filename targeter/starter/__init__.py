"""How a project begins: a small example, or one drafted from files that nobody described."""

from targeter.starter.beginning import Started, init

__all__ = ["Started", "init"]
