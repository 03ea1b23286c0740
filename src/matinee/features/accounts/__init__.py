"""Who may use the server: people, their sessions, tokens and API keys, and the first start."""
