"""The questions of the tour as sound: spoken by our own synthesiser, then put into a quiet place or a hall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from bianmin.tour.hall import in_hall, pad
from bianmin.tour.report import Report
from bianmin.tour.scenes import CITIZEN_VOICES, Scene
from speech.audio import Audio
from speech.synthesis import Synthesiser

BEFORE = 0.8
"""Seconds before the first word: people do not speak the moment the microphone opens."""

AFTER = 2.5
"""Seconds after the last word; the endpoint has to be found in there."""


def speak_questions(scenes: Sequence[Scene], synthesiser: Synthesiser, report: Report) -> dict[str, Path]:
    """All questions as files, by scene, before anybody waits for them; then the synthesiser is closed."""
    files = {scene.name: report.file(f"{scene.name}-question.wav") for scene in scenes}
    try:
        for scene in scenes:
            speak_question(scene, synthesiser, files[scene.name])
    finally:
        synthesiser.close()
    report.step("合成问题 speak the questions", f"{len(files)} 个问题的声音")
    return files


def speak_question(scene: Scene, synthesiser: Synthesiser, out: Path) -> None:
    """Write the question of ``scene`` as it arrives at the microphone."""
    voice = next((name for name in CITIZEN_VOICES if name in synthesiser.voices), None)
    spoken = trimmed(synthesiser.synthesise(scene.question, rate=scene.rate, voice=voice))
    sound = pad(spoken, BEFORE, AFTER) if scene.snr is None else in_hall(spoken, scene.snr, BEFORE, AFTER)
    soundfile.write(out, sound.samples, sound.rate, subtype="PCM_16")


def trimmed(audio: Audio, floor: float = 0.01) -> Audio:
    """Without the silence around the sentence, so that the end of speech is where it is said to be."""
    loud = np.flatnonzero(np.abs(audio.samples) > floor)
    if not len(loud):
        return audio
    return Audio(audio.samples[loud[0] : loud[-1] + 1], audio.rate)
