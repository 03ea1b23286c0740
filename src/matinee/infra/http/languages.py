"""Titles of problems in the languages of the product, chosen by `Accept-Language` (RFC 9110 section 12.5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

DEFAULT: Final = "en"

# code: (German, Spanish, French); English is the title in `infra.errors.CATALOGUE`.
_TITLES: Final[Mapping[str, tuple[str, str, str]]] = {
    "authentication_required": ("Dafür musst du dich anmelden", "Inicia sesión para hacer esto", "Connectez-vous pour continuer"),
    "invalid_credentials": (
        "Name oder Passwort ist falsch",
        "El nombre o la contraseña no es correcto",
        "Le nom ou le mot de passe est incorrect",
    ),
    "second_factor_required": (
        "Außer dem Passwort wird ein Code gebraucht",
        "Hace falta un código además de la contraseña",
        "Un code est demandé en plus du mot de passe",
    ),
    "second_factor_wrong": ("Der Code ist falsch", "El código no es correcto", "Le code est incorrect"),
    "second_factor_needed": (
        "Verwalter brauchen hier einen zweiten Faktor",
        "Aquí los administradores necesitan un segundo factor",
        "Les administrateurs ont besoin ici d'un second facteur",
    ),
    "session_expired": ("Deine Sitzung ist abgelaufen", "Tu sesión ha terminado", "Votre session a expiré"),
    "token_revoked": ("Dieses Token wurde widerrufen", "Este token fue revocado", "Ce jeton a été révoqué"),
    "plex_token_expired": ("Die Plex-Anmeldung ist abgelaufen", "La sesión de Plex ha caducado", "La session Plex a expiré"),
    "plex_sign_in_pending": (
        "Die Plex-Anmeldung ist noch nicht bestätigt",
        "El acceso con Plex aún no está confirmado",
        "La connexion Plex n'est pas encore confirmée",
    ),
    "oidc_failed": (
        "Der Anmeldedienst hat abgelehnt",
        "El proveedor de acceso lo rechazó",
        "Le fournisseur d'identité a refusé",
    ),
    "identity_unknown": (
        "Zu dieser Anmeldung gehört hier kein Konto",
        "Ninguna cuenta de aquí corresponde a este acceso",
        "Aucun compte ici ne correspond à cette connexion",
    ),
    "identity_taken": (
        "Diese Identität gehört hier zu einem anderen Konto",
        "Esta identidad pertenece aquí a otra cuenta",
        "Cette identité appartient ici à un autre compte",
    ),
    "authorization_pending": (
        "Das Gerät ist noch nicht bestätigt",
        "El dispositivo aún no está aprobado",
        "L'appareil n'est pas encore approuvé",
    ),
    "slow_down": ("Das Gerät fragt zu oft", "El dispositivo pregunta demasiado", "L'appareil demande trop souvent"),
    "device_code_expired": (
        "Der Code des Geräts ist abgelaufen",
        "El código del dispositivo ha caducado",
        "Le code de l'appareil a expiré",
    ),
    "device_denied": ("Das Gerät wurde abgelehnt", "El dispositivo fue rechazado", "L'appareil a été refusé"),
    "logout_token_invalid": (
        "Das ist kein Abmelde-Token für diesen Server",
        "No es un token de cierre de sesión para este servidor",
        "Ce n'est pas un jeton de déconnexion pour ce serveur",
    ),
    "api_key_invalid": (
        "Dieser API-Schlüssel ist ungültig",
        "Esta clave de API no es válida",
        "Cette clé d'API n'est pas valide",
    ),
    "forbidden": ("Das darfst du nicht", "No puedes hacer esto", "Vous n'y êtes pas autorisé"),
    "csrf_failed": (
        "Die Herkunft der Anfrage ist nicht belegt",
        "La petición no demostró su origen",
        "La requête n'a pas prouvé son origine",
    ),
    "address_blocked": ("Diese Adresse ist gesperrt", "Esta dirección está bloqueada", "Cette adresse est bloquée"),
    "tier_required": ("Dein Tarif enthält das nicht", "Tu plan no incluye esto", "Votre formule ne comprend pas cela"),
    "account_disabled": ("Dieses Konto ist gesperrt", "Esta cuenta está desactivada", "Ce compte est désactivé"),
    "scope_missing": ("Dem Schlüssel fehlt ein Recht", "A la clave le falta un permiso", "Il manque un droit à la clé"),
    "validation_failed": (
        "Einige Werte sind ungültig",
        "Algunos valores no son válidos",
        "Des valeurs ne sont pas valides",
    ),
    "malformed_json": ("Der Inhalt ist kein gültiges JSON", "El cuerpo no es JSON válido", "Le corps n'est pas du JSON valide"),
    "unknown_parameter": ("Unbekannter Parameter", "Parámetro desconocido", "Paramètre inconnu"),
    "parameter_pollution": (
        "Ein Parameter kam mehrfach vor",
        "Un parámetro se dio más de una vez",
        "Un paramètre a été donné plusieurs fois",
    ),
    "unknown_field": ("Unbekanntes Feld", "Campo desconocido", "Champ inconnu"),
    "invalid_cursor": (
        "Der Cursor gehört nicht zu dieser Liste",
        "El cursor no pertenece a esta lista",
        "Le curseur n'appartient pas à cette liste",
    ),
    "payload_too_large": ("Der Inhalt ist zu groß", "El cuerpo es demasiado grande", "Le corps est trop grand"),
    "unsupported_media_type": (
        "Dieser Inhaltstyp wird nicht angenommen",
        "Este tipo de contenido no se acepta",
        "Ce type de contenu n'est pas accepté",
    ),
    "title_not_found": ("Diesen Titel gibt es nicht", "No existe ese título", "Ce titre n'existe pas"),
    "resource_not_found": ("Nicht gefunden", "No encontrado", "Introuvable"),
    "method_not_allowed": (
        "Diese Methode ist hier nicht erlaubt",
        "Este método no está permitido aquí",
        "Méthode non autorisée ici",
    ),
    "not_acceptable": ("Keine passende Darstellung", "No hay una representación aceptable", "Aucune représentation acceptable"),
    "conflict": (
        "Das widerspricht dem, was schon da ist",
        "Esto entra en conflicto con lo que ya hay",
        "Cela entre en conflit avec l'existant",
    ),
    "already_requested": ("Schon gewünscht", "Ya se ha solicitado", "Déjà demandé"),
    "already_available": ("Schon vorhanden", "Ya está disponible", "Déjà disponible"),
    "precondition_failed": ("Es wurde inzwischen geändert", "Ha cambiado entretanto", "Cela a changé entre-temps"),
    "idempotency_mismatch": (
        "Dieser Idempotenz-Schlüssel gehört zu einem anderen Inhalt",
        "Esta clave de idempotencia se usó con otro cuerpo",
        "Cette clé d'idempotence a servi pour un autre corps",
    ),
    "rate_limited": ("Zu viele Anfragen", "Demasiadas peticiones", "Trop de requêtes"),
    "quota_exceeded": ("Das Kontingent ist aufgebraucht", "La cuota está agotada", "Le quota est épuisé"),
    "upstream_unavailable": (
        "Ein benötigter Dienst ist nicht erreichbar",
        "Un servicio necesario no está disponible",
        "Un service nécessaire est indisponible",
    ),
    "upstream_timeout": (
        "Ein benötigter Dienst antwortet nicht rechtzeitig",
        "Un servicio necesario no respondió a tiempo",
        "Un service nécessaire n'a pas répondu à temps",
    ),
    "upstream_rejected": (
        "Ein benötigter Dienst hat die Anfrage abgelehnt",
        "Un servicio necesario rechazó la petición",
        "Un service nécessaire a refusé la requête",
    ),
    "upstream_rate_limited": (
        "Ein benötigter Dienst begrenzt die Anfragen",
        "Un servicio necesario limita las peticiones",
        "Un service nécessaire limite les requêtes",
    ),
    "circuit_open": (
        "Ein benötigter Dienst ruht nach Fehlern",
        "Un servicio necesario descansa tras fallos",
        "Un service nécessaire est en pause après des échecs",
    ),
    "no_source": (
        "Für diesen Titel gibt es nichts Abspielbares",
        "No hay nada que reproducir de este título",
        "Rien à lire pour ce titre",
    ),
    "transcode_capacity": (
        "Alle Umwandler sind beschäftigt",
        "Todos los transcodificadores están ocupados",
        "Tous les transcodeurs sont occupés",
    ),
    "transcode_failed": (
        "Das Video konnte nicht umgewandelt werden",
        "No se pudo convertir el vídeo",
        "La vidéo n'a pas pu être convertie",
    ),
    "media_unreadable": (
        "Die Datei ist nicht als Video lesbar",
        "El archivo no se puede leer como vídeo",
        "Le fichier n'est pas lisible comme vidéo",
    ),
    "playback_url_expired": (
        "Dieser Wiedergabe-Link ist abgelaufen",
        "Este enlace de reproducción ha caducado",
        "Ce lien de lecture a expiré",
    ),
    "range_not_satisfiable": (
        "Der Bereich liegt außerhalb der Datei",
        "El rango está fuera del archivo",
        "La plage est hors du fichier",
    ),
    "malformed_request": (
        "Das ist keine gültige HTTP-Anfrage",
        "No es una petición HTTP válida",
        "Ce n'est pas une requête HTTP valide",
    ),
    "too_slow": ("Die Anfrage kam zu langsam", "La petición llegó demasiado despacio", "La requête est arrivée trop lentement"),
    "target_too_long": ("Die Adresse ist zu lang", "La dirección es demasiado larga", "L'adresse est trop longue"),
    "headers_too_large": (
        "Die Kopfzeilen sind zu groß oder zu viele",
        "Las cabeceras son demasiado grandes o demasiadas",
        "Les en-têtes sont trop grands ou trop nombreux",
    ),
    "request_timeout": ("Die Anfrage dauerte zu lange", "La petición tardó demasiado", "La requête a pris trop de temps"),
    "database_unavailable": (
        "Die Datenbank ist nicht erreichbar",
        "La base de datos no está disponible",
        "La base de données est indisponible",
    ),
    "maintenance": ("Wartungsarbeiten", "Mantenimiento en curso", "Maintenance en cours"),
    "internal_error": ("Etwas ist schiefgegangen", "Algo ha salido mal", "Une erreur s'est produite"),
}
_LANGUAGES: Final = ("de", "es", "fr")


def localized_title(code: str, language: str) -> str | None:
    """The title of an error code in one of `de`, `es`, `fr`; None for English and for what is not translated."""
    titles = _TITLES.get(code)
    return titles[_LANGUAGES.index(language)] if titles and language in _LANGUAGES else None


@lru_cache(maxsize=256)
def preferred_language(accept_language: str) -> str:
    """The best of the product's languages for an `Accept-Language` header; English when none fits."""
    best, best_quality = DEFAULT, 0.0
    for part in accept_language[:500].split(","):
        name, _, parameters = part.strip().lower().partition(";")
        primary = name.split("-")[0]
        try:
            quality = float(parameters.strip().removeprefix("q=")) if parameters.strip() else 1.0
        except ValueError:
            continue
        if quality > best_quality and (primary in _LANGUAGES or primary == DEFAULT):
            best, best_quality = primary, quality
    return best
