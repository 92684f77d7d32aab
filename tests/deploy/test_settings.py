"""The settings: defaults, forms, and the sentences about what cannot be used."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_api.accounts.credentials import OWASP, Argon2Cost
from command_api.accounts.password_rules import DEFAULT_RULES, PasswordRules
from deploy.setting_forms import BadSetting, BucketAddress
from deploy.settings import Settings, read_settings, require, to_environment

folders = st.text("abc é/", min_size=1, max_size=20).map(lambda text: Path("/data") / text)
everything = st.builds(
    Settings,
    host=st.ip_addresses().map(str),
    port=st.integers(1, 65535),
    data=folders,
    rate_limits=st.booleans(),
    database=st.sampled_from(["", "postgresql://tracker@/tracker?host=%2Frun"]),
    query_database=st.sampled_from(["", "postgresql://tracker@/tracker?host=%2Freplica"]),
    nats=st.sampled_from(["", "nats://word@127.0.0.1:4222", "nats://a:4222,tls://b:4222"]),
    screenshots=folders | st.sampled_from([BucketAddress("pictures"), BucketAddress("a-b", "c/d")]),
    s3_endpoint=st.sampled_from(["", "http://127.0.0.1:9000", "https://s3.example.org"]),
    s3_region=st.sampled_from(["us-east-1", "auto"]),
    s3_key_id=st.sampled_from(["", "AKIA7"]),
    s3_secret=st.sampled_from(["", "a/b+c=="]),
    quota_bytes=st.integers(1, 10**17),
    quota_pending=st.integers(1, 10**6),
    keys=folders,
    proxies=st.lists(st.ip_addresses().map(ip_network), max_size=3).map(tuple),
    origins=st.sampled_from([(), ("http://localhost:5173", "https://app.example.com")]),
    shortest_password=st.integers(8, 64),
    hash_cost=st.tuples(st.integers(1024, 2**20), st.integers(1, 20), st.integers(1, 16)),
    smtp=st.sampled_from(["", "smtp://127.0.0.1", "smtps://me%40here:p%20w@mail.example.com:465"]),
    mail_from=st.just("tracker@example.com"),
    public_address=st.sampled_from(["", "https://tracker.example.com", "http://[::1]:8000"]),
    app_address=st.sampled_from(["", "https://example.com/app"]),
    require_verified=st.booleans(),
)


def test_nothing_set_means_the_documented_defaults() -> None:
    settings = read_settings({"HOME": "/home/somebody"})
    assert (settings.address, settings.rate_limits) == ("http://127.0.0.1:8000", True)
    assert settings.data == Path.cwd() / "data"


def test_pictures_and_keys_lie_in_the_data_folder_unless_told_otherwise() -> None:
    settings = read_settings({"TRACKER_DATA": "/srv/tracker", "TRACKER_KEYS": "/etc/keys"})
    assert settings.screenshots == Path("/srv/tracker/screenshots")
    assert settings.keys == Path("/etc/keys")


def test_origins_are_those_that_browsers_send() -> None:
    text = "http://192.168.1.20:5173, https://app.example.com,http://[fd00::1]:3000,http://pc:808"
    origins = read_settings({"TRACKER_ORIGINS": text}).origins
    assert origins == (
        "http://192.168.1.20:5173", "https://app.example.com", "http://[fd00::1]:3000", "http://pc:808",
    )  # fmt: skip


def test_passwords_cost_and_measure_what_is_recommended_unless_told_otherwise() -> None:
    settings = read_settings({})
    assert Argon2Cost(*settings.hash_cost) == OWASP
    assert PasswordRules(shortest=settings.shortest_password) == DEFAULT_RULES


def test_empty_value_counts_as_none() -> None:
    assert read_settings({"TRACKER_PORT": ""}).port == Settings().port


@given(everything)
def test_a_started_part_reads_the_very_settings_it_was_given(settings: Settings) -> None:
    assert read_settings(to_environment(settings)) == settings


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TRACKER_PROT", "TRACKER_PORT"),
        ("TRACKER_RATELIMITS", "TRACKER_RATE_LIMITS"),
        ("TRACKER_DATA_DIR", "TRACKER_DATA"),
    ],
)
def test_misspelt_name_is_refused_with_the_nearest_known_one(name: str, meant: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} is not a setting. Did you mean {meant}?"):
        read_settings({name: "1"})


def test_name_near_nothing_is_refused_with_all_known_ones() -> None:
    with pytest.raises(BadSetting, match=r"TRACKER_XYZZY is not a setting.*TRACKER_HOST, "):
        read_settings({"TRACKER_XYZZY": "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_PORT", "0"),
        ("TRACKER_PORT", "65536"),
        ("TRACKER_PORT", "eight"),
        ("TRACKER_PORT", "٨٠"),
        ("TRACKER_PORT", "9" * 5000),
        ("TRACKER_HOST", "example.org"),
        ("TRACKER_RATE_LIMITS", "yes"),
        ("TRACKER_PROXIES", "10.0.0.0/8,somewhere"),
        *(
            ("TRACKER_ORIGINS", f"http://a:1,{wrong}")
            for wrong in (
                "",
                "*",
                "null",
                "a.example",
                "ftp://a.example",
                "http://",
                "http://a.example/",
                "http://a.example/path",
                "http://*.example.com",
                "http://A.example",
                "http://a:80",
                "https://a:443",
                "http://a:0",
                "http://a:080",
                "http://a:65536",
                "http://a:",
                "http://a b",
                "http://me@a.example",
                "http://a.example?x",
                "http://a..b",
                "http://-a",
                "http://[::1",
                "http://[0::1]",
                "http://1.2.3",
                "http://127.1",
                "http://é.example",
                "http://a.example.",
                "http://[fe80::1%251]",
                "http://a\nb",
            )
        ),
        ("TRACKER_DATABASE", "mysql://here"),
        ("TRACKER_NATS", "nats://a:4222,b"),
        ("TRACKER_SHORTEST_PASSWORD", "7"),
        ("TRACKER_SHORTEST_PASSWORD", "65"),
        ("TRACKER_HASH_COST", "19456"),
        ("TRACKER_HASH_COST", "19456,2,0"),
        ("TRACKER_HASH_COST", "1023,2,1"),
        ("TRACKER_HASH_COST", "19456,2,1,1"),
        ("TRACKER_SMTP", "mail.example.com"),
        ("TRACKER_SMTP", "http://mail.example.com"),
        ("TRACKER_SMTP", "smtp://"),
        ("TRACKER_SMTP", "smtp://host:port"),
        ("TRACKER_SMTP", "smtp://host/folder"),
        ("TRACKER_SMTP", "smtp://host?starttls=no"),
        ("TRACKER_SMTP", "smtp://ho st"),
        ("TRACKER_MAIL_FROM", "tracker"),
        ("TRACKER_MAIL_FROM", "Tracker <tracker@example.com>"),
        ("TRACKER_MAIL_FROM", "a@example.com\r\nBcc: b@example.com"),
        ("TRACKER_PUBLIC_ADDRESS", "tracker.example.com"),
        ("TRACKER_APP_ADDRESS", "https://example.com/?x=1"),
        ("TRACKER_APP_ADDRESS", "https://example.com/ hello"),
        ("TRACKER_REQUIRE_VERIFIED", "true"),
    ],
)
def test_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} must be .*[.]$"):
        read_settings({name: value})


@pytest.mark.parametrize("name", ["TRACKER_DATABASE", "TRACKER_NATS", "TRACKER_SMTP"])
def test_refused_address_is_not_repeated_for_it_may_hold_a_password(name: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        read_settings({name: "http://me:hunter2@host"})
    assert "hunter2" not in str(refusal.value)


def test_mails_by_a_server_need_to_say_whom_they_are_from() -> None:
    with pytest.raises(BadSetting, match="TRACKER_MAIL_FROM must say"):
        read_settings({"TRACKER_SMTP": "smtp://host"})


def test_links_lead_to_the_system_itself_unless_told_otherwise() -> None:
    assert Settings(port=80).public == "http://127.0.0.1:80"
    given = read_settings({"TRACKER_PUBLIC_ADDRESS": "https://tracker.example.com/"})
    assert given.public == "https://tracker.example.com"


def test_part_without_the_address_it_needs_is_told_so() -> None:
    with pytest.raises(BadSetting, match="TRACKER_NATS is not set, and `ocr` needs it"):
        require(Settings(database="postgresql://here"), "ocr", "database", "nats")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - a value, nothing listens here
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("192.168.1.5", "http://192.168.1.5:80"),
    ],
)
def test_address_is_one_that_can_be_called(host: str, address: str) -> None:
    assert Settings(host=host, port=80).address == address
