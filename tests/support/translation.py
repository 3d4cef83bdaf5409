"""What SAM makes of the template, and what production asks it for."""

from collections.abc import Callable
from typing import Any

type Resources = dict[str, dict[str, Any]]
type Translate = Callable[..., Resources]
"""Returns the resources that SAM makes with these parameters."""

PRODUCTION = {
    "DeploymentPreference": "Canary10Percent10Minutes",
    "DomainName": "api.operator.example",
    "CertificateArn": "arn:aws:acm:x:1:certificate/1",
    "KmsEncryption": "true",
}
