"""playbook.toml and rounds/*.toml: reading and writing. May import: roles, study, space, errors.

A file is read to its end whatever is wrong with it, so that all mistakes are told at once:
`structure` checks keys and types, the readers what the words mean, and `tuning_playbook.roles` what
a round does.
"""
