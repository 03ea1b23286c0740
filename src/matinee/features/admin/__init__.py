"""Jobs, schedules and figures, for administrators."""
