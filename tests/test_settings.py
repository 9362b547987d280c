"""Settings: defaults, every variable, and the words in which a bad value is refused."""

from pathlib import Path

import pytest

from assistant.extractive.refusing import DEFAULT_MAX_WRONG, LEAST_MAX_WRONG
from web.settings import Settings
from web.variables import SettingsError

SHARE = f"a share from {LEAST_MAX_WRONG} (the least that was measured) to 1, such as 0.1 for one in ten"


def test_nothing_set_gives_the_defaults_of_the_contract() -> None:
    settings = Settings.from_mapping({})
    assert settings == Settings(
        articles=Path("seeds"),
        data_dir=Path("data"),
        host="127.0.0.1",
        port=8000,
        embedding_model="builtin",
        llm="",
        max_wrong=DEFAULT_MAX_WRONG,
        unsupported="mark",
        api_token="",
        max_upload_mb=32,
        feeds=(),
        feed_minutes=30,
        read_only=False,
        visitor_questions=20,
        host_names=(),
        trusted_proxy="",
        log_level="info",
    )


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = Settings.from_mapping(
        {
            "ASSISTANT_ARTICLES": str(tmp_path / "news"),
            "ASSISTANT_DATA_DIR": str(tmp_path / "state"),
            "ASSISTANT_HOST": "0.0.0.0",
            "ASSISTANT_PORT": "9000",
            "ASSISTANT_EMBEDDING_MODEL": "/models/mine",
            "ASSISTANT_LLM": "ollama:llama3",
            "ASSISTANT_MAX_WRONG": "0.2",
            "ASSISTANT_UNSUPPORTED": "cut",
            "ASSISTANT_API_TOKEN": "s3cret",
            "ASSISTANT_MAX_UPLOAD_MB": "5",
            "ASSISTANT_FEEDS": "https://example.org/rss  http://example.com/a?b=c https://example.org/rss",
            "ASSISTANT_FEED_MINUTES": "60",
            "ASSISTANT_READ_ONLY": "Yes",
            "ASSISTANT_VISITOR_QUESTIONS": "5",
            "ASSISTANT_HOST_NAMES": "News.example.org 192.0.2.1",
            "ASSISTANT_TRUSTED_PROXY": "127.0.0.1",
            "ASSISTANT_LOG_LEVEL": "debug",
        }
    )
    assert settings == Settings(
        articles=tmp_path / "news",
        data_dir=tmp_path / "state",
        host="0.0.0.0",
        port=9000,
        embedding_model="/models/mine",
        llm="ollama:llama3",
        max_wrong=0.2,
        unsupported="cut",
        api_token="s3cret",
        max_upload_mb=5,
        feeds=("https://example.org/rss", "http://example.com/a?b=c"),
        feed_minutes=60,
        read_only=True,
        visitor_questions=5,
        host_names=("news.example.org", "192.0.2.1"),
        trusted_proxy="127.0.0.1",
        log_level="debug",
    )


def test_an_empty_variable_is_as_good_as_none() -> None:
    names = [
        "ASSISTANT_ARTICLES",
        "ASSISTANT_DATA_DIR",
        "ASSISTANT_HOST",
        "ASSISTANT_PORT",
        "ASSISTANT_EMBEDDING_MODEL",
        "ASSISTANT_LLM",
        "ASSISTANT_MAX_WRONG",
        "ASSISTANT_UNSUPPORTED",
        "ASSISTANT_API_TOKEN",
        "ASSISTANT_MAX_UPLOAD_MB",
        "ASSISTANT_FEEDS",
        "ASSISTANT_FEED_MINUTES",
        "ASSISTANT_READ_ONLY",
        "ASSISTANT_VISITOR_QUESTIONS",
        "ASSISTANT_HOST_NAMES",
        "ASSISTANT_TRUSTED_PROXY",
        "ASSISTANT_LOG_LEVEL",
    ]
    assert Settings.from_mapping(dict.fromkeys(names, "")) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ASSISTANT_PORT", "http", "a whole number from 0 to 65535"),
        ("ASSISTANT_PORT", "65536", "a whole number from 0 to 65535"),
        ("ASSISTANT_PORT", "-1", "a whole number from 0 to 65535"),
        ("ASSISTANT_PORT", "８０００", "a whole number from 0 to 65535"),
        ("ASSISTANT_MAX_UPLOAD_MB", "0", "a whole number from 1 to 4096"),
        ("ASSISTANT_MAX_UPLOAD_MB", "1.5", "a whole number from 1 to 4096"),
        ("ASSISTANT_MAX_WRONG", "0", SHARE),
        ("ASSISTANT_MAX_WRONG", f"{LEAST_MAX_WRONG - 0.001:.3f}", SHARE),
        ("ASSISTANT_MAX_WRONG", "1.01", SHARE),
        ("ASSISTANT_MAX_WRONG", "10%", SHARE),
        ("ASSISTANT_MAX_WRONG", "0,1", SHARE),
        ("ASSISTANT_MAX_WRONG", "nan", SHARE),
        ("ASSISTANT_MAX_WRONG", "٠.١", SHARE),
        ("ASSISTANT_HOST", "http://localhost", "an IP address or a host name"),
        ("ASSISTANT_HOST", "300.0.0.1", "an IP address or a host name"),
        ("ASSISTANT_EMBEDDING_MODEL", "  ", "a name on one line"),
        ("ASSISTANT_LLM", "openai:\nx", "a name on one line"),
        ("ASSISTANT_UNSUPPORTED", "Cut", "mark or cut"),
        ("ASSISTANT_READ_ONLY", "perhaps", "yes or no"),
        ("ASSISTANT_VISITOR_QUESTIONS", "0", "a whole number from 1 to 100000"),
        (
            "ASSISTANT_HOST_NAMES",
            "https://a.example",
            "host names without a port, parted by blanks, such as news.example.org",
        ),
        (
            "ASSISTANT_TRUSTED_PROXY",
            "proxy.example",
            "the IP address that the proxy's connections come from, such as 127.0.0.1",
        ),
        ("ASSISTANT_LOG_LEVEL", "verbose", "debug or info or warning or error"),
        ("ASSISTANT_DATA_DIR", __file__, "a folder"),
        ("ASSISTANT_ARTICLES", __file__, "a folder"),
    ],
)
def test_a_bad_value_is_refused_by_name_value_and_expectation(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping({name: value})
    assert str(caught.value) == f"{name} is {value!r}; expected {expected}."


@pytest.mark.parametrize("value", [str(LEAST_MAX_WRONG), ".5", "1", "1.0"])
def test_the_least_and_the_greatest_share_of_wrong_answers_can_be_set(value: str) -> None:
    assert Settings.from_mapping({"ASSISTANT_MAX_WRONG": value}).max_wrong == float(value)


@pytest.mark.parametrize("token", ["two words", "schlüssel", "a\nb"])
def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_API_TOKEN") as caught:
        Settings.from_mapping({"ASSISTANT_API_TOKEN": token})
    assert token not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_listening_beyond_loopback_needs_a_token(host: str) -> None:
    settings = Settings.from_mapping({"ASSISTANT_HOST": host})
    with pytest.raises(SettingsError, match="ASSISTANT_API_TOKEN is not set"):
        settings.check_listening()
    Settings.from_mapping({"ASSISTANT_HOST": host, "ASSISTANT_API_TOKEN": "t"}).check_listening()


@pytest.mark.parametrize(("given", "host"), [("localhost", "localhost"), ("127.0.0.9", "127.0.0.9"), ("[::1]", "::1")])
def test_loopback_needs_no_token(given: str, host: str) -> None:
    settings = Settings.from_mapping({"ASSISTANT_HOST": given})
    assert settings.host == host
    assert settings.is_loopback
    settings.check_listening()


def test_behind_a_proxy_a_token_is_needed_since_others_reach_the_server_by_it() -> None:
    settings = Settings.from_mapping({"ASSISTANT_TRUSTED_PROXY": "127.0.0.1"})
    with pytest.raises(SettingsError, match="ASSISTANT_API_TOKEN is not set"):
        settings.check_listening()


@pytest.mark.parametrize(("value", "is_so"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False)])
def test_yes_and_no_may_be_said_in_several_ways(value: str, is_so: bool) -> None:
    assert Settings.from_mapping({"ASSISTANT_READ_ONLY": value}).read_only is is_so


@pytest.mark.parametrize(
    "value",
    [
        "postgres://u:hush@h/n",
        "postgresql://u:hu/sh@h/n",
        "host=h password=hush dbname=n",
        "postgresql://u:hush@h",
        "mysql://u:hush@h/n",
    ],
)
def test_an_address_of_a_database_that_cannot_be_read_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_DATABASE cannot be read; expected postgresql://USER") as raised:
        Settings.from_mapping({"ASSISTANT_DATABASE": value})
    assert "hu" not in str(raised.value)


@pytest.mark.parametrize("value", ["http://h:19530", "milvus:h:19530", "milvus:http://u:hush@h:19530", "milvus:"])
def test_an_address_of_an_index_that_cannot_be_used_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"ASSISTANT_INDEX is .*expected milvus:http://HOST:19530") as raised:
        Settings.from_mapping({"ASSISTANT_INDEX": value})
    assert "hush" not in str(raised.value)


def test_the_address_of_an_index_is_the_servers() -> None:
    settings = Settings.from_mapping(
        {"ASSISTANT_INDEX": "milvus:http://h:19530", "ASSISTANT_DATABASE": "postgresql:///n"}
    )
    assert (settings.index, settings.database) == ("http://h:19530", "postgresql:///n")
