"""Whatever the rules, people and contacts are: a kept plan renders what a bare render renders."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from targeter import batches, pipeline
from tests import worlds
from tests.decisions.made_up import limited_worlds
from tests.decisions.on_disk import write
from tests.decisions.plain import World

from .orchard import against, bytes_of, execute, keep


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(limited_worlds())
def test_a_kept_plan_renders_what_a_bare_render_renders(world: World) -> None:
    with TemporaryDirectory() as folder:
        root = write(world, Path(folder))
        saved = keep(root)
        assert against(root, str(saved.folder)).comparison is not None
        if (root / "batches").exists():
            shutil.copytree(root / "batches", root / "two")
        kept = execute(root)
        bare = pipeline.render(worlds.options(root, history=root / "two"), batches.Request())
        assert kept.plan_id == bare.plan_id == saved.plan_id
        assert bytes_of(kept.folder) == bytes_of(bare.folder)
