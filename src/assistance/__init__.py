"""The composition root: settings, wiring, the command line, files in and out, the demo."""
