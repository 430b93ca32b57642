"""What customers pay a year later: retention figures, cohorts, who left, and what keeping them costs."""
