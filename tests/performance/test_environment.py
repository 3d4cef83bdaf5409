from tests.performance.environment import function_environment


def test_what_is_measured_has_the_name_of_a_service_as_on_aws() -> None:
    """Without one Powertools logs by the root logger, and its filter there drops every line."""
    assert function_environment()["POWERTOOLS_SERVICE_NAME"]
