"""From a question to studies, and what they cost. May import: roles, study, space."""
