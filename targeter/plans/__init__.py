"""A plan kept: what it decided, from which data and files, opened again and compared."""

from targeter.folders import MANIFEST
from targeter.plans.assignments import ASSIGNMENTS, LEAVING, QUARANTINED, plan_id
from targeter.plans.comparing import (
    ABSENT,
    KINDS,
    Against,
    Change,
    Comparison,
    Kind,
    Sample,
    Side,
    compare,
)
from targeter.plans.digests import Changes, changes_since, find_forgotten, take_digests
from targeter.plans.dropping import people_in, too_small, without_changed
from targeter.plans.manifest import Plan, plan_of, read_manifest, write_manifest
from targeter.plans.opening import (
    KEPT,
    SavedPlan,
    last_sent,
    load_plan,
    load_rows,
    open_plan,
    open_rows,
    refuse_other_data,
    refuse_other_engine,
    refuse_other_files,
    set_aside,
)
from targeter.plans.revisions import write_revision, wrong_there
from targeter.plans.saving import PlanNotWritten, Saved, save, write_table

__all__ = [
    "ABSENT",
    "ASSIGNMENTS",
    "KEPT",
    "KINDS",
    "LEAVING",
    "MANIFEST",
    "QUARANTINED",
    "Against",
    "Change",
    "Changes",
    "Comparison",
    "Kind",
    "Plan",
    "PlanNotWritten",
    "Sample",
    "Saved",
    "SavedPlan",
    "Side",
    "changes_since",
    "compare",
    "find_forgotten",
    "last_sent",
    "load_plan",
    "load_rows",
    "open_plan",
    "open_rows",
    "people_in",
    "plan_id",
    "plan_of",
    "read_manifest",
    "refuse_other_data",
    "refuse_other_engine",
    "refuse_other_files",
    "save",
    "set_aside",
    "take_digests",
    "too_small",
    "without_changed",
    "write_manifest",
    "write_revision",
    "write_table",
    "wrong_there",
]
