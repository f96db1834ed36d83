"""Every tunable number of the kiosk's engine: seconds, and how the terminal listens."""

from __future__ import annotations

import msgspec


class Habits(msgspec.Struct, frozen=True):
    """Seconds, save where said.

    ``open_ears``: the microphone stays open by itself after a prompt; ``wait_for_speech``: the same after a press;
    ``browsing``: settings changed on the first screen last that long when nobody begins; ``hold``: a longer press is
    "hold to speak"; ``farewell``: the goodbye stays on the glass; ``longest_sound``: a prompt that never ended is taken
    for over; ``pause``: between two parts of a long answer, for whoever wants to say something; ``staff_idle``: the
    staff area closes by itself. ``voice_barge_in``: the microphone hears no loudspeaker (echo cancelling), so speech
    may cut in.
    """

    open_ears: float = 15.0
    wait_for_speech: float = 10.0
    browsing: float = 60.0
    hold: float = 0.6
    farewell: float = 5.0
    longest_sound: float = 180.0
    pause: float = 1.4
    staff_idle: float = 300.0
    voice_barge_in: bool = False
