"""What is sent: conventions of a GET, answers that are shared and lie ready, files."""
