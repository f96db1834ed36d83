"""How long a caller has waited for us: when "one moment" is due, and where the time of a turn went."""

from __future__ import annotations

import msgspec

from ivr.diary import TurnAnswered
from ivr.settings import Habits


class Patience:
    """``owed_since``: from when on it is our turn; time of the clock of ``tick``."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self.owed_since = 0.0

    def is_over(self, now: float, last_sound: float) -> bool:
        """Whether "one moment" is due; later again where the caller has heard it already."""
        again = last_sound > self.owed_since
        limit = self._habits.again if again else self._habits.filler
        return now - max(last_sound, self.owed_since) >= limit


class SpokenTurn(msgspec.Struct):
    """Times of the turn under way, seconds: ``ended`` is the caller's last voice, ``thought`` when the answer came."""

    ended: float
    endpoint: float
    recognition: float
    thought: float = 0.0
    filler: bool = False

    def answered(self, now: float) -> TurnAnswered:
        """For the diary, when the first sound of the answer is on the line."""
        return TurnAnswered(
            endpoint=round(self.endpoint * 1000),
            recognition=round(self.recognition * 1000),
            thinking=round((self.thought - self.ended - self.endpoint - self.recognition) * 1000),
            first_audio=round((now - self.ended) * 1000),
            filler=self.filler,
        )
