"""The catalogue over HTTP."""

from matinee.features.catalog.routes import home, images, lists, search, titles, warming

# Lists before titles: `/movies/popular` is no title.
ROUTERS = [home.router, lists.router, titles.router, search.router, images.router]
ADMIN_ROUTERS = [warming.router]

__all__ = ["ADMIN_ROUTERS", "ROUTERS"]
