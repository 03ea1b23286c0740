"""Redis: one connection for a process, and the bus over it. The only importer of the driver besides `infra.cache`."""
