"""What pages show of the room: one module for each subject."""
