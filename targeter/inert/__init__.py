"""Values from data made into text that can't act: no mention, hashtag, cashtag, link or trick.

A value is somebody else's writing. A display name such as ``@brand`` or ``evil.com`` would make the
company's own post mention or link what that person chose, so every value is *neutralised* when it
enters a text, as HTML templates escape by default. Where a value is meant to act, the template says
so with a role (``role``), and each role has a strict form.
"""

from targeter.inert.joints import joint_objection
from targeter.inert.neutral import LONGEST, neutralise
from targeter.inert.roles import Listed, Role, admitted, role

__all__ = ["LONGEST", "Listed", "Role", "admitted", "joint_objection", "neutralise", "role"]
