"""What a plan says, as it is kept for the pages: in the language of who asked."""

from homeschool.sheets import problems_by_mend

from .changes import ORDER, Change

MOST_CHANGES, MOST_KEPT, MOST_PLACES = 5000, 200, 50


def told(plan, file):
    """Return what a plan says, as JSON: all is counted truly, and of long lists the beginning kept."""
    differences = plan.differences
    return {
        "kind": file.kind,
        "counts": plan.counts,
        "refused": plan.refused,
        "groups": [_group(group) for group in problems_by_mend(plan.problems, MOST_PLACES)],
        "brakes": list(plan.brakes),
        "kept": [_change(change) for change in plan.kept[:MOST_KEPT]],
        "kept_number": len(plan.kept),
        "ignored": [str(heading) for heading in file.ignored],
        "changes": len(differences),
        "differences": [_change(change) for change in differences[:MOST_CHANGES]],
    }


def _group(group):
    shown = group["shown"]
    places = [
        {"file": p.file, "row": p.row, "column": p.column, "found": p.found, "expected": p.expected}
        for p in shown
    ]
    return {
        "kind": group["kind"], "mend": group["mend"], "number": group["number"],
        "problem": shown[0].problem, "shown": places,
    }  # fmt: skip


def _change(change):
    fields = [[str(said) for said in field] for field in change.fields]
    return [change.kind, change.state, change.row, change.name, fields]


def changes_of(kept):
    """Return the Changes of which `told` kept these."""
    return [Change(*row) for row in kept if row[0] in ORDER]
