"""``python -m tuning_playbook``."""

from tuning_playbook.cli import main

if __name__ == "__main__":
    main()
