"""The names a project has given, as far as its files say them: what an editor offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from targeter.project import Project
from targeter.settings import Settings
from targeter.sources.declared import Source


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by kind, each in the order it was declared and in the case it was declared in: lint
    finds a column in any case, an editor offers and accepts the declared one.

    `columns` are the profile's: the base's own and the traits'. `source_columns` has a source's
    declared columns; one that declares none may have any. `people_rows` are the sources a test
    gives rows of, without the column that says whose they are, `others` who else is named there.
    `templates` are names, `texts` are those and each language's own; `gates` are what may stop
    somebody before any rule.
    """

    columns: tuple[str, ...]
    base: str | None
    base_columns: tuple[str, ...]
    source_columns: Mapping[str, tuple[str, ...]]
    people_rows: Mapping[str, tuple[str, ...]]
    others: Mapping[str, tuple[str, ...]]
    segments: tuple[str, ...]
    topics: tuple[str, ...]
    copy_topics: tuple[str, ...]
    templates: tuple[str, ...]
    channels: tuple[str, ...]
    campaigns: tuple[str, ...]
    purposes: tuple[str, ...]
    rules: tuple[str, ...]
    texts: tuple[str, ...]
    gates: tuple[str, ...]
    handoffs: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.source_columns)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What a condition may begin with."""
        stances = tuple(f"stance('{topic}') = 'for'" for topic in self.topics)
        return (*self.segments, *self.columns, *stances)

    def columns_of(self, source: str) -> tuple[str, ...]:
        return self.source_columns.get(source, ())


def vocabulary(project: Project) -> Vocabulary:
    """The names of a project; what can't be read gives none."""
    settings, templates = project.settings, project.templates
    base = settings.base
    base_columns = _columns(base) if base else ()
    traits = [column for trait in settings.traits for column in trait.columns]
    return Vocabulary(
        columns=tuple(dict.fromkeys([*base_columns, *traits])),
        base=base.name if base else None,
        base_columns=base_columns,
        source_columns={source.name: _columns(source) for source in settings.sources},
        people_rows={one.name: _own_columns(one) for one in settings.sources if _has_rows(one)},
        others={one.name: tuple(other.name for other in one.others) for one in settings.sources},
        segments=tuple(segment.name for segment in project.segments),
        topics=tuple(declared.topic.name for declared in settings.topics),
        copy_topics=tuple(sorted({t.topic.text for t in templates if t.topic})),
        templates=tuple(sorted({template.name for template in templates})),
        channels=tuple(one.channel.name for one in settings.channels),
        campaigns=tuple(campaign.name for campaign in settings.campaigns),
        purposes=_purposes(settings),
        rules=tuple(sorted(rule.name for rule in project.rules)),
        texts=tuple(sorted({word for one in templates for word in (one.name, one.id)})),
        gates=_gates(project),
        handoffs=tuple(handoff.name for handoff in project.handoffs),
    )


def _columns(source: Source) -> tuple[str, ...]:
    """A source's declared columns, and the key it must have; nothing where none is declared."""
    declared = [column.name for column in source.columns]
    if not declared or source.is_derived:
        return ()
    known = {column.casefold() for column in declared}
    named = [name for name in (source.owner, *(o.by for o in source.others)) if name]
    return (*declared, *(name for name in named if name.casefold() not in known))


def _has_rows(source: Source) -> bool:
    return not (source.is_base or source.is_derived)


def _own_columns(source: Source) -> tuple[str, ...]:
    owner = source.owner if source.person and source.person.to is None else None
    return tuple(name for name in _columns(source) if name != owner)


def _purposes(settings: Settings) -> tuple[str, ...]:
    return tuple(purpose.name for purpose in settings.purposes)


def _gates(project: Project) -> tuple[str, ...]:
    handed = [handoff.name for handoff in project.handoffs]
    required = [requirement.name for requirement in project.requirements]
    suppressed = [suppression.name for suppression in project.suppressions]
    limits = [name for name, limit in project.settings.rest.named if limit]
    return (*_purposes(project.settings), *handed, *required, *suppressed, *limits)
