"""Projects made at random and led by `playbook next`, to see whether it keeps its promises."""
