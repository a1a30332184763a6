"""What every step of binding has at hand: the project, the compiler, and where findings go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from targeter.binding.bound import Assumed, Bound
from targeter.expressions import trees
from targeter.expressions.checking import place_of
from targeter.expressions.compiler import Compiled, Compiler, Request
from targeter.expressions.scopes import (
    PROFILE,
    Scope,
)
from targeter.findings import Finding, did_you_mean
from targeter.yaml_source import Scalar


@dataclass(slots=True)
class Step:
    """One step of binding a project; the steps run in the order in which names become known."""

    bound: Bound
    compiler: Compiler
    assumed: Assumed

    @property
    def found(self) -> list[Finding]:
        return self.bound.findings

    @property
    def today(self) -> str:
        return self.bound.today.isoformat()

    def known_purposes(self) -> list[str]:
        return [purpose.name for purpose in self.bound.project.settings.purposes]

    def unknown_purpose(self, scalar: Scalar) -> None:
        help_ = did_you_mean(scalar.text, self.known_purposes())
        message = f"unknown purpose {scalar.text!r}"
        self.found.append(Finding("TG114", message, scalar.place, help_))

    def profile_scope(self, what: str) -> Scope:
        topics = tuple(d.topic.name for d in self.bound.project.settings.topics)
        schema = self.bound.profile
        key = (PROFILE, self.bound.key)
        return Scope(what, {PROFILE: schema}, (PROFILE,), key, self.today, topics=topics)

    def compile_into(self, written: Iterable[Scalar], scope: Scope) -> None:
        """Compile conditions. Equal ones are compiled once; a wrong one is found at each place."""
        every = list(written)
        first: dict[str, Scalar] = {}
        for scalar in every:
            first.setdefault(scalar.text, scalar)
        self._compile(first.values(), scope)
        again = []
        for scalar in every:
            known = first[scalar.text]
            one = self.bound.expressions.get(known.key)
            if one is not None:
                self._keep(replace(one, scalar=scalar))
            elif scalar is not known:
                again.append(scalar)
        self._compile(again, scope)

    def _compile(self, written: Iterable[Scalar], scope: Scope) -> None:
        requests = [Request(scalar, scope, boolean=True) for scalar in written]
        for one in self.compiler.compile(requests, self.found):
            if one is not None:
                self._keep(one)

    def _keep(self, one: Compiled) -> None:
        if one.scalar.key not in self.bound.expressions:
            self.bound.expressions[one.scalar.key] = one
            self.found.extend(_sensitive(one))


def _sensitive(compiled: Compiled) -> Iterator[Finding]:
    """A finding for each sensitive column that a condition asks about."""
    names = {column.name for column in compiled.columns if column.sensitive}
    for node in trees.walk(compiled.tree):
        if node["class"] == "COLUMN_REF" and node["column_names"][-1] in names:
            message = f"{node['column_names'][-1]!r} is sensitive: nobody is chosen by it"
            place = place_of(compiled.scalar, node)
            yield Finding("TG215", message, place, "take the condition out")
