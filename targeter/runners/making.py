"""A shard's profiles and contacts, made of the rows in its inbox and kept in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from targeter.database import identifier, literal
from targeter.history import COLUMNS as CONTACT_COLUMNS
from targeter.history import (
    CONTACTS,
    FORGOTTEN,
    add_imported,
    all_tombstones,
    create_contacts,
    load_forgotten,
)
from targeter.pipeline import needed_of
from targeter.profiles import PROFILES, fill_profiles
from targeter.runners.envelopes import open_rows
from targeter.runners.job import Job, engine_of, rules_of, whole
from targeter.runners.reading import PAST, READ
from targeter.runners.routing import OTHERS, TOLD, open_source, rows_in
from targeter.strays import Keys, Noticed, wrong_keys

# What other tools sent, of all contacts.
IMPORTED = "imported"
KEPT = (PROFILES, CONTACTS, IMPORTED, FORGOTTEN)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a shard: its people, and what was noticed. With wrong keys nothing was made.

    `rows` are how many of each source it found, and of `PAST`.
    """

    keys: Keys
    rows: Mapping[str, int]
    people: int = 0
    contacts: int = 0
    noticed: tuple[Noticed, ...] = ()


def make_people(job: Job, shard: int) -> Made:
    """Make a shard's profiles, contacts and who was forgotten; the file appears whole."""
    bound, _ = rules_of(job)
    settings = bound.project.settings
    base = settings.base
    assert base is not None
    with engine_of(job) as engine:
        tables = {
            source.name: open_source(job, engine, source, rows_in(job, source, shard))
            for source in settings.sources
            if not source.is_derived
        }
        open_rows(engine, PAST, job.arrived(READ, PAST, shard), CONTACT_COLUMNS.items())
        rows = {
            name: int(engine.value(f"SELECT count(*) FROM {identifier(table)}"))
            for name, table in [*tables.items(), (PAST, PAST)]
        }
        keys = wrong_keys(engine, base, tables[base.name])
        if keys.missing or keys.doubles:
            return Made(keys, rows)
        columns = engine.columns_of(tables[base.name])
        open_rows(engine, OTHERS, job.arrived(TOLD, OTHERS, shard), columns)
        # what is looked up again and again is read once
        engine.run(f"CREATE TABLE people_here AS FROM {identifier(tables[base.name])}")
        tables[base.name] = "people_here"
        noticed = fill_profiles(engine, bound, tables, needed_of(bound), others=OTHERS)
        create_contacts(engine)
        add_imported(engine, bound)
        engine.run(f"CREATE TABLE {IMPORTED} AS FROM {CONTACTS}")
        engine.run(f"INSERT INTO {CONTACTS} FROM {identifier(PAST)}")
        contacts = int(engine.value(f"SELECT count(*) FROM {CONTACTS}"))
        people = f"SELECT {identifier(bound.key)} AS person FROM {PROFILES}"
        load_forgotten(engine, all_tombstones(job.graves), people)
        with whole(job, job.people(shard)) as target:
            engine.run(f"ATTACH {literal(str(target))} AS kept")
            for table in KEPT:
                engine.run(f"CREATE TABLE kept.{table} AS FROM {table}")
            engine.run("CHECKPOINT kept")  # all of it is in this one file
            engine.run("DETACH kept")
        count = int(engine.value(f"SELECT count(*) FROM {PROFILES}"))
        return Made(keys, rows, count, contacts, noticed)
