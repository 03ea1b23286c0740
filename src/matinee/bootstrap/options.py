"""Settings as the options of the features; no feature knows the settings."""

from __future__ import annotations

from datetime import timedelta

from matinee import __version__
from matinee.bootstrap.adapters import make_sign_ins, make_tmdb
from matinee.config import Settings
from matinee.features.accounts.policy import AccountsOptions
from matinee.features.catalog.policy import lifetimes
from matinee.features.catalog.service import CatalogOptions, CatalogueSources, MetadataProviders
from matinee.features.library.demo import DemoLibrary as DemoFiles
from matinee.features.library.policy import LibraryOptions
from matinee.features.monitoring.policy import MonitoringOptions
from matinee.features.playback.policy import PlaybackOptions
from matinee.infra.feature import Container
from matinee.infra.http.limits import LimitOptions
from matinee.infra.media.tools import MediaTools
from matinee.infra.paths import DataPaths
from matinee.ports.identity import SignInProviders
from matinee.providers.demo import DemoLibrary, DemoProvider


def add_options(container: Container, settings: Settings) -> None:
    container.add(
        AccountsOptions,
        AccountsOptions(
            cookie_secure=settings.public_url.startswith("https:"),
            sign_in_attempts=max(1, LimitOptions.changed(settings.limits).table["free", "sign_in"]),
            base_path=settings.base_path,
            public_url=settings.public_url,
            token_key=settings.token_key,
            second_factor=settings.second_factor,
            demo=True,
            library_paths=tuple(map(str, settings.library_paths)),
            version=__version__,
            public_catalog=settings.catalog_access == "public",
            audit_kept=timedelta(days=settings.audit_days),
        ),
    )
    container.add(
        CatalogOptions,
        CatalogOptions(
            public_url=settings.public_url.rstrip("/"),
            base_path=settings.base_path,
            image_cache_bytes=settings.image_cache_bytes,
            language=settings.language,
            region=settings.region,
            lifetimes=lifetimes(settings.catalog_lifetimes),
        ),
    )
    paths = container.get(DataPaths)
    demo = DemoLibrary(container.get(MediaTools), paths.demo, settings.demo_titles)
    container.add(DemoFiles, demo)  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(SignInProviders, make_sign_ins(container, settings))
    tmdb = make_tmdb(container, settings)
    container.add(MetadataProviders, MetadataProviders((DemoProvider(demo), *tmdb)))
    container.add(CatalogueSources, CatalogueSources(tmdb))
    container.add(
        LibraryOptions,
        LibraryOptions(paths=settings.library_paths, watch=settings.watch, demo=settings.demo, data_dir=paths.root),
    )
    container.add(MonitoringOptions, MonitoringOptions(probe_interval=timedelta(seconds=settings.probe_interval)))
    container.add(
        PlaybackOptions,
        PlaybackOptions(
            max_transcodes=settings.max_transcodes,
            max_transcodes_per_user=settings.max_transcodes_per_user,
            segment_cache_bytes=settings.segment_cache_bytes,
            hardware_encoding=settings.hardware_encoding,
            url_lifetime=timedelta(hours=settings.playback_hours),
            accel_prefix=settings.accel_prefix,
            base_path=settings.base_path,
        ),
    )
