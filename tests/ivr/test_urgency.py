"""What goes first on a phone worker's machine, as the kernel counts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

SPARE = """
import json, os, subprocess, sys
from ivr import urgency
forward = urgency.step_back()
stood = os.getpriority(os.PRIO_PROCESS, 0)
voice = subprocess.Popen(["nice", "-n", str(urgency.VOICE), "sh", "-c", "echo; read end"], stdin=-1, stdout=-1)
voice.stdout.readline()
spoke = os.getpriority(os.PRIO_PROCESS, voice.pid)
if forward is not None:
    forward()
print(json.dumps([stood, spoke, os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PROCESS, voice.pid)]))
voice.communicate(b"")
"""


def test_a_spare_that_comes_forward_leaves_its_voice_as_far_behind_it_as_it_was() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", SPARE], env=env, capture_output=True, check=True)
    stood, spoke, worker, voice = json.loads(done.stdout)
    assert worker == os.getpriority(os.PRIO_PROCESS, 0)
    assert voice - worker == spoke - stood
