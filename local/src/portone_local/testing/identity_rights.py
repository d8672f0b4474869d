"""What each identity function may do, and no more."""

READS = {"dynamodb:GetItem IdentityTable"}

WRITES = READS | {"dynamodb:PutItem IdentityTable"}

CLAIMS = {"dynamodb:BatchGetItem IdentityTable"}

# the one that lets an account go: its shares, and nothing else by their key
DROPS = {"dynamodb:DeleteItem IdentityTable"}

CALLS = {"secretsmanager:GetSecretValue ApiSecret"}

HASHES = {"secretsmanager:GetSecretValue IdentityHashSecret"}

OPENS = {"kms:Decrypt IdentityKey"}

SEALS = {"kms:GenerateDataKey IdentityKey"}

# one record that is about no payment, by its key
STOPS = {"dynamodb:GetItem PaymentsTable", "dynamodb:PutItem PaymentsTable"}

LOGS = {"logs:CreateLogStream IdentityAccessLog", "logs:PutLogEvents IdentityAccessLog"}

NOTES = {"dynamodb:GetItem ErasuresTable", "dynamodb:PutItem ErasuresTable"}

ALLOWED = {
    "identity_start": WRITES,
    "identity_status": WRITES | CALLS | OPENS,
    "identity_verify": WRITES | CLAIMS | DROPS | CALLS | HASHES | OPENS | SEALS,
    "identity_send": WRITES | CALLS | HASHES | STOPS,
    "identity_resend": WRITES | CALLS | HASHES | STOPS,
    "identity_confirm": WRITES | CALLS | HASHES | STOPS,
    "identity_me": READS | OPENS,
    "identity_bypass": set[str](),
    "identity_reveal": READS | OPENS | LOGS,
    "identity_replace": WRITES | SEALS | LOGS,
    "identity_duplicates": CLAIMS | {"dynamodb:Query IdentityTable/index/due"},
    "identity_decide": WRITES | CLAIMS | DROPS | SEALS | LOGS,
    "identity_erase": WRITES | CLAIMS | DROPS | HASHES | NOTES,
    "identity_sweep": WRITES
    | CLAIMS
    | DROPS
    | HASHES
    | OPENS
    | {
        "dynamodb:Query IdentityTable/index/due",
        "dynamodb:Query IdentityTable/index/hashed",
        "dynamodb:UpdateItem IdentityTable",
        "sqs:SendMessage SweepDeadLetters",
    },
}
