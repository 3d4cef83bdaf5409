"""The operator's own domain in front of the API, and the web ACL."""

import json

from tests.support.template import properties, template
from tests.support.translation import Translate

DOMAIN = {"DomainName": "api.operator.example", "CertificateArn": "arn:aws:acm:x:1:certificate/1"}
CLOSED = {"Fn::If": ["HasDomain", True, False]}


def test_it_leads_to_the_one_stage_by_the_path_camara(translate: Translate) -> None:
    resources = translate(**DOMAIN)
    mapping = resources["DomainMapping"]["Properties"]

    assert mapping["BasePath"] == "camara"
    assert mapping["DomainName"] == {"Ref": "Domain"}
    assert resources[mapping["RestApiId"]["Ref"]]["Type"] == "AWS::ApiGateway::RestApi"
    assert resources[mapping["Stage"]["Ref"]]["Properties"]["StageName"] == "camara"


def test_it_is_of_the_region_and_speaks_tls_1_2(translate: Translate) -> None:
    domain = translate(**DOMAIN)["Domain"]["Properties"]

    assert domain == {
        "DomainName": {"Ref": "DomainName"},
        "RegionalCertificateArn": {"Ref": "CertificateArn"},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }


def test_its_record_points_at_the_gateway(translate: Translate) -> None:
    target = translate(**DOMAIN)["DomainRecord"]["Properties"]["AliasTarget"]

    assert target["DNSName"] == {"Fn::GetAtt": ["Domain", "RegionalDomainName"]}
    assert target["HostedZoneId"] == {"Fn::GetAtt": ["Domain", "RegionalHostedZoneId"]}


def test_with_it_the_gateways_own_address_is_closed(translate: Translate) -> None:
    body = translate(**DOMAIN)["Api"]["Properties"]["Body"]

    [server] = body["servers"]
    assert server["x-amazon-apigateway-endpoint-configuration"] == {
        "disableExecuteApiEndpoint": CLOSED
    }


def test_a_web_acl_is_that_of_the_one_stage(translate: Translate) -> None:
    resources = translate(WebAclArn="arn:aws:wafv2:x:1:regional/webacl/1")
    arn = resources["WebAcl"]["Properties"]["ResourceArn"]["Fn::Sub"]

    [stage] = [
        name for name, resource in resources.items() if resource["Type"] == "AWS::ApiGateway::Stage"
    ]
    assert f"/restapis/${{Api}}/stages/${{{stage}}}" in json.dumps(arn)


def test_each_is_there_only_if_it_is_asked_for(translate: Translate) -> None:
    conditions = {
        name: translate()[name].get("Condition")
        for name in ("Domain", "DomainMapping", "DomainRecord", "WebAcl")
    }

    assert conditions == {
        "Domain": "HasDomain",
        "DomainMapping": "HasDomain",
        "DomainRecord": "HasHostedZone",
        "WebAcl": "HasWebAcl",
    }


def test_events_come_from_where_the_api_is() -> None:
    """CloudEvents: the source is the API's address; so is the output ``ApiUrl``."""
    root = {
        "Fn::If": [
            "HasDomain",
            {"Fn::Sub": "https://${DomainName}/camara"},
            {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/camara"},
        ]
    }

    assert template()["Outputs"]["ApiUrl"]["Value"] == root
    for function in ("DeliverNotification", "ProbeSink"):
        assert properties(function)["Environment"]["Variables"]["EVENT_SOURCE"] == root
