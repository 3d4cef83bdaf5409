import pytest

from infra.local.settings import LocalStackError, Settings


def test_without_a_word_from_the_caller_there_are_defaults() -> None:
    settings = Settings.from_environment()

    assert settings.aws_url == "http://127.0.0.1:4566"
    assert settings.issuer == "http://127.0.0.1:9400"
    assert settings.overrides == {}


def test_the_caller_chooses_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PORT", "5001")
    monkeypatch.setenv("ISSUER_PORT", "5002")

    settings = Settings.from_environment()

    assert settings.aws_url == "http://127.0.0.1:5001"
    assert settings.issuer == "http://127.0.0.1:5002"
    assert settings.parameters["JwtIssuer"] == "http://127.0.0.1:5002"
    assert settings.parameters["JwksUri"] == ""


@pytest.mark.parametrize(
    ("system", "functions"), [("linux", "build"), ("darwin", "source"), ("freebsd14", "source")]
)
def test_what_is_built_for_linux_runs_there(
    monkeypatch: pytest.MonkeyPatch, system: str, functions: str
) -> None:
    monkeypatch.setattr("sys.platform", system)
    assert Settings.from_environment().functions == functions

    monkeypatch.setenv("FUNCTIONS", "")
    assert Settings.from_environment().functions == functions


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize("functions", ["build", "source"])
def test_the_caller_chooses_what_runs(
    monkeypatch: pytest.MonkeyPatch, system: str, functions: str
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv("FUNCTIONS", functions)

    assert Settings.from_environment().functions == functions


def test_anything_else_to_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNCTIONS", "sources")

    with pytest.raises(LocalStackError, match="FUNCTIONS is build or source, not: sources"):
        Settings.from_environment()


@pytest.mark.parametrize("name", ["AWS_PORT", "ISSUER_PORT"])
@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "4566.0", " "])
def test_what_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(LocalStackError, match=f"^{name} is no port number: {value}$"):
        Settings.from_environment()


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("", {}),
        ("   ", {}),
        ("RingTimeoutSeconds=2", {"RingTimeoutSeconds": "2"}),
        ("A=1  B=2", {"A": "1", "B": "2"}),
        ("A='x y' B=\"z\"", {"A": "x y", "B": "z"}),
        ("A=", {"A": ""}),
        ("A=b=c", {"A": "b=c"}),
        ("A=1 A=2", {"A": "2"}),
    ],
)
def test_params_are_words_as_in_a_shell(
    monkeypatch: pytest.MonkeyPatch, text: str, parameters: dict[str, str]
) -> None:
    monkeypatch.setenv("PARAMS", text)

    assert Settings.from_environment().overrides == parameters


@pytest.mark.parametrize(
    "text",
    [
        "RingTimeoutSeconds",
        "=2",
        "A=1 B",
        "A = 1",
        "A='1",
    ],
)
def test_malformed_params_are_shown_with_their_form(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PARAMS", text)

    with pytest.raises(LocalStackError) as refusal:
        Settings.from_environment()

    assert str(refusal.value) == f'PARAMS takes "Name=value ...", not: {text}'


def settings(**overrides: str) -> Settings:
    return Settings(4566, 9400, "build", overrides)


def test_a_default_gives_way_to_the_caller() -> None:
    assert settings(A="caller").with_default("A", "ours").overrides == {"A": "caller"}


def test_a_default_is_set_beside_what_the_caller_said() -> None:
    before = settings(A="caller")

    assert before.with_default("B", "ours").overrides == {"A": "caller", "B": "ours"}
    assert before.overrides == {"A": "caller"}


def test_every_parameter_of_the_template_is_given() -> None:
    parameters = settings(RingTimeoutSeconds="2").parameters

    assert parameters["RingTimeoutSeconds"] == "2"
    assert parameters["SetupTimeoutSeconds"] == "180"
    assert parameters["SnapStart"] == "false"
    assert parameters["Architecture"] in {"arm64", "x86_64"}
    assert parameters["LoopbackSinks"] == "true"


def test_what_runs_here_sees_nothing_of_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")

    environment = settings().environment

    assert not {"AWS_PROFILE", "HTTPS_PROXY", "HOME"} & environment.keys()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_CONFIG_FILE"] == "/dev/null"
    assert environment["NO_PROXY"] == environment["no_proxy"] == "127.0.0.1,localhost"


def test_the_tools_that_deploy_see_the_callers_but_for_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("SAM_CLI_TELEMETRY", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")

    environment = settings().tool_environment

    assert not {"AWS_PROFILE", "PYTHONPATH", "SAM_CLI_TELEMETRY"} & environment.keys()
    assert environment["HTTPS_PROXY"] == "http://proxy.example.com"
    assert environment["NO_PROXY"] == environment["no_proxy"] == "127.0.0.1,localhost"
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
