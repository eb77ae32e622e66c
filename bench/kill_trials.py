"""Real runs that are killed, stopped and starved at random: is anything lost or misnamed?

    python bench/kill_trials.py [--events 1000] [--seed 0] [--postgresql URL]

Each campaign is a project folder whose round is run by real `playbook run` processes while random
events happen to them. The training program writes to a side file what `trial.log` and
`trial.evaluate` returned from. When the round has ended, every such value must be in the store,
once; configurations, seeds and curves must be those of an undisturbed run; no process may be left;
and each trial must have ended for its planned reason. With a PostgreSQL server, every third
campaign keeps its store there. A full disk needs a machine on which tmpfs may be mounted.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from killing.campaign import Campaign, Found
from killing.events import EVENTS, campaign_of

EVENTS_EACH, TRIALS_EACH = 25, 40


def store_of(campaign: int, server: str | None) -> str:
    """URL of the store of a campaign: every third one is in a fresh database of the server."""
    if server is None or campaign % 3 != 2:
        return "sqlite:///.playbook/store.db"
    import psycopg

    name = f"kills_{time.time_ns()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def kill_trials(events: int, seed: int, server: str | None = None, *, trials: int = TRIALS_EACH,
                tell: bool = False) -> Found:  # fmt: skip
    """Run campaigns until so many events have happened."""
    # A shell that starts this in the background has it ignore Ctrl-C, and what it starts as well.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    total, number = Found(), 0
    while (left := events - total.events.total()) > 0:
        folder = Path(tempfile.mkdtemp(prefix="playbook-kills-"))
        campaign = Campaign(
            folder, store=store_of(number, server), trials=trials, seed=1000 * seed + number
        )
        try:
            found = campaign_of(campaign, min(left, EVENTS_EACH))
        finally:
            campaign.close()
        total.add(found)
        if tell:
            line = f"campaign {number}: {found.events.total()} events, {len(found.faults)} faults"
            print(line, file=sys.stderr, flush=True)
            for fault in found.faults:
                print(f"  {fault}", file=sys.stderr, flush=True)
        number += 1
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgresql", metavar="URL", help="of a server, without a database")
    asked = parser.parse_args()
    start = time.perf_counter()
    found = kill_trials(asked.events, asked.seed, asked.postgresql, tell=True)
    print("| event | |\n| --- | ---: |")
    for name in EVENTS:
        print(f"| {name} | {found.events[name]} |")
    print(
        f"\n{found.events.total()} events, seed {asked.seed}: {found.values} logged values of "
        f"{found.trials} trials compared, {len(found.faults)} lost or wrong; {found.retried} "
        f"trials that the machine had failed three times ran again; "
        f"{time.perf_counter() - start:.0f} s"
    )
    return int(bool(found.faults))


if __name__ == "__main__":
    raise SystemExit(main())
