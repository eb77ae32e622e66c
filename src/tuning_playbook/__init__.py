"""The Deep Learning Tuning Playbook as software."""
