"""The operations that go by mail, as the published document describes them."""

from typing import Final

from command_api.accounts import forgotten_passwords, verification
from command_api.accounts.answers import Notice
from command_api.accounts.commands import ForgotPassword, ResetPassword, Verify
from command_api.accounts.operations import ADDRESS, BUSY, EMAIL, NEW_PASSWORD, TAG, TOO_OFTEN
from events.operations import Answer, Operation, Shape

TOKEN: Final = "pS0cxVbqTz3Yl6sR1uKdM8wFgHjN2eAo9vLiXyZ7B4Q"  # noqa: S105 - an example
NOTICE: Final = {"detail": forgotten_passwords.ON_ITS_WAY}

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/auth/password/forgot/",
        id="forgotPassword",
        tag=TAG,
        summary="Have a mail sent that allows to choose a new password",
        says="The answer is the same whether there is an account with the address or not.",
        body=ForgotPassword,
        example={"email": EMAIL},
        answers={202: Answer(says="A mail is sent if there is an account.", body=Notice)},
        refusals={429: TOO_OFTEN},
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/password/reset/",
        id="resetPassword",
        tag=TAG,
        summary="Choose a new password with the token of such a mail",
        says="Every session of the player ends. The token works once, within an hour, unless a"
        " newer one was sent. A password that is not taken does not use it up.",
        body=ResetPassword,
        example={"token": TOKEN, "password": "four red corner flags"},
        answers={204: Answer(says="The password is the new one.")},
        refusals={
            409: "The password was changed meanwhile by another request.",
            429: TOO_OFTEN,
            503: BUSY,
        },
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/verify/",
        id="verifyAddress",
        tag=TAG,
        summary="Prove that mail to the address of an account arrives",
        says="A new account gets a mail with the token, which works once, within two days, unless a"
        " newer one was sent.",
        body=Verify,
        example={"token": TOKEN},
        answers={204: Answer(says="The address is verified.")},
        refusals={429: TOO_OFTEN},
        is_public=True,
    ),
    Operation(
        method="POST",
        path="/api/auth/verify/request/",
        id="requestVerification",
        tag=TAG,
        summary="Have the mail sent again that verifies the address",
        answers={
            202: Answer(
                says="A mail is sent, unless the address is verified.",
                body=Notice,
                example={"detail": verification.ON_ITS_WAY},
            )
        },
        refusals={429: TOO_OFTEN},
    ),
)
SHAPES: Final = (
    Shape(struct=ForgotPassword, fields={"email": ADDRESS}),
    Shape(struct=ResetPassword, fields={"password": NEW_PASSWORD}),
    Shape(struct=Notice, example=NOTICE),
)
