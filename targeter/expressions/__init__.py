"""SQL expressions in a closed subset: parsed, named, typed, and brought into canonical form."""
