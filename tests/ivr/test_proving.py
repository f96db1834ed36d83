"""The measuring tools measure right: A-law, RTP packets, sipp's scenarios."""

from __future__ import annotations

import shutil
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.proving import g711, rtp, sipp
from ivr.proving.telephone import Telephone
from speech.audio import Audio


def test_a_law_comes_back_within_its_steps() -> None:
    ramp = np.linspace(-1, 1, 4001).astype(np.float32)
    back = g711.decode(g711.encode(Audio(ramp, 8000)))
    assert np.abs(back - ramp).max() < 0.033  # half a step of the loudest segment, and the clipped end
    assert np.abs(back - ramp)[np.abs(ramp) < 0.01].max() < 0.001


def test_silence_is_d5() -> None:
    assert g711.encode(Audio(np.zeros(4, np.float32), 8000)) == b"\xd5" * 4


@given(st.binary(max_size=400), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.booleans())
def test_packets_come_back(payload: bytes, sequence: int, timestamp: int, marker: bool) -> None:
    packet = rtp.Packet(1.5, rtp.ALAW, sequence, timestamp, payload, marker)
    assert rtp.decode(packet.encode(), 1.5) == packet


@given(st.binary(max_size=64))
def test_anything_may_be_on_the_wire(data: bytes) -> None:
    packet = rtp.decode(data, 0.0)
    assert packet is None or packet.kind < 128


def test_a_key_ends_three_times_with_one_timestamp() -> None:
    packets = rtp.pressed("#", 0.0, 10, 1600, seconds=0.1)
    ends = [packet for packet in packets if packet.payload[1] & 0x80]
    assert len(ends) == 3
    assert {packet.timestamp for packet in packets} == {1600}
    assert {packet.payload[0] for packet in packets} == {11}
    assert struct.unpack(">H", packets[-1].payload[2:])[0] == 800


def test_a_scenario_says_what_the_caller_does(tmp_path: Path) -> None:
    actions = (sipp.Wait(1.5), sipp.Play("question", rtp.sound(b"\xd5" * 320)), sipp.Info("3"), sipp.CallOver())
    text = sipp.scenario("12345", actions, tmp_path)
    assert '<pause milliseconds="1500"/>' in text
    assert "Signal=3" in text
    assert (tmp_path / "question.pcap").stat().st_size == 24 + 2 * (16 + 14 + 20 + 8 + 12 + 160)
    assert text.count("BYE") == 1


@pytest.mark.skipif(shutil.which("sipp") is None, reason="needs the Debian package sip-tester")
@pytest.mark.parametrize("says_goodbye", [True, False])
def test_a_caller_who_stays_parts_well_whoever_hangs_up(tmp_path: Path, says_goodbye: bool) -> None:
    """Of 50 callers at a time twelve in half an hour were counted as failed because the line had said goodbye."""
    with Telephone("line") as line, ThreadPoolExecutor(1) as pool:
        stay = sipp.Stay(60.0 if says_goodbye else 0.2)
        calling = pool.submit(sipp.run, "line", (stay,), f"127.0.0.1:{line.port}", tmp_path)
        line.wait("confirmed")
        if says_goodbye:
            line.hang_up()
        else:
            line.wait("ended")
        assert (calling.result().succeeded, calling.result().failed) == (1, 0)
