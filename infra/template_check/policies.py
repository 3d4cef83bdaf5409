"""Settings in the translated template that checkov's policies find insecure."""

import json

from infra import tool

ACCEPTED = {
    # Lambda: reserved concurrency.
    "CKV_AWS_115": "A new account has 10 in all, fewer than there are functions. Queues start no "
    "more than their maximum, and callers of the API are throttled.",
    # Lambda: a dead-letter queue.
    "CKV_AWS_116": "It is for asynchronous invocations. Only the sweeps have those, and what one "
    "leaves the next one finds. Queues and streams have dead-letter queues of their own.",
    # Lambda: a VPC.
    "CKV_AWS_117": "Functions reach AWS's endpoints, the issuer and webhooks on the internet, and "
    "nothing in a VPC.",
    # DynamoDB: a customer's key.
    "CKV_AWS_119": "KmsEncryption=true, as in prod, takes the account's key that AWS manages. "
    "checkov wants a key whose policy the customer writes.",
    # API Gateway: a cache of answers.
    "CKV_AWS_120": "An answer is one caller's, and true at that moment only.",
    # Lambda: a customer's key for variables.
    "CKV_AWS_173": "Lambda encrypts variables with a key of its own, and none is secret.",
    # SNS: a key for the topic of alarms.
    "CKV_AWS_26": "Alarms say what is in this template, and numbers. CloudWatch may not use the "
    "key that AWS manages for SNS.",
    # API Gateway: X-Ray.
    "CKV_AWS_73": "One query of the log finds everything about a call; traces would cost for each "
    "request, and may hold what a client has made up.",
    # DynamoDB: backups.
    "CKV_AWS_28": "PointInTimeRecovery=true, as in prod, turns them on. checkov cannot evaluate "
    "!If [UsePointInTimeRecovery, true, false].",
}
"""Why nothing is done about what a policy finds, by its id."""


def look(translation: str) -> list[str]:
    """Name what is not accepted, and what is accepted without need. Raises ToolError.

    Nothing is asked of, or told to, anybody.
    """
    finished = tool.run(
        "template",
        "checkov",
        f"--file={translation}",
        "--framework=cloudformation",
        "--output=json",
        "--quiet",
        "--compact",
        "--skip-download",
        "--soft-fail",
        CKV_SKIP_PACKAGE_UPDATE_CHECK="true",
    )
    return findings(finished.stdout, finished.stderr)


def findings(output: str, errors: str) -> list[str]:
    """Understand what checkov wrote. Raises ToolError if it did not look at the template."""
    try:
        report = json.loads(output)
        failed, summary = report["results"]["failed_checks"], report["summary"]
    except (ValueError, KeyError, TypeError) as error:
        # Of what it cannot read it says no more than that there was nothing.
        raise tool.ToolError(errors or f"checkov has looked at nothing: {output}") from error
    if summary["parsing_errors"]:
        message = "checkov cannot read the translation"
        raise tool.ToolError(message)
    found = {check["check_id"] for check in failed}
    return [
        *(
            f"{check['resource']}: {check['check_id']} {check['check_name']}"
            for check in failed
            if check["check_id"] not in ACCEPTED
        ),
        *(
            f"{check_id} is accepted, but nothing has it any more"
            for check_id in ACCEPTED
            if check_id not in found
        ),
    ]
