"""OpenID Connect: any provider that publishes its metadata."""

from matinee.providers.oidc.policy import OidcOptions, elsewhere_policy, issuer_policy
from matinee.providers.oidc.provider import OidcSignIn

PROVIDER = "oidc"

__all__ = ["PROVIDER", "OidcOptions", "OidcSignIn", "elsewhere_policy", "issuer_policy"]
