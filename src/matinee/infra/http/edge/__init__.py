"""Between the socket and the application: connections and their bounds, the real address, the hot lane."""
