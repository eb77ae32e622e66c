import json

import pytest

from tuning_playbook.run.commands import json_and_yaml

CONFIG = {"small": 1e-05, "large": -3e20, "plain": 0.5, "whole": 3, "on": True, "text": 'a"\nb: c',
          "looks like a number": "1e-5"}  # fmt: skip


def test_a_configuration_file_reads_the_same_as_json_and_as_yaml():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    written = json_and_yaml(CONFIG)
    assert json.loads(written) == yaml.safe_load(written) == CONFIG
