"""Other systems doing the same work on the same machine. Each is left out when its program is missing."""
