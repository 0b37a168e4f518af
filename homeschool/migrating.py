"""Migrations that add much at once, without Django's price for each single step.

Django renders all related models anew after each operation of a migration, and nearly everything is
related to `User`: a migration that makes twenty tables took a processor ten seconds of rendering.
"""

from django.contrib.postgres.operations import CreateExtension
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation, OperationCategory
from pgtrigger.migrations import AddTrigger, RemoveTrigger

ADDING = (CreateExtension, CreateModel, AddField, AddIndex, AddConstraint, AddTrigger)
REPLACING = (RemoveTrigger,)  # a trigger that stood before makes room for its successor


class Together(Operation):
    """Operations that only add, for which the models are rendered once.

    Each writes to the database in its order, but sees all models as they are at the end; a trigger that
    stood before may be removed among them, and what changes nothing in the database (the choices of
    a field) be told by SeparateDatabaseAndState. Raises ValueError for an operation
    that does not add: what alters or removes needs the models as they are in between.
    """

    category = OperationCategory.ADDITION

    def __init__(self, operations):
        other = [
            one
            for one in operations
            if not isinstance(one, ADDING + REPLACING) and not _in_words_alone(one)
        ]
        if other:
            raise ValueError(f"not an operation that only adds: {other}")
        self.operations = whole(operations)

    def state_forwards(self, app_label, state):
        """Change the state in all steps; it is rendered when it is asked for."""
        state.__dict__.pop("apps", None)  # a cached property: without it no step renders
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Add everything."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Take everything away again, the last first; what is taken away stands in `from_state`."""
        for operation in reversed(self.operations):
            before = to_state if isinstance(operation, REPLACING) else from_state
            operation.database_backwards(app_label, schema_editor, from_state, before)

    def describe(self):
        return "; ".join(operation.describe() for operation in self.operations)


def _in_words_alone(operation):
    return isinstance(operation, SeparateDatabaseAndState) and not operation.database_operations


def whole(operations):
    """Return the operations with each field, index and constraint in the CreateModel of its model, where
    that is made here: the table is made as the model stands at the end."""
    made = {one.name_lower: one for one in operations if isinstance(one, CreateModel)}
    rest = []
    for one in operations:
        model = made.get(getattr(one, "model_name_lower", None))
        if model is not None and isinstance(one, AddField):
            model.fields.append((one.name, one.field))
        elif model is not None and isinstance(one, (AddIndex, AddConstraint)):
            model.options[one.option_name] = [
                *model.options.get(one.option_name, ()),
                one.index if isinstance(one, AddIndex) else one.constraint,
            ]
        else:
            rest.append(one)
    return rest
