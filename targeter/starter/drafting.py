"""The text of a project drafted from a survey, and what its owner should know or decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent, indent, wrap

from targeter.sources.guessing import GuessedColumn, GuessedFile, yaml_columns
from targeter.starter import names
from targeter.starter.duties import (
    Consents,
    as_flag,
    consents_of,
    is_private,
    is_sensitive,
    speaks_of_consent,
)
from targeter.starter.first_message import (
    Count,
    channel_of,
    fit_to_choose,
    rules_text,
    template_text,
)
from targeter.starter.joining import Joined, joined_sources
from targeter.starter.survey import CONSENT, Survey, Surveyed
from targeter.starter.wording import expression, percent, shown, sql_name
from targeter.yaml_source import quoted

_LATITUDES = frozenset({"lat", "latitude"})
_CHECKINS = frozenset({"checkin", "checkins"})
_WIDTH = 90


@dataclass(frozen=True, slots=True)
class Draft:
    """A project as texts by relative path, and what the user should know or decide."""

    files: Mapping[str, str]
    notes: tuple[str, ...]


def draft(survey: Survey, paths: Mapping[Path, str]) -> Draft:
    """A project that lints clean, plans, and sends nothing to whoever isn't known to agree.

    `paths` says for every file what `path:` says.
    """
    columns = tuple(_people_columns(survey))
    taken = [c.name for c in columns]
    joined = tuple(joined_sources(survey, taken))
    counts = tuple(_counts(survey, taken))
    told = tuple(_told(survey, joined, taken))
    consents = consents_of(columns)
    settings = _Settings(survey, paths, columns, consents, joined, counts, told)
    files = {
        "rules/targeter.yaml": settings.text(),
        "rules/first.yaml": rules_text(survey, columns, consents, counts),
        "templates/first.j2": template_text(columns),
        **{f"rules/{one.name}.sql": one.sql for one in joined},
    }
    return Draft(files, tuple(_notes(survey, paths, columns, consents)))


def _people_columns(survey: Survey) -> Iterator[GuessedColumn]:
    for column in survey.base.columns:
        if column.name == survey.base.key:
            yield _as_key(column)
        elif survey.is_made and column.name.startswith(CONSENT):
            yes, no = ("Y",), ("N",)
            yield replace(column, type="boolean", true_values=yes, false_values=no, note="")
        else:
            yield as_flag(column)


def _as_key(column: GuessedColumn) -> GuessedColumn:
    """Keys are texts, whatever they look like."""
    return replace(column, type="text", format=None, note="", bad=0)


def _counts(survey: Survey, taken: list[str]) -> Iterator[Count]:
    for other in survey.others:
        if other.owner:
            trait = names.unused(f"{other.name}_count", taken)
            taken.append(trait)
            yield Count(trait, other)


def _told(
    survey: Survey, joined: Sequence[Joined], taken: list[str]
) -> Iterator[tuple[str, Joined, str]]:
    """What other files say of the people themselves: each column becomes one of the profile."""
    for one in joined:
        for column in one.added if one.of is survey.people else ():
            trait = names.unused(column, taken)
            taken.append(trait)
            yield trait, one, column


# -- the settings ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Settings:
    survey: Survey
    paths: Mapping[Path, str]
    columns: tuple[GuessedColumn, ...]
    consents: Consents
    joined: tuple[Joined, ...]
    counts: tuple[Count, ...]
    told: tuple[tuple[str, Joined, str], ...]

    def text(self) -> str:
        sources = [self._base(), *map(self._source, self.survey.others)]
        sources += map(self._derived, self.joined)
        parts = [self._head(), self._purposes(), *map(_lines, sources)]
        parts += [_lines(part) for part in (self._traits(), self._channels()) if part]
        return "\n".join(parts)

    def _head(self) -> str:
        files = [*([] if self.survey.is_made else [self.survey.base])]
        files += [other.file for other in self.survey.others]
        begun = ", ".join(shown(file.path.name) for file in files)
        newest = self.survey.newest or "2026-12-31"
        known = ": here the newest row's" if self.survey.newest else ""
        text = f"""\
            # Begun from {begun}.
            # What the files seemed to hold is written out below: read it once, and correct it.

            # as_of: {newest}      # would pin the day{known}; without it, today is today
            time_zone: UTC             # where a day begins, for example Europe/London
            """
        return dedent(text)

    def _purposes(self) -> str:
        lines = [
            "# What data and channels may be used for. Unknown is not yes: whoever has no TRUE",
            "# here gets nothing.",
            "purposes:",
            "  marketing:",
            "    basis: consent",
            *self._marketing(),
        ]
        if self.consents.location:
            lines += ["  location:", "    basis: consent"]
            lines += [f"    when: {self._named(self.consents.location)}"]
        return _lines(lines)

    def _marketing(self) -> Iterator[str]:
        found = self.consents.marketing
        if found and self.survey.is_made:
            yield "    # Nobody was asked yet. Write Y in that column for whoever agrees."
            yield f"    when: {self._named(found)}"
        elif found:
            yield "    # It is called like a consent to be written to. Is it one?"
            yield f"    when: {self._named(found)}"
        else:
            yield "    # TO DO: nobody gets a message yet, for no column says who agreed to that."
            yield "    # Name it here when there is one, for example: when: marketing_consent"
            for name in self.consents.unclear:
                yield f"    # {shown(name)} speaks of consent. Is it this one?"
            for where, name in self._consents_elsewhere():
                yield f"    # {shown(name)} of {where} counts once it is a column of people."
            yield "    when: false"

    def _consents_elsewhere(self) -> Iterator[tuple[str, str]]:
        for other in self.survey.others:
            for column in other.file.columns:
                if other.owner and speaks_of_consent(column.name):
                    yield other.name, column.name

    def _named(self, name: str) -> str:
        return expression(sql_name(name, self.survey.reserved), 4)

    def _base(self) -> list[str]:
        base = self.survey.base
        return [
            "sources:",
            "  people:                  # one row a person",
            f"    path: {self._path(base)}",
            *_as_read(base),
            f"    key: {quoted(str(base.key))}",
            *_columns(self.columns),
        ]

    def _path(self, file: GuessedFile) -> str:
        return quoted(self.paths[file.path])

    def _source(self, one: Surveyed) -> list[str]:
        owner = one.owner.column if one.owner else None
        columns = [_as_key(c) if c.name == owner else c for c in one.file.columns]
        return [
            f"  {one.name}:",
            f"    path: {self._path(one.file)}",
            *_as_read(one.file),
            *(self._person(one) if one.owner else self._nobody(one)),
            *_time(one),
            *self._purpose(one),
            *_columns(columns),
        ]

    def _person(self, one: Surveyed) -> Iterator[str]:
        assert one.owner is not None
        share = percent(one.owner.share)
        yield f"    person: {quoted(one.owner.column)}    # {share} of its values are known people"
        fit = [c.name for c in fit_to_choose(self.columns, self.survey.base.key)]
        wanted = names.first_name(c.name for c in self.columns) or next(iter(fit), "first_name")
        for link in one.others:
            yield f"    # {shown(link.column)} names people too ({percent(link.share)} are known)."
            yield "    # Their columns come in only where they agreed, and only like this:"
            yield "    # others:"
            yield "    #   friend:"
            yield f"    #     by: {shown(quoted(link.column))}"
            yield f"    #     columns: [{shown(quoted(wanted))}]"
            yield "    #     when: may_be_named"

    def _nobody(self, one: Surveyed) -> Iterator[str]:
        if one.shared:
            name = shown(quoted(one.shared))
            yield f"    # Do these rows belong to whoever has that {shown(one.shared)}? Looking at"
            yield "    # them needs that person's consent, a column of people:"
            yield f"    # person: {{{name}: people.{name}, consent: may_link}}"
            return
        for link in one.doubtful:
            yield f"    # person: {shown(quoted(link.column))}"
            yield f"    # {percent(link.share)} of its values are keys of people. By chance?"
        if one.doubtful:
            return
        by = [j.name for j in self.joined if one.name in (r.to for r in j.of.references)]
        if by:
            yield f"    # These rows are about things; joined to people in {' and '.join(by)}."
        else:
            yield "    # No column holds keys of people, so these rows are about something else. A"
            yield "    # derived source (sql: NAME.sql) can join them to people by what they share."

    def _purpose(self, one: Surveyed) -> Iterator[str]:
        if not (one.owner and _is_about_places(one.file)):
            return
        if self.consents.location:
            yield "    purpose: location"
        else:
            yield "    # These rows say where people are. Give them a purpose of their own, with"
            yield "    # purpose: location here and a consent of that name above."

    def _derived(self, joined: Joined) -> list[str]:
        lines = [f"  {joined.name}:", f"    sql: {joined.name}.sql"]
        if joined.of.owner:
            lines.append(f"    person: {quoted(joined.of.owner.column)}")
        time = joined.of.file.time
        if time and names.is_event(time):
            lines.append(f"    time: {quoted(time)}")
        return lines

    def _traits(self) -> list[str]:
        lines: list[str] = []
        for count in self.counts:
            lines += [f"  {count.trait}:", f"    from: {count.of.name}", "    value: count(*)"]
        for trait, joined, column in self.told:
            lines += [f"  {trait}:", f"    from: {joined.name}", f"    value: max({column})"]
        for joined in self.joined:
            if top := joined.top:
                lines += [f"  {top.trait}:", f"    from: {joined.name}"]
                lines += [
                    f"    first_by: {top.rank} desc",
                    f"    pick: {{{top.trait}: {top.column}}}",
                ]
        if not lines:
            return []
        head = "# Columns of the profile that are computed, each from one person's rows."
        return [head, "traits:", *lines]

    def _channels(self) -> list[str]:
        name, address = channel_of(self.columns)
        lines = ["channels:", f"  {name}:"]
        if address:
            lines.append(f"    address: {quoted(address)}")
        else:
            lines.append(
                "    # address: handle       the column with where they are reached; without"
            )
            lines.append("    #                       it everybody counts as reachable")
        return [*lines, "    footer: Answer STOP and we won't write again."]


def _time(one: Surveyed) -> Iterator[str]:
    time = one.file.time
    if time is None or one.owner is None:
        return
    if names.is_event(time):
        yield f"    time: {quoted(time)}    # a row later than the day of the plan is invisible"
    else:
        yield f"    # time: {shown(quoted(time))}"
        yield "    # That would hide every row until its day. Is it when the row happened?"


def _is_about_places(file: GuessedFile) -> bool:
    words = {word for column in file.columns for word in names.words_of(column.name)}
    return bool(_LATITUDES & words or _CHECKINS & set(names.words_of(file.path.name)))


def _as_read(file: GuessedFile) -> Iterator[str]:
    """How a file has to be read, where that could not be told at a glance."""
    for note in file.notes:
        words = shown(note.removeprefix(f"{file.path.name}: "), 300)
        yield from (f"    # {line}" for line in wrap(words, _WIDTH))


def _columns(columns: Sequence[GuessedColumn]) -> Iterator[str]:
    noted = [replace(column, note=_note(column)) for column in columns]
    duties = {column.name: found for column in columns if (found := _duties(column))}
    yield "    columns:"
    yield indent(yaml_columns(noted, duties), "    ").rstrip("\n")


def _duties(column: GuessedColumn) -> dict[str, str]:
    if is_sensitive(column.name):
        return {"sensitive": "true"}
    return {"in_copy": "never"} if is_private(column.name) else {}


def _note(column: GuessedColumn) -> str:
    parts = [column.note] if column.note else []
    if 0 < column.share_missing < 1:
        parts.append(f"{percent(column.share_missing)} missing")
    if is_sensitive(column.name):
        parts.append("going by its name; no rule may use it")
    return shown("; ".join(parts))


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


# -- what to say of it -----------------------------------------------------------------------


def _notes(
    survey: Survey,
    paths: Mapping[Path, str],
    columns: Sequence[GuessedColumn],
    consents: Consents,
) -> Iterator[str]:
    base, file = survey.base, shown(paths[survey.base.path])
    key = shown(str(base.key))
    if survey.is_made:
        made = f"{file} was made: {base.rows:,} people, the different values of {key}"
        yield f"{made}; {survey.reason}" if survey.reason else made
    else:
        yield f"{file} holds the people ({base.rows:,}), by {key}: {survey.reason}"
    yield from map(_about, survey.others)
    yield from _doubts(file, columns)
    for other in survey.others:
        yield from _doubts(other.name, other.file.columns)
    found = consents.marketing
    if found and survey.is_made:
        yield f"nobody gets a message before {found} says Y in {file}"
    elif found:
        yield f"only whoever has {shown(found)} gets messages: make sure that this is consent"
    else:
        yield "nobody gets a message yet: say at purposes: in rules/targeter.yaml who agreed"


def _about(one: Surveyed) -> str:
    if one.owner:
        share = percent(one.owner.share)
        owner = shown(one.owner.column)
        return f"{one.name}: {one.file.rows:,} rows, found by {owner} ({share} are people we know)"
    if one.shared:
        return (
            f"{one.name}: has {shown(one.shared)} of people, and needs their consent to be linked"
        )
    if one.doubtful:
        link = shown(one.doubtful[0].column)
        return f"{one.name}: is {link} the person? Numbers meet by chance, so you decide"
    return f"{one.name}: no column of it holds keys of people"


def _doubts(where: str, columns: Sequence[GuessedColumn]) -> Iterator[str]:
    for column in columns:
        if column.note:
            yield f"{where}: {shown(column.name)}: {shown(column.note)}"
