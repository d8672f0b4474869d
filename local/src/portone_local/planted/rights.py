"""Bugs in who may do what: secrets, seals, keys."""

from portone_local.planted.bug import Bug, in_core

RIGHTS = (
    in_core(
        "a word over and over is taken for a key",
        "adapters/aws/secret_shape.py",
        "    return len(set(runs)) >= VARIED * len(runs)",
        "    return len(set(runs)) >= 0",
        "cases/test_guessable_keys",
        "guess",
    ),
    in_core(
        "what was pasted instead of the API secret is sent to PortOne",
        "adapters/aws/secret_shape.py",
        "not readable or secret.startswith(_OTHERS) or",
        "not readable or",
        "adapters/aws/secrets/test_malformed_secrets",
        "api_secret",
    ),
    in_core(
        "a sealed text does not say of which kind it is",
        "domain/shared/sealing.py",
        "    return {KIND: kind.value, **ids}",
        "    return {**ids}",
        "bundle/test_conditions",
        "secret",
    ),
    Bug(
        name="anybody whom IAM allows it changes the policy of the identity key",
        file="template.yaml",
        old="                - NamesKeyAdministrator\n",
        new="                - MailsAlarms\n",
        test="tests/bundle/test_identity_template.py",
        only="whom_the_operator_names",
    ),
    Bug(
        name="the identity key is granted to anybody",
        file="template.yaml",
        old='            Resource: "*"\n          - Sid: WhoChangesThisPolicy',
        new="              - kms:CreateGrant\n"
        '            Resource: "*"\n          - Sid: WhoChangesThisPolicy',
        test="tests/bundle/test_identity_template.py",
        only="no_role_grants",
    ),
)
