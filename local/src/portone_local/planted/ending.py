"""Bugs of what is deleted after five years, and of what is not."""

from portone_local.planted.bug import Bug, in_core

ENDING: tuple[Bug, ...] = (
    in_core(
        "what is open is deleted with the rest",
        "flows/timers/retention.py",
        """        if not settled(record):
            done.put_off += 1
            return
""",
        "",
        "flows/timers/test_retention",
        "an_open_record",
    ),
    in_core(
        "DynamoDB is told to drop what is open",
        "domain/retention/rules.py",
        "return moved_at(record) + KEPT if settled(record) else None",
        "return moved_at(record) + KEPT",
        "adapters/dynamo/test_ends",
        "where_it_is_found",
    ),
    in_core(
        "a payment is kept from when it was made, whatever moved since",
        "domain/retention/rules.py",
        "return max(record.created_at, record.status_at, _told_at(record), *refunds)",
        "return record.created_at",
        "domain/retention/test_rules",
        "payment_is_kept",
    ),
    in_core(
        "an order goes with the first of its payments",
        "flows/timers/retention.py",
        "return not self.store.payments(each for each in others if each is not None)",
        "return True",
        "flows/timers/test_retention",
        "an_order_stays",
    ),
    in_core(
        "deleted although somebody has just saved it",
        "adapters/dynamo/retention.py",
        "return None if isinstance(record, SettledKey) else record.version",
        "return None",
        "flows/timers/test_retention",
        "a_concurrent_write",
    ),
    in_core(
        "what left a record outlives it",
        "adapters/dynamo/retention.py",
        "self._delete({**dict.fromkeys(beside), **gone})",
        "self._delete(gone)",
        "flows/timers/test_retention",
        "with_its_history",
    ),
)
