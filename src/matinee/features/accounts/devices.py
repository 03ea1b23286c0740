"""A name for the device behind a `User-Agent`, good enough to recognise one's own in a list."""

from __future__ import annotations

BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chromium", "Chromium"), ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
    ("curl", "curl"), ("VLC", "VLC"), ("Kodi", "Kodi"), ("python", "Python"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Tizen", "Samsung TV"), ("Web0S", "LG TV"), ("webOS", "LG TV"), ("AFT", "Fire TV"),
    ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """`Firefox on Linux`, or the first word of what the client calls itself."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    first = user_agent.split("/", 1)[0].split(" ", 1)[0]
    printable = "".join(character for character in first if character.isprintable())
    return (browser or system or printable or "Unknown device")[:200]
