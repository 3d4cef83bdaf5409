"""CAMARA WebRTC Call Handling: 1-1 media sessions."""
