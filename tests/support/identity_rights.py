"""What each identity function may do, and no more."""

READS = {"dynamodb:GetItem IdentityTable"}


def saves(*nouns: str) -> set[str]:
    """Reads, and saves of records by these first words of their keys."""
    return READS | {f"dynamodb:PutItem IdentityTable {each}#*" for each in nouns}


def seals(*kinds: str) -> set[str]:
    """Data keys for texts of these kinds."""
    return {f"kms:GenerateDataKey IdentityKey {each}" for each in kinds}


def opens(*kinds: str) -> set[str]:
    """Unwraps the data keys of these kinds."""
    return {f"kms:Decrypt IdentityKey {each}" for each in kinds}


CLAIMS = {"dynamodb:BatchGetItem IdentityTable"}

CALLS = {"secretsmanager:GetSecretValue ApiSecret"}

HASHES = {"secretsmanager:GetSecretValue IdentityHashSecret"}

OPENS = {"kms:Decrypt IdentityKey"}

# one record that is about no payment, by its key
STOPS = {"dynamodb:GetItem PaymentsTable", "dynamodb:PutItem PaymentsTable"}

SENDS = saves("attempt", "counter") | CALLS | HASHES | {f"{each} stops#sending" for each in STOPS}

LOGS = {"logs:CreateLogStream IdentityAccessLog", "logs:PutLogEvents IdentityAccessLog"}

NOTES = {"dynamodb:GetItem ErasuresTable", "dynamodb:PutItem ErasuresTable"}

# one person, by id
PERSON = {"dynamodb:GetItem IdentityTable person#*"}

PERSONS = saves("person", "claim", "share")

# a share is let go with the account, counters are erased; whatever else there is of a person goes by TTL
DROPS = {"dynamodb:DeleteItem IdentityTable share#*"}

ALLOWED = {
    "start_verification": saves("attempt", "counter"),
    "get_verification": saves("attempt", "counter") | CALLS | opens("facts"),
    "verify_identity": PERSONS
    | saves("attempt", "counter")
    | CLAIMS
    | DROPS
    | CALLS
    | HASHES
    | opens("facts", "identifiers")
    | seals("facts", "identifiers"),
    "send_verification": SENDS,
    "resend_verification": SENDS,
    "confirm_verification": SENDS - HASHES,
    "get_my_identity": PERSON | opens("facts"),
    "preview_bypass": set[str](),
    "reveal_identity": PERSON | opens("facts", "reason") | LOGS,
    "allow_replacement": saves("person") - READS | PERSON | seals("reason") | LOGS,
    "list_duplicates": CLAIMS | {"dynamodb:Query IdentityTable/index/due"},
    "decide_duplicates": PERSONS | CLAIMS | DROPS | seals("reason") | LOGS,
    "erase_identity": PERSONS
    | saves("attempt")
    | CLAIMS
    | DROPS
    | {"dynamodb:DeleteItem IdentityTable counter#*"}
    | HASHES
    | NOTES,
    "sweep_identity": PERSONS
    | saves("attempt")
    | CLAIMS
    | DROPS
    | HASHES
    | opens("identifiers")
    | {f"dynamodb:UpdateItem IdentityTable {each}#*" for each in ("attempt", "person", "claim")}
    | {
        "dynamodb:Query IdentityTable/index/due",
        "dynamodb:Query IdentityTable/index/hashed",
        "sqs:SendMessage SweepDeadLetters",
    },
}
