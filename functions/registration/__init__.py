"""Devices and the numbers they are registered for (CAMARA WebRTC Registration)."""
