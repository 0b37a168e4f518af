"""The rows of tests/doors.py for campaigns."""

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN

from .doors import OK, REFUSED, WRONG_METHOD, Door, signed_in

AT_SCHOOL = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
KEEPERS = {LEADER, SCHOOL_ADMIN}


class MeasureDoor(Door):
    """A door to the rows of a number, which its address names too."""

    def url(self, stage, key):
        return f"{super().url(stage, key)}?measure=targets"


def kept(name, about="campaign", **how):
    """Return the row of a page by which leaders and administrators keep a campaign."""
    return Door(f"visits:{name}", about=about, **{"get": KEEPERS, "post": KEEPERS} | how)


CAMPAIGNS = [
    Door("visits:campaign-list", get=signed_in(REFUSED, staff=OK), post=signed_in(WRONG_METHOD)),
    Door(
        "visits:campaign-create",
        get=signed_in(REFUSED, principal=OK, admins=OK),
        post=signed_in(REFUSED, principal=OK, admins=OK),
    ),
    Door("visits:campaign-board", about="campaign", get=AT_SCHOOL),
    MeasureDoor("visits:campaign-rows", about="campaign", get=AT_SCHOOL),
    Door("visits:campaign-next", about="campaign", get=AT_SCHOOL),
    Door("visits:campaign-teams", about="campaign", get=AT_SCHOOL),
    Door("visits:campaign-export", about="campaign", get=AT_SCHOOL, post=AT_SCHOOL),
    *(kept(f"campaign-{verb}") for verb in ("edit", "close", "copy", "attach", "targets")),
    kept("campaign-children", post=None),
    kept("campaign-open", get=None),
    kept("campaign-children-add", get=None),
    kept("campaign-child-remove", get=None),
    kept("team-create"),
    kept("team-edit", "team"),
    kept("team-drop", "team", get=None),
]
