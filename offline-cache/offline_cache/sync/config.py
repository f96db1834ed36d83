"""Every number of content distribution that may be tuned."""

from __future__ import annotations

import datetime as dt

PIECE_BYTES = 1024 * 1024
"""A file is verified piece by piece while it comes; so much is sent again after a tampered or torn piece."""
CHUNK_BYTES = 64 * 1024
"""Read from a mirror at once."""
SYNC_BYTES = 8 * 1024 * 1024
"""Written between two fsyncs, so that the outbox's fsync next door never waits for a whole pack."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
"""Without a single byte."""
SLOWEST_BYTES = 1024
"""Bytes a second, on average over ``PACE_SECONDS``, below which a mirror is given up."""
PACE_SECONDS = 30.0

MOST_INDEX_BYTES = 4 * 1024 * 1024
MOST_PACK_BYTES = 8 * 1024**3
SPARE_BYTES = 256 * 1024 * 1024
"""Free space a fetch leaves alone: the outbox is worth more than new content."""

PATCH_LEVEL = 9
LARGEST_WINDOW_LOG = 31
"""Log2 of the bytes zstd may look back, the most it can: packs of up to a gigabyte."""
FULL_LEVEL = 9
PATCHED_RELEASES = 4
"""Patches are made from so many releases before the newest."""
KEPT_RELEASES = 6
LARGEST_PATCH = 0.7
"""Share of the whole (compressed) above which a patch is not worth its place."""

TIMESTAMP_LIFE = dt.timedelta(days=14)
"""How long an attacker can hold back news unnoticed, and how old a USB stick may be."""
SNAPSHOT_LIFE = dt.timedelta(days=60)
GROUP_LIFE = dt.timedelta(days=365)
TARGETS_LIFE = dt.timedelta(days=400)
ROOT_LIFE = dt.timedelta(days=730)
RENEW_SHARE = 0.5
"""Online roles are signed again when so much of their life is over."""
PRUNE_AFTER = dt.timedelta(days=7)
"""Files nobody refers to any more stay so long, for terminals in the middle of a fetch."""
