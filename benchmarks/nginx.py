"""nginx beside the product: static files, and the gateway that sends them for it by X-Accel-Redirect."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn; user root;
events {{ worker_connections 1024; }}
http {{
  access_log off; open_file_cache max=10000 inactive=60s; open_file_cache_valid 60s; sendfile {sendfile}; tcp_nopush on;
  keepalive_requests 1000000; default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  upstream product {{ server {upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location /static/ {{ alias {static}/; }}
    location {accel}/ {{ internal; alias /; }}
    location / {{
      proxy_pass http://product; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_max_temp_file_size 0;
    }}
  }}
}}
"""


@contextmanager
def gateway(
    folder: Path, *, static: Path, upstream: str, accel: str = "/_media", small: bool = False
) -> Iterator[tuple[str, int]]:
    """A running nginx: `/static/` from a folder, everything else from the product. Gives its URL and process id.

    It keeps files open. `small`: they are of a few KB, which it sends quicker (by a fifth to two fifths) without `sendfile`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = CONFIGURATION.format(
        folder=folder, port=port, upstream=upstream, static=static, accel=accel, sendfile="off" if small else "on"
    )
    (folder / "nginx.conf").write_text(text)
    with subprocess.Popen(["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "nginx ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("nginx did not listen")
