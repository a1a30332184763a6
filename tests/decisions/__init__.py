"""The decision, against a plain one: people by people, in worlds that hypothesis makes up."""
