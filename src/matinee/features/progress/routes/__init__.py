"""What people did with titles, over HTTP."""

from matinee.features.progress.routes.learning import router as learning
from matinee.features.progress.routes.opinions import router as opinions
from matinee.features.progress.routes.playing import router as playing
from matinee.features.progress.routes.recommended import router as recommended

routers = [playing, opinions, recommended]
admin_routers = [learning]

__all__ = ["admin_routers", "routers"]
