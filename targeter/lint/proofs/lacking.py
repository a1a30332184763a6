"""Values that every text of a rule writes, and that some of its people lack: TG512.

A column of the base may be empty as well, and no file says whether it is. Found is what the
project itself leaves room for: a trait is NULL for whoever has no rows or gave no purpose, CASE
without ELSE is NULL for the rest, and a column may declare texts that mean missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from targeter.binding import Bound
from targeter.binding.bound import BoundTrait
from targeter.database import Tree
from targeter.expressions import trees
from targeter.findings import Finding, Place
from targeter.lint.proofs.cases import Case, Cases
from targeter.lint.proofs.domains import NULL, Domain
from targeter.lint.proofs.formulas import Formula, literal
from targeter.lint.proofs.solver import satisfiable
from targeter.project import Project
from targeter.rules import Rule
from targeter.templates import Template


def lacking(cases: Cases) -> Iterator[Finding]:
    """Each such value, where the rule's last text writes it."""
    by_place: dict[tuple[Place, str], list[str]] = {}
    asked = _Lacking(cases)
    for case in cases.rules:
        if case.rule is None or case.is_dead:
            continue
        for texts in _last_resorts(case.rule, cases.bound.project):
            for name in sorted(frozenset.intersection(*(text.required for text in texts))):
                if asked.may_lack(name, case, _purposes(texts, cases.bound)):
                    place = next(v.place for v in texts[-1].variables if v.name == name)
                    by_place.setdefault((place, name), []).append(case.rule.name)
    for (place, name), rules in by_place.items():
        yield _finding(name, place, list(dict.fromkeys(rules)))


def _finding(name: str, place: Place, rules: Sequence[str]) -> Finding:
    listed = ("rules " if len(rules) > 1 else "rule ") + ", ".join(map(repr, rules))
    message = f"{name!r} can be missing, and no text of {listed} does without it"
    help_ = (
        f"guard it: {{% if {name} %}}…{{% endif %}} or {{{{ {name} | default('…') }}}};\n"
        f"or give the rule a template after this one that does without it;\n"
        f"or let the rule ask: {name} is not null"
    )
    return Finding("TG512", message, place, help_)


def _last_resorts(rule: Rule, project: Project) -> Iterator[tuple[Template, ...]]:
    """The texts that somebody could get instead of each other, for each language there is."""
    named = [project.in_languages(scalar.text) for scalar in rule.templates]
    if not all(named):  # what a text needs that can't be read isn't known
        return
    default = project.settings.language.default if project.settings.language else ""
    languages = {t.language for templates in named for t in templates}
    for language in sorted(languages, key=lambda one: one or ""):
        texts = tuple(t for ts in named if (t := _in_language(ts, language, default)))
        if rule.variants:  # each person is in one arm and gets its template or none
            yield from ((text,) for text in texts)
        elif texts:
            yield texts


def _in_language(
    templates: Sequence[Template], language: str | None, default: str
) -> Template | None:
    wanted = ((language or "").casefold(), default, "")
    by_name = {(template.language or "").casefold(): template for template in templates}
    return next((by_name[one] for one in wanted if one in by_name), None)


def _purposes(texts: Iterable[Template], bound: Bound) -> frozenset[str]:
    """The purposes that everybody gave who gets one of the texts."""
    channels = (bound.project.settings.channel(text.channel.text) for text in texts)
    given = [frozenset({one.channel.purpose}) if one else frozenset() for one in channels]
    return frozenset[str]().union(*given) if len(set(given)) == 1 else frozenset()


@dataclass(slots=True)
class _Lacking:
    """Asks of a column whether somebody of a rule can lack it; what isn't known is there."""

    cases: Cases
    _reached: Formula = field(init=False)
    _traits: dict[str, BoundTrait] = field(init=False)

    def __post_init__(self) -> None:
        self._reached = self.cases.reached()
        traits = [trait for level in self.cases.bound.levels for trait in level]
        self._traits = {c.name.casefold(): trait for trait in traits for c in trait.columns}

    def may_lack(self, name: str, case: Case, given: frozenset[str]) -> bool:
        column = self.cases.bound.profile.get(name)
        if column is None or not column.nullable or not self._may_be(name, NULL, case):
            return False
        bound = self._traits.get(name.casefold())
        if bound is None:
            return self._says_missing(column.name)
        if column.purposes - given:
            return True
        if bound.trait.default is not None or bound.trait.exists:
            return False
        if bound.trait.source is None:
            return self._is_null(bound.values[0].tree, case, given)
        return not any(self._has_rows(other, bound, case) for other in self._traits.values())

    def _may_be(self, name: str, values: int, case: Case) -> bool:
        """Whether a column can lie in these regions for somebody whom the rule is for."""
        term = self.cases.terms.known.get(f"p.{name}")
        if term is None:
            return True
        lies = literal(term.number, values, term.domain().whole)
        return satisfiable(case.formula, self._reached, lies)

    def _says_missing(self, name: str) -> bool:
        base = self.cases.bound.project.settings.base
        columns = base.columns if base else ()
        return any(c.name == name and (c.missing or c.on_bad == "missing") for c in columns)

    def _has_rows(self, other: BoundTrait, wanted: BoundTrait, case: Case) -> bool:
        """Whether the rule asks for something that is made of such rows, so there are some."""
        one, trait = other.trait, wanted.trait
        if one.source != trait.source or one.default is not None:
            return False
        rows = [(t.where.text if t.where else "", str(t.last or "")) for t in (one, trait)]
        if rows[1] != ("", "") and rows[0] != rows[1]:
            return False
        names = [column.name for column in other.columns]
        return any(not self._may_be(name, self._none(name, other), case) for name in names)

    def _none(self, name: str, bound: BoundTrait) -> int:
        """The regions of a trait's column for whoever has no rows: NULL, 0 or false."""
        term = self.cases.terms.known.get(f"p.{name}")
        if term is None:
            return NULL
        domain = term.domain()
        if bound.trait.exists:
            return domain.where("=", point=False) | NULL
        return (_at_zero(domain) | NULL) if term.least == 0 else NULL

    def _is_null(self, tree: Tree, case: Case, given: frozenset[str]) -> bool:
        """Whether an expression over the profile is NULL for lack of a column, or of an ELSE."""
        class_ = tree["class"]
        if class_ == "COLUMN_REF":
            return self.may_lack(str(tree["column_names"][-1]), case, given)
        if class_ == "CONSTANT":
            return bool(tree["literal"]["kind"] == "NULL_LITERAL")
        if class_ == "CASE":
            branches = [check["then_expr"] for check in tree["case_checks"]]
            return any(self._is_null(b, case, given) for b in (*branches, tree["else_expr"]))
        if class_ == "OPERATOR" and "NULL" in str(tree["type"]):
            return False
        inner = [self._is_null(child, case, given) for child in trees.children(tree)]
        decides_alone = class_ == "CONJUNCTION" or tree["type"] == "OPERATOR_COALESCE"
        return all(inner) if decides_alone else any(inner)


def _at_zero(domain: Domain) -> int:
    """The region that 0 lies in."""
    below = sum(1 for point in domain.points if float(point) < 0)
    is_point = any(float(point) == 0 for point in domain.points)
    return 1 << (2 * below + (2 if is_point else 1))
