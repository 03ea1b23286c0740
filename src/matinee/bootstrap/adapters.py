"""The adapters of outside systems: what stands behind the ports."""

from __future__ import annotations

import uuid

from matinee import __version__
from matinee.config import Settings
from matinee.infra.clock import Clock
from matinee.infra.feature import Container
from matinee.infra.signing import Signer
from matinee.infra.upstream import Upstreams
from matinee.infra.upstream.guard import Guard
from matinee.ports.cdn import Cdn, NoCdn
from matinee.ports.identity import SignInProviders
from matinee.providers.cloudflare import TRANSFORM, CloudflareCdn, CloudflareOptions
from matinee.providers.cloudflare import policy as cloudflare_policy
from matinee.providers.oidc import OidcSignIn, elsewhere_policy, issuer_policy
from matinee.providers.plain_cdn import PlainCdn
from matinee.providers.plex import PlexOptions, PlexSignIn
from matinee.providers.plex import policy as plex_policy
from matinee.providers.tmdb import TmdbOptions, TmdbProvider, api_policy, image_policy


def make_cdn(upstreams: Upstreams, settings: Settings) -> Cdn:
    """What is in front of this server; Cloudflare also where it only makes formats, or where only its cache is to be purged."""
    token, proxy = settings.cloudflare_token, settings.http_proxy
    options = CloudflareOptions(
        cdn_url=settings.cdn_url,
        zone=settings.cloudflare_zone,
        token=token.get_secret_value() if token else "",
        proxy=proxy.get_secret_value() if proxy else None,
    )
    missing = "" if token else "MATINEE_CLOUDFLARE_TOKEN is not set"
    upstream = upstreams.add(cloudflare_policy(options), kind="cdn", disabled=missing)
    if token or settings.cdn_url.rstrip("/").endswith(TRANSFORM):
        cdn = CloudflareCdn(upstream, options)
        upstream.probe_with(cdn.probe)
        return cdn
    return PlainCdn(settings.cdn_url) if settings.cdn_url else NoCdn()


def make_tmdb(container: Container, settings: Settings) -> tuple[TmdbProvider, ...]:
    """TMDB with a key; without one only its place among the services."""
    key, proxy = settings.tmdb_api_key, settings.http_proxy
    options = TmdbOptions(
        key=key.get_secret_value() if key else "",
        base_urls=settings.tmdb_base_urls,
        image_url=settings.tmdb_image_url,
        language=settings.language,
        region=settings.region,
        proxy=proxy.get_secret_value() if proxy else None,
        rate=settings.tmdb_rate,
    )
    upstreams, missing = container.get(Upstreams), "" if key else "MATINEE_TMDB_API_KEY is not set"
    api = upstreams.add(api_policy(options), kind="metadata", disabled=missing)
    images = upstreams.add(image_policy(options), kind="images", disabled=missing)
    if missing:
        return ()
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    provider = TmdbProvider(api, images, clock, options)
    api.probe_with(provider.probe)
    return (provider,)


def make_sign_ins(container: Container, settings: Settings) -> SignInProviders:
    """Plex and the providers of OpenID Connect; Plex has its place among the services when it is off, too."""
    upstreams = container.get(Upstreams)
    proxy = settings.http_proxy.get_secret_value() if settings.http_proxy else None
    # For ever the same for this installation: Plex shows it among the person's devices.
    client_id = str(uuid.UUID(bytes=container.get(Signer).derive("plex.client")[:16], version=4))
    plex = PlexOptions(
        client_id=client_id,
        version=__version__,
        sign_up=settings.plex_sign_in == "anyone",
        base_urls=settings.plex_url,
        page_url=settings.plex_page_url,
        proxy=proxy,
    )
    off = "MATINEE_PLEX_SIGN_IN is off" if settings.plex_sign_in == "off" else ""
    upstream = upstreams.add(plex_policy(plex), kind="identity", disabled=off)
    pins = () if off else (PlexSignIn(upstream, plex),)
    for pin in pins:
        upstream.probe_with(pin.probe)
    if settings.oidc is None:
        return SignInProviders(pins)
    from matinee.providers.oidc.settings import providers_of

    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    guard, redirects = Guard.allowing(settings.private_networks), []
    for options in providers_of(settings.oidc.get_secret_value(), proxy):
        issuer = upstreams.add(issuer_policy(options), kind="identity")
        provider = OidcSignIn(issuer, upstreams.add(elsewhere_policy(options, guard), kind="identity"), clock, options)
        issuer.probe_with(provider.probe)
        redirects.append(provider)
    return SignInProviders(pins, tuple(redirects))
