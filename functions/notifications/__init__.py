"""Notifications of calls and devices to webhooks (CAMARA WebRTC Events Subscriptions)."""
