"""The forms of plans: one module for each subject."""
