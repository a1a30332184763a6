"""Where opinions are read from, and the stance column of each topic."""

from __future__ import annotations

from targeter.binding.bound import Opinion
from targeter.binding.steps import Step
from targeter.expressions.scopes import (
    stance_column,
)
from targeter.findings import Finding, did_you_mean
from targeter.schema import Column, strictest
from targeter.yaml_source import Scalar


class BindTopics(Step):
    """Topics: a column of the profile for each."""

    def run(self) -> None:
        self._opinions()

    def _opinions(self) -> None:
        settings = self.bound.project.settings
        score = self._opinion_column(settings.opinions.score)
        posts = self._opinion_column(settings.opinions.posts)
        likes = self._opinion_column(settings.opinions.likes)
        if score and (posts is None or score[0] != posts[0]):
            assert settings.opinions.score is not None
            message = "'score' must be a column of the source that 'posts' names"
            self.found.append(Finding("TG105", message, settings.opinions.score.place))
            score = None
        self.bound.posts = Opinion(*posts, score[1] if score else None) if posts else None
        self.bound.likes = Opinion(*likes) if likes else None
        opinions = [o for o in (self.bound.posts, self.bound.likes) if o]
        used = [opinion.source for opinion in opinions]
        is_sensitive = any(self._says_what_is_sensitive(opinion) for opinion in opinions)
        duties = strictest(c for name in used for c in self.bound.sources[name])
        columns = [
            Column(
                stance_column(declared.topic.name),
                "VARCHAR",
                duties.in_copy,
                is_sensitive,
                duties.purposes,
                nullable=False,
            )
            for declared in settings.topics
        ]
        if settings.topics and not used:
            message = "topics need 'opinions': which columns hold posts or likes?"
            self.found.append(Finding("TG104", message, settings.topics[0].place))
        self.bound.profile = self.bound.profile.with_columns(columns)

    def _says_what_is_sensitive(self, opinion: Opinion) -> bool:
        schema = self.bound.sources[opinion.source]
        read = [schema.get(name) for name in (opinion.column, opinion.score) if name]
        return any(column.sensitive for column in read if column)

    def _opinion_column(self, scalar: Scalar | None) -> tuple[str, str] | None:
        if scalar is None:
            return None
        name, _, column = scalar.text.partition(".")
        schema = self.bound.sources.get(name)
        if schema is None:
            help_ = did_you_mean(name, list(self.bound.sources))
            self.found.append(Finding("TG113", f"unknown source {name!r}", scalar.place, help_))
            return None
        known = schema.get(column)
        if known is None:
            help_ = did_you_mean(column, schema.names)
            message = f"unknown column {column!r} in source {name!r}"
            self.found.append(Finding("TG202", message, scalar.place, help_))
            return None
        return name, known.name
