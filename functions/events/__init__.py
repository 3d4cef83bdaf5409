"""Notifications of calls and devices to subscribed webhooks (CAMARA WebRTC Events)."""
