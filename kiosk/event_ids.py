"""The events of kiosk/events.toml as constants. Made by ``python -m kiosk.event_log``, not by hand."""

from __future__ import annotations

from enum import StrEnum


class EventId(StrEnum):
    """Everything the kiosk may note."""

    SESSION_STARTED = "session-started"
    """Somebody began a session."""

    SESSION_ENDED = "session-ended"
    """A session came to its end; the wipe follows."""

    SESSION_WIPED = "session-wiped"
    """Everything of the session was forgotten."""

    UTTERANCE_UNDERSTOOD = "utterance-understood"
    """A spoken question was recognised."""

    UTTERANCE_NOT_UNDERSTOOD = "utterance-not-understood"
    """Somebody spoke and no word was understood."""

    ANSWER_SOUNDED = "answer-sounded"
    """The first sound of an answer, counted from the end of speech."""

    BARGE_IN = "barge-in"
    """Speech cut the terminal's own voice short."""

    ERRAND_STARTED = "errand-started"
    """Slow work began behind the glass: printing, filing, looking up, a photo."""

    ERRAND_ENDED = "errand-ended"
    """The outcome of slow work; unknown when it was not confirmed, told when it has no such outcome."""

    PROGRAM_BROKEN = "program-broken"
    """A mistake in the program stopped a worker or the window; the journal has its place, never its text."""

    SLIP_NOT_MADE = "slip-not-made"
    """A slip could not be made from the content; nothing was sent to the printer."""

    RATED = "rated"
    """Somebody rated the service, 5 best."""

    MICROPHONE_LOST = "microphone-lost"
    """The microphone stopped in the middle of a session; check its plug."""

    SOUND_NEVER_ENDED = "sound-never-ended"
    """A prompt was not over after the longest time there is; the voice was stopped."""

    RECOGNISER_RESTARTED = "recogniser-restarted"
    """The recogniser's process had stopped or hung and was replaced by another."""

    RECOGNISER_FAILED = "recogniser-failed"
    """The recogniser could not be loaded; the terminal works by touch, writing and typing."""

    VOICE_FAILED = "voice-failed"
    """A sentence could not be spoken; it stayed on the screen."""

    ACT_NOT_FOR_KIOSK = "act-not-for-kiosk"
    """The dialog asked for something only a phone can do."""

    KIOSK_READY = "kiosk-ready"
    """A touch leads on; seconds since loading began. Voice and search may still be coming."""

    VOICE_READY = "voice-ready"
    """Everything is loaded, the recogniser too; seconds since loading began."""

    STAFF_ENTERED = "staff-entered"
    """Staff opened the staff area with the right PIN."""

    STAFF_REFUSED = "staff-refused"
    """The staff area stayed closed."""

    HELP_CODE_MADE = "help-code-made"
    """A technician asked for remote help; failed when there was no network."""

    DEVICE_CHANGED = "device-changed"
    """A device is not as it was at the last look."""

    DISPATCH_MODEL_BROKEN = "dispatch-model-broken"
    """The trained dispatch model cannot be used; requests are sorted by the classification's words."""

    CONTENT_RENEWED = "content-renewed"
    """Newer content was taken over while nobody was there; failed when it cannot be used and the old one stays."""
