"""Reading the mailbox, over real sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ascolto.channels.adapters.email import imap
from ascolto.channels.adapters.email.tests.servers import Reader, account, answer, quick
from ascolto.channels.protocol import ErrorClass, SendRefused
from ascolto.testing.networks.mail import MailNetwork, example_mail


@pytest.fixture
def network() -> Iterator[MailNetwork]:
    with MailNetwork() as running:
        yield running


@pytest.fixture
def reader(network: MailNetwork) -> Iterator[Reader]:
    email = quick()
    yield Reader(email, account(network))
    email._mailboxes.close()


def test_the_first_look_takes_yesterdays_mails_and_not_last_years(
    network: MailNetwork, reader: Reader
) -> None:
    network.deliver(example_mail("old"), age=timedelta(days=400))
    network.deliver(example_mail("of this night"), age=timedelta(hours=10))
    assert [b"of this night" in raw for raw in reader.poll()] == [True]
    assert reader.cursor["uid"] == 2
    assert reader.poll() == []


def test_a_first_look_at_an_old_mailbox_remembers_its_end(network: MailNetwork, reader: Reader) -> None:
    network.deliver(example_mail("old"), age=timedelta(days=400))
    assert reader.poll() == []
    assert reader.cursor["uid"] == 1
    network.deliver(example_mail("new"))
    assert len(reader.poll()) == 1


def test_every_mail_is_read_once_in_order_and_stays_unread(network: MailNetwork, reader: Reader) -> None:
    bodies = [example_mail(f"number {n}") for n in range(5)]
    for body in bodies[:2]:
        network.deliver(body)
    assert reader.poll() == bodies[:2]
    for body in bodies[2:]:
        network.deliver(body)
    assert reader.poll() == bodies[2:]
    assert [item.cursor["uid"] for item in reader.items if item.raw is not None] == [1, 2, 3, 4, 5]
    assert all(not mail.flags for mail in network.mailbox.mails)


def test_a_poller_that_died_goes_on_where_it_stored(network: MailNetwork, reader: Reader) -> None:
    bodies = [example_mail(f"number {n}") for n in range(3)]
    reader.poll()
    for body in bodies:
        network.deliver(body)
    polling = reader.email.poll(reader.account, reader.cursor)
    first = next(polling)
    polling.close()  # type: ignore[attr-defined]
    again = Reader(quick(), reader.account)
    again.cursor = dict(first.cursor)
    assert again.poll() == bodies[1:]


def test_a_rebuilt_mailbox_is_read_again_from_the_day_before(network: MailNetwork, reader: Reader) -> None:
    network.deliver(example_mail("old"), age=timedelta(days=400))
    known = example_mail("known")
    network.deliver(known)
    assert reader.poll() == [known]
    network.mailbox.remove(1)
    network.mailbox.rebuild()
    meanwhile = example_mail("came with the move")
    network.deliver(meanwhile)
    assert reader.poll() == [known, meanwhile]  # the known one is recognised by its bytes
    assert reader.cursor["uidvalidity"] == 2
    assert reader.poll() == []


def test_a_mail_deleted_meanwhile_holds_up_nobody(network: MailNetwork, reader: Reader) -> None:
    reader.poll()
    gone = network.deliver(example_mail("gone"))
    network.deliver(example_mail("here"))
    network.mailbox.remove(gone)
    assert len(reader.poll()) == 1


def test_the_server_tells_when_a_mail_arrived(network: MailNetwork, reader: Reader) -> None:
    network.deliver(example_mail("x"), age=timedelta(hours=3))
    reader.poll()
    arrived = datetime.fromisoformat(reader.items[0].headers["internal-date"])
    assert timedelta(hours=2) < datetime.now(UTC) - arrived < timedelta(hours=4)


def test_a_huge_mail_is_read_as_far_as_it_makes_sense(
    network: MailNetwork, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_MAIL", 5_000)
    network.deliver(example_mail("x" * 50_000))
    (raw,) = reader.poll()
    assert len(raw) == 5_000
    assert int(reader.items[0].headers["truncated"]) > 50_000


def test_looking_again_does_not_sign_in_again(network: MailNetwork, reader: Reader) -> None:
    for _ in range(3):
        reader.poll()
    assert network.logins == 1


def test_a_closed_session_is_opened_again(network: MailNetwork, reader: Reader) -> None:
    reader.poll()
    reader.email._mailboxes._sessions[1].box.client.sock.shutdown(socket.SHUT_RDWR)
    network.deliver(example_mail("after the break"))
    assert len(reader.poll()) == 1
    assert network.logins == 2


def test_a_new_mail_ends_the_wait(network: MailNetwork, reader: Reader) -> None:
    reader.poll()
    waiting = threading.Thread(target=reader.email.wait, args=(reader.account, 600))
    waiting.start()
    assert network.idling.acquire(timeout=10)
    network.deliver(example_mail("ring"))
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(reader.poll()) == 1


def test_a_mail_that_came_between_looking_and_waiting_is_not_waited_for(
    network: MailNetwork, reader: Reader
) -> None:
    reader.poll()
    network.deliver(example_mail("in between"))
    reader.email.wait(reader.account, 600)
    assert not network.idling.acquire(blocking=False)


def test_waiting_ends_by_itself(network: MailNetwork, reader: Reader) -> None:
    reader.poll()
    reader.email.wait(reader.account, 0.05)
    assert network.idling.acquire(blocking=False)
    assert reader.poll() == []
    assert network.logins == 1


def test_a_server_without_push_is_waited_for_by_the_clock() -> None:
    with MailNetwork(with_idle=False) as network:
        reader = Reader(quick(), account(network))
        reader.poll()
        reader.email.wait(reader.account, 0.01)
        assert not network.idling.acquire(blocking=False)
        reader.email._mailboxes.close()


@pytest.mark.parametrize(
    ("outage", "changed", "error"),
    [
        ("refuses password", {}, ErrorClass.REAUTH),
        ("", {"imap_password": "wrong"}, ErrorClass.REAUTH),
        ("", {"imap_password": "schlüssel"}, ErrorClass.REAUTH),
        ("unavailable", {}, ErrorClass.RETRY),
        ("breaks off", {}, ErrorClass.RETRY),
        ("hangs", {}, ErrorClass.RETRY),
        ("", {"folder": "Nowhere"}, ErrorClass.CONFIG),
        ("", {"imap_security": "starttls"}, ErrorClass.CONFIG),
    ],
)
def test_trouble_with_the_mailbox_is_named(
    network: MailNetwork, outage: str, changed: dict[str, str], error: ErrorClass
) -> None:
    network.imap_outage = outage
    with pytest.raises(SendRefused) as refusal:
        Reader(quick(), account(network, **changed)).poll()
    assert refusal.value.failure.error is error, refusal.value.failure
    assert network.password not in refusal.value.failure.reason


def test_nobody_at_the_address_means_later() -> None:
    with MailNetwork() as network:
        gone = account(network)
    with pytest.raises(SendRefused) as refusal:
        Reader(quick(), gone).poll()
    assert refusal.value.failure.error is ErrorClass.RETRY


@pytest.mark.parametrize("starttls", [False, True])
def test_an_unknown_certificate_is_not_trusted_and_a_known_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with MailNetwork(certificate=context, starttls=starttls) as network:
        with pytest.raises(SendRefused) as refusal:
            Reader(quick(), account(network)).poll()
        assert refusal.value.failure.error is ErrorClass.CONFIG
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        network.deliver(example_mail("over TLS"))
        reader = Reader(quick(), account(network))
        assert len(reader.poll()) == 1
        assert "Both servers let us in" in reader.email.test(reader.account)
        reader.email.send(reader.account, answer())
        assert len(network.take_sent()) == 1
        reader.email._mailboxes.close()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for 127.0.0.1."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.telvia.example")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret
