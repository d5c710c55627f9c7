"""The rule against passwords that resemble the person, in words that say what is compared."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class AddressSimilarityValidator(UserAttributeSimilarityValidator):
    """Django's rule; of a person nothing but the e-mail address is known here."""

    def get_help_text(self) -> str:
        """What stands under the field."""
        return _("Your password must not be similar to your e-mail address.")
