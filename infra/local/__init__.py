"""The embedded stack: the unchanged template, deployed to an emulator on this machine."""
