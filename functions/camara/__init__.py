"""What every CAMARA API of this project shares: errors, caller, addresses, the HTTP edge."""
