"""The books of billing keys: how they are issued, confirmed and deleted, each with its webhook."""

from dataclasses import replace
from typing import Any

from portone_local.portone.billing.answers import BillingAnswers
from portone_local.portone.billing.records import UNCONFIRMED, BillingIssue, IssueResult, KeyRecord, KeyState
from portone_local.portone.checkout import FIRST_CHANNEL, Channel, Decline
from portone_local.portone.ledger import Ledger, remember, seen
from portone_local.portone.records import Refused
from portone_local.portone.till import Till
from portone_local.portone.windows import check_saving, check_saving_and_paying

_MISSING = "BILLING_KEY_NOT_FOUND"


class Wallet:
    """Billing keys of one store, kept under the ledger's lock. Refused with PortOne's error type."""

    def __init__(self, *, ledger: Ledger, till: Till, answers: BillingAnswers) -> None:
        self.answers = answers
        self.keys: dict[str, KeyRecord] = {}
        self._ledger = ledger
        self._till = till

    def open(self, issue: BillingIssue, at: float) -> KeyRecord:
        """An issue window: READY."""
        names = [issue.channel_key] if isinstance(issue.channel_key, str) else issue.channel_key
        channels = [self._channel(name) for name in names]
        _check_windows(issue, channels)
        failed = tuple(channel for channel in channels if channel.key in issue.failing_channels)
        record = KeyRecord(
            billing_key=f"billing-key-{self._ledger.new_id()}",
            issue=issue,
            store_id=issue.store_id or self._till.store_id,
            channels=tuple(channel for channel in channels if channel not in failed),
            failed_channels=failed,
            requested_at=at,
        )
        if self._till.answers.unknowns.billing.charges_are_routed:
            _join_group(record)
        self.keys[record.billing_key] = record
        self._move(record, KeyState.READY, at, "Ready")
        return record

    def finish(self, record: KeyRecord, at: float) -> IssueResult:
        """What comes of a window that is not left: an issue, a failure, or a token for the shop."""
        decline = record.issue.decline
        if decline is not None or not record.channels:
            return self.fail(record, at, decline or Decline())
        if record.issue.manual:
            record.token, record.token_at = f"example-issue-token-{self._ledger.new_id()}", at
            self._move(record, KeyState.NEEDS_CONFIRMATION, at)
            return IssueResult(UNCONFIRMED, billing_issue_token=record.token)
        self.issue(record, at)
        return IssueResult(record.billing_key)

    def issue(self, record: KeyRecord, at: float, *, silent: bool = False) -> None:
        """ISSUED."""
        record.issued_at = at
        self._move(record, KeyState.ISSUED, at, None if silent else "Issued")

    def fail(self, record: KeyRecord, at: float, decline: Decline) -> IssueResult:
        """FAILED: there is no such key."""
        self._move(record, KeyState.FAILED, at, "Failed")
        message = decline.pg_message
        return IssueResult("", code="PGProviderError", pg_code=decline.pg_code, pg_message=message)

    def delete(self, record: KeyRecord, at: float, *, silent: bool = False) -> None:
        """DELETED, for good."""
        record.deleted_at = at
        self._move(record, KeyState.DELETED, at, None if silent else "Deleted")

    def updated(self, record: KeyRecord, at: float) -> None:
        """Send the event that something about the key changed, without saying what."""
        self._move(record, record.state, at, "Updated")

    def get(self, billing_key: str) -> KeyRecord:
        """The key that GET knows, deleted or not; Refused without one."""
        record = self.keys.get(billing_key)
        if record is None or record.issued_at is None:
            raise Refused(_MISSING)
        return record

    def usable(self, billing_key: str) -> KeyRecord:
        """The key that can be charged; Refused for one that is deleted."""
        record = self.get(billing_key)
        if record.state is KeyState.DELETED:
            raise Refused("BILLING_KEY_ALREADY_DELETED")
        return record

    def awaiting(self, token: str) -> KeyRecord:
        """The key that `token` was handed out for; Refused where it is none, or was used."""
        record = next((each for each in self.keys.values() if each.token == token), None)
        if record is None or record.state is KeyState.FAILED:
            raise Refused(_MISSING)
        if record.state is not KeyState.NEEDS_CONFIRMATION:
            raise Refused("BILLING_KEY_ALREADY_ISSUED")
        return record

    def answer(self, billing_key: str, *, as_of: float | None = None, lag: int = 0) -> dict[str, Any] | None:
        """What GET says: now, at epoch second `as_of`, or `lag` states ago; None where there is nothing."""
        with self._ledger.lock:
            record = self.keys.get(billing_key)
            return seen(record.history if record else [], as_of=as_of, lag=lag)

    def _move(self, record: KeyRecord, state: KeyState, at: float, event: str | None = None) -> None:
        record.state = state
        remember(record.history, at, self.answers.key(record))
        if event:
            data = {"billingKey": record.billing_key, "storeId": record.store_id}
            self._till.webhooks.emit(f"BillingKey.{event}", data, at)

    def _channel(self, name: str) -> Channel:
        known = self._till.channels
        chosen = next(iter(known)) if name == FIRST_CHANNEL else name
        if chosen not in known:
            raise Refused("ChannelNotFound")
        return known[chosen]


def _check_windows(issue: BillingIssue, channels: list[Channel]) -> None:
    handed = issue.handed or {}
    paying = "billingKeyAndPayMethod" in handed
    check = check_saving_and_paying if paying else check_saving
    for channel in channels if issue.handed is not None else ():
        check(channel.pg_provider, issue.platform, handed)


def _join_group(record: KeyRecord) -> None:
    """Smart routing: the key is issued on a second contract too, which the shop never named."""
    if len(record.channels) == 1:
        [asked] = record.channels
        routed = replace(asked, key=f"{asked.key}-routed", id=f"{asked.id}-routed", name="example routed")
        record.channels = (asked, routed)
        test = asked.type == "TEST"
        record.channel_group = {"id": "channel-group-example", "name": "example group", "isForTest": test}
