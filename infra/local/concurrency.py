"""How many sinks are told at once: MiniStack takes a parameter's number for text.

It then fails to compare that with a number, and polls no queue any more. So what the event source
mappings have by their template is set anew, as numbers.
"""

import boto3

from infra.local.settings import Settings


def apply(session: boto3.Session, settings: Settings) -> None:
    """Give each mapping of a queue the maximum concurrency that its template means."""
    lambda_ = session.client("lambda", endpoint_url=settings.aws_url)
    for page in lambda_.get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            if "MaximumConcurrency" in mapping.get("ScalingConfig", {}):
                most = int(mapping["ScalingConfig"]["MaximumConcurrency"])
                lambda_.update_event_source_mapping(
                    UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": most}
                )
