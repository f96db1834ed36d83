"""Terminal and central: enrolment, signatures, sending, filing, progress and hand-over, with the attacks by name."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache import enrolment, handover, identity, personal, wire
from offline_cache.central_link import Answer, CentralLink, LinkDownError, TryLaterError
from offline_cache.counter import Counter
from offline_cache.enrolment import EnrolmentError
from offline_cache.files import Disk
from offline_cache.filing import Draft, FilingDesk, FilingError, NotFiledReason, NotFound, Progress, Unreachable
from offline_cache.handover import HandoverError
from offline_cache.identity import Identity, IdentityError, SignatureError
from offline_cache.outbox import Outbox
from offline_cache.personal import Media
from offline_cache.sealing import Sealer, unseal
from offline_cache.sending import Sender
from offline_cache.wire import Enrolment, Kind, Parcel, Receipt, Refusal
from tests.offline_cache.central_simulator import CentralSimulator

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
NAME, PHONE = "王秀兰", "13800000000"
DRAFT = Draft(
    kind=Kind.TICKET,
    plain={"department": "住建局"},
    personal={"text": "楼道灯坏了", "name": NAME, "phone": PHONE},
    media=(Media(name="1.jpg", mime="image/jpeg", data=b"\xff\xd8picture"),),
)


class Hall:
    """A terminal beside a central service; its clock is ``seconds``."""

    def __init__(self, folder: Path) -> None:
        self.central = CentralSimulator(NOW.timestamp())
        self.seconds = NOW.timestamp()
        self.identity = Identity.load_or_make(Disk(), folder / "identity.key")
        code = enrolment.new_code(random.Random(1).randrange)
        self.central.codes[code.identifier] = code
        self.link = self.new_link("")
        self.enrolment = enrolment.enrol(code, "横峰便民中心", self.identity, self.link)
        self.link = self.new_link(self.enrolment.terminal)
        self.outbox = Outbox.open(folder / "outbox.db", Sealer(self.enrolment.central_key), self.enrolment.terminal)
        self.desk = FilingDesk(
            self.outbox,
            Counter(Disk(), folder),
            self.enrolment.station,
            self.link,
            lambda: self.now,
            lambda n: 6 % n,
        )
        self.sender = Sender(self.outbox, self.link, random.Random(1))

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    def new_link(self, terminal: str) -> CentralLink:
        nonces = random.Random(terminal)
        return CentralLink(
            self.central, self.identity, terminal, lambda: self.seconds, lambda: f"{nonces.getrandbits(128):032x}"
        )


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


# -- filing, sending, progress ----------------------------------------------------------------------------------------


def test_from_the_citizen_to_central_and_back(hall: Hall) -> None:
    filed = hall.desk.file(DRAFT)
    assert (filed.number, filed.code) == ("0001-00001-19", "6307")
    assert hall.desk.progress(filed.number, filed.code) == Unreachable(waits_here=True)
    assert hall.sender.flush(hall.now).confirmed == 1
    (parcel,) = hall.central.parcels.values()
    assert parcel.plain == {"department": "住建局"}
    opened = personal.decode(unseal(hall.central.private_key, parcel.sealed))
    assert (opened.fields["name"], opened.media) == (NAME, DRAFT.media)
    found = hall.desk.progress(" 0001 00001 19", "６３０７")
    assert isinstance(found, Progress)
    assert hall.desk.progress(filed.number, "4822") == NotFound()
    assert hall.outbox.waiting() == ()


def test_wrong_digit_is_caught_before_central_is_asked(hall: Hall) -> None:
    filed = hall.desk.file(DRAFT)
    asked = len(hall.central.log)
    answer = hall.desk.progress(filed.number.replace("00001", "00007"), filed.code)
    assert isinstance(answer, NotFound)
    assert "digits is wrong" in answer.why
    assert len(hall.central.log) == asked


def test_rating_has_no_number(hall: Hall) -> None:
    filed = hall.desk.file(Draft(kind=Kind.RATING, plain={"stars": "5"}))
    assert (filed.number, filed.code) == ("", "")


def test_nothing_a_citizen_says_crosses_the_wire_readable(hall: Hall) -> None:
    filed = hall.desk.file(DRAFT)
    hall.sender.flush(hall.now)
    said = b"".join(hall.central.log)
    for word in (NAME, PHONE, "楼道灯", "picture", f'"{filed.code}"'):
        assert word.encode() not in said
    for shown in (repr(DRAFT), repr(filed), repr(DRAFT.media)):
        assert not any(word in shown for word in (NAME, PHONE, "6307", "picture"))


def test_full_disk_is_said_and_nothing_is_kept(hall: Hall, tmp_path: Path) -> None:
    class Full(Disk):
        def create(self, path: Path, private: bool = True) -> object:
            raise OSError(28, "No space left on device")

    desk = FilingDesk(hall.outbox, Counter(Full(), tmp_path / "full"), "0001", None, lambda: hall.now)
    with pytest.raises(FilingError) as caught:
        desk.file(DRAFT)
    assert caught.value.reason is NotFiledReason.FULL
    assert hall.outbox.waiting() == ()
    huge = Draft(kind=Kind.MESSAGE, media=(Media(name="v", mime="video/mp4", data=bytes(33 * 2**20)),))
    with pytest.raises(FilingError) as caught:
        hall.desk.file(huge)
    assert caught.value.reason is NotFiledReason.TOO_LARGE


def test_months_offline_then_all_arrive_once_and_in_order(hall: Hall) -> None:
    hall.central.reachable = False
    keys = []
    for _ in range(60):
        keys.append(hall.desk.file(DRAFT).key)
        assert hall.sender.flush(hall.now).confirmed == 0
        hall.seconds += 86_400
    hall.central.reachable = True
    hall.central.now = hall.seconds
    assert hall.sender.flush(hall.now).confirmed == 60
    assert hall.central.arrivals == keys


def test_silence_is_not_written_to_the_disk_and_is_short(hall: Hall, tmp_path: Path) -> None:
    hall.desk.file(DRAFT)
    before = (tmp_path / "outbox.db").read_bytes()
    hall.central.reachable = False
    for _ in range(1000):
        hall.sender.flush(hall.now)
        hall.seconds += 5
    assert (tmp_path / "outbox.db").read_bytes() == before
    hall.central.reachable = True
    hall.central.now = hall.seconds
    hall.seconds += 400
    assert hall.sender.flush(hall.now).confirmed == 1


@pytest.mark.parametrize("away_days", [-9000, -1, 1, 9000])
def test_wrong_clock_still_sends(hall: Hall, away_days: int) -> None:
    hall.seconds += away_days * 86_400
    hall.desk.file(DRAFT)
    assert hall.sender.flush(hall.now).confirmed == 1


def test_refused_is_set_aside_and_can_be_sent_again(hall: Hall) -> None:
    first, second = hall.desk.file(DRAFT).key, hall.desk.file(DRAFT).key
    hall.central.refuse.add(first)
    done = hall.sender.flush(hall.now)
    assert (done.confirmed, done.refused, done.left) == (1, 1, 0)
    assert hall.central.arrivals == [second]
    hall.central.refuse.clear()
    assert hall.outbox.readmit() == 1
    assert hall.sender.flush(hall.now).confirmed == 1


CAPTIVE_PORTALS = [
    Answer(200, b"<html>login</html>"),
    Answer(404, b"<html>not found</html>"),
    Answer(403, b"{}"),
    Answer(302, b""),
    Answer(500, b""),
    Answer(429, b"{}", 7.0),
    Answer(401, b"{}"),
    Answer(200, wire.encode(Receipt(key="another"))),
    Answer(422, wire.encode(Refusal(key="another", reason="x"))),
]


@pytest.mark.parametrize("answer", CAPTIVE_PORTALS, ids=lambda answer: f"{answer.status}")
def test_what_is_not_central_confirms_nothing(hall: Hall, answer: Answer) -> None:
    key = hall.desk.file(DRAFT).key
    hall.central.canned = answer
    done = hall.sender.flush(hall.now)
    assert (done.confirmed, done.refused, done.left) == (0, 0, 1)
    hall.central.canned = Answer(200, wire.encode(Receipt(key=key, token="guessed")))
    assert hall.sender.flush(hall.now, at_once=True).confirmed == 0
    assert hall.outbox.count() == 1


def test_answer_lost_on_the_way_is_asked_again_and_counted_once(hall: Hall) -> None:
    hall.desk.file(DRAFT)
    (key,) = hall.outbox.due_keys(hall.now)
    parcel = hall.outbox.parcel(key)
    assert parcel is not None
    hall.link.send(parcel)  # it arrived, and the power went before the receipt was read
    assert hall.sender.flush(hall.now).confirmed == 1
    assert hall.central.arrivals == [key]


# -- identity ---------------------------------------------------------------------------------------------------------


def test_replayed_upload_is_refused(hall: Hall) -> None:
    body = wire.encode(Parcel(key="k", kind=Kind.RATING, terminal="t", created=NOW, plain={}))
    headers = hall.identity.headers(hall.enrolment.terminal, "POST", wire.PARCELS, body, hall.seconds, "ab" * 16)
    hall.central.post(wire.PARCELS, body, headers, 1.0)
    assert hall.central.post(wire.PARCELS, body, headers, 1.0).status == 401
    hall.central.nonces.clear()
    hall.central.now += identity.WINDOW + 1
    assert hall.central.post(wire.PARCELS, body, headers, 1.0).status == 401


@given(st.sampled_from(["terminal", "method", "path", "body", "time", "nonce"]))
def test_forged_terminal_is_refused(part: str) -> None:
    keys = Identity.make()
    said = {"terminal": "WL-0001", "method": "POST", "path": "/api/parcels", "body": "b", "nonce": "ab" * 16}
    headers = keys.headers("WL-0001", "POST", "/api/parcels", b"b", 5.0, "ab" * 16)
    changed = {**said, part: "cd" * 16}
    signed = identity.read_headers(headers)
    forged = identity.Signed(
        terminal=changed["terminal"],
        time=6.0 if part == "time" else 5.0,
        nonce=changed["nonce"],
        signature=signed.signature,
    )
    with pytest.raises(SignatureError):
        identity.check(forged, keys.public_key, changed["method"], changed["path"], changed["body"].encode(), 5.0)
    identity.check(signed, keys.public_key, "POST", "/api/parcels", b"b", 5.0)
    with pytest.raises(SignatureError):
        identity.check(signed, Identity.make().public_key, "POST", "/api/parcels", b"b", 5.0)


@given(st.dictionaries(st.sampled_from([*Identity.make().headers("", "", "", b"", 0, "")]), st.text(max_size=40)))
def test_hostile_headers_are_one_error(headers: dict[str, str]) -> None:
    def received() -> None:
        identity.check(identity.read_headers(headers), bytes(32), "POST", "/", b"", 0.0)

    with pytest.raises(SignatureError):
        received()


def test_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "t" / "identity.key"
    made = Identity.load_or_make(Disk(), path)
    assert Identity.load_or_make(Disk(), path).public_key == made.public_key
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"short")
    with pytest.raises(IdentityError, match="enrol"):
        Identity.load_or_make(Disk(), path)


# -- enrolment --------------------------------------------------------------------------------------------------------


def test_code_is_read_as_it_is_typed() -> None:
    code = enrolment.new_code(random.Random(3).randrange)
    typed = str(code).lower().replace("0", "o").replace("1", "l")
    assert enrolment.parse_code(f" {typed} ") == code
    assert code.secret not in repr(code)
    for wrong in ("", "ABCD", str(code) + "A", str(code)[:-1] + "U"):
        with pytest.raises(EnrolmentError):
            enrolment.parse_code(wrong)


def test_code_works_once(hall: Hall) -> None:
    code = enrolment.new_code(random.Random(1).randrange)
    with pytest.raises(EnrolmentError, match="refused"):
        enrolment.enrol(code, "x", hall.identity, hall.link)


def test_false_central_without_the_secret_is_found_out(hall: Hall) -> None:
    code = enrolment.new_code(random.Random(9).randrange)
    hall.central.codes[code.identifier] = enrolment.EnrolmentCode(code.identifier, "0" * enrolment.SECRET_LENGTH)
    with pytest.raises(EnrolmentError, match="refused"):
        enrolment.enrol(code, "x", hall.identity, hall.link)
    answer = Enrolment(terminal="x", station="0002", central_key=bytes(32), proof=bytes(32))
    hall.central.canned = Answer(200, wire.encode(answer))
    with pytest.raises(EnrolmentError, match="not from the service"):
        enrolment.enrol(code, "x", hall.identity, hall.link)
    assert all(code.secret.encode() not in said for said in hall.central.log)


def test_enrolment_is_kept(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "terminal" / "enrolment.json"
    assert enrolment.load(Disk(), path) is None
    enrolment.store(Disk(), path, hall.enrolment)
    assert enrolment.load(Disk(), path) == hall.enrolment
    path.write_bytes(b"{")
    with pytest.raises(EnrolmentError, match="enrol"):
        enrolment.load(Disk(), path)


# -- hand-over --------------------------------------------------------------------------------------------------------


def test_handed_over_once(hall: Hall) -> None:
    key = hall.enrolment.central_key
    code = handover.hand_over(b"state", hall.link, key, NOW.date(), random.Random(1).randrange)
    assert len(code) == 6
    assert all(b"state" not in box for box in hall.central.handovers.values())
    tomorrow = NOW.date() + dt.timedelta(days=1)  # begun before midnight, gone on after it
    assert handover.take_over(f" {code[:3]} {code[3:]}", hall.link, key, tomorrow) == b"state"
    with pytest.raises(HandoverError, match="nothing"):
        handover.take_over(code, hall.link, key, NOW.date())


def test_code_in_use_is_drawn_again(hall: Hall) -> None:
    draws = iter([7, *[0] * 5, 7, *[0] * 5, 8, *[0] * 5])
    key = hall.enrolment.central_key
    codes = [handover.hand_over(b"s", hall.link, key, NOW.date(), lambda _: next(draws)) for _ in range(2)]
    assert codes == ["789012", "890123"]


def test_changed_box_is_found_out(hall: Hall) -> None:
    key = hall.enrolment.central_key
    code = handover.hand_over(b"state", hall.link, key, NOW.date())
    for locator, box in hall.central.handovers.items():
        hall.central.handovers[locator] = box[:-1] + bytes([box[-1] ^ 1])
    with pytest.raises(HandoverError, match="damaged"):
        handover.take_over(code, hall.link, key, NOW.date())


def test_without_a_network_it_is_said(hall: Hall) -> None:
    hall.central.reachable = False
    with pytest.raises(LinkDownError):
        handover.hand_over(b"state", hall.link, hall.enrolment.central_key, NOW.date())
    with pytest.raises(HandoverError, match="6 digits"):
        handover.take_over("12x", hall.link, hall.enrolment.central_key, NOW.date())
    hall.central.reachable, hall.central.canned = True, Answer(502, b"")
    with pytest.raises(TryLaterError):
        handover.take_over("123456", hall.link, hall.enrolment.central_key, NOW.date())
