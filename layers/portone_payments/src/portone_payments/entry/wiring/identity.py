"""What the identity functions need beyond the rest; the payment functions import none of it."""

from functools import cached_property

from portone_payments.entry.settings.identity import IdentitySettings, read_identity_settings
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.identity.code import Confirmer
from portone_payments.flows.identity.duplicates import Decider
from portone_payments.flows.identity.erase import Custodian
from portone_payments.flows.identity.exchange import Exchange
from portone_payments.flows.identity.person import Persons
from portone_payments.flows.identity.read import IdentityReader
from portone_payments.flows.identity.seal import Sealer
from portone_payments.flows.identity.send import Messenger
from portone_payments.flows.identity.settle import Settler
from portone_payments.flows.identity.staff import Replacer
from portone_payments.flows.identity.start import Starter
from portone_payments.flows.identity.sweep import IdentitySweeper
from portone_payments.flows.identity.verify import Verifier
from portone_payments.ports.identity import (
    AccessLog,
    Envelope,
    ErasureStore,
    Hashes,
    IdentityPortOne,
    IdentityStore,
)
from portone_payments.ports.portone import PerStore


class IdentityDeps(PortDeps):
    """The ports of one container of an identity function."""

    @cached_property
    def identity(self) -> IdentitySettings:
        """What the operator chose. Raises ValueError for a combination that must not start."""
        return read_identity_settings() if self._env is None else read_identity_settings(self._env)

    @cached_property
    def people(self) -> IdentityStore:
        """The identity table."""
        from portone_payments.adapters.dynamo.identity import DynamoIdentityStore  # noqa: PLC0415 - lazy

        return DynamoIdentityStore(self.aws("dynamodb"), self.identity.identity_table, self.ids)

    @cached_property
    def erasures(self) -> ErasureStore:
        """Who was erased."""
        from portone_payments.adapters.dynamo.erasures import DynamoErasureStore  # noqa: PLC0415 - lazy

        return DynamoErasureStore(self.aws("dynamodb"), self.identity.erasures_table, self.ids)

    @cached_property
    def hashes(self) -> Hashes:
        """Keyed hashes, their keys cached."""
        from portone_payments.adapters.aws.hashes import SecretHashes  # noqa: PLC0415 - lazy on purpose

        return SecretHashes(self.aws("secretsmanager"), self.clock, self.identity.identity_hash_secret_arn)

    @cached_property
    def envelope(self) -> Envelope:
        """Envelope encryption under the identity key."""
        from portone_payments.adapters.aws.envelope import KmsEnvelope  # noqa: PLC0415 - lazy on purpose

        return KmsEnvelope(self.aws("kms"), self.identity.identity_key_arn)

    @cached_property
    def verifications(self) -> PerStore[IdentityPortOne]:
        """PortOne's verifications."""
        from portone_payments.adapters.portone.identity import IdentityClient  # noqa: PLC0415 - lazy

        chosen = self.settings
        return IdentityClient(
            base_url=chosen.portone_url, secret=self.secrets.api_secret, store_id=chosen.store_id
        )

    @cached_property
    def access_log(self) -> AccessLog:
        """The log of accesses to clear values."""
        from portone_payments.adapters.aws.access_log import CloudWatchAccessLog  # noqa: PLC0415 - lazy

        return CloudWatchAccessLog(self.aws("logs"), self.identity.identity_access_log)

    @cached_property
    def sealer(self) -> Sealer:
        """What is known of persons, sealed and opened."""
        return Sealer(self.envelope)

    @cached_property
    def persons(self) -> Persons:
        """Who users are."""
        unique = self.identity.rules.unique
        return Persons(store=self.people, hashes=self.hashes, sealer=self.sealer, unique=unique)

    @cached_property
    def identity_reader(self) -> IdentityReader:
        """Readings at PortOne."""
        return IdentityReader(portone=self.verifications, meter=self.meter)

    @cached_property
    def settler(self) -> Settler:
        """Outcomes of messages."""
        return Settler(store=self.people, reader=self.identity_reader, meter=self.meter)

    @cached_property
    def starter(self) -> Starter:
        """Starts verifications."""
        return Starter(
            store=self.people,
            meter=self.meter,
            clock=self.clock,
            ids=self.ids,
            rules=self.identity.rules,
            store_id=self.settings.store_id,
        )

    @cached_property
    def verifier(self) -> Verifier:
        """The only flow by which a user becomes verified."""
        return Verifier(
            store=self.people,
            reader=self.identity_reader,
            persons=self.persons,
            clock=self.clock,
            meter=self.meter,
            rules=self.identity.rules,
        )

    @cached_property
    def exchange(self) -> Exchange:
        """The exchange that every message and code uses."""
        return Exchange(
            settler=self.settler,
            meter=self.meter,
            store=self.people,
            clock=self.clock,
            ids=self.ids,
            rules=self.identity.rules,
            gate=self.gate,
        )

    @cached_property
    def messenger(self) -> Messenger:
        """Messages to persons."""
        return Messenger(exchange=self.exchange, store=self.people, meter=self.meter, hashes=self.hashes)

    @cached_property
    def confirmer(self) -> Confirmer:
        """Codes of messages."""
        return Confirmer(exchange=self.exchange)

    @cached_property
    def replacer(self) -> Replacer:
        """Another person in an account."""
        return Replacer(store=self.people, sealer=self.sealer, log=self.access_log, meter=self.meter)

    @cached_property
    def decider(self) -> Decider:
        """Accounts of one person."""
        return Decider(store=self.people, sealer=self.sealer, log=self.access_log, meter=self.meter)

    @cached_property
    def custodian(self) -> Custodian:
        """Erasure."""
        return Custodian(
            store=self.people,
            erasures=self.erasures,
            hashes=self.hashes,
            clock=self.clock,
            meter=self.meter,
            kept_days=self.identity.identity_backup_days,
        )

    @cached_property
    def identity_sweeper(self) -> IdentitySweeper:
        """Expiry, retention, rotation."""
        return IdentitySweeper(
            store=self.people,
            persons=self.persons,
            hashes=self.hashes,
            clock=self.clock,
            meter=self.meter,
            note=self.skips.note,
        )
