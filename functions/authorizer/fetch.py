"""Fetch what tokens are verified with: the settings, the address of the keys, the keys."""

from http.client import HTTPException
from threading import Thread

from botocore.exceptions import BotoCoreError, ClientError

from authorizer.discovery import configuration_url, jwks_uri_in
from authorizer.download import Download
from authorizer.jwks import usable_keys
from authorizer.settings import Settings, read_settings
from authorizer.trust import Trust
from aws import log

_FAILURES = (BotoCoreError, ClientError, OSError, HTTPException, ValueError, RecursionError)
_REASON_AT_MOST = 200
"""Characters of a logged reason, which may contain what the issuer has answered."""


class TrustFetch(Thread):
    """Thread that fetches settings and keys, so that whoever waits for it may give up.

    With ``known`` settings it fetches the keys only. A failure is logged and ends the thread.
    """

    def __init__(self, known: Settings | None) -> None:
        super().__init__(daemon=True)
        self.found: Trust | None = None
        self._known = known
        self._download = Download()
        self.start()

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` at most; tell whether the fetch has ended."""
        self.join(seconds)
        return not self.is_alive()

    def give_up(self) -> None:
        """Cancel the download; a request to Systems Manager ends by its own timeouts."""
        self._download.give_up()

    def run(self) -> None:
        """Fetch; on a failure ``found`` keeps what there is."""
        try:
            self._fetch()
        except _FAILURES as failure:
            # An empty URL in the log: Systems Manager failed.
            reason = str(failure)[:_REASON_AT_MOST]
            log.logger().warning("keys not fetched", url=self._download.url, reason=reason)

    def _fetch(self) -> None:
        settings = self._known or read_settings()
        self.found = Trust(settings, {})
        uri = settings.jwks_uri or self._discover(settings.issuer)
        self.found = Trust(settings, usable_keys(self._download.get(uri)))

    def _discover(self, issuer: str) -> str:
        return jwks_uri_in(self._download.get(configuration_url(issuer)), issuer)
