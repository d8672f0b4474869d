"""Another PortOne's secrets, in the memory of the process that serves and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portone_payments.ports.world import Secrets, WebhookSecrets


@dataclass(frozen=True, slots=True)
class HeldSecrets:
    """`Secrets` of a stack that calls another PortOne: its own two from here, all others as they are stored.

    What the local AWS stores in their places is the fake's and opens nothing.
    """

    stored: Secrets
    api: str = field(repr=False)
    signing: str = field(repr=False)

    def api_secret(self) -> str:
        """The API secret that was given."""
        return self.api

    def webhook(self) -> WebhookSecrets:
        """The signing secret that was given."""
        return WebhookSecrets((self.signing,))

    def hash_key(self) -> str:
        """Of this stack alone."""
        return self.stored.hash_key()

    def charge_keys(self) -> Mapping[int, str]:
        """Of this stack alone."""
        return self.stored.charge_keys()

    def refresh_webhook(self) -> bool:
        """There is nothing to read anew."""
        return False
